package visit

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

// A Resolver asks the zone's name server and keeps each answer for its TTL.
type Resolver struct {
	Least time.Duration // an answer is kept so long, whatever its TTL

	clock    Clock
	exchange Exchange
	random   *rand.Rand // ages the first answers, as those of a resolver that has run for long

	mu    sync.Mutex
	cache map[string]cachedAnswer
}

// NewResolver makes a resolver that has run for long.
func NewResolver(clock Clock, exchange Exchange, random *rand.Rand) *Resolver {
	return &Resolver{clock: clock, exchange: exchange, random: random}
}

// Forget empties the cache.
func (r *Resolver) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cache = nil
}

type cachedAnswer struct {
	addresses []netip.Addr
	cname     string
	expires   time.Duration
}

// longestChain is how many CNAMEs a resolver follows.
const longestChain = 8

// LookUp returns the addresses of a name, of a type, and follows CNAMEs.
func (r *Resolver) LookUp(ctx context.Context, name, recordType string) ([]netip.Addr, error) {
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
func (r *Resolver) record(ctx context.Context, name, recordType string) (cachedAnswer, error) {
	key := name + " " + recordType
	cached, seen := r.cache[key]
	if seen && r.clock.Now() < cached.expires {
		return cached, nil
	}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.StringToType[recordType])
	query.SetEdns0(1232, false)
	reply, err := r.exchange(ctx, query)
	if err != nil {
		return cachedAnswer{}, err
	}
	if reply.Rcode != dns.RcodeSuccess {
		return cachedAnswer{}, fmt.Errorf("%s %s: %s", name, recordType, dns.RcodeToString[reply.Rcode])
	}
	answer, ttl := read(reply)
	if ttl = max(ttl, r.Least); !seen {
		ttl = rehearsal.Between(r.random, 0, ttl)
	}
	answer.expires = r.clock.Now() + ttl
	if r.cache == nil {
		r.cache = map[string]cachedAnswer{}
	}
	r.cache[key] = answer
	return answer, nil
}

// read takes an answer's records, and how long they may be kept.
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
