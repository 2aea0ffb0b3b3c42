package docs

import (
	"flag"
	"fmt"
	"go/ast"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var updateRights = flag.Bool("update-rights", false, "rewrite the table of rights in docs/operations.md")

const (
	rightsPage  = "docs/operations.md"
	rightsBegin = "<!-- rights: written by \"make rights\" -->\n"
	rightsEnd   = "<!-- end of rights -->\n"
)

// changing are the commands that may change something. Every other one only asks.
var changing = []string{"deploy", "release", "drill", "switch"}

// TestRights holds the table of the permissions that each command needs to the calls
// that its code makes. With -update-rights it writes the table.
func TestRights(t *testing.T) {
	atTop(t)
	for _, file := range sources(t) {
		read(t, file) // so that Go's cache notices when they change
	}
	code := loadCode(t)
	rights := code.rights()
	table := rightsTable(rights)
	page := read(t, rightsPage)
	before, rest, begun := strings.Cut(page, rightsBegin)
	old, after, ended := strings.Cut(rest, rightsEnd)
	if !begun || !ended {
		t.Fatalf("%s has no place for the table, between\n%sand\n%s", rightsPage, rightsBegin, rightsEnd)
	}
	switch {
	case *updateRights:
		if err := os.WriteFile(rightsPage, []byte(before+rightsBegin+table+rightsEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
	case old != table:
		t.Errorf("%s has another table than the code: run make rights; want\n%s", rightsPage, table)
	}
	if len(rights) < 3 {
		t.Errorf("only %d commands ask an account: nothing was read?", len(rights))
	}
	for _, command := range slices.Sorted(maps.Keys(rights)) {
		for _, right := range rights[command] {
			if !onlyAsks(right) && !slices.Contains(changing, command) {
				t.Errorf("%s may do %s, but it says that it changes nothing", command, right)
			}
		}
	}
	checkOtherCode(t, code)
	for _, said := range code.permissionsNobodyNeeds(rights) {
		t.Error(said)
	}
}

// checkOtherCode holds that a call less gives another table.
func checkOtherCode(t *testing.T, c *code) {
	t.Helper()
	for _, test := range []struct{ call, command, right string }{
		{"d.Cloud.Delete(ctx, stack, without...)", "deploy", "cloudformation:DeleteStack"},
		{"c.formation(stack.Region).UpdateTerminationProtection(", "deploy", "cloudformation:UpdateTerminationProtection"},
		{"w.client.DeleteObject(", "switch", "s3:DeleteObject"},
		{"c.formation(region).DescribeStacks(", "status", "cloudformation:DescribeStacks"}, // by an embedded interface
		{"run := exec.CommandContext(", "deploy", "sts:AssumeRole"},
	} {
		if !slices.Contains(c.rights()[test.command], test.right) || slices.Contains(c.without(test.call).rights()[test.command], test.right) {
			t.Errorf("without %s, %s has the same rights", test.call, test.command)
		}
	}
	if onlyAsks("s3:PutObject") || onlyAsks("sts:AssumeRole") || !onlyAsks("s3:ListBucket") {
		t.Error("a change passes for a question")
	}
}

// sources are the files that decide the table.
func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, file := range glob(t, "account/*.go", "account/*/*.go", "cmd/twinsite/*.go") {
		if !strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
	}
	return files
}

// asksOnly are AWS's names of operations that change nothing.
var asksOnly = regexp.MustCompile(`^[a-z0-9-]+:(BatchGet|Describe|Get|Head|List|Lookup|Search|Simulate|StartQuery|Test)`)

func onlyAsks(right string) bool { return asksOnly.MatchString(right) }

// rightsTable is the table in Markdown: a row a command, questions and changes apart.
func rightsTable(rights map[string][]string) string {
	var table strings.Builder
	table.WriteString("\n| command | asks | changes |\n|---|---|---|\n")
	for _, command := range slices.Sorted(maps.Keys(rights)) {
		var asks, changes []string
		for _, right := range rights[command] {
			if onlyAsks(right) {
				asks = append(asks, right)
			} else {
				changes = append(changes, right)
			}
		}
		fmt.Fprintf(&table, "| `twinsite %s` | %s | %s |\n", command, byService(asks), byService(changes))
	}
	return table.String() + "\n"
}

// byService writes rights that are sorted, each service's in one piece of code.
func byService(rights []string) string {
	if len(rights) == 0 {
		return "–"
	}
	shown := make([]string, len(rights))
	for i, right := range rights {
		shown[i] = "`" + right + "`"
	}
	return strings.Join(shown, ", ")
}

// permissionsNobodyNeeds are permissions that our messages name and no command needs:
// they would send people after the wrong one.
func (c *code) permissionsNobodyNeeds(rights map[string][]string) []string {
	needed := slices.Concat(slices.Collect(maps.Values(rights))...)
	var wrong []string
	for _, p := range c.packages {
		for _, file := range p.Syntax {
			ast.Inspect(file, func(node ast.Node) bool {
				text, ok := literal(node)
				if ok && permission.MatchString(text) && !slices.Contains(needed, text) {
					wrong = append(wrong, fmt.Sprintf("%s: %s is named, but no command needs it", p.Fset.Position(node.Pos()), text))
				}
				return true
			})
		}
	}
	return wrong
}

// permission is the name of one, as "ec2:DescribeRegions".
var permission = regexp.MustCompile(`^[a-z][a-z0-9-]+:[A-Z][A-Za-z0-9]+$`)
