package play

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
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
	random *rand.Rand // ages the first answers, as those of a resolver that has run for long

	least time.Duration // an answer is kept so long, whatever its TTL

	mu    sync.Mutex
	cache map[string]cachedAnswer
}

type cachedAnswer struct {
	addresses []netip.Addr
	cname     string
	expires   time.Duration
}

// longestChain is how many CNAMEs a resolver follows.
const longestChain = 8

// lookUp returns the addresses of a name, of a type, and follows CNAMEs.
func (r *resolver) lookUp(ctx context.Context, name, recordType string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range longestChain {
		answer, err := r.record(ctx, name, recordType)
		if err != nil || answer.cname == "" {
			return answer.addresses, err
		}
		name = answer.cname
	}
	return nil, errors.New(name + ": CNAMEs without end")
}

// record returns what the cache or the name server says of a name.
func (r *resolver) record(ctx context.Context, name, recordType string) (cachedAnswer, error) {
	key := name + " " + recordType
	cached, seen := r.cache[key]
	if seen && r.clock.now() < cached.expires {
		return cached, nil
	}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.StringToType[recordType])
	query.SetEdns0(1232, false)
	client := dns.Client{Timeout: 5 * time.Second}
	reply, _, err := client.ExchangeContext(ctx, query, r.server)
	if err != nil {
		return cachedAnswer{}, err
	}
	if reply.Rcode != dns.RcodeSuccess {
		return cachedAnswer{}, fmt.Errorf("%s %s: %s", name, recordType, dns.RcodeToString[reply.Rcode])
	}
	answer, ttl := read(reply)
	if ttl = max(ttl, r.least); !seen {
		ttl = rehearsal.Between(r.random, 0, ttl)
	}
	answer.expires = r.clock.now() + ttl
	if r.cache == nil {
		r.cache = map[string]cachedAnswer{}
	}
	r.cache[key] = answer
	return answer, nil
}

func read(reply *dns.Msg) (answer cachedAnswer, ttl time.Duration) {
	ttl = time.Minute // of an empty answer
	for _, rr := range reply.Answer {
		ttl = time.Duration(rr.Header().Ttl) * time.Second
		switch rr := rr.(type) {
		case *dns.A:
			answer.addresses = append(answer.addresses, netip.AddrFrom4([4]byte(rr.A.To4())))
		case *dns.AAAA:
			answer.addresses = append(answer.addresses, netip.AddrFrom16([16]byte(rr.AAAA)))
		case *dns.CNAME:
			answer.cname = strings.TrimSuffix(rr.Target, ".")
		}
	}
	return answer, ttl
}
