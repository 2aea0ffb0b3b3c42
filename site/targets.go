package site

import (
	"cmp"
	"time"
)

// retriedReads is how long reads take that CloudFront retries at the standby.
const retriedReads = 10 * time.Second

// Targets returns how long a failover may take: what Failover.Targets says and,
// for what that leaves out, what follows from the other settings.
func (s *Site) Targets() FailoverTargets {
	writes := time.Duration(s.Failover.Threshold)*(s.Failover.Interval+SlowestAnswer) + AliasTTL
	reads := writes + s.Edge.ErrorCaching
	if s.Edge.ReadFailover {
		reads = retriedReads
	}
	given := s.Failover.Targets
	return FailoverTargets{
		Reads:     cmp.Or(given.Reads, roundedUp(reads)),
		Writes:    cmp.Or(given.Writes, roundedUp(writes)),
		HomeAgain: cmp.Or(given.HomeAgain, roundedUp(writes+s.Edge.ErrorCaching)),
	}
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
