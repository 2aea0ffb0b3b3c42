package rehearsal_test

import (
	"testing"
	"time"

	"twinsite/rehearsal"
)

// A sample keeps the first moment away, and the first at home from when
// failback can begin, whatever comes and goes before.
func TestSample(t *testing.T) {
	const s, failback = time.Second, 300 * time.Second
	sample := rehearsal.NewSample()
	for _, at := range []struct {
		at      time.Duration
		healthy bool
	}{{-5 * s, false}, {-1 * s, true}, {30 * s, false}, {50 * s, true}, {70 * s, false}, {340 * s, true}, {350 * s, false}, {360 * s, true}} {
		sample.NoteHealth(at.at, failback, at.healthy)
	}
	if sample.Detect != 30*s || sample.DetectHome != 40*s {
		t.Errorf("away after %s, home %s after failback could begin; want 30 s and 40 s", sample.Detect, sample.DetectHome)
	}
	sample.NoteDNS(310*s, failback, false)
	if sample.DNSHome != rehearsal.Never {
		t.Errorf("DNS is home after %s without having been away", sample.DNSHome)
	}
}

// Something works again from the first success after which nothing failed.
func TestRecovery(t *testing.T) {
	const s = time.Second
	var recovery rehearsal.Recovery
	if got := recovery.At(); got != rehearsal.Never {
		t.Errorf("nobody tried: works after %s", got)
	}
	for _, test := range []struct {
		good bool
		done time.Duration
		want time.Duration
	}{{true, s, s}, {true, 2 * s, s}, {false, 3 * s, rehearsal.Never}, {true, 4 * s, 4 * s}, {true, 5 * s, 4 * s}} {
		recovery.Note(test.good, test.done)
		if got := recovery.At(); got != test.want {
			t.Errorf("after the attempt at %s: works after %s, want %s", test.done, got, test.want)
		}
	}
}

// An alarm goes off once, at the sample that completes its streak.
func TestFailbackAlarm(t *testing.T) {
	alarm := rehearsal.FailbackAlarm{Failback: &rehearsal.Failback{Periods: 2}}
	for i, sample := range []struct{ healthy, goesOff, on bool }{
		{false, false, false}, {true, false, false}, {false, false, false}, {false, true, true}, {false, false, true}, {true, false, false},
	} {
		if got := alarm.Sample(sample.healthy); got != sample.goesOff || alarm.On() != sample.on {
			t.Errorf("sample %d: goes off %t, on %t; want %t, %t", i, got, alarm.On(), sample.goesOff, sample.on)
		}
	}
}
