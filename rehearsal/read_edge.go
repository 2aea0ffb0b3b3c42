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
	e.Default = e.origin(must.Get(topology.DefaultOrigin(from)).ID)
	if function := must.Get(must.Get(topology.DefaultBehavior(from)).Function("viewer-request")); function != nil {
		e.Function = must.Get(newFunction(function.String(), must.Get(function.Text("FunctionCode"))))
	}
	r.model.Edge, r.model.Home = e, e.Default.Balancer
}

func (r *reader) origin(from topology.Origin) *Origin {
	s := must.Get(from.Settings())
	within(from, "the port", s.Port, 1, mostPort)
	within(from, "ConnectionAttempts", s.Attempts, 1, 3)
	within(from, "ConnectionTimeout", s.ConnectTimeout, time.Second, 10*time.Second)
	within(from, "OriginReadTimeout", s.ResponseTimeout, time.Second, 180*time.Second)
	within(from, "OriginKeepaliveTimeout", s.KeepAlive, time.Second, 180*time.Second)
	return &Origin{
		ID: from.ID, Place: from.String(), Domain: from.Domain,
		Balancer: r.balancer(must.Get(from.Balancer(r.Assembly))),
		HTTPS:    s.HTTPS, Port: s.Port, Headers: s.Headers,
		Attempts: s.Attempts, ConnectTimeout: s.ConnectTimeout, ResponseTimeout: s.ResponseTimeout, KeepAlive: s.KeepAlive,
	}
}
