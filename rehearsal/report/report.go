// Package report compares predictions and plays of a site's outages with the
// site's targets and with each other, and writes the verdict for a terminal, as
// a page and as JSON.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/capacity"
)

// Targets say how long a failover may take; see the site's failover.targets.
type Targets struct {
	Reads, Writes, HomeAgain time.Duration

	FullLoad time.Duration // until the site carries all its load; 0: not judged
}

// of is a quantity's target, 0 if it has none.
func (t Targets) of(q rehearsal.Quantity) time.Duration {
	return map[rehearsal.Quantity]time.Duration{
		rehearsal.ReadsBack: t.Reads, rehearsal.WritesBack: t.Writes, rehearsal.WritesKept: t.Writes,
		rehearsal.HomeAgain: t.HomeAgain, rehearsal.HomeKept: t.HomeAgain,
	}[q]
}

// of is a quantity's target at this site, 0 if it has none: where nothing moves
// behind the edge, nobody promises anything to visitors who keep a connection to
// it.
func (r *Report) of(q rehearsal.Quantity) time.Duration {
	if q == rehearsal.WritesKept && len(r.Model.Serving) == 0 {
		return 0
	}
	return r.Targets.of(q)
}

// A Report is the verdict on a site's failover.
type Report struct {
	Model       *rehearsal.Model
	Parameters  rehearsal.Parameters
	Seed        uint64
	Targets     Targets
	Predictions []rehearsal.Prediction
	Plays       []*rehearsal.Play
	Capacity    *capacity.Table // nil of a drill
	Findings    []Finding

	// Drill is what a drill measured; its play is in Plays. Nil of a rehearsal.
	Drill *rehearsal.Drill

	// Measured says which parameters of the prediction a drill had measured, a line each.
	Measured []string
}

// A Finding is why a rehearsal failed, or a note.
type Finding struct {
	// Kind is "templates" (a resource that breaks the failover), "target" (one
	// that was missed), "disagreement" (of play and prediction: one is wrong) or
	// "note" (a resource that makes an outage longer, within the targets or not).
	Kind string `json:"kind"`

	Message string `json:"message"`
}

// New compares predictions and plays with the targets and each other.
func New(m *rehearsal.Model, p rehearsal.Parameters, seed uint64, targets Targets, predictions []rehearsal.Prediction, plays []*rehearsal.Play) *Report {
	r := &Report{Model: m, Parameters: p, Seed: seed, Targets: targets, Predictions: predictions, Plays: plays, Capacity: capacity.New(m, p)}
	for _, fault := range m.Faults {
		r.add("templates", "%s", fault)
	}
	for _, fault := range m.Notes {
		r.add(note, "%s", fault)
	}
	r.judgeCapacity()
	for _, prediction := range predictions {
		r.judgePrediction(prediction)
	}
	for _, play := range plays {
		r.judgePlay(play)
	}
	return r
}

// Passed reports whether nothing was found but notes.
func (r *Report) Passed() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Kind != note })
}

// note is the kind of a finding that fails no rehearsal.
const note = "note"

func (r *Report) add(kind, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{kind, fmt.Sprintf(format, args...)})
}

// judgePrediction compares the worst trial with the targets.
func (r *Report) judgePrediction(p rehearsal.Prediction) {
	if p.Outage.Unjudged() != "" {
		return
	}
	worst := rehearsal.Sample{
		Detect: time.Duration(p.Of(rehearsal.Detect).Worst), DNSMoved: time.Duration(p.Of(rehearsal.DNSMoved).Worst),
		Reads: time.Duration(p.Of(rehearsal.ReadsBack).Worst), Writes: time.Duration(p.Of(rehearsal.WritesBack).Worst),
		WritesKept: time.Duration(p.Of(rehearsal.WritesKept).Worst),
		DetectHome: time.Duration(p.Of(rehearsal.DetectHome).Worst), DNSHome: time.Duration(p.Of(rehearsal.DNSHome).Worst),
		Home: time.Duration(p.Of(rehearsal.HomeAgain).Worst), HomeKept: time.Duration(p.Of(rehearsal.HomeKept).Worst),
	}
	r.judge("predicted at worst", p.Outage, worst)
	for _, variant := range p.Otherwise {
		r.noteVariant(p, variant)
	}
	if p.Lost.ComingHome > 0 {
		r.add("target", "%s: on the way home, a visitor loses %.2f requests on average; none may be lost", p.Outage, p.Lost.ComingHome)
	}
}

