package play

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"twinsite/rehearsal"
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
	for _, answer := range r.answers[d.model.Pairs[0]][1:] {
		d.event(answer.at, "DNS answers "+answer.record.Failover)
		sample.NoteDNS(answer.at-d.play.Began, failback, answer.record.Failover == "SECONDARY")
	}
	for _, event := range r.primary {
		sample.NoteHealth(event.At-d.play.Began, failback, event.What == "PRIMARY healthy")
	}
	r.mu.Unlock()
	slices.SortStableFunc(d.play.Events, func(a, b rehearsal.Event) int { return cmp.Compare(a.At, b.At) })
	d.play.Requests = d.log.all()
	slices.SortStableFunc(d.play.Requests, func(a, b rehearsal.Request) int { return cmp.Compare(a.Sent, b.Sent) })
	d.play.Sample = measure(d.play, sample)
	if d.options.Progress != nil {
		fmt.Fprintln(d.options.Progress)
	}
}

// measure computes the median of each of the visitors' times.
func measure(play *rehearsal.Play, sample rehearsal.Sample) rehearsal.Sample {
	reads, writes, home := make([]rehearsal.Recovery, play.Visitors), make([]rehearsal.Recovery, play.Visitors), make([]rehearsal.Recovery, play.Visitors)
	for _, r := range play.Requests {
		switch {
		case r.Sent < play.Began:
		case r.Sent >= play.Healed:
			sample.LostComingHome += count(!r.Good())
			if r.Write && r.Sent >= play.FailbackFrom() {
				home[r.Visitor].Note(r.Good() && r.By == "home", r.Sent+r.Took-play.FailbackFrom())
			}
		case r.Write:
			sample.LostWrites += count(!r.Good())
			writes[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
		default:
			sample.LostReads += count(!r.Good())
			reads[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
		}
	}
	sample.Reads, sample.Writes, sample.Home = median(reads), median(writes), median(home)
	return sample
}

func median(times []rehearsal.Recovery) time.Duration {
	slices.SortFunc(times, func(a, b rehearsal.Recovery) int { return cmp.Compare(a.At(), b.At()) })
	return times[len(times)/2].At()
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
