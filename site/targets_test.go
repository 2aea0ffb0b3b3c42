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
		"default":      {func(*Site) {}, FailoverTargets{Reads: 13 * s, Writes: 58 * s, HomeAgain: 3 * m}},
		"every 30 s":   {func(site *Site) { site.Failover.Interval = 30 * s }, FailoverTargets{Reads: 13 * s, Writes: 2 * m, HomeAgain: 4 * m}},
		"threshold 1":  {func(site *Site) { site.Failover.Threshold = 1 }, FailoverTargets{Reads: 13 * s, Writes: 26 * s, HomeAgain: 150 * s}},
		"threshold 10": {func(site *Site) { site.Failover.Threshold = 10 }, FailoverTargets{Reads: 13 * s, Writes: 3 * m, HomeAgain: 5 * m}},
		"front edge":   {func(site *Site) { site.Failover.Front = FrontEdge }, FailoverTargets{Reads: 13 * s, Writes: 58 * s, HomeAgain: 58 * s}},
		"front edge, errors cached": {func(site *Site) {
			site.Failover.Front, site.Edge.ErrorCaching = FrontEdge, 10*s
		}, FailoverTargets{Reads: 13 * s, Writes: 58 * s, HomeAgain: 90 * s}},
		"patient reads":   {func(site *Site) { site.Edge.ReadTimeout = 25 * s }, FailoverTargets{Reads: 28 * s, Writes: 58 * s, HomeAgain: 3 * m}},
		"hasty reads":     {func(site *Site) { site.Edge.ReadTimeout = s }, FailoverTargets{Reads: 5 * s, Writes: 58 * s, HomeAgain: 3 * m}},
		"reads as writes": {func(site *Site) { site.Edge.ReadFailover = false }, FailoverTargets{Reads: 58 * s, Writes: 58 * s, HomeAgain: 3 * m}},
		"reads alone":     {func(site *Site) { site.Edge.WriteFailover = false }, FailoverTargets{Reads: 90 * s, Writes: 2 * m, HomeAgain: 3 * m}},
		"all by DNS":      {func(site *Site) { site.Edge.ReadFailover, site.Edge.WriteFailover = false, false }, FailoverTargets{Reads: 2 * m, Writes: 2 * m, HomeAgain: 3 * m}},
		"errors cached":   {func(site *Site) { site.Edge.ErrorCaching = 10 * s }, FailoverTargets{Reads: 13 * s, Writes: 58 * s, HomeAgain: 3 * m}},
		"cached and rounded": {func(site *Site) {
			site.Failover.Threshold, site.Edge.ErrorCaching, site.Edge.ReadFailover = 5, 10*s, false
		}, FailoverTargets{Reads: 2 * m, Writes: 90 * s, HomeAgain: 210 * s}},
		"cached, by DNS, rounded": {func(site *Site) {
			site.Failover.Threshold, site.Edge.ErrorCaching, site.Edge.ReadFailover, site.Edge.WriteFailover = 7, 10*s, false, false
		}, FailoverTargets{Reads: 210 * s, Writes: 3 * m, HomeAgain: 270 * s}},
		"full load": {func(site *Site) { site.Failover.Targets.FullLoad = 5 * m }, FailoverTargets{Reads: 13 * s, Writes: 58 * s, HomeAgain: 3 * m, FullLoad: 5 * m}},
		"given":     {func(site *Site) { site.Failover.Targets.Writes = 61 * s }, FailoverTargets{Reads: 13 * s, Writes: 61 * s, HomeAgain: 3 * m}},
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
