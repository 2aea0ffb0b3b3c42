package play

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A visitor reads and writes once a period, through a resolver that caches, and
// reuses connections as browsers do.
type visitor struct {
	stage     *stage
	number    int
	host      string
	types     []string // in the order they are tried
	resolver  *resolver
	transport *http.Transport
	log       *requestLog

	mu      sync.Mutex
	address netip.Addr
	leave   time.Duration // when a kept connection to address ends; 0: it does not have to
}

// A requestLog collects requests.
type requestLog struct {
	mu       sync.Mutex
	requests []rehearsal.Request
}

func (l *requestLog) add(r rehearsal.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, r)
}

func (l *requestLog) all() []rehearsal.Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]rehearsal.Request(nil), l.requests...)
}

func (s *stage) newVisitor(number int, seed uint64, log *requestLog) *visitor {
	hosts := s.model.Hosts()
	v := &visitor{
		stage: s, number: number, host: hosts[number%len(hosts)], types: []string{"A", "AAAA"}, log: log,
		resolver: &resolver{clock: s.clock, server: s.names.Address, random: rehearsal.Random(seed, uint64(number)|1<<41)},
	}
	if number/len(hosts)%2 == 1 {
		v.types = []string{"AAAA", "A"}
	}
	dial := func(ctx context.Context, _, address string) (net.Conn, error) { return v.dial(ctx, address) }
	v.transport = &http.Transport{DialTLSContext: dial, MaxIdleConnsPerHost: 4}
	s.closers = append(s.closers, v.transport.CloseIdleConnections)
	return v
}

func (v *visitor) dial(ctx context.Context, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	limited, cancel := v.stage.dialing(ctx, v.stage.p.Patience)
	defer cancel()
	conn, err := v.stage.network.dial(limited, to, v.rtt(to.Addr()))
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, &tls.Config{CurvePreferences: cheapCurves, ServerName: v.host, RootCAs: v.stage.ca.pool})
	if err := secure.HandshakeContext(limited); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
}

func (v *visitor) rtt(to netip.Addr) time.Duration {
	for _, address := range v.stage.addresses[v.stage.model.Standby.Resource] {
		if address == to {
			return v.stage.p.StandbyRTT
		}
	}
	return v.stage.p.HomeRTT
}

// run visits until the context ends, and waits for the last answers.
func (v *visitor) run(ctx context.Context, first time.Duration) {
	var pending sync.WaitGroup
	defer pending.Wait()
	defer v.transport.CloseIdleConnections()
	c := v.stage.clock
	for at := first; c.sleep(ctx, at-c.now()); at += v.stage.p.Period {
		pending.Go(func() { v.visit(ctx, false) })
		pending.Go(func() { v.visit(ctx, true) })
	}
}

// visit makes one request.
func (v *visitor) visit(ctx context.Context, write bool) {
	c := v.stage.clock
	result := rehearsal.Request{Visitor: v.number, Write: write, Sent: c.now()}
	limited, cancel := c.timeout(ctx, v.stage.p.Patience)
	defer cancel()
	got, to, err := v.ask(limited, write)
	result.Took, result.To = c.now()-result.Sent, to
	if ctx.Err() != nil {
		return // the play is over
	}
	if err == nil {
		result.Status, result.By = got.status, got.by
	}
	v.log.add(result)
}

// A page is what a visitor remembers of an answer.
type page struct {
	status int
	by     string // the region that gave it
}

// ask makes one request, and says where it went even if there is no answer.
func (v *visitor) ask(ctx context.Context, write bool) (page, string, error) {
	address, err := v.resolve(ctx)
	if err != nil {
		return page{}, "", err
	}
	to := v.stage.nameOf(address)
	method, path, body := http.MethodGet, "/", io.Reader(nil)
	if write {
		method, path, body = http.MethodPost, "/orders", strings.NewReader("seat=A1")
	}
	request, err := http.NewRequestWithContext(ctx, method, "https://"+netip.AddrPortFrom(address, 443).String()+path, body)
	if err != nil {
		return page{}, to, err
	}
	request.Host = v.host
	v.stage.clock.sleep(ctx, v.rtt(address))
	response, err := v.transport.RoundTrip(request)
	if err != nil {
		return page{}, to, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return page{response.StatusCode, response.Header.Get(regionHeader)}, to, err
}

// resolve returns the address to use: what DNS says or, for
// Parameters.KeepConnection longer, that of the open connection.
func (v *visitor) resolve(ctx context.Context) (netip.Addr, error) {
	for _, recordType := range v.types {
		found, err := v.resolver.lookUp(ctx, v.host, recordType)
		if err != nil || len(found) == 0 {
			continue
		}
		return v.choose(found[0]), nil
	}
	return netip.Addr{}, errors.New(v.host + " has no address")
}

func (v *visitor) choose(found netip.Addr) netip.Addr {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.stage.clock.now()
	switch {
	case found == v.address:
		v.leave = 0
	case v.address.IsValid() && v.leave == 0:
		v.leave = now
	}
	if !v.address.IsValid() || now >= v.leave {
		v.address, v.leave = found, 0
	}
	return v.address
}

// nameOf says what an address belongs to.
func (s *stage) nameOf(address netip.Addr) string {
	for resource, addresses := range s.addresses {
		for _, a := range addresses {
			if a != address {
				continue
			}
			switch resource {
			case s.model.Edge.Resource:
				return "edge"
			case s.model.Home.Resource:
				return "home"
			case s.model.Standby.Resource:
				return "standby"
			}
		}
	}
	return address.String()
}
