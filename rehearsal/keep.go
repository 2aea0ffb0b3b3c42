package rehearsal

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A watch is the alarm of manual failback. [I] Route 53 says a check's status
// once a minute, and what lies between is not seen.
type watch struct {
	*Failback
	streak int
}

// goesOff takes a sample, and reports whether it sets the alarm off.
func (w *watch) goesOff(healthy bool) bool {
	if w.streak++; healthy {
		w.streak = 0
	}
	return w.streak == w.Periods
}

// keep plays manual failback in a trial, given how the endpoints do: if the
// alarm sees the site away, the switch is put some time later, and removed by
// an operator.
func (s *simulation) keep(endpoints map[*HealthCheck][]change) {
	alarm := watch{Failback: s.model.Failback}
	for at := between(s.random, 0, alarm.Period); at < s.until && s.sample.Put == never; at += alarm.Period {
		if alarm.goesOff(alarm.Check.Healthy(func(c *HealthCheck) bool { return statusAt(endpoints[c], at) })) {
			s.sample.Put = at + between(s.random, s.p.AlarmMin, s.p.AlarmMax)
		}
	}
	if s.sample.Put == never || s.outage == BySwitch && s.sample.Put < s.p.Length {
		return // nothing was put, or once more what is there
	}
	s.homeward = max(s.sample.Put, s.p.Length) + s.p.OperatorAfter
	s.until = s.homeward + 5*time.Minute
	check := s.model.Switch.Check
	endpoints[check] = s.endpoint(check)
}

// switched reports whether the failover switch exists.
func (s *simulation) switched(at time.Duration) bool {
	return s.outage.switched(at, s.p.Length) || at >= s.sample.Put && at < s.homeward
}

// A keeper is manual failback in a play.
type keeper struct {
	watch
	p      Parameters
	random *rand.Rand
	next   time.Duration // of the alarm's samples
	due    time.Duration // when the switch will be put; never, if it will not
	put    time.Duration // when it was, the first time; never, if it was not
	exists bool          // it was put, and not removed since
}

// newKeeper returns nil where failback is automatic.
func newKeeper(m *Model, p Parameters, seed uint64) *keeper {
	if m.Failback == nil {
		return nil
	}
	k := &keeper{watch: watch{Failback: m.Failback}, p: p, random: seeded(seed, 1<<44), due: never, put: never}
	k.next = between(k.random, 0, k.Period)
	return k
}

// step takes a sample when it is time for one, and reports whether the switch
// is put now.
func (k *keeper) step(now time.Duration, healthy func(*HealthCheck) bool) bool {
	if now >= k.next {
		k.next += k.Period
		if k.goesOff(healthy(k.Check)) {
			k.due = now + between(k.random, k.p.AlarmMin, k.p.AlarmMax)
		}
	}
	if now < k.due {
		return false
	}
	k.put, k.due, k.exists = min(k.put, now), never, true
	return true
}

// keep lets manual failback do its part in a play.
func (d *director) keep() {
	now := d.stage.clock.now()
	if d.keeper == nil || !d.keeper.step(now, d.stage.route53.says) {
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
	if d.keeper != nil {
		limit = atLeast(limit, Bound(d.model, d.stage.p, Dark, HomeAgain)) + 10*time.Second
	}
	for {
		if d.keeper != nil && d.keeper.exists {
			if err := d.wait("kept away", d.stage.p.OperatorAfter, nil); err != nil {
				return err
			}
			if err := d.wait("kept away", limit+d.keeper.Period+d.stage.p.AlarmMax, d.keeper.quiet); err != nil {
				return err
			}
			d.keeper.exists = false
			d.play.Removed = d.stage.clock.now()
			d.stage.switched.exists.Store(false)
			d.event(d.play.Removed, "an operator removes the switch")
		}
		err := d.wait("healed", limit, func() bool { return d.keeper != nil && d.keeper.exists || d.settledHome() })
		if err != nil || d.keeper == nil || !d.keeper.exists {
			return err
		}
	}
}

// keeps reports whether manual failback has shown what it does in an outage:
// the switch is there, and its health check knows.
func (d *director) keeps() bool {
	return d.keeper == nil || d.keeper.exists && !d.stage.route53.says(d.model.Switch.Check)
}

// atLeast is a limit that a bound may lengthen, where it is one.
func atLeast(limit time.Duration, bound Seconds) time.Duration {
	if bound.Never() {
		return limit
	}
	return max(limit, time.Duration(bound))
}

// homeward is when the way home began.
func (p *Play) homeward() time.Duration { return max(p.Healed, p.Removed) }

// quiet reports whether the alarm is on, and no switch on its way.
func (k *keeper) quiet() bool { return k.streak >= k.Periods && k.due == never }

// A FailbackForecast is what manual failback does in an outage.
type FailbackForecast struct {
	Away   int     `json:"away"`   // trials in which home did not serve, by its health check
	Put    int     `json:"put"`    // of those, trials in which the switch was put
	Late   int     `json:"late"`   // of those, trials in which it was put after the outage
	Median Seconds `json:"median"` // from the beginning of the outage until it was put
	Worst  Seconds `json:"worst"`
}

func forecastFailback(p Parameters, samples []Sample) *FailbackForecast {
	f := &FailbackForecast{Median: Seconds(never), Worst: Seconds(never)}
	var puts []time.Duration
	for _, s := range samples {
		f.Away += count(s.Detect != never)
		f.Late += count(s.Put != never && s.Put >= p.Length)
		if s.Put != never {
			puts = append(puts, s.Put)
		}
	}
	slices.Sort(puts)
	if f.Put = len(puts); f.Put > 0 {
		f.Median, f.Worst = Seconds(puts[f.Put/2]), Seconds(puts[f.Put-1])
	}
	return f
}

// story says what becomes of the site after an outage.
func (f *FailbackForecast) story(trials int, outage Outage) string {
	if f.Away == 0 {
		return "The site does not move, so that nothing keeps it away."
	}
	var story []string
	switch {
	case f.Put > 0 && outage == BySwitch:
		story = append(story, fmt.Sprintf("The alarm goes off too, and the switch is put once more %s after the beginning (median; at worst %s): while it is there, that changes nothing.", f.Median, f.Worst))
	case f.Put > 0:
		story = append(story, fmt.Sprintf("The switch is put %s after the beginning (median; at worst %s), and visitors stay at the standby until somebody removes it.", f.Median, f.Worst))
	}
	if alone := f.Away - f.Put; alone > 0 {
		story = append(story, fmt.Sprintf("In %d of %d trials, the outage is over before the alarm sees it: visitors come home by themselves.", alone, trials))
	}
	switch {
	case f.Late > 0 && outage == BySwitch:
		story = append(story, fmt.Sprintf("In %d of %d trials, the switch is put again after it was removed, and has to be removed again.", f.Late, trials))
	case f.Late > 0:
		story = append(story, fmt.Sprintf("In %d of %d trials, the switch is put only after the outage, and visitors who are home again by then are led away once more.", f.Late, trials))
	}
	return strings.Join(story, " ")
}
