package ask

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A Delegation is what a server of the parent zone says of a domain.
type Delegation struct {
	// Parent is the server that was asked, as "ns1.nic.pw".
	Parent string

	// Servers are the name servers to which it delegates the domain, in the form of
	// [ServerNames]. Empty: it delegates it to nobody.
	Servers []string
}

// parentPatience is how long one of the parent zone's servers may take.
const parentPatience = 3 * time.Second

// Delegation asks the parent zone's own name servers to whom they delegate a domain:
// resolvers would answer from what they have kept, for up to days. The first server
// that answers counts.
func (n *Names) Delegation(ctx context.Context, domain string) (Delegation, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*n.patience())
	defer cancel()
	parents, err := n.parents(ctx, domain)
	if err != nil {
		return Delegation{}, err
	}
	var failures []error
	for _, parent := range parents {
		servers, err := n.delegates(ctx, parent, domain)
		if err == nil {
			return Delegation{Parent: parent, Servers: servers}, nil
		}
		failures = append(failures, err)
	}
	return Delegation{}, fmt.Errorf("no name server of the parent zone answers for %s: %w", domain, oneLine(errors.Join(failures...)))
}

// parents are the name servers of the closest zone above a domain.
func (n *Names) parents(ctx context.Context, domain string) ([]string, error) {
	for zone := absolute(domain); zone != "."; {
		_, above, _ := strings.Cut(zone, ".")
		if zone = above; zone == "" {
			zone = "."
		}
		found, err := n.resolver().LookupNS(ctx, zone)
		if err != nil && !unknown(err) {
			return nil, fmt.Errorf("DNS does not answer for the name servers of %s: %w", zone, oneLine(err))
		}
		if len(found) > 0 {
			var names []string
			for _, server := range found {
				names = append(names, server.Host)
			}
			return ServerNames(names), nil
		}
	}
	return nil, fmt.Errorf("DNS knows no zone above %s", domain)
}

// delegates asks one server to whom it delegates a domain. It answers with a referral,
// or, where it serves the domain itself, with the zone's own name servers.
func (n *Names) delegates(ctx context.Context, server, domain string) ([]string, error) {
	addresses, err := n.at(ctx, server)
	if err != nil {
		return nil, err
	}
	question := new(dns.Msg).SetQuestion(absolute(domain), dns.TypeNS)
	question.RecursionDesired = false
	answer, err := n.exchange(ctx, question, net.JoinHostPort(addresses[0].String(), "53"))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", server, err)
	case answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError:
		return nil, fmt.Errorf("%s answers %s", server, dns.RcodeToString[answer.Rcode])
	}
	var names []string
	for _, record := range slices.Concat(answer.Answer, answer.Ns) {
		if ns, ok := record.(*dns.NS); ok && strings.EqualFold(ns.Hdr.Name, absolute(domain)) {
			names = append(names, ns.Ns)
		}
	}
	return ServerNames(names), nil
}

// exchange asks a name server by UDP, and by TCP where the answer is too long for that.
func (n *Names) exchange(ctx context.Context, question *dns.Msg, server string) (*dns.Msg, error) {
	for _, network := range []string{"udp", "tcp"} {
		answer, err := n.exchangeBy(ctx, network, question, server)
		if err != nil || !answer.Truncated {
			return answer, err
		}
	}
	return nil, errors.New("the answer is cut off")
}

func (n *Names) exchangeBy(ctx context.Context, network string, question *dns.Msg, server string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, parentPatience)
	defer cancel()
	conn, err := n.dial(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	client := &dns.Client{Net: network, Timeout: parentPatience}
	answer, _, err := client.ExchangeWithConnContext(ctx, question, &dns.Conn{Conn: conn})
	return answer, err
}

// ServerNames brings names of name servers to one form: lower case, without the dot at
// the end, sorted, each once.
func ServerNames(names []string) []string {
	var plain []string
	for _, name := range names {
		plain = append(plain, strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	return slices.Compact(slices.Sorted(slices.Values(plain)))
}
