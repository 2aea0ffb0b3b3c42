package play

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strings"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A visitor reads and writes once a period. One who follows DNS asks it for every
// request, through a resolver that caches, and takes any open connection to the
// address. One who keeps connections asks DNS only to connect, as browsers do, and
// does all over one HTTP/2 connection as long as that lives.
type visitor struct {
	stage     *stage
	number    int
	kind      kind
	host      string
	types     []string // in the order they are tried
	resolver  *resolver
	transport *http.Transport
	log       *requestLog
}

// A kind of visitors.
type kind int

const (
	follows   kind = iota // follows DNS
	keeps                 // keeps connections
	comesLate             // keeps connections, and comes when DNS has moved, or home is healed
)

// kindOf returns the kind of the visitor with a number: half of them follow DNS.
func kindOf(number int) kind { return [...]kind{follows, keeps, follows, comesLate}[number%4] }

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

// newVisitor makes a visitor, of each host and by IPv4 and IPv6 in turn.
func (s *stage) newVisitor(number int, seed uint64, log *requestLog) *visitor {
	hosts := s.model.Hosts()
	v := &visitor{
		stage: s, number: number, kind: kindOf(number), host: hosts[number/2%len(hosts)], types: []string{"A", "AAAA"}, log: log,
		resolver: s.newResolver(rehearsal.Random(seed, uint64(number)|1<<41)),
	}
	if number/2/len(hosts)%2 == 1 {
		v.types = []string{"AAAA", "A"}
	}
	v.transport = &http.Transport{DialTLSContext: v.dial, MaxIdleConnsPerHost: 4, ForceAttemptHTTP2: v.kept()}
	s.closers = append(s.closers, v.transport.CloseIdleConnections)
	return v
}

func (v *visitor) kept() bool { return v.kind != follows }

// dial connects to an address or, with a connection to be kept, to where DNS leads.
func (v *visitor) dial(ctx context.Context, _, address string) (net.Conn, error) {
	limited, cancel := v.stage.dialing(ctx, v.stage.p.Patience)
	defer cancel()
	to, err := netip.ParseAddrPort(address)
	if v.kept() {
		to, err = v.resolve(limited)
	}
	if err != nil {
		return nil, err
	}
	conn, err := v.stage.network.dial(limited, to, v.stage.rtt(to.Addr()))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{CurvePreferences: cheapCurves, ServerName: v.host, RootCAs: v.stage.ca.pool}
	if v.kept() {
		config.NextProtos = []string{"h2"}
	}
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(limited); err != nil {
		conn.Close()
		return nil, err
	}
	return secure, nil
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
	result := rehearsal.Request{Visitor: v.number, Kept: v.kept(), Write: write, Sent: c.now()}
	limited, cancel := c.timeout(ctx, v.stage.p.Patience)
	defer cancel()
	got, to, err := v.ask(limited, write)
	if ctx.Err() != nil {
		return // the play is over
	}
	result.Took, result.To = c.now()-result.Sent, to
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

// ask makes one request, and says where it went even if there is no answer; "" if
// there was no connection.
func (v *visitor) ask(ctx context.Context, write bool) (got page, to string, err error) {
	host := v.host
	if !v.kept() {
		address, err := v.resolve(ctx)
		if err != nil {
			return page{}, "", err
		}
		host, to = address.String(), v.stage.nameOf(address.Addr())
	}
	method, path, body := http.MethodGet, "/", io.Reader(nil)
	if write {
		method, path, body = http.MethodPost, "/orders", strings.NewReader("seat=A1")
	}
	var mu sync.Mutex // GotConn may come when nobody waits any longer
	connected := ""
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		address := leadsTo(got.Conn)
		mu.Lock()
		connected = v.stage.nameOf(address)
		mu.Unlock()
		v.stage.clock.sleep(ctx, v.stage.rtt(address))
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, "https://"+host+path, body)
	if err != nil {
		return page{}, to, err
	}
	request.Host = v.host
	response, err := v.transport.RoundTrip(request)
	mu.Lock()
	if connected != "" {
		to = connected
	}
	mu.Unlock()
	if err != nil {
		return page{}, to, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return page{response.StatusCode, response.Header.Get(regionHeader)}, to, err
}

// resolve returns where DNS leads.
func (v *visitor) resolve(ctx context.Context) (netip.AddrPort, error) {
	for _, recordType := range v.types {
		found, err := v.resolver.lookUp(ctx, v.host, recordType)
		if err == nil && len(found) > 0 {
			return netip.AddrPortFrom(found[0], 443), nil
		}
	}
	return netip.AddrPort{}, errors.New(v.host + " has no address")
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
