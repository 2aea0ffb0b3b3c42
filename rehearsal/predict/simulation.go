package predict

import (
	"slices"
	"time"

	"twinsite/rehearsal"
)

// A change is a new status from a moment on.
type change struct {
	at      time.Duration
	healthy bool
}

// A simulation is one trial. Checkers do not influence one another, and
// visitors influence nobody, so that each is simulated from event to event by
// itself, and Route 53's status is merged from the checkers' changes.
type simulation struct {
	view
	reads, writes rehearsal.Route
	checks        map[*rehearsal.HealthCheck]rehearsal.Route // of the endpoints behind the edge
	pair          *rehearsal.Pair
	until         time.Duration
	cacheGone     time.Duration // when the edge has forgotten the last error on the health path
	switchPut     time.Duration // when manual failback writes the switch; Never if it does not
	failbackAt    time.Duration // when the site may come home: at the outage's end, or when the switch is deleted
	sample        rehearsal.Sample
}

func newSimulation(m *rehearsal.Model, p rehearsal.Parameters) (simulation, error) {
	host := m.Hosts()[0]
	s := simulation{view: view{model: m, p: p, host: host, wrong: map[*rehearsal.Origin]bool{}, closed: map[*rehearsal.Balancer]bool{}}, checks: map[*rehearsal.HealthCheck]rehearsal.Route{}}
	s.pair = m.Pair(host, "A")
	if s.pair == nil {
		s.pair = m.Pairs[0]
	}
	header := map[string]string{"host": host}
	var err error
	if s.reads, err = m.Edge.Route("GET", "/", header); err != nil {
		return s, err
	}
	if s.writes, err = m.Edge.Route("POST", "/orders", header); err != nil {
		return s, err
	}
	for _, check := range s.pair.Checks() {
		if check.Target == m.Edge.Resource {
			if s.checks[check], err = m.Edge.Route("GET", check.Path, header); err != nil {
				return s, err
			}
		}
	}
	for _, origin := range m.Edge.Origins {
		if origin.Problem(origin.Balancer, host) != "" {
			s.wrong[origin] = true
		}
	}
	for _, b := range []*rehearsal.Balancer{m.Home, m.Standby} {
		if b.Problem(443, true, []string{host}, func(string) string { return "" }) != "" {
			s.closed[b] = true
		}
	}
	s.until = p.Length + 5*time.Minute
	return s, nil
}

// answers returns what DNS answers, the earliest answer first.
type answers []struct {
	at     time.Duration
	record *rehearsal.Record
}

func (s *simulation) run() rehearsal.Sample {
	random, p := s.random, s.p
	s.sample, s.switchPut, s.failbackAt = rehearsal.NewSample(), rehearsal.Never, p.Length
	// The target group's threshold is reached: the load balancer marks its dead
	// servers unhealthy.
	targets := s.model.Home.Targets
	s.noticed = rehearsal.Between(random, 0, targets.Interval) + time.Duration(targets.Unhealthy-1)*targets.Interval
	s.cacheGone = p.Length + rehearsal.Between(random, 0, s.model.Edge.LongestErrorCaching())
	s.visit(s.resolve())
	s.sample.SwitchPut = s.switchPut
	return s.sample
}

// resolve simulates the health checks and returns what DNS answers.
func (s *simulation) resolve() answers {
	endpoints := map[*rehearsal.HealthCheck][]change{}
	var moments []time.Duration
	for _, check := range s.pair.Checks() {
		if check.Children != nil || endpoints[check] != nil {
			continue
		}
		endpoints[check] = s.endpoint(check)
	}
	if s.model.Failback != nil {
		s.playFailback(endpoints)
	}
	for _, changes := range endpoints {
		for _, c := range changes {
			moments = append(moments, c.at)
		}
	}
	standby := s.standbyChanges()
	for _, c := range standby {
		moments = append(moments, c.at)
	}
	slices.Sort(moments)
	return s.answersAt(slices.Compact(moments), endpoints, standby)
}

