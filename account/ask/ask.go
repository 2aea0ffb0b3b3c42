// Package ask asks the names of a deployed site as its visitors do: by DNS, and by
// HTTPS at an address of the caller's choice, as "curl --connect-to" does. It needs
// no credentials, and AWS's APIs may be down.
package ask

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/resolver"
)

// Names asks names. The zero value asks the internet by the machine's own resolver.
type Names struct {
	// Resolver is asked for addresses. Default: nil, [resolver.System]'s.
	Resolver *resolver.Resolver

	// Dial opens the connections by HTTPS. Default: a [net.Dialer]'s DialContext.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// Roots are who may sign certificates. Default: nil, the machine's own.
	Roots *x509.CertPool

	// Patience is how long one question may take. Default: 0, ten seconds.
	Patience time.Duration
}

const defaultPatience = 10 * time.Second

func (n *Names) patience() time.Duration { return cmp.Or(n.Patience, defaultPatience) }

func (n *Names) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if n.Dial != nil {
		return n.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

// Addresses returns the addresses of a name, IPv4 first, each kind in order. A name
// that DNS does not know has none, which is no error. Resolvers may keep an answer for
// as long as its record says.
func (n *Names) Addresses(ctx context.Context, name string) ([]netip.Addr, error) {
	from := n.Resolver
	if from == nil {
		var err error
		if from, err = resolver.System(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	var found []netip.Addr
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA} {
		records, err := from.Ask(ctx, name, kind)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			var address net.IP
			switch r := record.(type) {
			case *dns.A:
				address = r.A
			case *dns.AAAA:
				address = r.AAAA
			}
			if plain, ok := netip.AddrFromSlice(address); ok {
				found = append(found, plain.Unmap())
			}
		}
	}
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found), nil
}

// An Answer is what a server said by HTTPS.
type Answer struct {
	Status int // as 200
	Header http.Header
	At     netip.Addr    // of the server
	Took   time.Duration // from the connection to the header
}

// FromCloudFront says whether an answer came through CloudFront, which adds its name
// to the header Via.
func (a Answer) FromCloudFront() bool { return strings.Contains(a.Header.Get("Via"), "CloudFront") }

// Get asks for a path of a host by HTTPS. The connection leads to "at": a name, an
// address, or "", the host itself; the host stands in the request and in the TLS
// handshake, and must be on the certificate. A redirect is an answer like others.
func (n *Names) Get(ctx context.Context, host, path, at string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	at = cmp.Or(at, host)
	addresses, err := n.at(ctx, at)
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	start := time.Now()
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{ServerName: host, RootCAs: n.Roots},
		DialContext: func(ctx context.Context, network, _ string) (conn net.Conn, err error) {
			for _, answer.At = range addresses {
				if conn, err = n.dial(ctx, network, netip.AddrPortFrom(answer.At, 443).String()); err == nil {
					return conn, nil
				}
			}
			return nil, err
		},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+path, http.NoBody)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("User-Agent", "twinsite")
	response, err := transport.RoundTrip(request)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Answer{}, fmt.Errorf("%s does not answer within %s", at, n.patience())
	case err != nil: // the transport may dial on, and write to the answer
		return Answer{}, fmt.Errorf("%s does not answer: %w", at, oneLine(err))
	}
	answer.Status, answer.Header, answer.Took = response.StatusCode, response.Header, time.Since(start)
	return answer, response.Body.Close()
}

// at is the addresses of a name, or the address itself.
func (n *Names) at(ctx context.Context, at string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(at); err == nil {
		return []netip.Addr{address}, nil
	}
	addresses, err := n.Addresses(ctx, at)
	if err == nil && len(addresses) == 0 {
		err = fmt.Errorf("DNS has no address for %s", at)
	}
	return addresses, err
}

// oneLine is an error of the network's without line breaks.
func oneLine(err error) error { return lineError{err} }

type lineError struct{ err error }

func (e lineError) Unwrap() error { return e.err }

func (e lineError) Error() string { return strings.Join(strings.Fields(e.err.Error()), " ") }
