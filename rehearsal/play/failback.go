package play

import (
	"math/rand/v2"
	"time"

	"twinsite/rehearsal"
)

// A manualFailback is the part of manual failback in a play: its alarm, and
// the switch that its state machine puts.
type manualFailback struct {
	rehearsal.FailbackAlarm
	p      rehearsal.Parameters
	random *rand.Rand
	next   time.Duration // of the alarm's samples
	due    time.Duration // when the switch will be put; Never, if it will not
	put    time.Duration // when it was, the first time; Never, if it was not
	exists bool          // it was put, and not removed since
}

// newManualFailback returns nil where failback is automatic.
func newManualFailback(m *rehearsal.Model, p rehearsal.Parameters, seed uint64) *manualFailback {
	if m.Failback == nil {
		return nil
	}
	f := &manualFailback{FailbackAlarm: rehearsal.FailbackAlarm{Failback: m.Failback}, p: p, random: rehearsal.Random(seed, 1<<44), due: rehearsal.Never, put: rehearsal.Never}
	f.next = rehearsal.Between(f.random, 0, f.Period)
	return f
}

// step takes a sample when it is time for one, and reports whether the switch
// is put now.
func (f *manualFailback) step(now time.Duration, healthy func(*rehearsal.HealthCheck) bool) bool {
	if now >= f.next {
		f.next += f.Period
		if f.Sample(healthy(f.Check)) {
			f.due = now + rehearsal.Between(f.random, f.p.AlarmMin, f.p.AlarmMax)
		}
	}
	if now < f.due {
		return false
	}
	f.put, f.due, f.exists = min(f.put, now), rehearsal.Never, true
	return true
}

// pending reports whether the switch will be put once more.
func (f *manualFailback) pending() bool { return f.due != rehearsal.Never }

// removable reports whether nothing puts the switch again once it is removed:
// the alarm is on, and no switch on its way.
func (f *manualFailback) removable() bool { return f.On() && !f.pending() }

// stepFailback lets manual failback do its part in a play.
func (d *director) stepFailback() {
	now := d.stage.clock.now()
	if d.failback == nil || !d.failback.step(now, d.stage.route53.says) {
		return
	}
	d.stage.switched.exists.Store(true)
	d.event(now, "manual failback puts the switch")
}

// comeHome waits until home serves everybody. While manual failback keeps the
// site at the standby, an operator removes the switch after a while, when the
// alarm is on and no switch on its way: else it would come back.
func (d *director) comeHome() error {
	limit := 130 * time.Second
	if d.failback != nil {
		limit = atLeast(limit, rehearsal.Bound(d.model, d.stage.p, rehearsal.Dark, rehearsal.HomeAgain)) + 10*time.Second
	}
	for {
		if d.failback != nil && d.failback.exists {
			if err := d.wait(phase{name: "at the standby", length: d.stage.p.OperatorAfter}); err != nil {
				return err
			}
			if err := d.wait(phase{name: "at the standby", length: limit + d.failback.Period + d.stage.p.AlarmMax, settled: d.failback.removable}); err != nil {
				return err
			}
			d.failback.exists = false
			d.play.Removed = d.stage.clock.now()
			d.stage.switched.exists.Store(false)
			d.event(d.play.Removed, "an operator removes the switch")
		}
		settled := func() bool { return d.failback != nil && d.failback.exists || d.settledHome() }
		err := d.wait(phase{name: "healed", length: limit, settled: settled})
		if err != nil || d.failback == nil || !d.failback.exists {
			return err
		}
	}
}

// failbackShown reports whether manual failback has shown what it does in an
// outage: the switch is there, and its health check knows.
func (d *director) failbackShown() bool {
	return d.failback == nil || d.failback.exists && !d.stage.route53.says(d.model.Switch.Check)
}

// atLeast is a limit that a bound may lengthen, where it is one.
func atLeast(limit time.Duration, bound rehearsal.Seconds) time.Duration {
	if bound.Never() {
		return limit
	}
	return max(limit, time.Duration(bound))
}
