package rehearsal

import "time"

// Bound is the worst case of a quantity as a formula, independent of the
// simulation. It is Never where no formula applies: the failover does not happen,
// or the outage stops and starts again.
//
//	detect      threshold × (interval + time to fail) + one answer
//	DNS moved   … + propagation
//	writes back … + TTL + kept connection + one period + one answer
//	reads back  two periods + attempts × connection timeout + one answer, at the edge; else as writes
func Bound(m *Model, p Parameters, outage Outage, q Quantity) Seconds {
	check := m.homeCheck()
	if check == nil || outage == Flapping || outage == BothDead {
		return Seconds(Never)
	}
	if outage == BySwitch {
		if check = m.switchCheck(); check == nil {
			return Seconds(Never)
		}
	}
	threshold := time.Duration(check.Threshold)
	fails := p.CheckerRTTMax
	if outage == Dark || outage == Slow {
		fails += p.AnswerLimit
	}
	answer := 4*p.StandbyRTT + p.Service
	away := threshold*(check.Interval+fails) + p.CheckerRTTMax // a good answer may be on its way when the outage begins
	home := threshold*(check.Interval+p.CheckerRTTMax) + p.CheckerRTTMax + m.Edge.LongestErrorCaching()
	if outage == Dark || outage == Slow {
		home += p.AnswerLimit
	}
	if m.Failback != nil { // coming home may wait for the switch
		check = m.switchCheck()
		home = max(home, time.Duration(check.Threshold)*(check.Interval+p.CheckerRTTMax)+p.CheckerRTTMax)
	}
	tail := p.PropagationMax + p.AliasTTL + p.KeepConnection + p.Period + answer
	return Seconds(map[Quantity]time.Duration{
		Detect: unless(outage == Half, away), DNSMoved: unless(outage == Half, away+p.PropagationMax),
		ReadsBack:  readBound(m, p, outage, away+tail, answer),
		WritesBack: writeBound(m, p, outage, away+tail, answer),
		DetectHome: unless(outage == Half, home), DNSHome: unless(outage == Half, home+p.PropagationMax),
		HomeAgain: homeBound(p, outage, home+tail, answer),
	}[q])
}

// DocumentedBound is the bound that follows from documented numbers alone:
// threshold × (interval + connection and answer limits) + TTL.
func DocumentedBound(m *Model, p Parameters) Seconds {
	check := m.homeCheck()
	if check == nil {
		return Seconds(Never)
	}
	return Seconds(time.Duration(check.Threshold)*(check.Interval+p.ConnectLimit+p.AnswerLimit) + p.AliasTTL)
}

func unless(no bool, d time.Duration) time.Duration {
	if no {
		return Never
	}
	return d
}

func readBound(m *Model, p Parameters, outage Outage, byDNS, answer time.Duration) time.Duration {
	grouped, err := m.Edge.Route("GET", "/", map[string]string{"host": m.Hosts()[0]})
	home := m.Edge.Default
	switch {
	case outage == Slow:
		return p.Period + p.SlowAnswer + answer
	case outage == BySwitch:
		return p.Period + answer
	case err == nil && len(grouped.Origins) > 1:
		return 2*p.Period + time.Duration(home.Attempts)*home.ConnectTimeout + answer
	}
	return writeBound(m, p, outage, byDNS, answer) + cached(m, outage)
}

// cached is how long the edge repeats an error from its cache although home would
// answer again.
func cached(m *Model, outage Outage) time.Duration {
	if outage == Half {
		return m.Edge.LongestErrorCaching()
	}
	return 0
}

func writeBound(m *Model, p Parameters, outage Outage, byDNS, answer time.Duration) time.Duration {
	switch outage {
	case Slow:
		return p.Period + p.SlowAnswer + answer
	case BySwitch:
		return p.Period + answer
	case Half:
		t := m.Home.Targets
		return time.Duration(t.Unhealthy)*t.Interval + p.Period + answer
	}
	return byDNS
}

func homeBound(p Parameters, outage Outage, byDNS, answer time.Duration) time.Duration {
	if outage == Half {
		return p.Period + answer
	}
	return byDNS
}

// homeCheck is the endpoint check on home of the first pair; nil if none.
func (m *Model) homeCheck() *HealthCheck {
	for _, check := range m.Pairs[0].Checks() {
		if check.Children == nil && check.Bucket == "" {
			return check
		}
	}
	return nil
}

func (m *Model) switchCheck() *HealthCheck {
	if m.Switch == nil {
		return nil
	}
	return m.Switch.Check
}
