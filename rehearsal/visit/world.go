// Package visit has the visitors of a site: who reads and writes, follows DNS or keeps
// a connection, and what their requests measure. Plays let them visit a site on the
// loopback interface, drills a deployed one: the same visitors, so that their figures
// can be compared.
package visit

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/miekg/dns"
)

// A Clock is the time that visitors live in: the wall's, or a faster one.
type Clock interface {
	// Now is the time since the clock began.
	Now() time.Duration

	// Sleep waits, and reports whether the whole time passed before the context ended.
	Sleep(ctx context.Context, d time.Duration) bool

	// Timeout is context.WithTimeout in this clock's time. The context's cause is
	// context.DeadlineExceeded then.
	Timeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
}

// An Exchange asks a name server of the site's zone.
type Exchange func(ctx context.Context, query *dns.Msg) (*dns.Msg, error)

// A World is where visitors live, and what they ask for. All fields are required,
// unless they say otherwise.
type World struct {
	Clock    Clock
	Exchange Exchange

	// Dial connects to a port of an address.
	Dial func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

	// TLS is what visitors begin a handshake with; the host is added.
	TLS *tls.Config

	// NameOf says what an address belongs to: "edge", "home", "standby", or the address.
	NameOf func(netip.Addr) string

	// By says which region gave an answer: "home", "standby", or "" if that is not known.
	By func(response *http.Response, body []byte, to string) string

	// Hosts are the names that visitors ask for. Types are the records by which they do,
	// "A" and "AAAA", or one of them.
	Hosts, Types []string

	// Read and Write are the paths of reads (GET) and of writes (POST). Without a write
	// path, nobody writes.
	Read, Write string

	Period   time.Duration // between two reads, and two writes, of a visitor
	Patience time.Duration // until a visitor gives a request up

	// Delay is what a request takes on its way to an address, beside what the connection
	// takes by itself. Default: nothing.
	Delay func(netip.Addr) time.Duration

	// Ends is a context that ends connecting too, which may outlive the request that it is
	// for. Default: none.
	Ends context.Context //nolint:containedctx // of the world, not of a call

	// Broken is called when a visitor panics, with the panic as an error. The others go
	// on. Default: the panic ends the process.
	Broken func(error)
}
