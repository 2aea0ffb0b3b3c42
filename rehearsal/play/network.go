package play

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"twinsite/rehearsal"
)

// A network maps addresses of the documentation ranges to listeners on the
// loopback interface, so that no address of the play can be anybody's, and no
// privileges are needed. Nothing is ever sent elsewhere: an address that is not
// mapped is unreachable.
// https://www.rfc-editor.org/rfc/rfc5737 and https://www.rfc-editor.org/rfc/rfc3849.
type network struct {
	clock *clock
	mu    sync.Mutex
	ports map[netip.AddrPort]string
	links map[netip.Addr]*link
}

func newNetwork(c *clock) *network {
	return &network{clock: c, ports: map[netip.AddrPort]string{}, links: map[netip.Addr]*link{}}
}

// listen opens a loopback listener for a port of some addresses.
func (n *network) listen(l *link, port int, addresses ...netip.Addr) (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range addresses {
		n.ports[netip.AddrPortFrom(address, uint16(port))] = listener.Addr().String()
		n.links[address] = l
	}
	return listener, nil
}

// errDial marks an error of connecting.
var errDial = errors.New("cannot connect")

// dial connects to an address of the play: after a round trip, if the link is
// up, at once with an error if it refuses, and not before the context ends if
// it is silent.
func (n *network) dial(ctx context.Context, to netip.AddrPort, rtt time.Duration) (net.Conn, error) {
	n.mu.Lock()
	address, l := n.ports[to], n.links[to.Addr()]
	n.mu.Unlock()
	if !n.clock.Sleep(ctx, rtt) {
		return nil, fmt.Errorf("%w to %s: %w", errDial, to, context.Cause(ctx))
	}
	switch {
	case address == "" || l.get() == rehearsal.Refusing:
		return nil, fmt.Errorf("%w to %s: %w", errDial, to, syscall.ECONNREFUSED)
	case l.get() == rehearsal.Silent:
		<-ctx.Done()
		return nil, fmt.Errorf("%w to %s: %w", errDial, to, context.Cause(ctx))
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w to %s: %w", errDial, to, err)
	}
	return l.join(conn, to.Addr()), nil
}

// A link is the way to a load balancer or distribution. The zero link is up.
type link struct {
	mu    sync.Mutex
	state rehearsal.Condition // Refusing, Silent, or anything else for up
	conns map[*linked]bool
}

func (l *link) get() rehearsal.Condition {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// set changes the link. Open connections are reset when it begins to refuse,
// and when it comes back those whose bytes were lost.
func (l *link) set(state rehearsal.Condition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.state
	l.state = state
	for conn := range l.conns {
		if state == rehearsal.Refusing || was == rehearsal.Silent && state != rehearsal.Silent && conn.lost {
			conn.Conn.Close()
		}
	}
}

func (l *link) join(conn net.Conn, to netip.Addr) net.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	joined := &linked{Conn: conn, link: l, to: to}
	if l.conns == nil {
		l.conns = map[*linked]bool{}
	}
	l.conns[joined] = true
	return joined
}

// A linked connection loses what is written to it while its link is silent.
type linked struct {
	net.Conn
	link *link
	to   netip.Addr
	lost bool // bytes; guarded by link.mu
}

// leadsTo returns the address of the play that a connection was made to.
func leadsTo(conn net.Conn) netip.Addr {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if joined, ok := conn.(*linked); ok {
		return joined.to
	}
	return netip.Addr{}
}

// Write loses the bytes on a silent link, as packets are: without an error.
func (c *linked) Write(b []byte) (int, error) {
	c.link.mu.Lock()
	silent := c.link.state == rehearsal.Silent
	c.lost = c.lost || silent
	c.link.mu.Unlock()
	if silent {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Close leaves the link.
func (c *linked) Close() error {
	c.link.mu.Lock()
	delete(c.link.conns, c)
	c.link.mu.Unlock()
	return c.Conn.Close()
}
