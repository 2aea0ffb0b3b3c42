package play

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"twinsite/rehearsal"
)

// A stage is everything of a play but its visitors: the name server, both web
// tiers, the distributions and the health checkers. Everything listens on the
// loopback interface, and everything ends with close.
type stage struct {
	model    *rehearsal.Model
	p        rehearsal.Parameters
	clock    *clock
	page     string // what web servers answer
	network  *network
	ca       *authority
	names    *NameServer
	route53  *route53
	tiers    map[string]*tier // by the load balancer's resource
	edge     *edgeServer
	switched *switchServer
	bounds   map[*rehearsal.Balancer]*bound // of the play at full load; nil of others
	struck   atomic.Int64                   // when the outage began; 0 before it
	stays    bool                           // whether the edge's next attempt takes the same address
	turn     atomic.Int64                   // of the addresses of a load balancer

	addresses map[string][]netip.Addr // by resource; complete before anything asks
	ctx       context.Context
	cancel    context.CancelFunc
	running   sync.WaitGroup
	closers   []func()
}

// documentation returns the addresses of a resource: one of each family, in the
// ranges for documentation, which belong to nobody.
func documentation(four, six string) []netip.Addr {
	return []netip.Addr{netip.MustParseAddr(four), netip.MustParseAddr(six)}
}

func newStage(ctx context.Context, m *rehearsal.Model, p rehearsal.Parameters, c *clock, options Options) (*stage, error) {
	s := &stage{model: m, p: p, clock: c, page: cmp.Or(options.page, "hello\n"), network: newNetwork(c), tiers: map[string]*tier{}, addresses: map[string][]netip.Addr{
		m.Edge.Resource:    documentation("192.0.2.1", "2001:db8::1"),
		m.Home.Resource:    documentation("198.51.100.1", "2001:db8:1::1"),
		m.Standby.Resource: documentation("203.0.113.1", "2001:db8:2::1"),
	}}
	if options.Outage.Zonal() {
		s.addZone(m.Home, "198.51.100.2", "2001:db8:1::2")
		s.addZone(m.Standby, "203.0.113.2", "2001:db8:2::2")
	}
	s.stays = options.Outage == rehearsal.ZoneStay
	if m.Switch != nil {
		s.addresses[m.Switch.Check.Target] = documentation("192.0.2.2", "2001:db8::2")
	}
	if options.Outage == rehearsal.FullLoad {
		var err error
		if s.bounds, err = s.newBounds(options.Visitors); err != nil {
			return nil, err
		}
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	if err := s.start(options); err != nil { //nolint:contextcheck // what it starts runs in s.ctx, which is made of ctx
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) start(options Options) (err error) {
	if s.ca, err = newAuthority(); err != nil {
		return err
	}
	s.route53 = newRoute53(s)
	if s.names, err = startNameServer(s.model.Zone, s.route53.lookUp); err != nil {
		return err
	}
	s.closers = append(s.closers, s.names.Close)
	for _, b := range []*rehearsal.Balancer{s.model.Home, s.model.Standby} {
		if s.tiers[b.Resource] != nil {
			continue
		}
		if s.tiers[b.Resource], err = s.newTier(b); err != nil {
			return err
		}
	}
	if s.edge, err = s.newEdgeServer(options); err != nil {
		return err
	}
	if s.model.Switch != nil {
		if s.switched, err = s.newSwitchServer(); err != nil {
			return err
		}
	}
	for _, t := range s.tiers {
		t.startHealthChecks()
	}
	s.route53.startCheckers(options.Seed)
	return nil
}

func (s *stage) home() *tier    { return s.tiers[s.model.Home.Resource] }
func (s *stage) standby() *tier { return s.tiers[s.model.Standby.Resource] }

// serve runs an HTTP server on a listener until the stage closes.
func (s *stage) serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler: handler, ErrorLog: log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, connected{}, s.clock.Now())
		},
	}
	s.closers = append(s.closers, func() { _ = server.Close() })
	s.running.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.cancel() // a listener that fails ends the play
		}
	})
}

// connected is the context key of the time at which a request's connection began.
type connected struct{}

// limitAge ends a connection with the answer to a request that finds it older than
// a limit. With HTTP/2, the header becomes GOAWAY.
func (s *stage) limitAge(w http.ResponseWriter, r *http.Request, limit time.Duration) {
	if began := r.Context().Value(connected{}).(time.Duration); s.clock.Now()-began >= limit {
		w.Header().Set("Connection", "close")
	}
}

// dialing returns a context for connecting, limited in the play's time, that ends
// with the stage. It is needed because an http.Transport connects in a context
// that does not end with the request, and the clock may stop before the limit.
func (s *stage) dialing(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	limited, cancel := s.clock.Timeout(ctx, limit)
	stop := context.AfterFunc(s.ctx, cancel)
	return limited, func() { stop(); cancel() }
}

// close ends everything and waits for it.
func (s *stage) close() {
	s.cancel()
	defer s.clock.stop()
	for _, closer := range s.closers {
		closer()
	}
	s.running.Wait()
}

// region names a load balancer as the visitors' log does.
func (s *stage) region(b *rehearsal.Balancer) string {
	if b == s.model.Home {
		return "home"
	}
	return "standby"
}

// rtt is the round trip to an address: edge locations and visitors are near home.
func (s *stage) rtt(to netip.Addr) time.Duration {
	if slices.Contains(s.addresses[s.model.Standby.Resource], to) {
		return s.p.StandbyRTT
	}
	return s.p.HomeRTT
}

// port reads the port of a "host:port".
func port(address string) int {
	_, text, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(text)
	return n
}
