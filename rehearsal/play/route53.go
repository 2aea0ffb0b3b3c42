package play

import (
	"bufio"
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A route53 plays Route 53: it runs the health checkers, decides from their
// results which checks are healthy, and gives DNS the records to answer with.
type route53 struct {
	stage *stage

	mu      sync.Mutex
	healthy map[*rehearsal.HealthCheck]int // how many checkers find the endpoint healthy
	checks  []*rehearsal.HealthCheck       // of endpoints
	answers map[*rehearsal.Pair][]dated    // the answers for each pair, the newest last
	random  *rand.Rand
	primary []rehearsal.Event // when the leading pair's PRIMARY record changed its health
	status  bool
	seen    map[*rehearsal.HealthCheck]map[int]rehearsal.Observation // what each checker saw last
}

// A dated is a record that is the answer from a time on.
type dated struct {
	at     time.Duration
	record *rehearsal.Record
}

func newRoute53(s *stage) *route53 {
	r := &route53{stage: s, healthy: map[*rehearsal.HealthCheck]int{}, answers: map[*rehearsal.Pair][]dated{}, random: rehearsal.Random(1, 1), status: true, seen: map[*rehearsal.HealthCheck]map[int]rehearsal.Observation{}}
	for _, check := range s.model.Checks() {
		if check.Children == nil {
			r.checks = append(r.checks, check)
			r.seen[check] = map[int]rehearsal.Observation{}
			if check.Bucket == "" {
				r.healthy[check] = s.p.Checkers
			}
		}
	}
	for _, pair := range s.model.AllPairs() {
		r.answers[pair] = []dated{{-1, pair.Answer(rehearsal.Calm())}}
	}
	return r
}

func (r *route53) health() rehearsal.Health {
	return rehearsal.Health{
		Endpoint: func(c *rehearsal.HealthCheck) bool { return r.stage.p.Enough(r.healthy[c]) },
		Target: func(target string) bool {
			t := r.stage.tiers[target]
			return t == nil || t.healthy()
		},
	}
}

// says reports whether Route 53 calls a health check healthy.
func (r *route53) says(check *rehearsal.HealthCheck) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return check.Healthy(r.health().Endpoint)
}

// evaluate appends a new answer to each pair whose health has changed. It takes
// effect after the time that Route 53 needs to spread it.
func (r *route53) evaluate() {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.stage.clock.Now()
	delay := rehearsal.Between(r.random, r.stage.p.PropagationMin, r.stage.p.PropagationMax)
	for _, pair := range r.stage.model.AllPairs() {
		list := r.answers[pair]
		last := list[len(list)-1]
		if record := pair.Answer(r.health()); record != last.record {
			r.answers[pair] = append(list, dated{max(now+delay, last.at), record})
		}
	}
	leading := r.stage.model.Leading().Primary
	if leading == nil {
		return
	}
	if status := leading.Healthy(r.health()); status != r.status {
		r.status = status
		what := "PRIMARY unhealthy"
		if status {
			what = "PRIMARY healthy"
		}
		r.primary = append(r.primary, rehearsal.Event{At: now, What: what})
	}
}

// current returns the record that a pair is answered with now.
func (r *route53) current(pair *rehearsal.Pair) *rehearsal.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.stage.clock.Now()
	list := r.answers[pair]
	for i := len(list) - 1; i > 0; i-- {
		if list[i].at <= now {
			return list[i].record
		}
	}
	return list[0].record
}

// lookUp returns what the name server answers: the CNAME of the name, or the
// addresses of what it is an alias of.
func (r *route53) lookUp(name, recordType string) (answer zoneAnswer, known bool) {
	find := func(record *rehearsal.Record) {
		known = true
		if record.Type != "CNAME" && record.Type != recordType {
			return
		}
		answer.cname, answer.ttl = record.CNAME, r.stage.p.TTL(record)
		for _, address := range r.stage.addresses[record.Target] {
			if record.Type != "CNAME" && address.Is4() == (recordType == "A") {
				answer.addresses = append(answer.addresses, address)
			}
		}
		r.stage.rotate(answer.addresses)
	}
	for _, pair := range r.stage.model.AllPairs() {
		if pair.Name == name {
			find(r.current(pair))
		}
	}
	for _, record := range r.stage.model.Names {
		if record.Name == name {
			find(record)
		}
	}
	return answer, known
}

// startCheckers starts every endpoint's checkers.
func (r *route53) startCheckers(seed uint64) {
	for i, check := range r.checks {
		for n := range r.stage.p.Checkers {
			random := rehearsal.Random(seed, uint64(i)<<16|uint64(n)|1<<40)
			r.stage.running.Go(func() { r.checker(check, n, random) })
		}
	}
}

// checker asks, waits for the answer, and asks again an interval after that.
func (r *route53) checker(check *rehearsal.HealthCheck, number int, random *rand.Rand) {
	s := r.stage
	rtt := rehearsal.Between(random, s.p.CheckerRTTMin, s.p.CheckerRTTMax)
	mind, streak := check.Bucket == "", 0
	for wait := rehearsal.Between(random, 0, check.Interval); s.clock.Sleep(s.ctx, wait); wait = check.Interval {
		good := r.ask(check, rtt)
		if s.ctx.Err() != nil {
			return
		}
		r.see(check, number, rehearsal.Observation{Good: good, At: s.clock.Now()})
		if good == mind {
			streak = 0
		} else if streak++; streak >= check.Threshold {
			mind, streak = good, 0
			r.change(check, mind)
		}
	}
}

func (r *route53) see(check *rehearsal.HealthCheck, number int, last rehearsal.Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[check][number] = last
}

func (r *route53) change(check *rehearsal.HealthCheck, healthy bool) {
	r.mu.Lock()
	if healthy {
		r.healthy[check]++
	} else {
		r.healthy[check]--
	}
	r.mu.Unlock()
	r.evaluate()
}

// ask is one request of a checker: a connection within ConnectLimit, then a
// 2xx or 3xx within AnswerLimit. Certificates are not verified, as by Route 53.
func (r *route53) ask(check *rehearsal.HealthCheck, rtt time.Duration) bool {
	s := r.stage
	addresses := fours(s.addresses[check.Target])
	if len(addresses) == 0 {
		return false
	}
	s.rotate(addresses)
	ctx, cancel := s.clock.Timeout(s.ctx, s.p.ConnectLimit)
	defer cancel()
	conn, err := s.network.dial(ctx, netip.AddrPortFrom(addresses[0], uint16(check.Port)), rtt)
	if err != nil {
		return false
	}
	defer conn.Close()
	answer, giveUp := s.clock.Timeout(s.ctx, s.p.AnswerLimit)
	defer giveUp()
	raw := conn
	stop := context.AfterFunc(answer, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if check.HTTPS {
		conn = tls.Client(conn, &tls.Config{CurvePreferences: cheapCurves, ServerName: ownName, InsecureSkipVerify: true})
	}
	return get(conn, check.Path)
}

func get(conn net.Conn, path string) bool {
	request, err := http.NewRequest(http.MethodGet, "http://"+ownName+path, nil)
	if err != nil {
		return false
	}
	request.Close = true
	request.Header.Set("User-Agent", "Amazon-Route53-Health-Check-Service (rehearsal)")
	if err := request.Write(conn); err != nil {
		return false
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode >= 200 && response.StatusCode < 400
}
