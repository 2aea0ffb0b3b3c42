package predict

import (
	"time"

	"twinsite/rehearsal"
)

// longAgo is before anything happens.
const longAgo = time.Duration(-1 << 62)

// A change is a new status from a moment on.
type change struct {
	at      time.Duration
	healthy bool
}

func statusAt(changes []change, at time.Duration) bool {
	healthy := true
	for _, c := range changes {
		if c.at > at {
			break
		}
		healthy = c.healthy
	}
	return healthy
}

// answers are a name's records over time: of what DNS answers or, with the TTL's
// delay, of what a resolver does. The first is there from long ago.
type answers []answer

type answer struct {
	at     time.Duration
	record *rehearsal.Record
}

// at is the answer at a time.
func (a answers) at(at time.Duration) *rehearsal.Record {
	for i := len(a) - 1; i > 0; i-- {
		if a[i].at <= at {
			return a[i].record
		}
	}
	return a[0].record
}

// after is when the answer changes next.
func (a answers) after(at time.Duration) time.Duration {
	for _, answer := range a {
		if answer.at > at {
			return answer.at
		}
	}
	return rehearsal.Never
}

// cached is what a resolver answers that asks DNS at a phase and from then on each
// time that its answer has expired: others use it too.
func (a answers) cached(into answers, phase, ttl time.Duration) answers {
	into = append(into[:0], a[0])
	for _, answer := range a[1:] {
		seen := answer.at
		if ttl > 0 {
			rest := (answer.at - phase) % ttl
			if rest < 0 {
				rest += ttl
			}
			if rest > 0 {
				seen += ttl - rest
			}
		}
		if last := &into[len(into)-1]; last.at == seen {
			last.record = answer.record // two changes between two questions
			continue
		}
		into = append(into, answer)
		into[len(into)-1].at = seen
	}
	return into
}

// ttl is how long a resolver keeps the answer of a pair: that of the record with the
// longer TTL.
func ttl(pair *rehearsal.Pair, of func(*rehearsal.Record) time.Duration) time.Duration {
	var longest time.Duration
	for _, record := range []*rehearsal.Record{pair.Primary, pair.Secondary} {
		if record != nil {
			longest = max(longest, of(record))
		}
	}
	return longest
}
