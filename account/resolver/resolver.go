// Package resolver asks DNS what the machine's own resolver does not say: records of
// any type, and what a zone's parent answers for it, asked of the parent's own name
// servers.
package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// patience is how long one server may take for one answer.
const patience = 4 * time.Second

// A Resolver asks DNS. The zero value asks nobody; [System] makes one.
type Resolver struct {
	// Server is the address of the recursive resolver, as "192.0.2.1:53". Required.
	Server string

	// Only lets Server answer also what is a question for a zone's own name servers:
	// for networks that let no other DNS out.
	Only bool

	// Dial opens the connections. Default: a net.Dialer's DialContext. Tests lead
	// every address to a loopback port by it.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// configuration is where a machine says which resolver it asks.
const configuration = "/etc/resolv.conf"

// System is the resolver of this machine. Its error says that none is known.
func System() (*Resolver, error) {
	file, err := dns.ClientConfigFromFile(configuration)
	if err != nil || len(file.Servers) == 0 {
		return nil, fmt.Errorf("%s names no DNS server", configuration)
	}
	return &Resolver{Server: net.JoinHostPort(file.Servers[0], file.Port)}, nil
}

// At is the resolver at an address, as "192.0.2.1" or "127.0.0.1:5353", which is
// asked everything. Its error says that the address is wrong.
func At(address string) (*Resolver, error) {
	if net.ParseIP(address) != nil {
		address = net.JoinHostPort(address, "53")
	}
	host, port, err := net.SplitHostPort(address)
	if number, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil || number == 0 || net.ParseIP(host) == nil {
		return nil, fmt.Errorf("%q is no DNS server's address: give one as 192.0.2.1 or 192.0.2.1:53", address)
	}
	return &Resolver{Server: address, Only: true}, nil
}

// Ask returns the records of a name and type, as dns.TypeCAA, that the recursive
// resolver answers with. No such name, and no such record, is an empty answer.
func (r *Resolver) Ask(ctx context.Context, name string, recordType uint16) ([]dns.RR, error) {
	answer, err := r.exchange(ctx, r.Server, name, recordType, true)
	if err != nil {
		return nil, err
	}
	var records []dns.RR
	for _, record := range answer.Answer {
		if record.Header().Rrtype == recordType {
			records = append(records, record)
		}
	}
	return records, nil
}

// exchange asks one server, by TCP too if the answer is too long for UDP.
func (r *Resolver) exchange(ctx context.Context, server, name string, recordType uint16, recursive bool) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	question := new(dns.Msg).SetQuestion(dns.Fqdn(name), recordType)
	question.RecursionDesired = recursive
	for _, network := range []string{"udp", "tcp"} {
		answer, err := r.once(ctx, network, server, question)
		if err != nil {
			return nil, fmt.Errorf("DNS server %s does not answer: %w", server, plain(err))
		}
		if answer.Truncated {
			continue
		}
		if answer.Rcode != dns.RcodeSuccess && answer.Rcode != dns.RcodeNameError {
			return nil, fmt.Errorf("DNS server %s answers %s for %s %s", server, dns.RcodeToString[answer.Rcode], dns.Fqdn(name), dns.TypeToString[recordType])
		}
		return answer, nil
	}
	return nil, fmt.Errorf("DNS server %s answers too long", server)
}

func (r *Resolver) once(ctx context.Context, network, server string, question *dns.Msg) (*dns.Msg, error) {
	dial := r.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	connection, err := dial(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	client := &dns.Client{Net: network, Timeout: patience}
	answer, _, err := client.ExchangeWithConnContext(ctx, question, &dns.Conn{Conn: connection})
	return answer, err
}

// plain is the end of a network's error, which says what happened without ports of
// this machine.
func plain(err error) error {
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return errors.New("no answer in time")
	}
	text := err.Error()
	if _, last, found := strings.Cut(text, ": "); found {
		text = last
	}
	return errors.New(text)
}
