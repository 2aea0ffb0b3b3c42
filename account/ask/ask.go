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
// handshake, and must be on the certificate. The addresses of a name are tried in turn
// until one takes the connection. A redirect is an answer like others.
func (n *Names) Get(ctx context.Context, host, path, at string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, n.patience())
	defer cancel()
	at = cmp.Or(at, host)
	addresses, err := n.at(ctx, at)
	if err != nil {
		return Answer{}, err
	}
	start := time.Now()
	conn, reached, err := n.connect(ctx, addresses)
	if err != nil {
		return Answer{}, n.unanswered(ctx, at, err)
	}
	defer conn.Close()
	transport := &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{ServerName: host, RootCAs: n.Roots},
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+path, http.NoBody)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("User-Agent", "twinsite")
	response, err := transport.RoundTrip(request)
	if err != nil {
		return Answer{}, n.unanswered(ctx, at, err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, At: reached, Took: time.Since(start)}, response.Body.Close()
}

// connect connects to the first of some addresses that takes the connection. Each gets its
// share of the time that is left, so that one that is dead leaves some to the others.
func (n *Names) connect(ctx context.Context, addresses []netip.Addr) (conn net.Conn, reached netip.Addr, err error) {
	for i, address := range addresses {
		if conn, err = n.dialFor(ctx, n.share(ctx, len(addresses)-i), address); err == nil || ctx.Err() != nil {
			return conn, address, err
		}
	}
	return nil, netip.Addr{}, err
}

// share is how long the first of so many addresses may take. With many, it is enough for
// a packet that is lost to be sent again, and the last ones may get no turn.
func (n *Names) share(ctx context.Context, addresses int) time.Duration {
	left := n.patience()
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline)
	}
	return max(left/time.Duration(addresses), n.patience()/5)
}

func (n *Names) dialFor(ctx context.Context, share time.Duration, address netip.Addr) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, share)
	defer cancel()
	return n.dial(ctx, "tcp", netip.AddrPortFrom(address, 443).String())
}

// unanswered is why there is no answer, in one line.
func (n *Names) unanswered(ctx context.Context, at string, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer within %s", at, n.patience())
	}
	return fmt.Errorf("%s does not answer: %w", at, oneLine(err))
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
