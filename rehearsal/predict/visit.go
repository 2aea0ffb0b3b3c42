package predict

import (
	"time"

	"twinsite/rehearsal"
)

// visit simulates three visitors: one who follows DNS, one who keeps the
// connection from before the outage as long as it lives, and one who comes while
// DNS leads to the standby and keeps connections. Each writes once a period, and
// the first reads, too.
func (s *simulation) visit() {
	p := s.p
	names := s.visitors.cached(nil, rehearsal.Between(s.random, 0, p.AliasTTL), ttl(s.front, p.TTL))
	e := s.newEdge()
	follower := visit{simulation: s, names: names, edge: e, reads: true, first: rehearsal.Between(s.random, 0, p.Period)}
	follower.stale = s.random.Float64() < p.StaleShare
	follower.run()
	s.sample.Reads, s.sample.Writes, s.sample.Home = follower.read.Done, follower.write.Done, s.sinceFailback(follower.home.Done)
	s.sample.LostReads, s.sample.LostWrites = follower.lostReads, follower.lostWrites

	keeper := visit{simulation: s, names: names, edge: e.again(), kept: true, first: rehearsal.Between(s.random, 0, p.Period)}
	keeper.run()
	s.sample.WritesKept, s.sample.LostWritesKept = keeper.write.Done, keeper.lostWrites

	comes := rehearsal.Between(s.random, p.Length/2, p.Length)
	late := visit{simulation: s, names: names, edge: e.again(), kept: true, first: comes}
	late.run()
	s.sample.HomeKept = s.sinceFailback(late.home.Done)
	s.sample.LostComingHome = follower.lostHome + keeper.lostHome + late.lostHome
}

func (s *simulation) sinceFailback(at time.Duration) time.Duration {
	if at == rehearsal.Never {
		return at
	}
	return at - s.failbackAt
}

// newEdge draws the edge location that a trial's visitors use.
func (s *simulation) newEdge() *edge {
	e := &edge{pools: make([]pool, len(s.model.Serving))}
	for i, pair := range s.model.Serving {
		ttl := ttl(pair, s.p.OriginTTL)
		e.names = append(e.names, s.serving[i].cached(nil, rehearsal.Between(s.random, 0, ttl), ttl))
	}
	if first := &s.reads.origins[0]; len(s.reads.origins) > 1 {
		b, _ := s.leads(e, first, 0)
		e.begins = s.askOrigin(first, b, 0, false).took
		e.pools = make([]pool, len(s.model.Serving))
	}
	return e
}

// again is the same location with other connections.
func (e *edge) again() *edge {
	return &edge{names: e.names, pools: make([]pool, len(e.pools)), begins: e.begins}
}

// A visit is a visitor's state.
type visit struct {
	*simulation
	names answers // what the visitor's resolver answers
	edge  *edge
	kept  bool // keeps connections
	reads bool
	first time.Duration // request
	stale bool          // whether the next read takes a connection of the edge's from before the outage

	to   *rehearsal.Record // where the open connection leads; nil before the first request
	ends time.Duration     // when it ends

	read, write, home               rehearsal.Recovery
	lostReads, lostWrites, lostHome int
	cachedFrom, cachedUntil         time.Duration // when the edge repeats an error to reads
}

// run visits until the site is home again, and nothing more can happen.
func (v *visit) run() {
	p := v.p
	last := v.lastChange() + 5*p.Period
	for at := v.first; at < v.until; at += p.Period {
		if at > v.failbackAt+v.patience && at > last && v.home.Done != rehearsal.Never {
			return
		}
		connect := v.connect(at)
		read := !v.reads || v.request(at, false, connect)
		write := v.request(at, true, connect)
		if n := v.uneventful(at, read && write); n > 0 {
			v.repeat(at, n, read, write)
			at += time.Duration(n) * p.Period
		}
	}
}

// connect opens a connection if none is open that this visitor uses, and reports
// whether it did.
func (v *visit) connect(at time.Duration) bool {
	named := v.names.at(at)
	if v.to == nil {
		v.to, v.ends = named, v.life(named, at)
		return at > v.p.Period // else it was open before the outage
	}
	if at < v.ends && (v.kept || named == v.to) {
		return false
	}
	v.to, v.ends = named, v.life(named, at)
	return true
}

