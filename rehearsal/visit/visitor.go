package visit

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A Visitor reads and writes once a period. One who follows DNS asks it for every
// request, through a resolver that caches, and takes any open connection to the
// address. One who keeps connections asks DNS only to connect, as browsers do, and
// does all over one HTTP/2 connection as long as that lives.
type Visitor struct {
	Kind Kind

	world     *World
	number    int
	host      string
	types     []string // in the order they are tried
	resolver  *Resolver
	transport *http.Transport
	log       *Log
}

// A Kind of visitors.
type Kind int

// The kinds of visitors.
const (
	Follows   Kind = iota // follows DNS
	Keeps                 // keeps connections
	ComesLate             // keeps connections, and comes when DNS has moved, or home is healed
)

// KindOf returns the kind of the visitor with a number: half of them follow DNS.
func KindOf(number int) Kind { return [...]Kind{Follows, Keeps, Follows, ComesLate}[number%4] }

// New makes the visitor with a number, of each host and by IPv4 and IPv6 in turn, who
// has to be closed.
func New(w *World, number int, seed uint64, log *Log) *Visitor {
	v := &Visitor{
		Kind: KindOf(number), world: w, number: number, host: w.Hosts[number/2%len(w.Hosts)], types: w.Types, log: log,
		resolver: NewResolver(w.Clock, w.Exchange, rehearsal.Random(seed, uint64(number)|1<<41)),
	}
	if number/2/len(w.Hosts)%2 == 1 && len(w.Types) == 2 {
		v.types = []string{w.Types[1], w.Types[0]}
	}
	v.transport = &http.Transport{DialTLSContext: v.dial, MaxIdleConnsPerHost: 4, ForceAttemptHTTP2: v.kept()}
	return v
}

// Close ends the visitor's open connections.
func (v *Visitor) Close() { v.transport.CloseIdleConnections() }

// RoundTrip sends a request over the visitor's connections.
func (v *Visitor) RoundTrip(r *http.Request) (*http.Response, error) { return v.transport.RoundTrip(r) }

func (v *Visitor) kept() bool { return v.Kind != Follows }

// guard runs what a visitor does. A panic breaks the world, and not the process, which
// may have something to tidy up.
func (v *Visitor) guard(do func()) {
	if v.world.Broken != nil {
		defer func() {
			if reason := recover(); reason != nil {
				v.world.Broken(fmt.Errorf("visitor %d: %v", v.number+1, reason))
			}
		}()
	}
	do()
}

// dial connects to an address or, with a connection to be kept, to where DNS leads.
func (v *Visitor) dial(ctx context.Context, _, address string) (conn net.Conn, err error) {
	err = errors.New("the visitor broke") // after a panic: the transport runs this in a goroutine of its own
	v.guard(func() { conn, err = v.connect(ctx, address) })
	return conn, err
}

