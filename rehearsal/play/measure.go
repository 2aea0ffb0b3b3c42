package play

import (
	"cmp"
	"fmt"
	"slices"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// finish gathers events and measures.
func (d *director) finish() {
	r := d.stage.route53
	r.mu.Lock()
	d.play.Events = append(d.play.Events, r.primary...)
	sample := rehearsal.NewSample()
	if d.failback != nil && d.failback.put != rehearsal.Never {
		sample.SwitchPut = d.failback.put - d.play.Began
	}
	failback := d.play.FailbackFrom() - d.play.Began
	leading, front := d.model.Leading(), d.model.Pairs[0]
	for _, answer := range r.answers[leading][1:] {
		d.event(answer.at, "DNS answers "+answer.record.Failover)
		sample.NoteDNS(answer.at-d.play.Began, failback, answer.record.Failover == "SECONDARY")
	}
	if front != leading {
		for _, answer := range r.answers[front][1:] {
			d.event(answer.at, "DNS answers "+answer.record.Failover+" to visitors")
		}
	}
	for _, event := range r.primary {
		sample.NoteHealth(event.At-d.play.Began, failback, event.What == "PRIMARY healthy")
	}
	r.mu.Unlock()
	slices.SortStableFunc(d.play.Events, func(a, b rehearsal.Event) int { return cmp.Compare(a.At, b.At) })
	d.play.Requests = d.log.All()
	slices.SortStableFunc(d.play.Requests, func(a, b rehearsal.Request) int { return cmp.Compare(a.Sent, b.Sent) })
	d.play.Sample = visit.Measure(d.play, sample)
	if d.options.Progress != nil {
		fmt.Fprintln(d.options.Progress)
	}
}
