package play

import (
	"testing"
	"time"

	"twinsite/rehearsal"
)

// The alarm goes off once, when it has seen enough samples in a row.
func TestManualFailback(t *testing.T) {
	f := &manualFailback{FailbackAlarm: rehearsal.FailbackAlarm{Failback: &rehearsal.Failback{Period: time.Minute, Periods: 2}}, random: rehearsal.Random(1, 1), next: 30 * time.Second, due: rehearsal.Never, put: rehearsal.Never,
		p: rehearsal.Parameters{AlarmMin: 20 * time.Second, AlarmMax: 20 * time.Second}}
	unhealthy := func(at time.Duration) bool { // two samples see the second, none the first
		return at > 31*time.Second && at < 85*time.Second || at > 100*time.Second && at < 400*time.Second
	}
	var puts []time.Duration
	for at := time.Duration(0); at < 10*time.Minute; at += time.Second {
		if f.step(at, func(*rehearsal.HealthCheck) bool { return !unhealthy(at) }) {
			puts = append(puts, at)
		}
	}
	if want := (150 + 60 + 20) * time.Second; len(puts) != 1 || puts[0] != want || f.put != want || !f.exists {
		t.Errorf("put at %v, want once at %s: %+v", puts, want, f)
	}
}
