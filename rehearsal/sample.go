package rehearsal

import "time"

// Never is a moment that does not come.
const Never = time.Duration(1<<63 - 1)

// A Sample is what one trial, or one play, measured. The first four, and
// SwitchPut, count from the beginning of the outage, the others from its end or,
// where manual failback has put the failover switch, from the switch's removal.
type Sample struct {
	Detect   time.Duration // the PRIMARY record became unhealthy
	DNSMoved time.Duration // DNS answers with the standby
	Reads    time.Duration // visitors read, and go on reading
	Writes   time.Duration // visitors write, and go on writing

	// WritesKept is Writes of a visitor who keeps the connection from before the
	// outage as long as it lives, whatever DNS answers.
	WritesKept time.Duration

	DetectHome time.Duration // the PRIMARY record is healthy again
	DNSHome    time.Duration // DNS answers with home
	Home       time.Duration // home serves the visitor again, and goes on to

	// HomeKept is Home of a visitor who came during the outage, after DNS had moved,
	// and keeps each connection as long as it lives.
	HomeKept time.Duration

	LostReads, LostWrites int // requests without a good answer during the outage, of a visitor who follows DNS
	LostWritesKept        int // the same, of one who keeps the connection from before it
	LostComingHome        int // requests without a good answer after it, of all

	SwitchPut time.Duration // manual failback put the failover switch
}

// NewSample is a sample in which nothing has happened yet.
func NewSample() Sample {
	return Sample{
		Detect: Never, DNSMoved: Never, Reads: Never, Writes: Never, WritesKept: Never,
		DetectHome: Never, HomeKept: Never, DNSHome: Never, Home: Never, SwitchPut: Never,
	}
}

// NoteHealth records the PRIMARY record's health from the time at on. Times count
// from the beginning of the outage; before failback, no recovery is recorded.
func (s *Sample) NoteHealth(at, failback time.Duration, healthy bool) {
	note(&s.Detect, &s.DetectHome, at, failback, !healthy)
}

// NoteDNS records whether DNS answers with the standby from the time at on; see
// NoteHealth.
func (s *Sample) NoteDNS(at, failback time.Duration, standby bool) {
	note(&s.DNSMoved, &s.DNSHome, at, failback, standby)
}

// note records the first time in the outage at which something is away from home
// and, not before failback, the first at which it is home again.
func note(away, home *time.Duration, at, failback time.Duration, isAway bool) {
	switch {
	case isAway && at >= 0 && *away == Never:
		*away = at
	case !isAway && *away != Never && at >= failback && *home == Never:
		*home = at - failback
	}
}

// A Recovery is the time from which on something has always worked.
type Recovery struct {
	Done time.Duration // 0 before the first attempt; Never, after one that failed
	set  bool
}

// Note takes what came of an attempt, and when it ended.
func (r *Recovery) Note(good bool, done time.Duration) {
	switch {
	case !good:
		r.Done, r.set = Never, true
	case !r.set || r.Done == Never:
		r.Done, r.set = done, true
	}
}

// At is when it works; Never, if it does not or nobody tried.
func (r Recovery) At() time.Duration {
	if !r.set {
		return Never
	}
	return r.Done
}
