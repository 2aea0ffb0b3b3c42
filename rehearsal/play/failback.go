package play

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"twinsite/rehearsal"
)

// A manualFailback plays manual failback: its alarm, and the switch that its
// state machine writes.
type manualFailback struct {
	rehearsal.FailbackAlarm
	p      rehearsal.Parameters
	random *rand.Rand
	next   time.Duration // of the alarm's samples
	due    time.Duration // when the state machine writes the switch; Never if it does not
	put    time.Duration // when it first did; Never if it has not
	exists bool          // the switch was written and not deleted since

	errors           *rehearsal.ErrorRate // nil if errors move nothing
	measured         time.Duration        // when they are measured next
	answered, failed int64                // as counted then
}

// newManualFailback returns nil where failback is automatic.
func newManualFailback(m *rehearsal.Model, p rehearsal.Parameters, seed uint64) *manualFailback {
	if m.Failback == nil {
		return nil
	}
	f := &manualFailback{FailbackAlarm: rehearsal.FailbackAlarm{Failback: m.Failback}, p: p, random: rehearsal.Random(seed, 1<<44), due: rehearsal.Never, put: rehearsal.Never}
	f.next = rehearsal.Between(f.random, 0, f.Period)
	if m.ErrorRate != nil {
		errors := *m.ErrorRate
		f.errors, f.measured = &errors, rehearsal.Between(f.random, 0, errors.Period)
	}
	return f
}

// watch measures the edge's errors when it is time to, and reports whether they turn
// their alarm on. The state machine puts the switch some time later.
func (f *manualFailback) watch(now time.Duration, e *edgeServer) bool {
	if f.errors == nil || now < f.measured {
		return false
	}
	f.measured += f.errors.Period
	answered, failed := e.answered.Load(), e.failed.Load()
	on := f.errors.Measure(int(answered-f.answered), int(failed-f.failed))
	f.answered, f.failed = answered, failed
	if on {
		f.due = min(f.due, now+rehearsal.Between(f.random, f.p.EdgeMetricMin, f.p.EdgeMetricMax)+f.p.AlarmMin)
	}
	return on
}

// step takes a sample when it is time for one, and reports whether the switch
// turns on now.
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

// pending reports whether the state machine will still write the switch.
func (f *manualFailback) pending() bool { return f.due != rehearsal.Never }

// removable reports whether the switch stays off once an operator deletes it: the
// alarm is on already, and the state machine has finished.
func (f *manualFailback) removable() bool { return f.On() && !f.pending() }

// stepFailback plays what manual failback does at this moment.
func (d *director) stepFailback() {
	now := d.stage.clock.Now()
	if d.failback != nil && d.failback.watch(now, d.stage.edge) {
		d.event(now, fmt.Sprintf("at least %d %% of the answers were errors, %d times in a row", d.failback.errors.Percent, d.failback.errors.Periods))
	}
	if d.failback == nil || !d.failback.step(now, d.stage.route53.says) {
		return
	}
	d.stage.switched.exists.Store(true)
	d.event(now, "manual failback puts the switch")
}

// comeHome waits until home serves everybody. With manual failback, an operator
// deletes the switch after a while: not before the state machine has finished, or
// it would write the switch again.
func (d *director) comeHome(ctx context.Context) error {
	limit := 130 * time.Second
	for _, q := range []rehearsal.Quantity{rehearsal.HomeAgain, rehearsal.HomeKept} {
		limit = atLeast(limit, rehearsal.Bound(d.model, d.stage.p, rehearsal.Dark, q)+rehearsal.Seconds(10*time.Second))
	}
	for {
		if d.failback != nil && d.failback.exists {
			if err := d.wait(ctx, phase{name: "at the standby", length: d.stage.p.OperatorAfter}); err != nil {
				return err
			}
			if err := d.wait(ctx, phase{name: "at the standby", length: limit + d.failback.Period + d.stage.p.AlarmMax, settled: d.failback.removable}); err != nil {
				return err
			}
			d.failback.exists = false
			d.play.Removed = d.stage.clock.Now()
			d.stage.switched.exists.Store(false)
			d.event(d.play.Removed, "an operator removes the switch")
		}
		settled := func() bool { return d.failback != nil && d.failback.exists || d.settledHome() }
		err := d.wait(ctx, phase{name: "healed", length: limit, settled: settled})
		if err != nil || d.failback == nil || !d.failback.exists {
			return err
		}
	}
}

// failbackShown reports whether the play has seen what manual failback does in an
// outage: the switch is on, and its health check has noticed.
func (d *director) failbackShown() bool {
	return d.failback == nil || d.failback.exists && !d.stage.route53.says(d.model.Switch.Check)
}

// atLeast returns the longer of a limit and a bound, the limit if the bound is
// Never.
func atLeast(limit time.Duration, bound rehearsal.Seconds) time.Duration {
	if bound.Never() {
		return limit
	}
	return max(limit, time.Duration(bound))
}
