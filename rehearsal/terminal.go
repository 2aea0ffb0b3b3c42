package rehearsal

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteText writes the report for a terminal: the predictions, each play's
// timeline, and the verdict.
func (r *Report) WriteText(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s, from the templates alone (all numbers: docs/rehearsal.md)\n", r.Model.Zone)
	if text := r.Failback(); text != "" {
		fmt.Fprintln(w, text)
	}
	for _, p := range r.Predictions {
		fmt.Fprintf(w, "\npredicted, %d trials: %s\n", p.Trials, p.Outage.Title())
		fmt.Fprintln(out, "\tmedian\t95 %\t99 %\tworst\tbound\ttarget\t")
		for _, q := range p.Quantities {
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", q.Quantity, q.Median, q.P95, q.P99, q.Worst, orDash(q.Bound), r.target(p.Outage, q.Quantity))
		}
		if err := out.Flush(); err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s\n", p.Story())
	}
	for _, play := range r.Plays {
		play.writeTimeline(w)
	}
	if r.Passed() {
		_, err := fmt.Fprintln(w, "\nPASSED: within every target, as predicted")
		return err
	}
	fmt.Fprintf(w, "\nFAILED\n")
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %s: %s\n", f.Kind, f.Message)
	}
	return nil
}

func orDash(s Seconds) string {
	if s.Never() {
		return "-"
	}
	return s.String()
}

func (r *Report) target(o Outage, q Quantity) string {
	if target := r.Targets.of(q); target > 0 && o.Unjudged() == "" {
		return target.String()
	}
	return ""
}

// Failback says what the numbers of the way home mean where failback is manual;
// "" where visitors come home by themselves.
func (r *Report) Failback() string {
	f := r.Model.Failback
	if f == nil {
		return ""
	}
	return fmt.Sprintf("Failback is manual: once the alarm %s has gone off, %s puts the failover switch, and visitors come home only when somebody removes it.\n"+
		"%q, %q and %q count from then; the prediction has it removed %s after the outage.", f.Alarm, f.StateMachine, DetectHome, DNSHome, HomeAgain, Seconds(r.Parameters.OperatorAfter))
}

// Story says in one sentence what a visitor goes through and, where failback is
// manual, in another what becomes of it.
func (p Prediction) Story() string {
	if p.Failback == nil {
		return p.visitor()
	}
	return p.visitor() + " " + p.Failback.story(p.Trials, p.Outage)
}

func (p Prediction) visitor() string {
	reads, writes, moved := p.Of(ReadsBack), p.Of(WritesBack), p.Of(DNSMoved)
	switch {
	case p.Outage.Unjudged() != "":
		return fmt.Sprintf("Not held to the targets: %s. A visitor loses %.0f reads and %.0f writes.", p.Outage.Unjudged(), p.Lost.Reads, p.Lost.Writes)
	case reads.Median.Never() && writes.Median.Never():
		return "Everybody is lost until home is healed: the templates describe no failover."
	case !moved.Median.Never() && reads.Median >= moved.Median:
		return fmt.Sprintf("Everybody is lost until DNS moves: %.0f reads and %.0f writes of a visitor.", p.Lost.Reads, p.Lost.Writes)
	case p.Lost.Reads+p.Lost.Writes == 0:
		return "Nobody loses a request."
	}
	return fmt.Sprintf("A visitor loses %.1f reads and %.0f writes, and %.0f requests on the way home.", p.Lost.Reads, p.Lost.Writes, p.Lost.ComingHome)
}

// A second of a play is served by one of these, in the order of their claim: a
// single loss marks the second.
const marks = "x?sh"

// strip is one character for each step of a play: x somebody lost, s served by
// the standby, h by home.
func (p *Play) strip(write bool, width int) string {
	strip := []byte(strings.Repeat(" ", width))
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
		if old := strip[at]; old == ' ' || strings.IndexByte(marks, mark) < strings.IndexByte(marks, old) {
			strip[at] = mark
		}
	}
	return string(strip)
}

func (p *Play) writeTimeline(w io.Writer) {
	const width = 72
	at := func(t time.Duration) int { return min(width-1, int(float64(width)*float64(t)/float64(p.Ended))) }
	ruler := []byte(strings.Repeat(".", width))
	ruler[at(p.Began)], ruler[at(p.Healed)] = '!', '+'
	removed := ""
	if p.Removed > 0 {
		ruler[at(p.Removed)], removed = '-', ", - switch removed"
	}
	fmt.Fprintf(w, "\nplayed at speed %g (%.0f in effect): %s (! begins, + ends%s; h home, s standby, x somebody lost)\n", p.Speed, p.Effective, p.Outage.Title(), removed)
	fmt.Fprintf(w, "         %s %.0f s\n  reads  %s\n  writes %s\n", ruler, p.Ended.Seconds(), p.strip(false, width), p.strip(true, width))
	for _, e := range p.Events {
		fmt.Fprintf(w, "  %7.1f s  %s\n", e.At.Seconds(), e.What)
	}
	for _, q := range Quantities() {
		fmt.Fprintf(w, "  %-18s %s\n", q, q.Of(p.Sample))
	}
	fmt.Fprintf(w, "  %d visitors lost %d reads and %d writes, and %d requests on the way home\n",
		p.Visitors, p.Sample.LostReads, p.Sample.LostWrites, p.Sample.LostComingHome)
}
