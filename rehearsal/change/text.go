package change

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes the verdict for people: the stacks in the order in which they are
// deployed, what it costs, and the verdict in one line.
func (v *Verdict) WriteText(out io.Writer) error {
	w := &writer{out: out}
	w.plans(v.Plans)
	w.findings(v.Findings)
	if v.UsualFindings != nil {
		w.printf("\nIn the order of \"cdk deploy --all\" it would cost more:\n")
		w.findings(v.UsualFindings)
	}
	if !v.Usual && v.Changes() && v.App != "" {
		w.printf("\nDeploy the stacks in this order:\n")
		for _, command := range v.Commands() {
			w.printf("  %s\n", command)
		}
	}
	if advice := v.Advice(); advice != "" {
		w.printf("\nWhat to do instead: %s.\n", strings.ReplaceAll(advice, "`", ""))
	}
	w.printf("\n%s\n", v.Summary())
	return w.err
}

// Changes reports whether there is anything to deploy.
func (v *Verdict) Changes() bool {
	for _, p := range v.Plans {
		if len(p.Steps) > 0 {
			return true
		}
	}
	return false
}

// Summary is the verdict in one line.
func (v *Verdict) Summary() string {
	switch {
	case !v.Changes():
		return "Nothing to deploy."
	case v.Good():
		return "Nobody notices."
	}
	count := map[Kind]int{}
	for _, f := range v.Findings {
		count[f.Kind]++
	}
	var parts []string
	for _, kind := range []struct {
		Kind
		one string
	}{{Lost, "visitors lose something"}, {Unread, "what visitors lose is not known"}, {Data, "data is replaced"}, {Refused, "AWS refuses a step"}, {Stale, "something keeps a value that is no longer true"}} {
		if count[kind.Kind] > 0 {
			parts = append(parts, kind.one)
		}
	}
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Commands are the commands that deploy the stacks that change, in Order.
func (v *Verdict) Commands() []string {
	var commands []string
	for _, p := range v.Plans {
		if len(p.Steps) == 0 && len(p.outputs) == 0 {
			continue
		}
		command := "npx cdk deploy --app " + v.App + " --exclusively " + p.ID
		if p.Forced {
			command += " --force"
		}
		commands = append(commands, command)
	}
	return commands
}

// A writer writes until the first error.
type writer struct {
	out io.Writer
	err error
}

func (w *writer) printf(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format, args...)
	}
}

func (w *writer) plans(plans []*StackPlan) {
	w.printf("Stacks, in the order of their deployment:\n")
	for i, p := range plans {
		w.printf("  %d. %-10s %-15s %s\n", i+1, p.ID, p.Region, p.counts())
	}
}

// counts says how many steps of each kind a stack's deployment has.
func (p *StackPlan) counts() string {
	if len(p.Steps) == 0 {
		return "no change"
	}
	count := map[Action]int{}
	for _, step := range p.Steps {
		count[step.Action]++
	}
	var parts []string
	for _, action := range []struct {
		Action
		done string
	}{{Create, "created"}, {Update, "changed in place"}, {Replace, "replaced"}, {Delete, "deleted"}, {Retain, "let go of"}} {
		if n := count[action.Action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action.done))
		}
	}
	text := fmt.Sprintf("%d steps: %s", len(p.Steps), strings.Join(parts, ", "))
	if p.First {
		text = "new stack, " + text
	}
	return text
}

// findings writes findings under the headings of their kinds. Those that differ only
// in the step are one.
func (w *writer) findings(findings []Finding) {
	var last Kind
	for _, f := range gather(findings) {
		if f.Kind != last {
			w.printf("\n%s\n", title(f.Kind))
		}
		last = f.Kind
		w.printf("  %s\n", f)
	}
}

// title is the heading of a finding.
func title(kind Kind) string {
	return map[Kind]string{
		Lost: "VISITORS LOSE", Unread: "NOT KNOWN", Data: "DATA IS REPLACED", Refused: "AWS REFUSES", Stale: "NO LONGER TRUE",
		Open: "not protected meanwhile", Left: "left behind", Note: "note",
	}[kind]
}
