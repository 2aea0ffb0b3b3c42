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
	model   *rehearsal.Model
	p       rehearsal.Parameters
	outage  rehearsal.Outage
	random  *rand.Rand
	noticed time.Duration // when the home load balancer stops using its dead web servers
	host    string

	// What does not work even without an outage, found once: origins that serve no
	// page, and load balancers that do not serve visitors.
	wrong  map[*rehearsal.Origin]bool
	closed map[*rehearsal.Balancer]bool
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

// viaEdge sends a request to the distribution: each origin of the route in turn,
// until one answers with a status that does not fail over.
func (v *view) viaEdge(to rehearsal.Route, at time.Duration, write, stale bool) outcome {
	result := outcome{}
	for i, origin := range to.Origins {
		asked := v.askOrigin(origin, at+result.took, write, stale && i == 0)
		asked.took += result.took
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
func (v *view) askOrigin(o *rehearsal.Origin, at time.Duration, write, stale bool) outcome {
	rtt := v.rtt(o.Balancer)
	switch v.condition(o.Balancer, at) {
	case rehearsal.Refusing:
		return outcome{took: time.Duration(o.Attempts) * rtt}
	case rehearsal.Silent:
		switch {
		case stale && write:
			return outcome{took: o.ResponseTimeout, stuck: true}
		case stale:
			return outcome{took: time.Duration(o.Attempts) * o.ResponseTimeout, stuck: true}
		}
		return outcome{took: time.Duration(o.Attempts) * o.ConnectTimeout}
	case rehearsal.Late:
		if v.p.SlowAnswer > o.ResponseTimeout {
			return outcome{took: o.ResponseTimeout}
		}
	}
	if v.wrong[o] {
		return outcome{status: 502, took: rtt}
	}
	return v.answer(o.Balancer, at, rtt)
}

// direct sends a request to a load balancer, for a visitor whom DNS sent there.
func (v *view) direct(b *rehearsal.Balancer, at time.Duration, setup bool) outcome {
	rtt := v.rtt(b)
	switch v.condition(b, at) {
	case rehearsal.Refusing:
		return outcome{took: rtt}
	case rehearsal.Silent:
		return outcome{took: v.p.Patience}
	}
	if v.closed[b] {
		return outcome{status: 403, took: rtt, by: b}
	}
	if setup {
		rtt *= 3 // TCP, TLS, and the request
	}
	return v.answer(b, at, rtt)
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
