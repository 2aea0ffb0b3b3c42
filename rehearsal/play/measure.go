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
		lost := count(!r.Good())
		switch {
		case r.Sent < play.Began || healedIn(play, r):
		case r.Sent >= play.Healed:
			sample.LostComingHome += lost
			if r.Write && r.Sent >= play.FailbackFrom() {
				home[r.Visitor].Note(r.Good() && r.By == "home", r.Sent+r.Took-play.FailbackFrom())
			}
		case r.Write:
			writes[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
			switch kindOf(r.Visitor) {
			case follows:
				sample.LostWrites += lost
			case keeps:
				sample.LostWritesKept += lost
			}
		default:
			reads[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
			if !r.Kept {
				sample.LostReads += lost
			}
		}
	}
	sample.Reads, sample.Writes, sample.Home = median(reads, follows), median(writes, follows), median(home, follows)
	sample.WritesKept, sample.HomeKept = median(writes, keeps), median(home, comesLate)
	return sample
}

// healedIn reports whether a request waited in the outage until home was healed:
// its answer says nothing about either time.
func healedIn(play *rehearsal.Play, r rehearsal.Request) bool {
	return r.Sent < play.Healed && r.Sent+r.Took >= play.Healed && r.Good()
}

// median returns the median of the visitors of a kind; Never if there are none.
func median(of []rehearsal.Recovery, kind kind) time.Duration {
	var times []time.Duration
	for number, recovery := range of {
		if kindOf(number) == kind {
			times = append(times, recovery.At())
		}
	}
	if len(times) == 0 {
		return rehearsal.Never
	}
	slices.Sort(times)
	return times[len(times)/2]
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
