package play

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"sync/atomic"
	"syscall"
	"time"

	"twinsite/rehearsal"
)

// regionHeader says in an answer which region gave it.
const regionHeader = "X-Rehearsal-Region"

// A tier is a load balancer and the web servers behind it.
type tier struct {
	stage     *stage
	balancer  *rehearsal.Balancer
	links     []*link // one for each zone
	servers   []*webServer
	transport *http.Transport
	proxy     *httputil.ReverseProxy
	turn      atomic.Int64
	asked     atomic.Int64 // for pages, in errors
	state     atomic.Int64 // the condition: failing, slow, or anything else
	bound     *bound       // of its servers together; nil: they never tire
	changed   func()       // called when the tier's target health may have changed
}

// A webServer is one instance.
type webServer struct {
	address string
	dead    atomic.Bool
	healthy atomic.Bool // as the load balancer sees it
}

func (s *stage) newTier(b *rehearsal.Balancer) (*tier, error) {
	t := &tier{stage: s, balancer: b, bound: s.bounds[b], changed: s.route53.evaluate}
	for range s.zones(b) {
		t.links = append(t.links, &link{})
	}
	for range max(2, b.Targets.Servers) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		server := &webServer{address: listener.Addr().String()}
		server.healthy.Store(true)
		t.servers = append(t.servers, server)
		s.serve(listener, t.page())
	}
	t.transport = &http.Transport{DialContext: t.dial, MaxIdleConnsPerHost: 32}
	s.closers = append(s.closers, t.transport.CloseIdleConnections)
	t.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", t.pick().address
			r.Out.Host = r.In.Host
		},
		Transport: t.transport, ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { w.WriteHeader(gateway(err)) },
	}
	for _, listener := range b.Listeners {
		if err := t.listen(listener); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// startHealthChecks starts the target group's health checks. When one changes a
// server's status, Route 53 evaluates its records again.
func (t *tier) startHealthChecks() {
	for _, server := range t.servers {
		t.stage.running.Go(func() { t.checkHealth(server) })
	}
}

// page is what a web server answers.
func (t *tier) page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if status := t.refuses(r.URL.Path); status != 0 {
			w.Header().Set(regionHeader, t.stage.region(t.balancer))
			w.WriteHeader(status)
			return
		}
		t.stage.clock.Sleep(r.Context(), t.stage.p.Service)
		w.Header().Set(regionHeader, t.stage.region(t.balancer))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, t.stage.page)
	})
}

// dial reaches a web server from its load balancer: one that is dead refuses.
func (t *tier) dial(ctx context.Context, network, address string) (net.Conn, error) {
	for _, server := range t.servers {
		if server.address != address || !server.dead.Load() {
			continue
		}
		if rehearsal.Condition(t.state.Load()) == rehearsal.ZoneDead {
			t.stage.clock.Sleep(ctx, t.stage.p.TargetConnect)
			return nil, syscall.ETIMEDOUT
		}
		return nil, syscall.ECONNREFUSED
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// pick returns the next web server in turn: of the healthy ones or, if none is
// healthy, of all.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (t *tier) pick() *webServer {
	var able []*webServer
	for _, server := range t.servers {
		if server.healthy.Load() {
			able = append(able, server)
		}
	}
	if len(able) == 0 {
		able = t.servers
	}
	return able[int(t.turn.Add(1))%len(able)]
}

// healthy reports the load balancer's target health.
func (t *tier) healthy() bool {
	for _, server := range t.servers {
		if server.healthy.Load() {
			return true
		}
	}
	return false
}

// listen opens a listener of the load balancer at its addresses.
func (t *tier) listen(l *rehearsal.Listener) error {
	for zone, link := range t.links {
		listener, err := t.stage.network.listen(link, l.Port, t.stage.inZone(t.balancer, zone)...)
		if err != nil {
			return err
		}
		if l.HTTPS {
			config, err := t.stage.ca.server(l.Certificates...)
			if err != nil {
				return err
			}
			listener = tls.NewListener(listener, config)
		}
		t.stage.serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.handle(l, w, r) }))
	}
	return nil
}

func (t *tier) handle(l *rehearsal.Listener, w http.ResponseWriter, r *http.Request) {
	action := l.Action(func(header string) string {
		asked := map[string]string{rehearsal.MethodHeader: r.Method, rehearsal.HostHeader: r.Host, rehearsal.PathHeader: r.URL.Path}
		return cmp.Or(asked[header], r.Header.Get(header))
	})
	w.Header().Set(regionHeader, t.stage.region(t.balancer))
	t.stage.limitAge(w, r, t.balancer.ClientKeepAlive)
	switch {
	case rehearsal.Condition(t.state.Load()) == rehearsal.Hanging:
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // or the server would answer 200
	case rehearsal.Condition(t.state.Load()) == rehearsal.Failing:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case !action.Forward:
		if action.Host != "" {
			w.Header().Set("Location", "https://"+action.Host+r.URL.RequestURI())
		}
		w.WriteHeader(action.Status)
		return
	case rehearsal.Condition(t.state.Load()) == rehearsal.Late:
		if !t.stage.clock.Sleep(r.Context(), t.stage.p.SlowAnswer) {
			return
		}
	}
	w.Header().Del(regionHeader) // the web server's own follows
	t.proxy.ServeHTTP(w, r)
}

// set brings the tier into a condition.
func (t *tier) set(c rehearsal.Condition) {
	t.state.Store(int64(c))
	for zone, link := range t.links {
		switch {
		case c != rehearsal.ZoneDead:
			link.set(c)
		case zone == 1:
			link.set(rehearsal.Silent)
		}
	}
	for i, server := range t.servers {
		dead := c == rehearsal.AllDead || (c == rehearsal.HalfDead || c == rehearsal.ZoneDead) && i%2 == 1
		if server.dead.Swap(dead); dead {
			t.transport.CloseIdleConnections()
		}
	}
}

// checkHealth is the target group's health check of one web server.
func (t *tier) checkHealth(server *webServer) {
	group, c := t.balancer.Targets, t.stage.clock
	streak := 0
	for wait := rehearsal.Between(rehearsal.Random(uint64(port(server.address)), 3), 0, group.Interval); c.Sleep(t.stage.ctx, wait); {
		began := c.Now()
		good := t.ask(server, group)
		if good == server.healthy.Load() {
			streak = 0
		} else if streak++; good && streak >= group.Healthy || !good && streak >= group.Unhealthy {
			server.healthy.Store(good)
			streak = 0
			t.changed()
		}
		wait = max(0, group.Interval-(c.Now()-began))
	}
}

func (t *tier) ask(server *webServer, group rehearsal.TargetGroup) bool {
	ctx, cancel := t.stage.clock.Timeout(t.stage.ctx, max(group.Timeout, time.Second))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server.address+group.Path, nil)
	if err != nil {
		return false
	}
	response, err := t.transport.RoundTrip(request)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
