package visit

import (
	"slices"
	"time"

	"twinsite/rehearsal"
)

// Measure completes the sample of a play or a drill by the median of each of the
// visitors' times. Who is home again is known by writes or, where nobody writes, by
// reads.
func Measure(play *rehearsal.Play, sample rehearsal.Sample) rehearsal.Sample {
	reads, writes, home := make([]rehearsal.Recovery, play.Visitors), make([]rehearsal.Recovery, play.Visitors), make([]rehearsal.Recovery, play.Visitors)
	writing := slices.ContainsFunc(play.Requests, func(r rehearsal.Request) bool { return r.Write })
	for _, r := range play.Requests {
		lost := count(!r.Good())
		switch {
		case r.Sent < play.Began || HealedIn(play, r):
		case r.Sent >= play.Healed:
			sample.LostComingHome += lost
			if r.Write == writing && r.Sent >= play.FailbackFrom() {
				home[r.Visitor].Note(r.Good() && r.By == "home", r.Sent+r.Took-play.FailbackFrom())
			}
		case r.Write:
			writes[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
			switch KindOf(r.Visitor) {
			case Follows:
				sample.LostWrites += lost
			case Keeps:
				sample.LostWritesKept += lost
			}
		default:
			reads[r.Visitor].Note(r.Good(), r.Sent+r.Took-play.Began)
			if !r.Kept {
				sample.LostReads += lost
			}
		}
	}
	sample.Reads, sample.Writes, sample.Home = median(reads, Follows), median(writes, Follows), median(home, Follows)
	sample.WritesKept, sample.HomeKept = median(writes, Keeps), median(home, ComesLate)
	return sample
}

// HealedIn reports whether a request waited in the outage until home was healed:
// its answer says nothing about either time.
func HealedIn(play *rehearsal.Play, r rehearsal.Request) bool {
	return r.Sent < play.Healed && r.Sent+r.Took >= play.Healed && r.Good()
}

// median returns the median of the visitors of a kind; Never if there are none.
func median(of []rehearsal.Recovery, kind Kind) time.Duration {
	var times []time.Duration
	for number, recovery := range of {
		if KindOf(number) == kind {
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
