package diagram

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// The classes of lines and boxes, which d2svg/style.d2 and d2svg's palette
// give their looks.
const (
	normalPath   = "normal"      // leads to the home region
	failoverPath = "failover"    // leads to the standby region
	checkLine    = "check"       // what a health check asks, and what it decides
	copyLine     = "replication" // what is copied

	globalBox = "global"
	zoneBox   = "zone"
	regionBox = "region"

	// Its label is below, at the side where no replication leaves the box.
	regionBoxRight = "region-right"

	resourceNode    = "resource"
	serversNode     = "servers"
	bucketNode      = "bucket"
	checkNode       = "health-check"
	replicationNode = "replication-node"
)

// legend explains the lines, in this order.
var legend = []struct{ class, label string }{
	{normalPath, "normal path"},
	{failoverPath, "failover path"},
	{checkLine, "health check"},
	{copyLine, "replication"},
}

// A node is a thing in the picture, or a box of things.
type node struct {
	id     string // from the outermost box: "global.zone.primary"
	class  string
	lines  []string // of the label
	inside []*node
}

// add puts a node into a box. If the id is taken, it gets a number.
func (n *node) add(kind, class string, lines ...string) *node {
	id := n.id + "." + kind
	for i := 2; slices.ContainsFunc(n.inside, func(other *node) bool { return other.id == id }); i++ {
		id = fmt.Sprintf("%s.%s%d", n.id, kind, i)
	}
	child := &node{id: id, class: class, lines: lines}
	n.inside = append(n.inside, child)
	return child
}

// A line connects two nodes. The layout puts from above to, whichever way the
// arrow points.
type line struct {
	from, to *node
	arrow    string // "->", "<-" or "<->"
	class    string
	label    string
}

// A picture is what D2 draws.
type picture struct {
	title                           string
	visitors, global, home, standby *node
	replication                     *node // nil if nothing is copied
	lines                           []line
}

func (p *picture) connect(from *node, arrow string, to *node, class, label string) {
	p.lines = append(p.lines, line{from, to, arrow, class, label})
}

// D2 returns the architecture of an assembly as D2 text, whose first line is a
// comment with the picture's title. The same templates give the same text.
//
// An error names the resource that cannot be drawn: one with a reference that
// leads nowhere, a PRIMARY record without a health check.
func D2(a *assembly.Assembly) (string, error) {
	p, err := read(a)
	if err != nil {
		return "", err
	}
	var w strings.Builder
	fmt.Fprintf(&w, "# %s\n", p.title)
	for _, box := range []*node{p.visitors, p.global, p.home, p.standby, p.replication} {
		if box != nil {
			writeNode(&w, box, "")
		}
	}
	for _, l := range p.lines {
		fmt.Fprintf(&w, "%s %s %s: %s {class: %s}\n", l.from.id, l.arrow, l.to.id, quote(l.label), l.class)
	}
	p.writeLegend(&w)
	return w.String(), nil
}

func writeNode(w *strings.Builder, n *node, indent string) {
	fmt.Fprintf(w, "%s%s: %s {\n", indent, n.id[strings.LastIndex(n.id, ".")+1:], quote(strings.Join(n.lines, "\n")))
	fmt.Fprintf(w, "%s  class: %s\n", indent, n.class)
	for _, child := range n.inside {
		writeNode(w, child, indent+"  ")
	}
	fmt.Fprintf(w, "%s}\n", indent)
}

// writeLegend explains the lines that the picture has. Each is drawn between
// two invisible nodes, over a third.
func (p *picture) writeLegend(w *strings.Builder) {
	fmt.Fprint(w, "legend: \"\" {\n  class: legend\n")
	for _, entry := range legend {
		if slices.ContainsFunc(p.lines, func(l line) bool { return l.class == entry.class }) {
			fmt.Fprintf(w, "  %s-from: \"\" {class: legend-end}\n  %[1]s-over: \"\" {class: legend-line}\n  %[1]s-to: \"\" {class: legend-end}\n", entry.class)
			fmt.Fprintf(w, "  %s: %s {class: legend-text}\n", entry.class, quote(entry.label))
			fmt.Fprintf(w, "  %s-from -> %[1]s-to: \"\" {class: %[1]s}\n", entry.class)
		}
	}
	fmt.Fprint(w, "}\n")
}

// quote writes D2's double-quoted string. "${" would be a substitution.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`).Replace(s) + `"`
}