// noteVariant says what an unknown would cost, if it would miss a target. It fails
// no rehearsal, as nobody knows.
func (r *Report) noteVariant(p rehearsal.Prediction, v rehearsal.Variant) {
	for _, q := range judged {
		worst, target := v.Of(q).Worst, r.of(q)
		if target > 0 && time.Duration(worst) > target && time.Duration(p.Of(q).Worst) <= target {
			r.add(note, "%s: if %s, %s would take %s at worst, not %s, beyond the target %s", p.Outage, v.If, q, worst, p.Of(q).Worst, rehearsal.Seconds(target))
		}
	}
}

// judged are the quantities that have a target.
var judged = []rehearsal.Quantity{rehearsal.ReadsBack, rehearsal.WritesBack, rehearsal.WritesKept, rehearsal.HomeAgain, rehearsal.HomeKept}

func (r *Report) judge(how string, outage rehearsal.Outage, s rehearsal.Sample) {
	for _, quantity := range judged {
		got, target := quantity.Of(s), r.of(quantity)
		if target == 0 || time.Duration(got) <= target {
			continue
		}
		r.add("target", "%s: %s, %s %s, target %s: %s", outage, quantity, how, got, rehearsal.Seconds(target), blame(quantity, s))
	}
}

// slackPerSpeed is how much the machine's own delays may add to a measured time:
// 50 ms of real time.
const slackPerSpeed = 50 * time.Millisecond

// judgePlay compares a play with the targets and with the prediction.
func (r *Report) judgePlay(play *rehearsal.Play) {
	slack := time.Duration(float64(slackPerSpeed) * play.Speed)
	if play.Outage.Unjudged() == "" {
		late := play.Sample
		for _, d := range []*time.Duration{&late.Reads, &late.Writes, &late.WritesKept, &late.Home, &late.HomeKept} {
			if *d != rehearsal.Never {
				*d -= slack
			}
		}
		r.judge("played", play.Outage, late)
		if lost := play.Sample.LostComingHome; lost > 0 {
			r.add("target", "%s: on the way home, the play's visitors lost %d requests; none may be lost", play.Outage, lost)
		}
	}
	for _, prediction := range r.Predictions {
		if prediction.Outage == play.Outage && play.Outage.Unjudged() == "" {
			r.compare(prediction, play, slack)
		}
	}
}

// compare reports each time that is outside of the prediction's 1st to 99th
// percentile.
func (r *Report) compare(p rehearsal.Prediction, play *rehearsal.Play, slack time.Duration) {
	for _, quantity := range rehearsal.Quantities() {
		got, g := quantity.Of(play.Sample), p.Of(quantity)
		if within(got, g, slack) {
			continue
		}
		why := "play or prediction is wrong"
		if play.Effective < 0.7*play.Speed {
			why = fmt.Sprintf("this machine managed a speed of %.0f only: play at a lower one", play.Effective)
		}
		r.add("disagreement", "%s: %s, played %s, predicted %s to %s (1st to 99th percentile): %s", play.Outage, quantity, got, g.P1, g.P99, why)
	}
}

// blame says which phase of a sample took too long.
func blame(q rehearsal.Quantity, s rehearsal.Sample) string {
	detect, moved, all, unhealthy := s.Detect, s.DNSMoved, q.Of(s), "Route 53 never found the outage: the records' health checks did not fail"
	if q == rehearsal.HomeAgain || q == rehearsal.HomeKept {
		detect, moved, unhealthy = s.DetectHome, s.DNSHome, "Route 53 never found home healthy again"
	}
	switch {
	case detect == rehearsal.Never && !all.Never():
		return "DNS never moved; the edge and the load balancer's own checks took that long"
	case detect == rehearsal.Never:
		return unhealthy
	case moved == rehearsal.Never:
		return "DNS never moved, though the health check changed"
	case all.Never():
		return fmt.Sprintf("DNS moved after %s, and visitors were still not served there", rehearsal.Seconds(moved))
	case time.Duration(all) < moved:
		return "the edge's retries took too long"
	}
	phase, longest := "detecting", detect
	if d := moved - detect; d > longest {
		phase, longest = "spreading the new status", d
	}
	if d := time.Duration(all) - moved; d > longest {
		phase, longest = "resolvers keeping the old answer", d
		if q == rehearsal.WritesKept || q == rehearsal.HomeKept {
			phase = "resolvers and connections that keep the old answer"
		}
	}
	return fmt.Sprintf("%s took longest, %s", phase, rehearsal.Seconds(longest))
}

