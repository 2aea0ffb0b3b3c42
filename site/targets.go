package site

import (
	"cmp"
	"time"
)

const (
	// ConnectTimeout is how long CloudFront waits for a connection to a load
	// balancer, where anything fails over at the edge.
	ConnectTimeout = 2 * time.Second

	// ClientKeepAlive is how long a load balancer keeps a client's connection that is
	// in use: until then, who holds one to the standby stays there.
	ClientKeepAlive = time.Minute
)

// answered is how long a visitor waits beside what time-outs take: until the next
// request, and for the answer of the other region.
const answered = 3 * time.Second

// Targets returns how long a failover may take: what Failover.Targets says and,
// for what that leaves out, what follows from the other settings. Its fields say
// how. FullLoad is 0 if it is left out.
func (s *Site) Targets() FailoverTargets {
	detected := time.Duration(s.Failover.Threshold) * (s.Failover.Interval + SlowestAnswer)
	writes := detected + AliasTTL
	if s.Edge.WriteFailover {
		writes = detected + ServingTTL
	}
	home := detected + s.Edge.ErrorCaching + AliasTTL + ClientKeepAlive
	if s.Failover.Front == FrontEdge {
		home = detected + s.Edge.ErrorCaching + ServingTTL
	}
	given := s.Failover.Targets
	return FailoverTargets{
		Reads:     cmp.Or(given.Reads, roundedUp(s.retriedReads(writes))),
		Writes:    cmp.Or(given.Writes, roundedUp(writes)),
		HomeAgain: cmp.Or(given.HomeAgain, roundedUp(home)),
		FullLoad:  given.FullLoad,
	}
}

// retriedReads is how long until visitors can read again.
func (s *Site) retriedReads(writes time.Duration) time.Duration {
	switch {
	case s.Edge.ReadFailover && s.Edge.WriteFailover:
		return max(s.Edge.ReadTimeout, ConnectTimeout) + answered
	case s.Edge.ReadFailover: // home is asked twice, as long as all else
		return 2*max(s.Edge.ResponseTimeout, ConnectTimeout) + answered
	}
	return writes + s.Edge.ErrorCaching
}

// roundedUp rounds a time above a minute up to half a minute: what follows from
// the settings is no more exact.
func roundedUp(d time.Duration) time.Duration {
	const step = 30 * time.Second
	if d <= time.Minute {
		return d
	}
	return (d + step - 1) / step * step
}
