package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Edge is the site's CloudFront distribution.
type Edge struct {
	Resource    string
	IPv6        bool
	Certificate []string // names that the viewers' certificate covers
	Origins     []*Origin

	// Behaviors are compared with a request in this order. The last is the default
	// one, which takes what no other does.
	Behaviors []*Behavior

	// ErrorCaching is how long an error status is repeated. Default: CloudFront's
	// own 10 s.
	ErrorCaching map[int]time.Duration
}

// A Behavior is a cache behavior of the distribution.
type Behavior struct {
	Place    string // "Primary.SiteDistribution390DED28.DistributionConfig.CacheBehaviors.0"
	Pattern  string // "/healthz"; "" of the default behavior
	Methods  []string
	Route    Route     // without the function
	Function *Function // viewer request; nil if there is none

	takes func(path string) bool
}

// An Origin is a load balancer as CloudFront reaches it.
type Origin struct {
	ID       string
	Place    string // "Primary.SiteDistribution390DED28.DistributionConfig.Origins.0"
	Domain   string
	Balancer *Balancer // where Domain leads while home is well

	// Pair is the failover pair that moves Domain, one of Model.Serving; nil if
	// Domain never moves. Secondary is where Domain leads while the pair's SECONDARY
	// record is answered: Balancer, if it never moves.
	Pair      *Pair
	Secondary *Balancer

	HTTPS           bool
	Port            int
	Attempts        int           // of connecting, default 3
	ConnectTimeout  time.Duration // for each attempt, default 10 s
	ResponseTimeout time.Duration // for the first byte of an answer, default 30 s
	KeepAlive       time.Duration // of an idle connection, default 5 s
	Headers         map[string]string
}

// Leads returns where the origin's name leads while Pair is answered with a
// record.
func (o *Origin) Leads(answer *Record) *Balancer {
	if o.Pair != nil && answer != nil && answer == o.Pair.Secondary {
		return o.Secondary
	}
	return o.Balancer
}

// Asks is how often a request is sent to the origin if it stays without an
// answer: as often as the attempts say, but a write once. An OPTIONS is sent once
// too.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html#request-custom-connection-timeout
func (o *Origin) Asks(method string) int {
	if method == "GET" || method == "HEAD" {
		return o.Attempts
	}
	return 1
}

// Problem says why CloudFront gets no page from a load balancer, one of those to
// which the origin leads, even when nothing is down; "" if it gets one. With every
// viewer header forwarded, either the viewer's host or the origin's name must be
// on the certificate.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-bad-gateway.html
func (o *Origin) Problem(at *Balancer, host string) string {
	return at.Problem(o.Port, o.HTTPS, []string{host, o.Domain}, func(name string) string { return o.Headers[strings.ToLower(name)] })
}

// Balancers are those to which the origin leads, that of PRIMARY first.
func (o *Origin) Balancers() []*Balancer {
	if o.Secondary == o.Balancer {
		return []*Balancer{o.Balancer}
	}
	return []*Balancer{o.Balancer, o.Secondary}
}

// origin returns the origin with an id, nil if there is none.
func (e *Edge) origin(id string) *Origin {
	i := slices.IndexFunc(e.Origins, func(o *Origin) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return e.Origins[i]
}

// LongestErrorCaching is how long the edge repeats an error at most. No outage
// is answered with 501.
func (e *Edge) LongestErrorCaching() time.Duration {
	var most time.Duration
	for status, ttl := range e.ErrorCaching {
		if status != 501 {
			most = max(most, ttl)
		}
	}
	return most
}

// Default is the behavior that takes what no other does.
func (e *Edge) Default() *Behavior { return e.Behaviors[len(e.Behaviors)-1] }

// Behavior returns the behavior that takes a path: the first whose pattern matches
// it.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html#DownloadDistValuesPathPattern
func (e *Edge) Behavior(path string) *Behavior {
	return e.Behaviors[slices.IndexFunc(e.Behaviors, func(b *Behavior) bool { return b.takes(path) })]
}

// A Route is where the edge sends a request: to the first origin, and on to the
// next when that fails with one of the statuses or does not answer.
type Route struct {
	Origins  []*Origin
	Statuses []int
	Path     string // that the origins are asked for
	Refused  int    // the status with which the edge answers by itself, and asks no origin; 0 if it does not
	Location string // to which Refused sends the visitor; "" if it does not
}

// Moves reports whether one of the origins has a name that moves.
func (r Route) Moves() bool {
	return slices.ContainsFunc(r.Origins, func(o *Origin) bool { return o.Pair != nil })
}

// Route finds the behavior that takes a path, and asks its function. Writes never
// fail over from one origin to the next, whatever it says: origin groups take GET,
// HEAD and OPTIONS only.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html
func (e *Edge) Route(method, path string, header map[string]string) (Route, error) {
	behavior := e.Behavior(path)
	to := behavior.Route
	to.Path = path
	if !slices.Contains(behavior.Methods, method) {
		return Route{Path: path, Refused: 403}, nil
	}
	mayFailOver := slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method)
	if !mayFailOver {
		to.Origins, to.Statuses = to.Origins[:1], nil
	}
	if behavior.Function == nil {
		return to, nil
	}
	result, err := behavior.Function.Call(method, path, header)
	if err != nil {
		return to, err
	}
	if result.Status != 0 {
		return Route{Path: path, Refused: result.Status, Location: result.Headers["location"]}, nil
	}
	if to.Path = result.URI; result.Group == nil || !mayFailOver {
		return to, nil
	}
	grouped := Route{Statuses: result.Group.Statuses, Path: to.Path}
	for _, id := range result.Group.Origins {
		origin := e.origin(id)
		if origin == nil {
			return to, fmt.Errorf("%s: groups the origin %q, which %s does not have", behavior.Function.Resource, id, e.Resource)
		}
		grouped.Origins = append(grouped.Origins, origin)
	}
	return grouped, nil
}
