package rehearsal

import (
	"slices"
	"time"
)

// Bound is the worst case of a quantity as a formula, independent of the
// simulation. It is Never where no formula applies: the failover does not happen,
// or the outage stops and starts again.
//
//	detect      threshold × (interval + time to fail) + one answer
//	DNS moved   … + propagation
//	writes back … + the edge's TTL of the origin's name, else the resolver's of the visitors' + one period + one answer
//	reads back  one period + the first origin's time-outs + one answer, if grouped; else as writes
//	home again  as writes back, and at the load balancer of the standby its client keep-alive
func Bound(m *Model, p Parameters, outage Outage, q Quantity) Seconds {
	check := m.homeCheck()
	if check == nil || slices.Contains([]Outage{Flapping, BothDead, Errors, Zone, ZoneStay}, outage) {
		return Seconds(Never)
	}
	if outage == BySwitch {
		if check = m.switchCheck(); check == nil {
			return Seconds(Never)
		}
	}
	b := bound{m, p, outage, 4*(p.StandbyRTT+p.HomeRTT) + p.Service}
	away, home := b.away(check), b.home(check)
	return Seconds(map[Quantity]time.Duration{
		Detect: b.moves(away), DNSMoved: b.moves(away + p.PropagationMax),
		ReadsBack:  b.reads(away + p.PropagationMax),
		WritesBack: b.writes(away+p.PropagationMax, false), WritesKept: b.writes(away+p.PropagationMax, true),
		DetectHome: b.moves(home), DNSHome: b.moves(home + p.PropagationMax),
		HomeAgain: b.homeAgain(home+p.PropagationMax, false), HomeKept: b.homeAgain(home+p.PropagationMax, true),
	}[q])
}

// DocumentedBound is how long until all visitors' resolvers follow a health check,
// from documented numbers alone: threshold × (interval + connection and answer
// limits) + TTL.
func DocumentedBound(m *Model, p Parameters) Seconds {
	check := m.homeCheck()
	if check == nil {
		return Seconds(Never)
	}
	return Seconds(time.Duration(check.Threshold)*(check.Interval+p.ConnectLimit+p.AnswerLimit) + p.AliasTTL)
}

// A bound computes the worst cases of one outage.
type bound struct {
	m      *Model
	p      Parameters
	outage Outage
	answer time.Duration // of the standby, by the edge, with new connections
}

// silent reports whether a check hears nothing of home.
func (b *bound) silent() bool {
	return slices.Contains([]Outage{Dark, Hang, Slow, FullLoad, ZoneStandby}, b.outage)
}

func (b *bound) moves(d time.Duration) time.Duration {
	if b.outage == Half {
		return Never
	}
	return d
}

// one is what one answer takes to a checker.
func (b *bound) one() time.Duration { return b.p.CheckerRTTMax + 4*b.p.HomeRTT + b.p.Service }

func (b *bound) away(check *HealthCheck) time.Duration {
	fails := b.one()
	if b.silent() {
		fails += b.p.AnswerLimit
	}
	return time.Duration(check.Threshold)*(check.Interval+fails) + b.one() // a good answer may be on its way when the outage begins
}

func (b *bound) home(check *HealthCheck) time.Duration {
	home := time.Duration(check.Threshold)*(check.Interval+b.one()) + b.one() + b.m.Edge.LongestErrorCaching()
	if b.silent() {
		home += b.p.AnswerLimit
	}
	if b.m.Failback != nil { // coming home may wait for the switch
		check = b.m.switchCheck()
		home = max(home, time.Duration(check.Threshold)*(check.Interval+b.one())+b.one())
	}
	return home
}

// edgeFollows is how long after DNS the edge sends writes to the other region, which
// it has until then connected to: Never if nothing moves behind it.
func (b *bound) edgeFollows(from *Balancer) time.Duration {
	leading := b.m.Edge.Default().Route.Origins[0].Pair
	if leading == nil || leading.Primary == nil || leading.Secondary == nil {
		return Never
	}
	ttl := max(b.p.OriginTTL(leading.Primary), b.p.OriginTTL(leading.Secondary))
	if b.p.PooledStay {
		ttl += from.ClientKeepAlive + b.p.Period
	}
	return ttl
}

func (b *bound) reads(moved time.Duration) time.Duration {
	p := b.p
	to, err := b.m.Edge.Route("GET", "/", map[string]string{"host": b.m.ServingHosts()[0]})
	if err != nil || len(to.Origins) == 0 {
		return Never
	}
	first := to.Origins[0]
	switch {
	case b.outage == BySwitch:
		return p.Period + b.answer
	case b.outage == Slow && p.SlowAnswer <= first.ResponseTimeout:
		return p.Period + p.SlowAnswer + b.answer
	case len(to.Origins) > 1:
		return p.Period + b.silence(first) + b.answer
	}
	return b.writes(moved, false) + b.m.Edge.LongestErrorCaching() // which the edge repeats although home would answer again
}

// silence is how long the edge waits for an origin until it asks the next: on a
// connection that it holds, or on a new one.
func (b *bound) silence(o *Origin) time.Duration {
	answers := time.Duration(o.Asks("GET")) * (2*b.p.HomeRTT + o.ResponseTimeout)
	switch b.outage {
	case Dark, FullLoad, ZoneStandby:
		return max(time.Duration(o.Attempts)*o.ConnectTimeout, answers)
	case Hang, Slow:
		return answers
	}
	return 0
}

// writes is the worst case of a visitor who follows DNS, or who has kept a
// connection to the edge.
func (b *bound) writes(moved time.Duration, kept bool) time.Duration {
	p := b.p
	switch {
	case b.outage == BySwitch:
		return p.Period + b.answer
	case b.outage == Slow && p.SlowAnswer <= b.m.Edge.Default().Route.Origins[0].ResponseTimeout:
		return p.Period + p.SlowAnswer + b.answer
	case b.outage == Half:
		t := b.m.Home.Targets
		return time.Duration(t.Unhealthy)*t.Interval + p.Period + b.answer
	}
	follows := b.edgeFollows(b.m.Home)
	switch {
	case follows == Never && kept && p.EdgeConnection == Never:
		return Never
	case follows == Never && kept:
		follows = p.AliasTTL + p.EdgeConnection
	case follows == Never:
		follows = p.AliasTTL
	}
	return moved + follows + p.Period + b.answer
}

// homeAgain is the worst case of a visitor who follows DNS, or who has come during
// the outage and keeps connections.
func (b *bound) homeAgain(moved time.Duration, kept bool) time.Duration {
	p := b.p
	if b.outage == Half {
		return p.Period + b.answer
	}
	edge := b.edgeFollows(b.m.Standby)
	if edge != Never && !b.m.frontMoves() {
		return moved + edge + p.Period + b.answer
	}
	visitors := p.AliasTTL
	if kept {
		visitors += b.m.Standby.ClientKeepAlive + p.Period
	}
	if edge != Never {
		visitors = max(visitors, edge)
	}
	return moved + visitors + p.Period + b.answer
}

// frontMoves reports whether an outage of home moves visitors' records too.
func (m *Model) frontMoves() bool {
	record := m.Pairs[0].Primary
	if record == nil || record.HealthCheck == nil {
		return false
	}
	return !record.HealthCheck.Healthy(func(c *HealthCheck) bool { return c.Bucket == "" && m.asked(c) != m.Home })
}

// homeCheck is the endpoint check on home of the leading pair; nil if none.
func (m *Model) homeCheck() *HealthCheck {
	for _, check := range m.Leading().Checks() {
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
