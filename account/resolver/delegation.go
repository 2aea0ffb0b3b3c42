package resolver

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/miekg/dns"
)

// An Answer is what one name server of the parent zone says of a delegation.
type Answer struct {
	// Server is whom we asked, as "a.nic.pw".
	Server string

	// NameServers are the names to which it sends whoever asks for the zone, sorted,
	// in lower case and without the dot at the end. Empty: it knows no such zone.
	NameServers []string

	// Err says why there is no answer.
	Err error
}

// A Delegation is what the parent zone says of a zone.
type Delegation struct {
	// Parent is the zone above, as "pw".
	Parent string

	// Answers are those of the parent's name servers.
	Answers []Answer
}

// NameServers are those that every server that answered agrees on. Its error says
// that none answered, or how they differ.
func (d Delegation) NameServers() ([]string, error) {
	var agreed *Answer
	var failed error
	for i, answer := range d.Answers {
		switch {
		case answer.Err != nil:
			failed = answer.Err
		case agreed == nil:
			agreed = &d.Answers[i]
		case !slices.Equal(agreed.NameServers, answer.NameServers):
			return nil, fmt.Errorf("the name servers of %s do not agree yet: %s says %s, %s says %s",
				d.Parent, agreed.Server, Names(agreed.NameServers), answer.Server, Names(answer.NameServers))
		}
	}
	if agreed == nil {
		return nil, failed
	}
	return agreed.NameServers, nil
}

// Names is a list for people: "nobody" where there is none.
func Names(names []string) string {
	if len(names) == 0 {
		return "nobody"
	}
	return strings.Join(names, ", ")
}

// Canonical is how name servers are compared: sorted, in lower case, without the dot
// at the end.
func Canonical(names []string) []string {
	canonical := make([]string, len(names))
	for i, name := range names {
		canonical[i] = strings.ToLower(strings.TrimSuffix(name, "."))
	}
	slices.Sort(canonical)
	return slices.Compact(canonical)
}

// Delegation asks every name server of the parent zone where a domain's zone is. Its
// error is that the parent could not be found.
func (r *Resolver) Delegation(ctx context.Context, domain string) (Delegation, error) {
	parent, servers, err := r.parent(ctx, domain)
	if err != nil {
		return Delegation{}, err
	}
	if r.Only {
		servers = servers[:1] // all are the same then
	}
	answers := make([]Answer, len(servers))
	var asked sync.WaitGroup
	for i, server := range servers {
		asked.Go(func() {
			answers[i].Server = server
			answers[i].NameServers, answers[i].Err = r.delegated(ctx, server, domain)
		})
	}
	asked.Wait()
	return Delegation{Parent: parent, Answers: answers}, nil
}

// parent is the nearest zone above a domain, and its name servers.
func (r *Resolver) parent(ctx context.Context, domain string) (zone string, servers []string, err error) {
	for zone = domain; ; {
		_, above, found := strings.Cut(zone, ".")
		if !found {
			return "", nil, fmt.Errorf("DNS knows no zone above %s", domain)
		}
		zone = above
		records, err := r.Ask(ctx, zone, dns.TypeNS)
		if err != nil {
			return "", nil, err
		}
		if len(records) > 0 {
			return zone, nameServers(records, zone), nil
		}
	}
}

// delegated is what one server of the parent's says: a referral, or an answer where
// it serves both zones.
func (r *Resolver) delegated(ctx context.Context, server, domain string) ([]string, error) {
	if r.Only {
		answer, err := r.exchange(ctx, r.Server, domain, dns.TypeNS, true)
		if err != nil {
			return nil, err
		}
		return nameServers(answer.Answer, domain), nil
	}
	address, err := r.address(ctx, server)
	if err != nil {
		return nil, err
	}
	answer, err := r.exchange(ctx, address, domain, dns.TypeNS, false)
	if err != nil {
		return nil, err
	}
	return nameServers(slices.Concat(answer.Answer, answer.Ns), domain), nil
}

// address is where a name server listens.
func (r *Resolver) address(ctx context.Context, server string) (string, error) {
	for _, recordType := range []uint16{dns.TypeA, dns.TypeAAAA} {
		records, err := r.Ask(ctx, server, recordType)
		if err != nil {
			return "", err
		}
		for _, record := range records {
			switch r := record.(type) {
			case *dns.A:
				return net.JoinHostPort(r.A.String(), "53"), nil
			case *dns.AAAA:
				return net.JoinHostPort(r.AAAA.String(), "53"), nil
			}
		}
	}
	return "", fmt.Errorf("the name server %s has no address", server)
}

// nameServers are those of one zone among records.
func nameServers(records []dns.RR, zone string) []string {
	var names []string
	for _, record := range records {
		if ns, ok := record.(*dns.NS); ok && strings.EqualFold(ns.Hdr.Name, dns.Fqdn(zone)) {
			names = append(names, ns.Ns)
		}
	}
	return Canonical(names)
}