// answersAt evaluates the pair at each moment that something changes.
func (s *simulation) answersAt(moments []time.Duration, endpoints map[*rehearsal.HealthCheck][]change, standby []change) answers {
	var result answers
	last := time.Duration(-1 << 62)
	for _, at := range append([]time.Duration{-1 << 62}, moments...) {
		health := rehearsal.Health{
			Endpoint: func(c *rehearsal.HealthCheck) bool { return statusAt(endpoints[c], at) },
			Target:   func(target string) bool { return target != s.model.Standby.Resource || statusAt(standby, at) },
		}
		if s.pair.Primary != nil {
			s.sample.NoteHealth(at, s.failbackAt, s.pair.Primary.Healthy(health))
		}
		record := s.pair.Answer(health)
		if len(result) > 0 && result[len(result)-1].record == record {
			continue
		}
		moved := at
		if len(result) > 0 {
			// A later status never overtakes an earlier one.
			moved = max(at+rehearsal.Between(s.random, s.p.PropagationMin, s.p.PropagationMax), last)
		}
		last = moved
		s.sample.NoteDNS(moved, s.failbackAt, record.Failover == "SECONDARY")
		result = append(result, struct {
			at     time.Duration
			record *rehearsal.Record
		}{moved, record})
	}
	return result
}

func statusAt(changes []change, at time.Duration) bool {
	healthy := true
	for _, c := range changes {
		if c.at > at {
			break
		}
		healthy = c.healthy
	}
	return healthy
}

// endpoint simulates all checkers of an endpoint and returns when the endpoint's
// status changes.
func (s *simulation) endpoint(check *rehearsal.HealthCheck) []change {
	calm := check.Bucket == "" // without the object, the bucket answers 403
	if !calm && s.outage != rehearsal.BySwitch && s.switchPut == rehearsal.Never {
		return []change{{-1 << 62, false}} // nobody writes the object
	}
	var all []change
	for range s.p.Checkers {
		all = append(all, s.checker(check, calm)...)
	}
	slices.SortFunc(all, func(a, b change) int { return int(a.at - b.at) })
	healthy := 0
	if calm {
		healthy = s.p.Checkers
	}
	status := s.p.Enough(healthy)
	result := []change{{-1 << 62, status}}
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

// checker simulates one checker: it asks, waits for the answer, and asks again
// an interval after that. Its opinion changes after Threshold answers of the other
// kind in a row.
func (s *simulation) checker(check *rehearsal.HealthCheck, mind bool) []change {
	var changes []change
	rtt := rehearsal.Between(s.random, s.p.CheckerRTTMin, s.p.CheckerRTTMax)
	streak := 0
	for at := -rehearsal.Between(s.random, 0, check.Interval+rtt); at < s.until; {
		good, took := s.check(check, at, rtt)
		at += took
		if good == mind {
			streak = 0
		} else if streak++; streak >= check.Threshold {
			mind, streak = good, 0
			changes = append(changes, change{at, mind})
		}
		at += check.Interval
	}
	return changes
}

// check is one request of a checker, and how long it took to know.
func (s *simulation) check(check *rehearsal.HealthCheck, at, rtt time.Duration) (good bool, took time.Duration) {
	if check.Bucket != "" {
		return s.switchExists(at), rtt
	}
	var result outcome
	if to, behindEdge := s.checks[check]; behindEdge {
		result = s.viaEdge(to, at, false, false)
		if at >= s.p.Length && at < s.cacheGone {
			result.status = 504
		}
	} else {
		b := s.model.Home
		if check.Target == s.model.Standby.Resource {
			b = s.model.Standby
		}
		if s.condition(b, at) == rehearsal.Silent {
			return false, s.p.ConnectLimit
		}
		result = s.direct(b, at, false)
	}
	if result.took > s.p.AnswerLimit {
		return false, rtt + s.p.AnswerLimit
	}
	return result.good(), rtt
}

// standbyChanges is the standby's target health, as its load balancer sees it.
func (s *simulation) standbyChanges() []change {
	if s.outage != rehearsal.BothDead {
		return nil
	}
	t := s.model.Standby.Targets
	dead := rehearsal.Between(s.random, 0, t.Interval) + time.Duration(t.Unhealthy-1)*t.Interval
	alive := s.p.Length + rehearsal.Between(s.random, 0, t.Interval) + time.Duration(t.Healthy-1)*t.Interval
	return []change{{dead, false}, {alive, true}}
}