func (v *Visitor) connect(ctx context.Context, address string) (net.Conn, error) {
	limited, cancel := v.world.dialing(ctx)
	defer cancel()
	to, err := netip.ParseAddrPort(address)
	if v.kept() {
		to, err = v.resolve(limited, v.asked(ctx))
	}
	if err != nil {
		return nil, err
	}
	conn, err := v.world.Dial(limited, to)
	if err != nil {
		return nil, err
	}
	v.log.connect(Connection{Visitor: v.number, At: v.world.Clock.Now(), To: v.world.NameOf(to.Addr())})
	conn = &reached{conn, to.Addr()}
	config := v.world.TLS.Clone()
	config.ServerName = v.asked(ctx)
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

// Run visits until the context ends, and waits for the last answers.
func (v *Visitor) Run(ctx context.Context, first time.Duration) {
	var pending sync.WaitGroup
	defer pending.Wait()
	defer v.transport.CloseIdleConnections()
	c := v.world.Clock
	for at := first; c.Sleep(ctx, at-c.Now()); at += v.world.Period {
		pending.Go(func() { v.guard(func() { v.visit(ctx, false) }) })
		if v.world.Write != "" {
			pending.Go(func() { v.guard(func() { v.visit(ctx, true) }) })
		}
	}
}

// visit makes one request.
func (v *Visitor) visit(ctx context.Context, write bool) {
	c := v.world.Clock
	result := rehearsal.Request{Visitor: v.number, Kept: v.kept(), Write: write, Sent: c.Now()}
	limited, cancel := c.Timeout(ctx, v.world.Patience)
	defer cancel()
	got, to, err := v.ask(limited, write)
	if ctx.Err() != nil {
		return // the visit is over
	}
	result.Took, result.To = c.Now()-result.Sent, to
	if err == nil {
		result.Status, result.By = got.status, got.by
	}
	v.log.add(result)
}

// A page is what a visitor remembers of an answer.
type page struct {
	status int
	by     string // the region that gave it
	leads  string // the host to which it leads; "" if it does not
}

// mostRead is how much of an answer is looked at for the region that gave it.
const mostRead = 64 << 10

// askedHost is the context key of the host that a request is for.
type askedHost struct{}

// asked is the host that a request is for: the visitor's, or the one to which that
// leads.
func (v *Visitor) asked(ctx context.Context) string {
	if host, ok := ctx.Value(askedHost{}).(string); ok {
		return host
	}
	return v.host
}

// ask makes one request, and one more if the host leads to another of the site's. It
// says where the last one went.
func (v *Visitor) ask(ctx context.Context, write bool) (got page, to string, err error) {
	got, to, err = v.askHost(ctx, v.host, write)
	if err == nil && got.status >= 300 && got.status < 400 && got.leads != v.host && slices.Contains(v.world.Hosts, got.leads) {
		return v.askHost(ctx, got.leads, write)
	}
	return got, to, err
}

// askHost makes one request, and says where it went even if there is no answer; "" if
// there was no connection.
func (v *Visitor) askHost(ctx context.Context, asked string, write bool) (got page, to string, err error) {
	ctx = context.WithValue(ctx, askedHost{}, asked)
	host := asked
	if !v.kept() {
		address, err := v.resolve(ctx, asked)
		if err != nil {
			return page{}, "", err
		}
		host, to = address.String(), v.world.NameOf(address.Addr())
	}
	method, path, body := http.MethodGet, v.world.Read, io.Reader(nil)
	if write {
		method, path, body = http.MethodPost, v.world.Write, strings.NewReader("seat=A1")
	}
	var mu sync.Mutex // GotConn may come when nobody waits any longer
	connected := ""
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		address := leadsTo(got.Conn)
		mu.Lock()
		connected = v.world.NameOf(address)
		mu.Unlock()
		if v.world.Delay != nil {
			v.world.Clock.Sleep(ctx, v.world.Delay(address))
		}
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, "https://"+host+path, body)
	if err != nil {
		return page{}, to, err
	}
	request.Host = asked
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
	text, err := io.ReadAll(io.LimitReader(response.Body, mostRead))
	if err == nil {
		_, err = io.Copy(io.Discard, response.Body)
	}
	got = page{status: response.StatusCode, by: v.world.By(response, text, to)}
	if location, err := response.Location(); err == nil {
		got.leads = location.Hostname()
	}
	return got, to, err
}

// resolve returns where DNS leads.
func (v *Visitor) resolve(ctx context.Context, host string) (netip.AddrPort, error) {
	for _, recordType := range v.types {
		found, err := v.resolver.LookUp(ctx, host, recordType)
		if err == nil && len(found) > 0 {
			return netip.AddrPortFrom(found[0], 443), nil
		}
	}
	return netip.AddrPort{}, errors.New(host + " has no address")
}

// A reached connection knows the address that it was made to.
type reached struct {
	net.Conn
	to netip.Addr
}

// leadsTo returns the address that a visitor's connection was made to.
func leadsTo(conn net.Conn) netip.Addr {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if known, ok := conn.(*reached); ok {
		return known.to
	}
	return netip.Addr{}
}

// dialing returns a context for connecting, limited by the visitors' patience, that
// ends with the world. It is needed because an http.Transport connects in a context
// that does not end with the request, and a clock may stop before the limit.
func (w *World) dialing(ctx context.Context) (context.Context, context.CancelFunc) {
	limited, cancel := w.Clock.Timeout(ctx, w.Patience)
	if w.Ends == nil {
		return limited, cancel
	}
	stop := context.AfterFunc(w.Ends, cancel)
	return limited, func() { stop(); cancel() }
}
