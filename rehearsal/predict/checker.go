package predict

import (
	"slices"
	"time"

	"twinsite/rehearsal"
)

// An endpoint is a health check of an endpoint, with what is found once for all
// trials.
type endpoint struct {
	check *rehearsal.HealthCheck
	route route // of a check that asks the edge
	moves bool  // asks what the check itself, or another, moves
}

// A checker is one of those that ask an endpoint. They do not coordinate.
type checker struct {
	begins time.Duration // of the first request
	rtt    time.Duration // of what it hears
	phase  time.Duration // of the resolver that it asks, or the edge's
}

// drawCheckers draws a trial's checkers, once: they are the same however often the
// trial is repeated.
func (s *simulation) drawCheckers() {
	s.checkers = s.checkers[:0]
	for _, e := range s.endpoints {
		for range s.p.Checkers {
			rtt := rehearsal.Between(s.random, s.p.CheckerRTTMin, s.p.CheckerRTTMax)
			s.checkers = append(s.checkers, checker{
				begins: -rehearsal.Between(s.random, 0, e.check.Interval+rtt), rtt: rtt,
				phase: rehearsal.Between(s.random, 0, time.Minute),
			})
		}
	}
}

// play simulates all checkers of an endpoint and returns when the endpoint's
// status changes.
func (s *simulation) play(i int) []change {
	e := &s.endpoints[i]
	calm := e.check.Bucket == "" // without the object, the bucket answers 403
	if !calm && s.outage != rehearsal.BySwitch && s.switchPut == rehearsal.Never {
		return []change{{longAgo, false}} // nobody writes the object
	}
	all := s.scratch[:0]
	for _, c := range s.checkers[i*s.p.Checkers:][:s.p.Checkers] {
		all = s.ask(all, e, c, calm)
	}
	s.scratch = all
	slices.SortFunc(all, func(a, b change) int { return int(a.at - b.at) })
	healthy := 0
	if calm {
		healthy = s.p.Checkers
	}
	status := s.p.Enough(healthy)
	result := []change{{longAgo, status}}
	for _, c := range all {
		if c.healthy {
			healthy++
		} else {
			healthy--
		}
		if now := s.p.Enough(healthy); now != status {
			status = now
			result = append(result, change{c.at, status})
		}
	}
	return result
}

// ask simulates one checker: it asks, waits for the answer, and asks again an
// interval after that. Its opinion changes after Threshold answers of the other
// kind in a row.
func (s *simulation) ask(changes []change, e *endpoint, c checker, mind bool) []change {
	streak := 0
	at := s.placeOf(e, c)
	for sent := c.begins; sent < s.until; {
		good, took := s.check(e, at, sent, c)
		heard := sent + took
		if good == mind {
			streak = 0
		} else if streak++; streak >= e.check.Threshold {
			mind, streak = good, 0
			changes = append(changes, change{heard, mind})
		}
		next := heard + e.check.Interval
		if streak == 0 && !s.unsteady(sent) && !s.p.PooledStay {
			// Until something happens, all answers are like this one.
			if rest := min(s.nextCondition(sent), at.changes(sent)) - next; rest > 0 {
				next += rest / (next - sent) * (next - sent)
			}
		}
		sent = next
	}
	return changes
}

// check is one request of a checker, and how long it took to know.
func (s *simulation) check(e *endpoint, to *place, at time.Duration, c checker) (good bool, took time.Duration) {
	check := e.check
	if check.Bucket != "" {
		return s.switchExists(at), c.rtt
	}
	var result outcome
	if asked := to.asked(check, at); asked == s.model.Edge.Resource {
		result = s.viaEdge(to.edge, &e.route, at, false)
		if at >= s.p.Length && at < s.cacheGone {
			result.status = 504
		}
	} else {
		b := s.model.Home
		if asked == s.model.Standby.Resource {
			b = s.model.Standby
		}
		switch s.condition(b, at) {
		case rehearsal.Silent:
			return false, s.p.ConnectLimit
		case rehearsal.Hanging:
			return false, c.rtt + s.p.AnswerLimit
		}
		result = s.direct(b, at, false)
	}
	if result.took > s.p.AnswerLimit {
		return false, c.rtt + s.p.AnswerLimit
	}
	return result.good(), c.rtt + result.took
}

// A place is where a checker's requests go.
type place struct {
	host answers // of the name by which it asks; empty if that never moves
	edge *edge   // the location that it reaches
}

// placeOf finds out where a checker's requests go, given what DNS answers.
// The place is the trial's until the next call.
func (s *simulation) placeOf(e *endpoint, c checker) *place {
	p := &s.place
	if p.edge == nil {
		p.edge = &edge{begins: longAgo}
	}
	p.host, p.edge.pools = p.host[:0], p.edge.pools[:0]
	if !e.moves {
		p.edge.names = p.edge.names[:0]
		return p
	}
	if pair := e.check.Pair; pair != nil {
		p.host = s.names(pair).cached(p.host, c.phase, ttl(pair, s.p.TTL))
	}
	p.edge.names = slices.Grow(p.edge.names[:0], len(s.model.Serving))[:len(s.model.Serving)]
	for i, pair := range s.model.Serving {
		p.edge.names[i] = s.serving[i].cached(p.edge.names[i], c.phase, ttl(pair, s.p.OriginTTL))
		p.edge.pools = append(p.edge.pools, pool{})
	}
	return p
}

// asked is the resource that a check asks.
func (p *place) asked(check *rehearsal.HealthCheck, at time.Duration) string {
	if len(p.host) > 0 && p.host.at(at) == check.Pair.Secondary {
		return check.Secondary
	}
	return check.Target
}

// changes is when the requests go elsewhere next.
func (p *place) changes(at time.Duration) time.Duration {
	next := p.host.after(at)
	for _, name := range p.edge.names {
		next = min(next, name.after(at))
	}
	return next
}
