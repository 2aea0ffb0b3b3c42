package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/topology"
)

// A Balancer is a load balancer with the web tier behind it.
type Balancer struct {
	Resource  string // "Secondary.WebTierEntranceLoadBalancer3D9F302E"
	Region    string
	IPv6      bool // dual-stack
	Listeners []*Listener

	// IdleTimeout and ClientKeepAlive are how long it keeps a client's connection: one
	// that is idle, and any, which ends with the first answer after that. Defaults:
	// 60 s and 3600 s.
	IdleTimeout, ClientKeepAlive time.Duration

	Targets TargetGroup

	// Group is the Auto Scaling group of the web servers; nil if there is none, or
	// more than one.
	Group *topology.Group
}

// A Listener is one port of a load balancer.
type Listener struct {
	Resource     string
	Port         int
	HTTPS        bool
	Certificates [][]string // the names that each certificate covers
	Rules        []Rule     // by priority
	Default      Action
}

// A Rule applies when the header has one of the values, and host, method and path are
// among those given. What is empty asks for nothing.
type Rule struct {
	Header                string
	Values                []string
	Hosts, Methods, Paths []string
	Action                Action
}

// An Action is what a listener does with a request: forward it to the target
// group, or answer Status itself, maybe to send the client to another Host.
type Action struct {
	Forward bool
	Status  int
	Host    string // of a redirect; "" of one to the host that was asked for
}

// A TargetGroup is the health check that a load balancer makes on its web
// servers.
type TargetGroup struct {
	Resource           string
	Path               string
	Interval, Timeout  time.Duration
	Healthy, Unhealthy int // so many answers of the other kind in a row change a server's status
	Servers            int // least number of instances of the Auto Scaling group, default 2
}

// listener returns the listener on a port, nil if there is none.
func (b *Balancer) listener(port int) *Listener {
	for _, listener := range b.Listeners {
		if listener.Port == port {
			return listener
		}
	}
	return nil
}

// covers reports whether a certificate of the listener is valid for a name.
func (l *Listener) covers(name string) bool {
	return slices.ContainsFunc(l.Certificates, func(names []string) bool { return covered(names, name) })
}

// covered reports whether one of a certificate's names is name, or the wildcard
// one level above it.
func covered(names []string, name string) bool {
	_, parent, _ := strings.Cut(name, ".")
	return slices.Contains(names, name) || slices.Contains(names, "*."+parent)
}

// What a request asks for beside its headers, as HTTP/2 names it.
const (
	MethodHeader = ":method"
	HostHeader   = ":authority"
	PathHeader   = ":path"
)

// Asking are the headers of a request for a host's page, without any of its own.
func Asking(method, host string) func(header string) string {
	return func(header string) string {
		return map[string]string{MethodHeader: method, HostHeader: host, PathHeader: "/"}[header]
	}
}

// Action is what the listener does with a request that has these headers, among them
// those of [MethodHeader], [HostHeader] and [PathHeader].
func (l *Listener) Action(header func(string) string) Action {
	is := func(wanted []string, name string) bool {
		return len(wanted) == 0 || slices.Contains(wanted, header(name))
	}
	for _, rule := range l.Rules {
		if is(rule.Hosts, HostHeader) && is(rule.Methods, MethodHeader) && is(rule.Paths, PathHeader) &&
			(rule.Header == "" || is(rule.Values, rule.Header)) {
			return rule.Action
		}
	}
	return l.Default
}

// Problem says why a visitor who asks for https://host is not served; "" if
// the request is forwarded, or sent to another host.
func (b *Balancer) Problem(port int, https bool, hosts []string, header func(string) string) string {
	listener := b.listener(port)
	switch {
	case listener == nil:
		return fmt.Sprintf("%s has no listener on port %d", b.Resource, port)
	case listener.HTTPS != https:
		return fmt.Sprintf("%s speaks another protocol", listener.Resource)
	case https && !slices.ContainsFunc(hosts, listener.covers):
		return fmt.Sprintf("%s has no certificate for %s", listener.Resource, strings.Join(hosts, " or "))
	}
	if action := listener.Action(header); !action.Forward && action.Host == "" {
		return fmt.Sprintf("%s answers %d", listener.Resource, action.Status)
	}
	return ""
}
