package site

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTargets promises that a target that is left out follows from the
// settings, and that one that is given counts.
func TestTargets(t *testing.T) {
	const s, m = time.Second, time.Minute
	tests := map[string]struct {
		edit func(*Site)
		want FailoverTargets
	}{
		"default":       {func(*Site) {}, FailoverTargets{Reads: 10 * s, Writes: 2 * m, HomeAgain: 2 * m}},
		"every 30 s":    {func(site *Site) { site.Failover.Interval = 30 * s }, FailoverTargets{Reads: 10 * s, Writes: 3 * m, HomeAgain: 3 * m}},
		"threshold 1":   {func(site *Site) { site.Failover.Threshold = 1 }, FailoverTargets{Reads: 10 * s, Writes: 90 * s, HomeAgain: 90 * s}},
		"threshold 10":  {func(site *Site) { site.Failover.Threshold = 10 }, FailoverTargets{Reads: 10 * s, Writes: 4 * m, HomeAgain: 4 * m}},
		"reads by DNS":  {func(site *Site) { site.Edge.ReadFailover = false }, FailoverTargets{Reads: 2 * m, Writes: 2 * m, HomeAgain: 2 * m}},
		"errors cached": {func(site *Site) { site.Edge.ErrorCaching = 10 * s }, FailoverTargets{Reads: 10 * s, Writes: 2 * m, HomeAgain: 2 * m}},
		"cached and slow": {func(site *Site) {
			site.Failover.Interval, site.Failover.Threshold, site.Edge.ErrorCaching = 30*s, 2, 10*s
		}, FailoverTargets{Reads: 10 * s, Writes: 150 * s, HomeAgain: 150 * s}},
		"cached, by DNS": {func(site *Site) {
			site.Failover.Threshold, site.Edge.ErrorCaching, site.Edge.ReadFailover = 5, 10*s, false
		}, FailoverTargets{Reads: 150 * s, Writes: 150 * s, HomeAgain: 150 * s}},
		"cached, rounding": {func(site *Site) {
			site.Failover.Threshold, site.Edge.ErrorCaching, site.Edge.ReadFailover = 7, 10*s, false
		}, FailoverTargets{Reads: 210 * s, Writes: 3 * m, HomeAgain: 210 * s}},
		"given": {func(site *Site) { site.Failover.Targets.Writes = 61 * s }, FailoverTargets{Reads: 10 * s, Writes: 61 * s, HomeAgain: 2 * m}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			site := Default()
			test.edit(site)
			if diff := cmp.Diff(test.want, site.Targets()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
