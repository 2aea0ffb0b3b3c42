package play

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// An edgeServer stands in for CloudFront's site distribution: it runs the edge
// functions, resolves the origins' names by itself, tries them as often and as
// long as the templates say, keeps connections to them, and repeats errors as long
// as the templates say.
type edgeServer struct {
	stage      *stage
	resolver   *visit.Resolver
	transports map[*rehearsal.Origin]*http.Transport

	answered, failed atomic.Int64 // requests, and those of them that got an error

	mu     sync.Mutex
	errors map[string]cachedError // by URI
}

type cachedError struct {
	status int
	until  time.Duration
}

// viewerHost is the context key of the host that a viewer asked for.
type viewerHost struct{}

func (s *stage) newEdgeServer(options Options) (*edgeServer, error) {
	e := &edgeServer{stage: s, resolver: s.newResolver(rehearsal.Random(options.Seed, 1<<45)), transports: map[*rehearsal.Origin]*http.Transport{}, errors: map[string]cachedError{}}
	e.resolver.Least = s.p.EdgeTTL
	for _, origin := range s.model.Edge.Origins {
		dial := func(ctx context.Context, _, address string) (net.Conn, error) { return e.dial(ctx, origin, address) }
		transport := &http.Transport{
			DialContext: dial, DialTLSContext: dial, IdleConnTimeout: s.clock.real(origin.KeepAlive),
			// An edge location is many servers, and knows many more visitors than a play.
			MaxIdleConnsPerHost: max(1, int(s.p.StaleShare*float64(options.Visitors))),
		}
		e.transports[origin] = transport
		s.closers = append(s.closers, transport.CloseIdleConnections)
	}
	listener, err := s.network.listen(&link{}, 443, s.addresses[s.model.Edge.Resource]...)
	if err != nil {
		return nil, err
	}
	config, err := s.ca.server(append([]string{ownName}, s.model.Edge.Certificate...))
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "https", "origin", r.In.Host
		},
		Transport: e, ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusGatewayTimeout) },
	}
	s.serve(tls.NewListener(listener, config), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.limitAge(w, r, s.p.EdgeConnection)
		proxy.ServeHTTP(w, r)
	}))
	return e, nil
}

// ownName stands for the name that CloudFront gives a distribution.
const ownName = "distribution.rehearsal.invalid"

// RoundTrip takes a viewer's request to the origins of its route, and counts it.
func (e *edgeServer) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := e.answer(r)
	e.answered.Add(1)
	if err != nil || response.StatusCode >= 500 {
		e.failed.Add(1)
	}
	return response, err
}

func (e *edgeServer) answer(r *http.Request) (*http.Response, error) {
	uri := r.URL.EscapedPath()
	repeatable := r.Method == http.MethodGet || r.Method == http.MethodHead
	if status := e.cached(uri); repeatable && status != 0 {
		return answer(r, status), nil
	}
	header := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		header[strings.ToLower(name)] = strings.Join(values, ",")
	}
	to, err := e.stage.model.Edge.Route(r.Method, uri, header)
	if err != nil {
		return nil, err
	}
	if to.Refused != 0 {
		refused := answer(r, to.Refused)
		if to.Location != "" {
			refused.Header.Set("Location", to.Location)
		}
		return refused, nil
	}
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	response := e.try(to, r, body)
	if repeatable && response.StatusCode >= 500 && r.Context().Err() == nil {
		e.remember(uri, response.StatusCode)
	}
	return response, nil
}

// try asks the route's origins in turn.
func (e *edgeServer) try(to rehearsal.Route, r *http.Request, body []byte) *http.Response {
	status := http.StatusGatewayTimeout
	for i, origin := range to.Origins {
		response, err := e.ask(origin, to.Path, r, body)
		last := i == len(to.Origins)-1
		if err == nil && (last || !slices.Contains(to.Statuses, response.StatusCode)) {
			return response
		}
		if err == nil {
			response.Body.Close()
		} else if !isTimeout(err) {
			status = http.StatusBadGateway
		}
	}
	return answer(r, status)
}

