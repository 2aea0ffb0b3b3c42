package rehearsal

import (
	"math/rand/v2"
	"slices"
	"time"
)

// never is a moment that does not come.
const never = time.Duration(1<<63 - 1)

// A Sample is what one trial, or one play, measured. The first four, and Put,
// count from the beginning of the outage, the others from its end; where manual
// failback has put the failover switch, from its removal.
type Sample struct {
	Detect   time.Duration // the PRIMARY record became unhealthy
	DNSMoved time.Duration // DNS answers with the standby
	Reads    time.Duration // visitors read, and go on reading
	Writes   time.Duration // visitors write, and go on writing

	DetectHome time.Duration // the PRIMARY record is healthy again
	DNSHome    time.Duration // DNS answers with home
	Home       time.Duration // home serves the visitor again, and goes on to

	LostReads, LostWrites int // requests without a good answer during the outage
	LostComingHome        int // requests without a good answer after it

	Put time.Duration // manual failback put the failover switch
}

// nothing is a sample in which nothing has happened yet.
func nothing() Sample {
	return Sample{
		Detect: never, DNSMoved: never, Reads: never, Writes: never,
		DetectHome: never, DNSHome: never, Home: never, Put: never,
	}
}

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
	reads, writes route
	checks        map[*HealthCheck]route // of the endpoints behind the edge
	pair          *Pair
	until         time.Duration
	cacheGone     time.Duration // when the edge has forgotten the last error on the health path
	homeward      time.Duration // when the way home begins: at the outage's end, or when the switch is removed
	sample        Sample
}

// answers is what DNS answers, from the first moment on.
type answers []struct {
	at     time.Duration
	record *Record
}

func (s *simulation) run() Sample {
	random, p := s.random, s.p
	s.sample, s.homeward = nothing(), p.Length
	// A target group's check finds a dead server the threshold's last time.
	targets := s.model.Home.Targets
	s.noticed = between(random, 0, targets.Interval) + time.Duration(targets.Unhealthy-1)*targets.Interval
	s.cacheGone = p.Length + between(random, 0, longest(s.model.Edge.ErrorCaching))
	s.visit(s.resolve())
	return s.sample
}

