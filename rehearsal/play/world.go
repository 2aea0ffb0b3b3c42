package play

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// world is where the stage's visitors live.
func (s *stage) world() *visit.World {
	return &visit.World{
		Clock: s.clock, Exchange: s.exchange,
		Dial:   s.dialAny,
		TLS:    &tls.Config{CurvePreferences: cheapCurves, RootCAs: s.ca.pool},
		NameOf: s.nameOf,
		By:     func(response *http.Response, _ []byte, _ string) string { return response.Header.Get(regionHeader) },
		Hosts:  s.model.Hosts(), Types: []string{"A", "AAAA"},
		Read: "/", Write: "/orders",
		Period: s.p.Period, Patience: s.p.Patience,
		Delay: s.rtt, Ends: s.ctx,
	}
}

// newVisitor makes a visitor, who ends with the stage.
func (s *stage) newVisitor(number int, seed uint64, log *visit.Log) *visit.Visitor {
	v := visit.New(s.world(), number, seed, log)
	s.closers = append(s.closers, v.Close)
	return v
}

// exchange asks the zone's name server.
func (s *stage) exchange(ctx context.Context, query *dns.Msg) (*dns.Msg, error) {
	client := dns.Client{Timeout: 5 * time.Second}
	reply, _, err := client.ExchangeContext(ctx, query, s.names.Address)
	return reply, err
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

// resolve finds an address of an origin: by DNS if its name is in the zone, else it is
// a load balancer's own. Of several, it takes the nth in turn.
func (s *stage) resolve(ctx context.Context, r *visit.Resolver, o *rehearsal.Origin, n int) (netip.Addr, error) {
	if o.Domain != s.model.Zone && !strings.HasSuffix(o.Domain, "."+s.model.Zone) {
		own := fours(s.addresses[o.Balancer.Resource])
		return own[n%len(own)], nil
	}
	found, err := r.LookUp(ctx, o.Domain, "A")
	if err == nil && len(found) == 0 {
		err = errors.New(o.Domain + " has no address")
	}
	if err != nil {
		return netip.Addr{}, err
	}
	return found[n%len(found)], nil
}

// newResolver makes a resolver that has run for long.
func (s *stage) newResolver(random *rand.Rand) *visit.Resolver {
	return visit.NewResolver(s.clock, s.exchange, random)
}
