package change

import (
	"fmt"
	"slices"
	"strings"
)

// Cells are a verdict as a row of a table: docs/changes.md.
type Cells struct {
	Replaced string // "Failover: 2 HealthCheck"; "–" if nothing is
	Costs    string // who notices: "nobody", or what it costs
	Order    string // the stacks that change, in the order in which "make deploy" takes them
}

// Cells sums the verdict up.
func (v *Verdict) Cells() Cells {
	var replaced, order []string
	for _, p := range v.Plans {
		if len(p.Steps) == 0 {
			continue
		}
		order = append(order, p.ID)
		if list := kinds(p.Steps, Replace); list != "" {
			replaced = append(replaced, p.ID+": "+list)
		}
	}
	c := Cells{Replaced: strings.Join(replaced, "; "), Costs: v.costs(), Order: strings.Join(order, ", ")}
	if c.Replaced == "" {
		c.Replaced = "–"
	}
	if c.Order == "" {
		c.Order = "nothing to deploy"
	}
	if !v.Usual {
		c.Order += " (not the usual order)"
	}
	if advice := v.Advice(); advice != "" {
		c.Order += "; " + advice
	}
	return c
}

// costs says who notices.
func (v *Verdict) costs() string {
	var parts []string
	if v.Good() {
		parts = append(parts, "nobody")
	}
	for _, f := range gather(v.Findings) {
		switch {
		case f.Kind.fails():
			parts = append(parts, "**"+strings.ToLower(title(f.Kind))+"** "+f.String())
		case f.Kind == Open, f.Kind == Note:
			parts = append(parts, f.String())
		}
	}
	for _, p := range v.Plans {
		if list := kinds(p.Steps, Retain); list != "" {
			parts = append(parts, fmt.Sprintf("left behind in %s: %s", p.ID, list))
		}
	}
	for _, f := range v.Findings {
		if f.Kind == Left && f.Stack == "" {
			parts = append(parts, "left behind: "+f.Message)
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), "|", `\|`)
}

// kinds counts the types of the steps with an action: "2 HealthCheck, NatGateway".
func kinds(steps []*Step, action Action) string {
	count := map[string]int{}
	var names []string
	for _, step := range steps {
		if step.Action != action {
			continue
		}
		name := step.kind()
		if count[name]++; count[name] == 1 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for i, name := range names {
		if n := count[name]; n > 1 {
			names[i] = fmt.Sprintf("%d %s", n, name)
		}
	}
	return strings.Join(names, ", ")
}

// kind is the last word of the step's type: "HealthCheck".
func (s *Step) kind() string { return s.Type[strings.LastIndex(s.Type, ":")+1:] }