// resolve simulates the health checks and returns what DNS answers.
func (s *simulation) resolve() answers {
	endpoints := map[*HealthCheck][]change{}
	var moments []time.Duration
	for _, check := range s.pair.checks() {
		if check.Children != nil || endpoints[check] != nil {
			continue
		}
		endpoints[check] = s.endpoint(check)
	}
	if s.model.Failback != nil {
		s.keep(endpoints)
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
func (s *simulation) answersAt(moments []time.Duration, endpoints map[*HealthCheck][]change, standby []change) answers {
	var result answers
	last := time.Duration(-1 << 62)
	for _, at := range append([]time.Duration{-1 << 62}, moments...) {
		health := Health{
			Endpoint: func(c *HealthCheck) bool { return statusAt(endpoints[c], at) },
			Target:   func(target string) bool { return target != s.model.Standby.Resource || statusAt(standby, at) },
		}
		if s.pair.Primary != nil {
			s.note(&s.sample.Detect, &s.sample.DetectHome, at, !s.pair.Primary.Healthy(health))
		}
		record := s.pair.Answer(health)
		if len(result) > 0 && result[len(result)-1].record == record {
			continue
		}
		moved := at
		if len(result) > 0 {
			// A later status never overtakes an earlier one.
			moved = max(at+between(s.random, s.p.PropagationMin, s.p.PropagationMax), last)
		}
		last = moved
		s.note(&s.sample.DNSMoved, &s.sample.DNSHome, moved, record.Failover == "SECONDARY")
		result = append(result, struct {
			at     time.Duration
			record *Record
		}{moved, record})
	}
	return result
}

// note keeps the first moment in the outage when something is away, and on the
// way home, the first when it is home again.
func (s *simulation) note(away, home *time.Duration, at time.Duration, isAway bool) {
	switch {
	case isAway && at >= 0 && *away == never:
		*away = at
	case !isAway && *away != never && at >= s.homeward && *home == never:
		*home = at - s.homeward
	}
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

// endpoint simulates all checkers of an endpoint and returns when enough of
// them change their mind.
func (s *simulation) endpoint(check *HealthCheck) []change {
	calm := check.Bucket == "" // an object that is absent is answered with 403
	if !calm && s.outage != BySwitch && s.sample.Put == never {
		return []change{{-1 << 62, false}} // nobody puts the object
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
	status := s.p.enough(healthy)
	result := []change{{-1 << 62, status}}
	for _, c := range all {
		if c.healthy {
			healthy++
		} else {
			healthy--
		}
		if now := s.p.enough(healthy); now != status {
			status = now
			result = append(result, change{c.at, status})
		}
	}
	return result
}

// checker simulates one checker: it asks, waits for the answer, and asks again
// an interval after that. Its mind changes after Threshold answers of the other
// kind in a row.
func (s *simulation) checker(check *HealthCheck, mind bool) []change {
	var changes []change
	rtt := between(s.random, s.p.CheckerRTTMin, s.p.CheckerRTTMax)
	streak := 0
	for at := -between(s.random, 0, check.Interval+rtt); at < s.until; {
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
func (s *simulation) check(check *HealthCheck, at, rtt time.Duration) (good bool, took time.Duration) {
	if check.Bucket != "" {
		return s.switched(at), rtt
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
		if s.condition(b, at) == dark {
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
	if s.outage != BothDead {
		return nil
	}
	t := s.model.Standby.Targets
	dead := between(s.random, 0, t.Interval) + time.Duration(t.Unhealthy-1)*t.Interval
	alive := s.p.Length + between(s.random, 0, t.Interval) + time.Duration(t.Healthy-1)*t.Interval
	return []change{{dead, false}, {alive, true}}
}

// visit simulates a visitor who reads and writes once a period, through a
// resolver that keeps DNS answers for their TTL.
func (s *simulation) visit(dns answers) {
	p := s.p
	v := visit{simulation: s, dns: dns}
	v.expires = between(s.random, 0, p.AliasTTL)
	v.target = v.lookUp(v.expires - p.AliasTTL)
	stale := s.random.Float64() < p.StaleShare
	last := dns[len(dns)-1].at + p.AliasTTL + 5*p.Period
	for at := between(s.random, 0, p.Period); at < s.until; at += p.Period {
		if at > s.homeward+p.Patience && at > last && v.home.done != never {
			break
		}
		setup := v.resolve(at)
		v.request(at, false, setup, stale)
		v.request(at, true, setup, false)
		stale = false
	}
	s.sample.Reads, s.sample.Writes = v.read.done, v.write.done
	if s.sample.Home = v.home.done; s.sample.Home != never {
		s.sample.Home -= s.homeward
	}
}

// A visit is a visitor's state.
type visit struct {
	*simulation
	dns               answers
	next              int // index of the next answer
	target            *Record
	expires           time.Duration
	leave             time.Duration // when a kept connection to the old target ends
	old               *Record
	read, write, home back
	cachedUntil       time.Duration
}

// back is when something works and goes on to work.
type back struct {
	done time.Duration
	set  bool
}

func (b *back) note(good bool, done time.Duration) {
	switch {
	case !good:
		b.done, b.set = never, true
	case !b.set || b.done == never:
		b.done, b.set = done, true
	}
}

func (v *visit) lookUp(at time.Duration) *Record {
	for v.next+1 < len(v.dns) && v.dns[v.next+1].at <= at {
		v.next++
	}
	return v.dns[v.next].record
}

// resolve follows DNS when the answer has expired, and reports whether the
// visitor has to connect anew.
func (v *visit) resolve(at time.Duration) bool {
	if at < v.expires {
		return false
	}
	// The resolver asks when it is asked, and then keeps the answer.
	v.expires = at + v.p.AliasTTL
	old := v.target
	v.target = v.lookUp(at)
	if old == v.target {
		return false
	}
	v.old, v.leave = old, at+v.p.KeepConnection
	return true
}

func (v *visit) request(at time.Duration, write, setup, stale bool) {
	to := v.target
	if at < v.leave {
		to = v.old
	}
	result := v.ask(to, at, write, setup, stale)
	good := result.good() && result.took <= v.p.Patience
	done := at + min(result.took, v.p.Patience)
	if at < v.p.Length {
		if write {
			v.write.note(good, done)
			v.sample.LostWrites += count(!good)
		} else {
			v.read.note(good, done)
			v.sample.LostReads += count(!good)
		}
		return
	}
	v.sample.LostComingHome += count(!good)
	if write && at >= v.homeward {
		v.home.note(good && result.by == v.model.Home, done)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ask sends a request where DNS leads. An error of the edge is repeated from
// its cache to reads.
func (v *visit) ask(to *Record, at time.Duration, write, setup, stale bool) outcome {
	switch to.Target {
	case v.model.Edge.Resource:
		if !write && at < v.cachedUntil {
			return outcome{status: 504, took: v.p.HomeRTT}
		}
		if write {
			return v.viaEdge(v.writes, at, true, stale)
		}
		result := v.viaEdge(v.reads, at, false, stale)
		if !result.good() && !result.stuck {
			v.cachedUntil = at + result.took + v.model.Edge.ErrorCaching[result.status]
		}
		return result
	case v.model.Home.Resource:
		return v.direct(v.model.Home, at, setup)
	case v.model.Standby.Resource:
		return v.direct(v.model.Standby, at, setup)
	}
	return outcome{took: v.p.HomeRTT}
}

// between is a random moment in an interval.
func between(random *rand.Rand, low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(random.Int64N(int64(high-low)))
}
