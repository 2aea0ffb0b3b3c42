package drill_test

import (
	"context"
	"testing"
	"time"

	"twinsite/rehearsal"
)

// With manual failback, the site's alarm puts the switch too: the drill waits for that,
// and removes it, also when it is put once more.
func TestDrillManualFailback(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Model.Failback = &rehearsal.Failback{Period: 2 * time.Second, Periods: 1}
	s.Switch = s.Lever
	again := func(after time.Duration) {
		s.World.Clock.Sleep(t.Context(), after)
		s.lever.mu.Lock()
		defer s.lever.mu.Unlock()
		s.lever.put, s.lever.on = s.lever.put+1, true
		s.lever.site.Strike(rehearsal.BySwitch, true)
	}
	s.lever.onPut = func(context.Context) error {
		go func() {
			again(30 * time.Second)
			again(20 * time.Second)
		}()
		return nil
	}
	d := run(t, s)
	if s.lever.on || s.lever.put != 3 || s.lever.removed < 2 {
		t.Errorf("put %d times, removed %d times, still on: %t", s.lever.put, s.lever.removed, s.lever.on)
	}
	if u := unknown(t, d, "manual failback's alarm"); !u.Settled || u.Differs || d.Parameters.AlarmMax == nil {
		t.Errorf("%+v", u)
	}
	if put := d.Play.Sample.SwitchPut; put < 30*time.Second || put > 40*time.Second {
		t.Errorf("the switch was put after %s, want about 30 s", put)
	}
	for _, q := range []rehearsal.Quantity{rehearsal.DNSHome, rehearsal.HomeAgain} {
		if d.Measured[q].Never() {
			t.Errorf("%s: never", q)
		}
	}
}
