package play

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"twinsite/rehearsal"

	"github.com/miekg/dns"
)

// A resolver asks the zone's name server and keeps each answer for its TTL, in
// the play's time.
type resolver struct {
	clock  *clock
	server string
	random *rand.Rand // ages the first answers, as those of a resolver that has run for long; nil: fresh

	mu    sync.Mutex
	cache map[string]cachedAnswer
}

type cachedAnswer struct {
	addresses []netip.Addr
	expires   time.Duration
}

// lookUp returns the addresses of a name, of a type.
func (r *resolver) lookUp(ctx context.Context, name, recordType string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := name + " " + recordType
	cached, seen := r.cache[key]
	if seen && r.clock.now() < cached.expires {
		return cached.addresses, nil
	}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.StringToType[recordType])
	query.SetEdns0(1232, false)
	client := dns.Client{Timeout: 5 * time.Second}
	reply, _, err := client.ExchangeContext(ctx, query, r.server)
	if err != nil {
		return nil, err
	}
	if reply.Rcode != dns.RcodeSuccess {
		return nil, fmt.Errorf("%s %s: %s", name, recordType, dns.RcodeToString[reply.Rcode])
	}
	var answer cachedAnswer
	ttl := time.Minute
	for _, rr := range reply.Answer {
		ttl = time.Duration(rr.Header().Ttl) * time.Second
		switch rr := rr.(type) {
		case *dns.A:
			answer.addresses = append(answer.addresses, netip.AddrFrom4([4]byte(rr.A.To4())))
		case *dns.AAAA:
			answer.addresses = append(answer.addresses, netip.AddrFrom16([16]byte(rr.AAAA)))
		}
	}
	if r.random != nil && !seen {
		ttl = rehearsal.Between(r.random, 0, ttl)
	}
	answer.expires = r.clock.now() + ttl
	if r.cache == nil {
		r.cache = map[string]cachedAnswer{}
	}
	r.cache[key] = answer
	return answer.addresses, nil
}
