package change

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
	"twinsite/topology"
)

// A Detour is a change in two deployments, where visitors would lose something in
// one: first of the site with some fields changed, then of the site as it is.
type Detour struct {
	// Fields are what the first site has in its file, as YAML by path:
	// "edge.writeFailover": "false". All others are the site's own.
	Fields map[string]string

	// First and Second are what the two deployments cost, which is nothing that
	// anybody notices.
	First, Second *Verdict
}

// before are the fields of a site to deploy first, by what this verdict says; nil if
// it knows none. Nothing helps where data is replaced or AWS refuses a step.
func (v *Verdict) before() map[string]string {
	if slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Kind.fails() && f.Kind != Lost }) {
		return nil
	}
	// Primary's distribution asks for the name before the stack Failover has made its records.
	if slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.unnamed }) {
		fields := map[string]string{"edge.writeFailover": "false"}
		if slices.ContainsFunc(v.to.Resources(topology.HealthCheckType), asksBehindEdge) { // which needs the name too
			fields["failover.front"] = "home"
		}
		return fields
	}
	for _, p := range v.Plans {
		for _, step := range p.Steps {
			if old, now, ok := step.healthPaths(); ok && !v.Good() {
				// The servers answer both paths: the load balancers' and the health checkers'.
				return map[string]string{"web.healthPath": old, "failover.path": now}
			}
		}
	}
	return nil
}

// asksBehindEdge reports whether a health check asks the distribution for the standby, as
// that of a front that stays at CloudFront does.
func asksBehindEdge(check *assembly.Resource) bool {
	path, err := check.Text("HealthCheckConfig.ResourcePath")
	return err == nil && path == site.StandbyCheckPath
}

// healthPaths are the paths that a step's target group asked for and asks for, if the
// step changes it.
func (s *Step) healthPaths() (old, now string, ok bool) {
	if s.Type != targetGroupType || s.Action != Update || !slices.Contains(s.Properties, "HealthCheckPath") {
		return "", "", false
	}
	old, before := propertiesOf(s.before)["HealthCheckPath"].(string)
	now, after := propertiesOf(s.template)["HealthCheckPath"].(string)
	return old, now, before && after
}

// Detour looks for two deployments of which nobody notices anything, where this
// verdict of one deployment over another is a bad one. Synthesize makes the
// assembly of the site to deploy, with fields changed. It returns nil if there is
// none.
func (v *Verdict) Detour(from, to *assembly.Assembly, synthesize func(fields map[string]string) (*assembly.Assembly, error)) (*Detour, error) {
	fields := v.before()
	if v.Good() || fields == nil {
		return nil, nil
	}
	between, err := synthesize(fields)
	if err != nil {
		return nil, err
	}
	d := &Detour{Fields: fields}
	if d.First, err = Judge(from, between); err != nil || !d.First.Good() {
		return nil, err
	}
	if d.Second, err = Judge(between, to); err != nil || !d.Second.Good() {
		return nil, err
	}
	return d, nil
}

// Advice says which site to deploy first where one deployment is not enough, "" if
// nothing is known. Detour, which "make deploy" calls, finds out whether that is enough.
func (v *Verdict) Advice() string {
	fields := v.before()
	if v.Good() || fields == nil {
		return ""
	}
	return "two deployments may do: first with " + fieldList(fields) + ", then as it is; `make deploy` finds out"
}

// fieldList are fields as one writes them in a sentence.
func fieldList(fields map[string]string) string {
	var list []string
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		list = append(list, fmt.Sprintf("`%s: %s`", path, fields[path]))
	}
	return strings.Join(list, " and ")
}

// WriteText writes for people what the two deployments are, and what each is.
func (d *Detour) WriteText(out io.Writer) error {
	w := &writer{out: out}
	w.printf("\nIn two deployments nobody notices. The first is of the site with %s:\n", strings.ReplaceAll(fieldList(d.Fields), "`", ""))
	w.plans(d.First.Plans)
	w.findings(d.First.Findings)
	w.printf("\nThe second is of the site as it is:\n")
	w.plans(d.Second.Plans)
	w.findings(d.Second.Findings)
	return w.err
}

// Cells sums the detour up, as a verdict's do.
func (d *Detour) Cells() Cells {
	first, second := d.First.Cells(), d.Second.Cells()
	join := func(a, b, none string) string {
		switch {
		case a == none:
			return b
		case b == none:
			return a
		}
		return a + "; then " + strings.TrimPrefix(b, none+"; ")
	}
	return Cells{
		Replaced: join(first.Replaced, second.Replaced, "–"),
		Costs:    join(first.Costs, second.Costs, "nobody"),
		Order:    fmt.Sprintf("in two deployments, as `make deploy` takes them: first with %s: %s; then as it is: %s", fieldList(d.Fields), first.Order, second.Order),
	}
}
