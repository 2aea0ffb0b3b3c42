package rehearsal

import "time"

// A Play is what happened.
type Play struct {
	Outage    Outage
	Speed     float64
	Visitors  int
	Began     time.Duration // of the outage, since the play began
	Healed    time.Duration
	Removed   time.Duration // when an operator deleted the switch of manual failback; 0 if nobody had to
	Ended     time.Duration
	Events    []Event // in order
	Requests  []Request
	Sample    Sample  // the median over the visitors
	Effective float64 // the speed that this machine managed
}

// FailbackFrom is when failback can begin: when home is healed, or when an
// operator has removed the switch.
func (p *Play) FailbackFrom() time.Duration { return max(p.Healed, p.Removed) }

// Answered counts the requests that the standby got from when DNS led there until home
// was healed, and those of them that it answered well.
func (p *Play) Answered() (good, all int) {
	from := Never
	for _, e := range p.Events {
		if e.What == "DNS answers SECONDARY" {
			from = min(from, e.At)
		}
	}
	for _, r := range p.Requests {
		if r.Sent < from || r.Sent >= p.Healed || r.By != "standby" {
			continue
		}
		if all++; r.Good() {
			good++
		}
	}
	return good, all
}

// A Request is one request of a visitor, and what came of it.
type Request struct {
	Visitor int
	Kept    bool // of a visitor who keeps the connection as long as it lives
	Write   bool
	Sent    time.Duration // since the play began
	Took    time.Duration
	Status  int    // 0: no answer
	By      string // "home", "standby", or "" of no region
	To      string // what DNS led to: "edge", "home" or "standby"
}

// Good reports whether the visitor got what they asked for.
func (q Request) Good() bool { return q.Status >= 200 && q.Status < 400 }

// An Event is something that happened in a play.
type Event struct {
	At   time.Duration
	What string
}
