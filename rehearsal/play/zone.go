package play

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"

	"twinsite/rehearsal"
)

// addZone gives a load balancer addresses in one zone more.
func (s *stage) addZone(b *rehearsal.Balancer, four, six string) {
	s.addresses[b.Resource] = append(s.addresses[b.Resource], documentation(four, six)...)
}

// zones is in how many zones a load balancer has addresses: an IPv4 and an IPv6 each.
func (s *stage) zones(b *rehearsal.Balancer) int { return len(s.addresses[b.Resource]) / 2 }

// inZone returns a load balancer's addresses in a zone.
func (s *stage) inZone(b *rehearsal.Balancer, zone int) []netip.Addr {
	addresses := s.addresses[b.Resource][2*zone : 2*zone+2]
	if !b.IPv6 {
		return addresses[:1]
	}
	return addresses
}

// fours returns the IPv4 addresses among some.
func fours(addresses []netip.Addr) []netip.Addr {
	return slices.DeleteFunc(slices.Clone(addresses), func(a netip.Addr) bool { return !a.Is4() })
}

// rotate lets another address come first each time, as Route 53 does.
func (s *stage) rotate(addresses []netip.Addr) {
	if len(addresses) < 2 {
		return
	}
	n := int(s.turn.Add(1)) % len(addresses)
	copy(addresses, slices.Concat(addresses[n:], addresses[:n]))
}

// dialAny connects a visitor to an address or, if that does not answer soon, to
// another one of what it belongs to.
func (s *stage) dialAny(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	others := s.others(to.Addr())
	if len(others) == 0 {
		return s.network.dial(ctx, to, s.rtt(to.Addr()))
	}
	soon, cancel := s.clock.Timeout(ctx, s.p.NextAddress)
	defer cancel()
	conn, err := s.network.dial(soon, to, s.rtt(to.Addr()))
	for _, other := range others {
		if err == nil {
			break
		}
		conn, err = s.network.dial(ctx, netip.AddrPortFrom(other, to.Port()), s.rtt(other))
	}
	return conn, err
}

// others returns the other addresses of the same family of what one belongs to.
func (s *stage) others(address netip.Addr) []netip.Addr {
	for _, all := range s.addresses {
		if slices.Contains(all, address) {
			return slices.DeleteFunc(slices.Clone(all), func(a netip.Addr) bool { return a == address || a.Is4() != address.Is4() })
		}
	}
	return nil
}

// gateway is the status with which a load balancer answers when a web server does not.
func gateway(err error) int {
	if errors.Is(err, syscall.ETIMEDOUT) {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}
