package predict

import (
	"slices"
	"time"

	"twinsite/rehearsal"
)

// A simulation is one trial. Checkers do not influence one another, and
// visitors influence nobody, so that each is simulated from event to event by
// itself, and Route 53's status is merged from the checkers' changes.
type simulation struct {
	view
	reads, writes route
	endpoints     []endpoint
	front         *rehearsal.Pair // of visitors
	leading       *rehearsal.Pair
	swings        bool // a check asks what it moves

	until      time.Duration
	cacheGone  time.Duration // when the edge has forgotten the last error on the health path
	switchPut  time.Duration // when manual failback writes the switch; Never if it does not
	failbackAt time.Duration // when the site may come home: at the outage's end, or when the switch is deleted
	statuses   [][]change    // of the endpoints
	visitors   answers       // of front
	serving    []answers     // of Model.Serving
	sample     rehearsal.Sample

	drawn // what is the same however often the trial is repeated
}

// drawn are a trial's random numbers that more than one of its parts need.
type drawn struct {
	checkers []checker
	spread   [][]time.Duration // by pair, visitors' first: how long each new answer takes to spread
	standby  []change          // its target health, as its load balancer sees it
	scratch  []change
	place    place
}

func newSimulation(m *rehearsal.Model, p rehearsal.Parameters) (simulation, error) {
	host := m.ServingHosts()[0]
	s := simulation{view: view{model: m, p: p, patience: m.Patience(p), host: host, closed: map[*rehearsal.Balancer]bool{}}}
	if s.front = m.Pair(host, "A"); s.front == nil {
		s.front = m.Pairs[0]
	}
	if s.leading = m.Leading(); len(m.Serving) == 0 {
		s.leading = s.front
	}
	var err error
	if s.reads, err = s.newRoute("GET", "/", host); err != nil {
		return s, err
	}
	if s.writes, err = s.newRoute("POST", "/orders", host); err != nil {
		return s, err
	}
	for _, check := range m.Checks() {
		if check.Children != nil {
			continue
		}
		e := endpoint{check: check, moves: check.Pair != nil}
		if check.Target == m.Edge.Resource {
			if e.route, err = s.newRoute("GET", check.Path, ""); err != nil {
				return s, err
			}
			e.moves = e.moves || e.route.Moves()
		}
		s.swings = s.swings || e.moves
		s.endpoints = append(s.endpoints, e)
	}
	for _, b := range []*rehearsal.Balancer{m.Home, m.Standby} {
		if b.Problem(443, true, []string{host}, rehearsal.Asking("GET", host)) != "" {
			s.closed[b] = true
		}
	}
	s.until = p.Length + watched(p.Length)
	return s, nil
}

// newRoute finds out where the edge sends requests to a host; "" is the edge's own
// name, by which health checkers ask.
func (s *simulation) newRoute(method, path, host string) (route, error) {
	header := map[string]string{"host": host}
	if host == "" {
		header["host"] = s.model.ServingHosts()[0] // what a function knows of the edge's own name is not in the templates
	}
	to, err := s.model.Edge.Route(method, path, header)
	r := route{Route: to, method: method}
	for _, o := range to.Origins {
		r.origins = append(r.origins, origin{
			Origin: o, serving: slices.Index(s.model.Serving, o.Pair), asks: o.Asks(method),
			wrong: o.Problem(o.Balancer, host) != "", wrong2: o.Problem(o.Secondary, host) != "",
		})
	}
	return r, err
}

func (s *simulation) run() rehearsal.Sample {
	s.begin()
	s.resolve()
	s.visit()
	s.sample.SwitchPut = s.switchPut
	return s.sample
}

// begin draws what the trial's parts share.
func (s *simulation) begin() {
	random, p := s.random, s.p
	s.switchPut, s.failbackAt, s.until = rehearsal.Never, p.Length, p.Length+watched(p.Length)
	// The target group's threshold is reached: the load balancer marks its dead
	// servers unhealthy.
	targets := s.model.Home.Targets
	s.noticed = rehearsal.Between(random, 0, targets.Interval) + time.Duration(targets.Unhealthy-1)*targets.Interval
	s.cacheGone = p.Length + rehearsal.Between(random, 0, s.model.Edge.LongestErrorCaching())
	s.drawCheckers()
	s.drawn.standby = s.standbyChanges()
	s.spread = slices.Grow(s.spread[:0], 1+len(s.model.Serving))[:1+len(s.model.Serving)]
	for i := range s.spread {
		s.spread[i] = s.spread[i][:0]
	}
}