// life is when a connection ends that is opened to where a record leads.
func (v *visit) life(to *rehearsal.Record, at time.Duration) time.Duration {
	if v.p.Period > v.p.BrowserIdle {
		return at // idle for too long before each request
	}
	lives := rehearsal.Never
	switch to.Target {
	case v.model.Edge.Resource:
		lives = v.p.EdgeConnection
	case v.model.Home.Resource:
		lives = v.model.Home.ClientKeepAlive
	case v.model.Standby.Resource:
		lives = v.model.Standby.ClientKeepAlive
	}
	if lives == rehearsal.Never {
		return lives
	}
	if at <= v.p.Period { // opened before anything happened
		return at + rehearsal.Between(v.random, 0, lives)
	}
	return at + lives
}

// request makes one request, and reports whether it was answered well.
func (v *visit) request(at time.Duration, write, connect bool) bool {
	result := v.ask(at, write, connect)
	good := result.good() && result.took <= v.patience
	if result.status == 0 {
		v.ends = at // nobody keeps a connection that does not answer
	}
	done := at + min(result.took, v.patience)
	if at < v.p.Length {
		if write {
			v.write.Note(good, done)
		} else {
			v.read.Note(good, done)
		}
	} else if write && at >= v.failbackAt {
		v.home.Note(good && result.by == v.model.Home, done)
	}
	if !good {
		v.lose(at, write, 1)
	}
	return good
}

func (v *visit) lose(at time.Duration, write bool, n int) {
	switch {
	case at >= v.p.Length:
		v.lostHome += n
	case write:
		v.lostWrites += n
	default:
		v.lostReads += n
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ask sends a request where the open connection leads. An error of the edge is
// repeated from its cache to reads.
func (v *visit) ask(at time.Duration, write, connect bool) outcome {
	switch v.to.Target {
	case v.model.Edge.Resource:
		if write {
			return v.viaEdge(v.edge, &v.writes, at, false)
		}
		if at >= v.cachedFrom && at < v.cachedUntil {
			return outcome{status: 504, took: v.p.HomeRTT}
		}
		result := v.viaEdge(v.edge, &v.simulation.reads, at, v.stale)
		v.stale = false
		if !result.good() && !result.stuck {
			v.cachedFrom = at + result.took
			v.cachedUntil = v.cachedFrom + v.model.Edge.ErrorCaching[result.status]
		}
		return result
	case v.model.Home.Resource:
		return v.direct(v.model.Home, at, connect)
	case v.model.Standby.Resource:
		return v.direct(v.model.Standby, at, connect)
	}
	return outcome{took: v.p.HomeRTT}
}

// lastChange is when a name changes for the last time.
func (v *visit) lastChange() time.Duration {
	last := v.names[len(v.names)-1].at
	for _, name := range v.edge.names {
		last = max(last, name[len(name)-1].at)
	}
	return last
}

// uneventful is how many of the next requests are like those at a time: until
// something changes, if all that has changed before has reached this visitor.
func (v *visit) uneventful(at time.Duration, good bool) int {
	switch {
	case v.unsteady(at), v.outage == rehearsal.BothDead:
		return 0
	case !good && v.model.Edge.LongestErrorCaching() > 0:
		return 0
	case v.to != v.names.at(at) && v.ends != rehearsal.Never:
		return 0
	}
	next := min(v.nextCondition(at), v.names.after(at))
	for i, name := range v.edge.names {
		next = min(next, name.after(at))
		if pool := v.edge.pools[i]; pool.to != nil && pool.to != v.named(i, at) {
			return 0
		}
	}
	return int((next - at - 1) / v.p.Period)
}

// named is the load balancer that the edge finds by a serving name.
func (v *visit) named(serving int, at time.Duration) *rehearsal.Balancer {
	for _, o := range v.writes.origins {
		if o.serving == serving {
			return o.Leads(v.edge.names[serving].at(at))
		}
	}
	for _, o := range v.simulation.reads.origins {
		if o.serving == serving {
			return o.Leads(v.edge.names[serving].at(at))
		}
	}
	return nil
}

// repeat does what n requests do that are like those at a time.
func (v *visit) repeat(at time.Duration, n int, read, write bool) {
	if !read {
		v.lose(at, false, n)
	}
	if !write {
		v.lose(at, true, n)
	}
	then := at + time.Duration(n)*v.p.Period
	for v.ends <= then && v.ends > at {
		v.ends = v.life(v.to, v.ends)
	}
	for i := range v.edge.pools {
		for pool := &v.edge.pools[i]; pool.to != nil && pool.until <= then; {
			pool.until += pool.to.ClientKeepAlive
		}
	}
}
