package predict

import (
	"math/rand/v2"
	"slices"
	"time"

	"twinsite/rehearsal"
)

// A view says what becomes of a request at a time of a simulated outage. It has as
// functions of time the rules that the play has as servers.
type view struct {
	model    *rehearsal.Model
	p        rehearsal.Parameters
	patience time.Duration
	outage   rehearsal.Outage
	random   *rand.Rand
	noticed  time.Duration // when the home load balancer stops using its dead web servers
	host     string

	// closed are the load balancers that do not serve visitors even without an
	// outage, found once.
	closed map[*rehearsal.Balancer]bool
}

// A route is where the edge sends requests of one kind.
type route struct {
	rehearsal.Route
	method  string
	origins []origin
}

// An origin of a route, with what is found once for all trials.
type origin struct {
	*rehearsal.Origin
	serving int  // index of its pair in Model.Serving; -1: the name never moves
	wrong   bool // serves no page at Balancer even when nothing is down
	wrong2  bool // at Secondary
	asks    int  // how often a request is sent that stays without an answer
}

// An outcome is the result of a request.
type outcome struct {
	status int // 0: no answer
	took   time.Duration
	by     *rehearsal.Balancer // who answered; nil: the edge
	stuck  bool                // on a connection that was open when home stopped answering
}

func (o outcome) good() bool { return o.status >= 200 && o.status < 400 }

func (v *view) condition(b *rehearsal.Balancer, at time.Duration) rehearsal.Condition {
	if b == v.model.Home {
		return v.outage.Home(at, v.p.Length, v.p)
	}
	return v.outage.Standby(at, v.p.Length)
}

func (v *view) rtt(b *rehearsal.Balancer) time.Duration {
	if b == v.model.Home {
		return v.p.HomeRTT
	}
	return v.p.StandbyRTT
}

// setup is what a new connection to a load balancer adds to a request: TCP, TLS.
func (v *view) setup(b *rehearsal.Balancer) time.Duration { return 2 * v.rtt(b) }

// An edge is a location of the edge, which many visitors use: it asks for a name
// as soon as the last answer has expired.
type edge struct {
	names []answers // what its resolver answers, by index of Model.Serving
	pools []pool    // with Parameters.PooledStay, by index of Model.Serving

	// begins is when the outage makes it ask the second origin of a group for the
	// first time: nobody has a connection to that until then.
	begins time.Duration
}

// A pool is the connection that a visitor's requests find in the edge's pool.
type pool struct {
	to    *rehearsal.Balancer
	until time.Duration // when the load balancer ends it
}

// leads is the load balancer that the edge asks at a time, and what a new
// connection costs.
func (v *view) leads(e *edge, o *origin, at time.Duration) (*rehearsal.Balancer, time.Duration) {
	if o.serving < 0 {
		return o.Balancer, 0
	}
	names := e.names[o.serving]
	to := o.Leads(names.at(at))
	if v.p.PooledStay {
		return v.pooled(&e.pools[o.serving], to, at)
	}
	for _, answer := range names[1:] {
		if fresh := v.setup(to); at >= answer.at && at < answer.at+fresh {
			return to, fresh // nobody has connected yet
		}
	}
	return to, 0
}

// pooled is where the connection leads that a request finds, while connections stay
// where they lead.
func (v *view) pooled(p *pool, named *rehearsal.Balancer, at time.Duration) (*rehearsal.Balancer, time.Duration) {
	if p.to != nil && at < p.until {
		switch v.condition(p.to, at) {
		case rehearsal.Refusing, rehearsal.Silent, rehearsal.Hanging: // its connections are of no use
		default:
			return p.to, 0
		}
	}
	if p.to == nil { // opened before anything happened
		p.until = at + rehearsal.Between(v.random, 0, named.ClientKeepAlive)
	} else {
		p.until = at + named.ClientKeepAlive
	}
	fresh := v.setup(named)
	if p.to == named || p.to == nil {
		fresh = 0
	}
	p.to = named
	return named, fresh
}

// viaEdge sends a request to the distribution: each origin of the route in turn,
// until one answers with a status that does not fail over.
func (v *view) viaEdge(e *edge, to *route, at time.Duration, stale bool) outcome {
	if to.Refused != 0 {
		return outcome{status: to.Refused}
	}
	result := outcome{}
	for i := range to.origins {
		o := &to.origins[i]
		when := at + result.took
		b, fresh := v.leads(e, o, when)
		if i > 0 && when >= e.begins && when < e.begins+v.setup(b) {
			fresh = v.setup(b)
		}
		asked := v.askOrigin(o, b, when, stale && i == 0)
		asked.took += result.took
		if asked.by != nil {
			asked.took += fresh
		}
		asked.stuck = asked.stuck || result.stuck
		result = asked
		if asked.status != 0 && !slices.Contains(to.Statuses, asked.status) {
			return result
		}
	}
	if result.status == 0 {
		result.status, result.by = 504, nil
	}
	return result
}

// askOrigin sends a request to one origin, as often as its attempts say. A write
// that was sent is not sent again; a read is.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
func (v *view) askOrigin(o *origin, b *rehearsal.Balancer, at time.Duration, stale bool) outcome {
	rtt := v.rtt(b)
	switch v.condition(b, at) {
	case rehearsal.Refusing:
		return outcome{took: time.Duration(o.Attempts) * rtt}
	case rehearsal.Silent:
		if stale {
			return outcome{took: time.Duration(o.asks) * o.ResponseTimeout, stuck: true}
		}
		return outcome{took: time.Duration(o.Attempts) * o.ConnectTimeout}
	case rehearsal.Hanging:
		return outcome{took: time.Duration(o.asks) * (v.setup(b) + o.ResponseTimeout)}
	case rehearsal.Late:
		if v.p.SlowAnswer > o.ResponseTimeout {
			return outcome{took: time.Duration(o.asks) * o.ResponseTimeout}
		}
	}
	if b == o.Balancer && o.wrong || b == o.Secondary && o.wrong2 {
		return outcome{status: 502, took: rtt}
	}
	return v.answer(b, at, rtt)
}

// direct sends a request to a load balancer, for a visitor whom DNS sent there.
func (v *view) direct(b *rehearsal.Balancer, at time.Duration, connect bool) outcome {
	rtt := v.rtt(b)
	switch v.condition(b, at) {
	case rehearsal.Refusing:
		return outcome{took: rtt}
	case rehearsal.Silent, rehearsal.Hanging:
		return outcome{took: v.patience}
	}
	if v.closed[b] {
		return outcome{status: 403, took: rtt, by: b}
	}
	result := v.answer(b, at, rtt)
	if connect {
		result.took += v.setup(b)
	}
	return result
}

// answer returns what a load balancer answers once a request has reached it.
func (v *view) answer(b *rehearsal.Balancer, at, rtt time.Duration) outcome {
	good := outcome{status: 200, took: rtt + v.p.Service, by: b}
	switch v.condition(b, at) {
	case rehearsal.Failing:
		return outcome{status: 503, took: rtt, by: b}
	case rehearsal.Late:
		good.took = rtt + v.p.SlowAnswer
	case rehearsal.AllDead:
		// Without any healthy target, the load balancer uses all.
		return outcome{status: 502, took: rtt, by: b}
	case rehearsal.HalfDead:
		if at < v.noticed && v.random.IntN(2) == 0 {
			return outcome{status: 502, took: rtt, by: b}
		}
	}
	return good
}