// ask sends a request for a path to one origin, as often as its attempts say: it connects
// again for every request, but sends again only reads.
func (e *edgeServer) ask(o *rehearsal.Origin, path string, r *http.Request, body []byte) (*http.Response, error) {
	var last error
	turn := int(rehearsal.Random(uint64(e.stage.turn.Add(1)), 6).Uint32()) // whichever address it has at hand
	for attempt := range o.Attempts {
		if attempt > 0 && !e.stage.stays {
			turn++
		}
		out := r.Clone(context.WithValue(r.Context(), viewerHost{}, r.Host))
		out.Body, out.ContentLength = http.NoBody, int64(len(body))
		if len(body) > 0 {
			out.Body = io.NopCloser(bytes.NewReader(body))
		}
		out.URL.Path, out.URL.RawPath = path, ""
		for name, value := range o.Headers {
			out.Header.Set(name, value)
		}
		response, err := e.send(o, out, turn)
		if err == nil {
			return response, nil
		}
		last = err
		read := r.Method == http.MethodGet || r.Method == http.MethodHead
		if r.Context().Err() != nil || !errors.Is(err, errDial) && !read {
			break
		}
	}
	return nil, last
}

// send waits for an answer, of the origin's address whose turn it is, at most the origin's response timeout, beside
// connecting, and reads it whole.
func (e *edgeServer) send(o *rehearsal.Origin, r *http.Request, turn int) (*http.Response, error) {
	clock := e.stage.clock
	ctx, giveUp := context.WithCancelCause(r.Context())
	defer giveUp(nil)
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		clock.wakeAfter(o.ResponseTimeout, func() { giveUp(context.DeadlineExceeded) })
		clock.Sleep(ctx, e.stage.rtt(leadsTo(got.Conn)))
	}})
	to, err := e.pool(ctx, o, turn)
	if err != nil {
		return nil, errors.Join(errDial, err)
	}
	r.URL.Scheme, r.URL.Host = "http", to
	if o.HTTPS {
		r.URL.Scheme = "https"
	}
	response, err := e.transports[o].RoundTrip(r.WithContext(ctx))
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(context.Cause(ctx), err)
		}
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, err
}

// pool names the connections of which a request to an origin may use one: those
// to the address that DNS gives now or, with Parameters.PooledStay, those that the
// origin's name has led to, as long as they live.
func (e *edgeServer) pool(ctx context.Context, o *rehearsal.Origin, turn int) (string, error) {
	if e.stage.p.PooledStay {
		return net.JoinHostPort("origin", strconv.Itoa(o.Port)), nil
	}
	limited, cancel := e.stage.dialing(ctx, o.ConnectTimeout)
	defer cancel()
	address, err := e.stage.resolve(limited, e.resolver, o, turn)
	return netip.AddrPortFrom(address, uint16(o.Port)).String(), err
}

// dial connects to an address of an origin, or to where its name leads.
func (e *edgeServer) dial(ctx context.Context, o *rehearsal.Origin, pool string) (net.Conn, error) {
	limited, cancel := e.stage.dialing(ctx, o.ConnectTimeout)
	defer cancel()
	to, err := netip.ParseAddrPort(pool)
	if err != nil {
		address, err := e.stage.resolve(limited, e.resolver, o, 0)
		if err != nil {
			return nil, errors.Join(errDial, err)
		}
		to = netip.AddrPortFrom(address, uint16(o.Port))
	}
	conn, err := e.stage.network.dial(limited, to, e.stage.rtt(to.Addr()))
	if err != nil || !o.HTTPS {
		return conn, err
	}
	host, _ := ctx.Value(viewerHost{}).(string)
	secure := tls.Client(conn, &tls.Config{
		CurvePreferences: cheapCurves, ServerName: host, InsecureSkipVerify: true, // VerifyConnection does it, for either name
		VerifyConnection: e.stage.ca.accepts(host, o.Domain),
	})
	if err := secure.HandshakeContext(limited); err != nil {
		conn.Close()
		return nil, errors.Join(errDial, err)
	}
	return secure, nil
}

func (e *edgeServer) cached(uri string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	if found, ok := e.errors[uri]; ok && e.stage.clock.Now() < found.until {
		return found.status
	}
	return 0
}

func (e *edgeServer) remember(uri string, status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.errors[uri] = cachedError{status, e.stage.clock.Now() + e.stage.model.Edge.ErrorCaching[status]}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// answer is an answer of the edge itself.
func answer(r *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r,
	}
}

// A switchServer stands in for the standby's static distribution: it serves
// the failover switch while that exists, and answers 403 otherwise, as a bucket
// does that nobody may list.
type switchServer struct{ exists atomic.Bool }

func (s *stage) newSwitchServer() (*switchServer, error) {
	server := &switchServer{}
	check := s.model.Switch.Check
	listener, err := s.network.listen(&link{}, check.Port, s.addresses[check.Target]...)
	if err != nil {
		return nil, err
	}
	if check.HTTPS {
		config, err := s.ca.server([]string{ownName})
		if err != nil {
			return nil, err
		}
		listener = tls.NewListener(listener, config)
	}
	s.serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != check.Path || !server.exists.Load() {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	return server, nil
}