// resolve simulates the health checks and what DNS answers. Where a check asks what
// it moves, each round is right until one change later than the round before, as
// what happens follows from what has happened.
func (s *simulation) resolve() {
	s.visitors, s.serving = answers{{longAgo, s.front.Answer(rehearsal.Calm())}}, nil
	for _, pair := range s.model.Serving {
		s.serving = append(s.serving, answers{{longAgo, pair.Answer(rehearsal.Calm())}})
	}
	const mostChanges = 100
	for round := range mostChanges {
		before := s.changes()
		s.sample = rehearsal.NewSample()
		s.switchPut, s.failbackAt, s.until = rehearsal.Never, s.p.Length, s.p.Length+watched(s.p.Length)
		s.resolveOnce(round == 0)
		if !s.swings || slices.Equal(before, s.changes()) {
			return
		}
	}
}

// changes are when answers change.
func (s *simulation) changes() []time.Duration {
	if !s.swings {
		return nil
	}
	var all []time.Duration
	for _, name := range append(slices.Clone(s.serving), s.visitors) {
		for _, answer := range name {
			all = append(all, answer.at)
		}
	}
	return all
}

// resolveOnce is one round. What asks nothing that moves is simulated in the first,
// and the switch in each, as manual failback may put it.
func (s *simulation) resolveOnce(first bool) {
	if first {
		s.statuses = make([][]change, len(s.endpoints))
	}
	for i, e := range s.endpoints {
		if first || e.moves || e.check.Bucket != "" {
			s.statuses[i] = s.play(i)
		}
	}
	if s.model.Failback != nil {
		s.playFailback()
	}
	moments := []time.Duration{longAgo}
	for _, changes := range append(slices.Clone(s.statuses), s.drawn.standby) {
		for _, c := range changes {
			moments = append(moments, c.at)
		}
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	visitors := s.answersAt(0, s.front, moments)
	serving := make([]answers, len(s.model.Serving))
	for i, pair := range s.model.Serving {
		serving[i] = s.answersAt(i+1, pair, moments)
	}
	s.visitors, s.serving = visitors, serving
}

// names is what DNS answers for a pair.
func (s *simulation) names(pair *rehearsal.Pair) answers {
	if i := slices.Index(s.model.Serving, pair); i >= 0 {
		return s.serving[i]
	}
	return s.visitors
}

// status reports whether Route 53 calls an endpoint healthy, before inversion.
func (s *simulation) status(check *rehearsal.HealthCheck, at time.Duration) bool {
	for i := range s.endpoints {
		if s.endpoints[i].check == check {
			return statusAt(s.statuses[i], at)
		}
	}
	return true
}

// answersAt evaluates a pair at each moment that something changes. It is the
// number of the pair, 0 for the visitors'.
func (s *simulation) answersAt(number int, pair *rehearsal.Pair, moments []time.Duration) answers {
	var result answers
	last := longAgo
	for _, at := range moments {
		health := rehearsal.Health{
			Endpoint: func(c *rehearsal.HealthCheck) bool { return s.status(c, at) },
			Target:   func(target string) bool { return target != s.model.Standby.Resource || statusAt(s.drawn.standby, at) },
		}
		if pair == s.leading && pair.Primary != nil {
			s.sample.NoteHealth(at, s.failbackAt, pair.Primary.Healthy(health))
		}
		record := pair.Answer(health)
		if len(result) > 0 && result[len(result)-1].record == record {
			continue
		}
		moved := at
		if len(result) > 0 {
			// A later status never overtakes an earlier one.
			moved = max(at+s.spreads(number, len(result)-1), last)
		}
		last = moved
		if pair == s.leading {
			s.sample.NoteDNS(moved, s.failbackAt, record.Failover == "SECONDARY")
		}
		result = append(result, answer{moved, record})
	}
	return result
}

// spreads is how long the nth new answer of a pair takes to spread.
func (s *simulation) spreads(number, n int) time.Duration {
	for len(s.spread[number]) <= n {
		s.spread[number] = append(s.spread[number], rehearsal.Between(s.random, s.p.PropagationMin, s.p.PropagationMax))
	}
	return s.spread[number][n]
}

// nextCondition is when the state of a region, or of the switch, changes next.
func (s *simulation) nextCondition(at time.Duration) time.Duration {
	next := s.until
	for _, when := range [...]time.Duration{0, s.p.Length, s.cacheGone, s.failbackAt, s.switchPut} {
		if when > at {
			next = min(next, when)
		}
	}
	if s.outage == rehearsal.Flapping && at >= 0 && at < s.p.Length {
		cycle := s.p.FlapDark + s.p.FlapFine
		from := at / cycle * cycle
		if from += s.p.FlapDark; from <= at {
			from += s.p.FlapFine
		}
		next = min(next, from)
	}
	return next
}

// unsteady reports whether the answers of a time are random.
func (s *simulation) unsteady(at time.Duration) bool {
	return s.outage == rehearsal.Half && at >= 0 && at < s.noticed
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
