package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"twinsite/rehearsal"
)

// drillSlack is by how much a drill's figures may be wrong: it sees health checks every
// 2 s and DNS every 0.5 s.
const drillSlack = 2500 * time.Millisecond

// NewDrill compares what a drill measured with its prediction and with the targets, and
// says which of the things that the prediction assumes are otherwise.
func NewDrill(m *rehearsal.Model, p rehearsal.Parameters, seed uint64, targets Targets, prediction rehearsal.Prediction, drill *rehearsal.Drill) *Report {
	r := &Report{Model: m, Parameters: p, Seed: seed, Targets: targets, Predictions: []rehearsal.Prediction{prediction}, Drill: drill}
	if drill.Play != nil {
		r.Plays = append(r.Plays, drill.Play)
	}
	for _, row := range r.Rows() {
		if row.Missed {
			r.add("target", "%s: %s, measured %s, target %s: %s", drill.Outage, row.Quantity, row.Measured, row.Target, r.blameDrill(row.Quantity))
		}
		if row.Outside {
			r.add("disagreement", "%s: %s, measured %s, predicted %s (1st to 99th percentile)", drill.Outage, row.Quantity, row.Measured, row.Predicted)
		}
	}
	if lost := drill.Lost["comingHome"]; lost > 0 {
		r.add("target", "%s: on the way home, visitors lost %d requests; none may be lost", drill.Outage, lost)
	}
	for _, u := range drill.Unknowns {
		if u.Differs {
			r.add("disagreement", "%s: assumed %s, measured %s (%s)", u.Name, u.Assumed, u.Measured, u.Why)
		}
	}
	for _, remark := range drill.Remarks {
		r.add(note, "%s", remark)
	}
	return r
}

// blameDrill says which phase took too long, if the drill saw the phases.
func (r *Report) blameDrill(q rehearsal.Quantity) string {
	if r.Drill.Play == nil || r.Drill.Unmeasured[rehearsal.Detect] != "" {
		return "see the timeline"
	}
	return blame(q, r.Drill.Play.Sample)
}

// A Row is a quantity of a drill: what was predicted, what was measured, and the target.
type Row struct {
	Quantity rehearsal.Quantity `json:"quantity"`

	Predicted string `json:"predicted"` // "29.1s to 38s"
	Measured  string `json:"measured"`  // "31.2s"; or why it was not
	Target    string `json:"target"`    // "58s"; "" if it has none

	Outside bool `json:"outside"` // of what was predicted
	Missed  bool `json:"missed"`  // the target
}

// Rows are the drill's quantities, in the order of an outage.
func (r *Report) Rows() []Row {
	var rows []Row
	for _, q := range rehearsal.Quantities() {
		g := r.Predictions[0].Of(q)
		row := Row{Quantity: q, Predicted: span1to99(g), Target: r.target(r.Drill.Outage, q)}
		got, measured := r.Drill.Measured[q]
		if row.Measured = got.String(); !measured {
			row.Measured = "not measured"
		} else {
			row.Outside = !within(got, g, drillSlack)
			target := r.of(q)
			row.Missed = target > 0 && row.Target != "" && (got.Never() || time.Duration(got)-drillSlack > target)
		}
		rows = append(rows, row)
	}
	return rows
}

func span1to99(g rehearsal.Forecast) string {
	if g.P1 == g.P99 {
		return g.P1.String()
	}
	return fmt.Sprintf("%s to %s", g.P1, g.P99)
}

// within reports whether a time is between the 1st and the 99th percentile, with some
// slack.
func within(got rehearsal.Seconds, g rehearsal.Forecast, slack time.Duration) bool {
	low, high := time.Duration(g.P1)-slack, g.P99
	if !high.Never() {
		high += rehearsal.Seconds(slack)
	}
	if g.P1.Never() {
		low = rehearsal.Never
	}
	return time.Duration(got) >= low && got <= high
}

// Title names the report.
func (r *Report) Title() string {
	if r.Drill != nil {
		return "Drill of " + r.Model.Zone
	}
	return "Rehearsal of " + r.Model.Zone
}

// Origin says what the report is taken from.
func (r *Report) Origin() string {
	if r.Drill == nil {
		return "Played and predicted from the templates alone."
	}
	writes := "Nobody wrote."
	if r.Drill.Write != "" {
		writes = "They wrote by POST " + r.Drill.Write + "."
	}
	return fmt.Sprintf("Measured by visitors of the deployed site on %s, and predicted from its templates. %s", r.Drill.At.UTC().Format("2006-01-02 15:04 MST"), writes)
}

// Judged says of an unknown whether the drill has settled it.
func Judged(u rehearsal.Unknown) string {
	switch {
	case u.Settled && u.Differs:
		return "settled, otherwise"
	case u.Settled:
		return "settled"
	}
	return "not settled"
}

// writeDrill writes the drill's table and unknowns for a terminal.
func (r *Report) writeDrill(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\n%s: %s\n%s\n", r.Title(), r.Drill.Outage.Title(), r.Origin())
	fmt.Fprintln(out, "\tpredicted\tmeasured\ttarget\t\t")
	for _, row := range r.Rows() {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t\n", row.Quantity, row.Predicted, row.Measured, row.Target, row.marks())
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for _, q := range rehearsal.Quantities() {
		if why := r.Drill.Unmeasured[q]; why != "" {
			fmt.Fprintf(w, "  %s was not measured: %s\n", q, why)
		}
	}
	fmt.Fprintln(w, "\nwhat AWS does not publish (docs/rehearsal.md):")
	for _, u := range r.Drill.Unknowns {
		fmt.Fprintf(w, "  %s: %s; assumed %s", u.Name, Judged(u), u.Assumed)
		if u.Measured != "" {
			fmt.Fprintf(w, ", measured %s", u.Measured)
		}
		fmt.Fprintf(w, " (%s)\n", u.Why)
	}
	return nil
}

func (row Row) marks() string {
	var marks []string
	if row.Outside {
		marks = append(marks, "not as predicted")
	}
	if row.Missed {
		marks = append(marks, "target missed")
	}
	return strings.Join(marks, ", ")
}
