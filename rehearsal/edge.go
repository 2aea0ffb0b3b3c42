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
	Default     *Origin
	Function    *Function // viewer request; nil if there is none

	// ErrorCaching is how long an error status is repeated. Default: CloudFront's
	// own 10 s.
	ErrorCaching map[int]time.Duration
}

// An Origin is a load balancer as CloudFront reaches it.
type Origin struct {
	ID       string
	Place    string // "Primary.SiteDistribution390DED28.DistributionConfig.Origins.0"
	Domain   string
	Balancer *Balancer

	HTTPS           bool
	Port            int
	Attempts        int           // of connecting, default 3
	ConnectTimeout  time.Duration // for each attempt, default 10 s
	ResponseTimeout time.Duration // for the first byte of an answer, default 30 s
	KeepAlive       time.Duration // of an idle connection, default 5 s
	Headers         map[string]string
}

// Problem says why CloudFront gets no page from the origin even when nothing is
// down; "" if it gets one. With every viewer header forwarded, either the viewer's
// host or the origin's name must be on the certificate.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-502-bad-gateway.html
func (o *Origin) Problem(host string) string {
	return o.Balancer.Problem(o.Port, o.HTTPS, []string{host, o.Domain}, func(name string) string { return o.Headers[strings.ToLower(name)] })
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

// A Route is where the edge sends a request: to the first origin, and on to the
// next when that fails with one of the statuses or does not answer.
type Route struct {
	Origins  []*Origin
	Statuses []int
}

// Route asks the edge function. Writes never fail over, whatever it says:
// origin groups take GET, HEAD and OPTIONS only.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorOriginGroups.html
func (e *Edge) Route(method, uri string, header map[string]string) (Route, error) {
	home := Route{Origins: []*Origin{e.Default}}
	if e.Function == nil {
		return home, nil
	}
	group, err := e.Function.Call(method, uri, header)
	if err != nil || group == nil || !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, method) {
		return home, err
	}
	to := Route{Statuses: group.Statuses}
	for _, id := range group.Origins {
		origin := e.origin(id)
		if origin == nil {
			return home, fmt.Errorf("%s: groups the origin %q, which %s does not have", e.Function.Resource, id, e.Resource)
		}
		to.Origins = append(to.Origins, origin)
	}
	return to, nil
}
