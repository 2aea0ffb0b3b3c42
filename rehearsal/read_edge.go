package rehearsal

import (
	"fmt"
	"time"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// readEdge reads the site's distribution, and finds home behind it.
func (r *reader) readEdge() {
	from := must.Get(topology.SiteDistribution(r.Assembly))
	const config = "DistributionConfig."
	e := &Edge{
		Resource:     from.String(),
		IPv6:         must.Get(topology.OrDefault(from, config+"IPV6Enabled", (*assembly.Resource).Bool, false)),
		ErrorCaching: must.Get(topology.ErrorCaching(from)),
	}
	if certificate := config + "ViewerCertificate.AcmCertificateArn"; from.Has(certificate) {
		e.Certificate = must.Get(topology.CertificateNames(must.Get(from.Target(certificate))))
	}
	for status, ttl := range e.ErrorCaching {
		within(from, fmt.Sprintf("ErrorCachingMinTTL of %d", status), ttl, 0, 366*24*time.Hour)
	}
	for _, origin := range must.Get(topology.Origins(from)) {
		e.Origins = append(e.Origins, r.origin(origin))
	}
	for _, behavior := range must.Get(topology.Behaviors(from)) {
		e.Behaviors = append(e.Behaviors, r.behavior(e, behavior))
	}
	r.model.Edge, r.model.Home = e, e.Default().Route.Origins[0].Balancer
}

func (r *reader) behavior(e *Edge, from topology.Behavior) *Behavior {
	b := &Behavior{Place: from.Distribution.String() + "." + from.Path, Pattern: from.Pattern, Methods: must.Get(from.Methods()), takes: from.Takes}
	for _, origin := range must.Get(from.Origins()) {
		b.Route.Origins = append(b.Route.Origins, e.origin(origin.ID))
	}
	if group := must.Get(from.Group()); group != nil {
		b.Route.Statuses = group.Statuses
	}
	if function := must.Get(from.Function("viewer-request")); function != nil {
		b.Function = must.Get(newFunction(function.String(), must.Get(function.Text("FunctionCode"))))
	}
	return b
}

func (r *reader) origin(from topology.Origin) *Origin {
	s := must.Get(from.Settings())
	within(from, "the port", s.Port, 1, mostPort)
	within(from, "ConnectionAttempts", s.Attempts, 1, 3)
	within(from, "ConnectionTimeout", s.ConnectTimeout, time.Second, 10*time.Second)
	within(from, "OriginReadTimeout", s.ResponseTimeout, time.Second, 180*time.Second)
	within(from, "OriginKeepaliveTimeout", s.KeepAlive, time.Second, 180*time.Second)
	o := &Origin{
		ID: from.ID, Place: from.String(), Domain: from.Domain,
		HTTPS: s.HTTPS, Port: s.Port, Headers: s.Headers,
		Attempts: s.Attempts, ConnectTimeout: s.ConnectTimeout, ResponseTimeout: s.ResponseTimeout, KeepAlive: s.KeepAlive,
	}
	way := must.Get(from.FollowBalancers(r.Assembly))
	ends := way.Resources()
	o.Balancer, o.Secondary = r.balancer(ends[0]), r.balancer(ends[len(ends)-1])
	if way.Pair != nil {
		o.Pair = r.servingPair(*way.Pair)
	}
	return o
}

// servingPair reads a pair that moves an origin's name, once.
func (r *reader) servingPair(from topology.Pair) *Pair {
	for _, pair := range r.model.Serving {
		if pair.Name == from.Name {
			return pair
		}
	}
	pair := r.pair(from)
	r.model.Serving = append(r.model.Serving, pair)
	r.serving = append(r.serving, from)
	return pair
}