// WriteJSON writes the report with times in seconds, and null for what never
// happened.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	plays := []any{}
	for _, play := range r.Plays {
		plays = append(plays, plain(play))
	}
	pairs := []any{}
	for _, pair := range r.Model.Pairs {
		pairs = append(pairs, map[string]any{"name": pair.Name, "type": pair.Type, "place": pair.Place()})
	}
	report := map[string]any{
		"zone": r.Model.Zone, "pairs": pairs, "replication": map[string]bool{
			"homeToStandby": r.Model.Replication.HomeToStandby, "standbyToHome": r.Model.Replication.StandbyToHome,
		},
		"seed": r.Seed, "passed": r.Passed(), "findings": append([]Finding{}, r.Findings...),
		"targets":         r.plainTargets(),
		"documentedBound": rehearsal.DocumentedBound(r.Model, r.Parameters),
		"unknown": map[string]any{
			"pooledStay": r.Parameters.PooledStay, "edgeTtl": rehearsal.Seconds(r.Parameters.EdgeTTL),
			"staleShare": r.Parameters.StaleShare, "edgeConnection": rehearsal.Seconds(r.Parameters.EdgeConnection),
		},
		"predictions": append([]rehearsal.Prediction{}, r.Predictions...),
		"plays":       plays,
	}
	if f := r.Model.Failback; f != nil {
		report["failback"] = map[string]any{
			"stateMachine": f.StateMachine, "alarm": f.Alarm, "operatorAfter": rehearsal.Seconds(r.Parameters.OperatorAfter),
		}
	}
	if r.Capacity != nil {
		report["capacity"] = append([]capacity.Row{}, r.Capacity.Rows...)
	}
	if len(r.Measured) > 0 {
		report["measured"] = r.Measured
	}
	if r.Drill != nil {
		report["drill"], report["figures"] = r.Drill, r.Rows()
	}
	return encoder.Encode(report)
}

func (r *Report) plainTargets() map[string]rehearsal.Seconds {
	targets := map[string]rehearsal.Seconds{
		"reads": rehearsal.Seconds(r.Targets.Reads), "writes": rehearsal.Seconds(r.Targets.Writes), "homeAgain": rehearsal.Seconds(r.Targets.HomeAgain),
	}
	if r.Targets.FullLoad > 0 {
		targets["fullLoad"] = rehearsal.Seconds(r.Targets.FullLoad)
	}
	return targets
}

// plain converts a play for JSON.
func plain(p *rehearsal.Play) map[string]any {
	measured := map[rehearsal.Quantity]rehearsal.Seconds{}
	for _, quantity := range rehearsal.Quantities() {
		measured[quantity] = quantity.Of(p.Sample)
	}
	events, requests := []any{}, []any{}
	for _, e := range p.Events {
		events = append(events, map[string]any{"at": rehearsal.Seconds(e.At), "what": e.What})
	}
	for _, q := range p.Requests {
		requests = append(requests, map[string]any{
			"visitor": q.Visitor, "kept": q.Kept, "write": q.Write, "sent": rehearsal.Seconds(q.Sent), "took": rehearsal.Seconds(q.Took), "status": q.Status, "by": q.By, "to": q.To,
		})
	}
	all := map[string]any{
		"outage": p.Outage, "speed": p.Speed, "visitors": p.Visitors,
		"began": rehearsal.Seconds(p.Began), "healed": rehearsal.Seconds(p.Healed), "ended": rehearsal.Seconds(p.Ended), "effectiveSpeed": p.Effective,
		"measured": measured, "lost": map[string]int{"reads": p.Sample.LostReads, "writes": p.Sample.LostWrites, "writesKept": p.Sample.LostWritesKept, "comingHome": p.Sample.LostComingHome},
		"events": events, "requests": requests,
	}
	if p.Removed > 0 {
		all["removed"] = rehearsal.Seconds(p.Removed)
	}
	return all
}
