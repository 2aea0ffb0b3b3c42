package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"twinsite/rehearsal"
)

// WriteText writes the report for a terminal: the predictions or what a drill measured,
// each play's timeline, and the verdict.
func (r *Report) WriteText(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	if r.Drill == nil {
		fmt.Fprintf(w, "%s, from the templates alone (all numbers: docs/rehearsal.md)\n", r.Model.Zone)
	}
	if text := r.Failback(); text != "" {
		fmt.Fprintln(w, text)
	}
	if r.Capacity != nil {
		r.writeCapacity(w)
	}
	for _, text := range r.Measured {
		fmt.Fprintln(w, "measured:", text)
	}
	if r.Drill != nil {
		if err := r.writeDrill(w); err != nil {
			return err
		}
	}
	for _, p := range r.predicted() {
		fmt.Fprintf(w, "\npredicted, %d trials: %s\n", p.Trials, p.Outage.Title())
		fmt.Fprintln(out, "\tmedian\t95 %\t99 %\tworst\tbound\ttarget\t")
		for _, q := range p.Quantities {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", q.Quantity, q.Median, q.P95, q.P99, q.Worst, orDash(q.Bound), r.target(p.Outage, q.Quantity))
		}
		if err := out.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s\n", summary(p))
		for _, text := range otherwise(p) {
			fmt.Fprintf(w, "  %s\n", text)
		}
	}
	for _, play := range r.Plays {
		r.writeTimeline(w, play)
	}
	if r.Passed() {
		fmt.Fprintln(w, "\nPASSED: within every target, as predicted")
	} else {
		fmt.Fprintln(w, "\nFAILED")
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %s: %s\n", f.Kind, f.Message)
	}
	return nil
}

// predicted are the predictions that have a table of their own: a drill's stands beside
// what was measured.
func (r *Report) predicted() []rehearsal.Prediction {
	if r.Drill != nil {
		return nil
	}
	return r.Predictions
}

func orDash(s rehearsal.Seconds) string {
	if s.Never() {
		return "-"
	}
	return s.String()
}

func (r *Report) target(o rehearsal.Outage, q rehearsal.Quantity) string {
	if target := r.of(q); target > 0 && o.Unjudged() == "" {
		return target.String()
	}
	return ""
}

// Each second of a play is shown as one of these, the first that applies: a single
// lost request marks the second as lost.
const marks = "x?sh"

// strip is one character for each step of a play: x somebody lost, s served by
// the standby, h by home.
func strip(p *rehearsal.Play, write bool, width int) string {
	marked := []byte(strings.Repeat(" ", width))
	for _, q := range p.Requests {
		if q.Write != write {
			continue
		}
		mark := byte('?')
		switch {
		case !q.Good():
			mark = 'x'
		case q.By != "":
			mark = q.By[0]
		}
		at := min(width-1, int(float64(width)*float64(q.Sent)/float64(p.Ended)))
		if old := marked[at]; old == ' ' || strings.IndexByte(marks, mark) < strings.IndexByte(marks, old) {
			marked[at] = mark
		}
	}
	return string(marked)
}

func (r *Report) writeTimeline(w io.Writer, p *rehearsal.Play) {
	const width = 72
	at := func(t time.Duration) int { return min(width-1, int(float64(width)*float64(t)/float64(p.Ended))) }
	ruler := []byte(strings.Repeat(".", width))
	ruler[at(p.Began)], ruler[at(p.Healed)] = '!', '+'
	removed := ""
	if p.Removed > 0 {
		ruler[at(p.Removed)], removed = '-', ", - switch removed"
	}
	how := fmt.Sprintf("played at speed %g (%.0f in effect)", p.Speed, p.Effective)
	if r.Drill != nil {
		how = "measured"
	}
	fmt.Fprintf(w, "\n%s: %s (! begins, + ends%s; h home, s standby, x somebody lost)\n", how, p.Outage.Title(), removed)
	fmt.Fprintf(w, "         %s %.0f s\n  reads  %s\n  writes %s\n", ruler, p.Ended.Seconds(), strip(p, false, width), strip(p, true, width))
	for _, e := range p.Events {
		fmt.Fprintf(w, "  %7.1f s  %s\n", e.At.Seconds(), e.What)
	}
	for _, q := range rehearsal.Quantities() {
		if r.Drill == nil { // whose table has them
			fmt.Fprintf(w, "  %-28s %s\n", q, q.Of(p.Sample))
		}
	}
	fmt.Fprintf(w, "  %d visitors lost %d reads and %d writes (%d more of those who keep their connection), and %d requests on the way home\n",
		p.Visitors, p.Sample.LostReads, p.Sample.LostWrites, p.Sample.LostWritesKept, p.Sample.LostComingHome)
	if text := r.unjudged(p); text != "" {
		fmt.Fprintf(w, "  %s\n", text)
	}
}
