package predict

import (
	"slices"
	"time"

	"twinsite/rehearsal"
)

// playFailback simulates manual failback, given the status of the endpoints: some
// time after the alarm turns on the state machine writes the switch, and later an
// operator deletes it.
func (s *simulation) playFailback() {
	alarm := rehearsal.FailbackAlarm{Failback: s.model.Failback}
	for at := rehearsal.Between(s.random, 0, alarm.Period); at < s.until && s.switchPut == rehearsal.Never; at += alarm.Period {
		if alarm.Sample(alarm.Check.Healthy(func(c *rehearsal.HealthCheck) bool { return s.status(c, at) })) {
			s.switchPut = at + rehearsal.Between(s.random, s.p.AlarmMin, s.p.AlarmMax)
		}
	}
	if s.switchPut == rehearsal.Never || s.outage == rehearsal.BySwitch && s.switchPut < s.p.Length {
		return // nothing was put, or once more what is there
	}
	s.failbackAt = max(s.switchPut, s.p.Length) + s.p.OperatorAfter
	s.until = s.failbackAt + watched(s.p.Length)
	for i := range s.endpoints {
		if s.endpoints[i].check == s.model.Switch.Check {
			s.statuses[i] = s.play(i)
		}
	}
}

// switchExists reports whether the failover switch exists.
func (s *simulation) switchExists(at time.Duration) bool {
	return s.outage.SwitchExists(at, s.p.Length) || at >= s.switchPut && at < s.failbackAt
}

func forecastFailback(p rehearsal.Parameters, samples []rehearsal.Sample) *rehearsal.FailbackForecast {
	f := &rehearsal.FailbackForecast{Median: rehearsal.Seconds(rehearsal.Never), Worst: rehearsal.Seconds(rehearsal.Never)}
	var puts []time.Duration
	for _, s := range samples {
		f.Away += count(s.Detect != rehearsal.Never)
		f.Late += count(s.SwitchPut != rehearsal.Never && s.SwitchPut >= p.Length)
		if s.SwitchPut != rehearsal.Never {
			puts = append(puts, s.SwitchPut)
		}
	}
	slices.Sort(puts)
	if f.Put = len(puts); f.Put > 0 {
		f.Median, f.Worst = rehearsal.Seconds(puts[f.Put/2]), rehearsal.Seconds(puts[f.Put-1])
	}
	return f
}
