package rehearsal

import "time"

// A Record is one Route 53 record.
type Record struct {
	Place                string // "Failover.Failoverticketingpw9E625F15.RecordSets.0"
	Name, Type           string // "ticketing.pw", "A"
	Failover             string // "PRIMARY", "SECONDARY" or ""
	Target               string // of an alias: "Primary.SiteDistribution390DED28"; "" if that is not in the assembly
	CNAME                string // of a CNAME: the name that it leads to, "origin-ap-northeast-2.ticketing.pw"
	EvaluateTargetHealth bool
	HealthCheck          *HealthCheck // nil: the record has none

	// TTL is how long resolvers keep the answer; 0 of an alias, which has none of its
	// own. See Parameters.TTL.
	TTL time.Duration
}

// A Pair is the failover records of one name and type.
type Pair struct {
	Name, Type         string
	Primary, Secondary *Record // nil if the templates have none
}

// Place names the pair by a record of it.
func (p *Pair) Place() string {
	if p.Primary != nil {
		return p.Primary.Place
	}
	return p.Secondary.Place
}

// Checks are all health checks that the pair depends on, parents first.
func (p *Pair) Checks() []*HealthCheck {
	var all []*HealthCheck
	for _, record := range []*Record{p.Primary, p.Secondary} {
		if record != nil && record.HealthCheck != nil {
			all = append(all, record.HealthCheck.tree()...)
		}
	}
	return all
}

// A Health is what Route 53 knows at a moment.
type Health struct {
	// Endpoint reports whether enough checkers call an endpoint check's answers
	// good, before inversion.
	Endpoint func(*HealthCheck) bool

	// Target reports whether an alias target is healthy: of a load balancer,
	// whether every target group with targets has a healthy one.
	Target func(target string) bool
}

// Answer returns the record that Route 53 answers with: PRIMARY while it is
// healthy, else SECONDARY if that is healthy, and PRIMARY again when both are
// not. A record without a health check that does not evaluate its target is
// always healthy. Of half a pair, the half is answered.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
func (p *Pair) Answer(h Health) *Record {
	switch {
	case p.Secondary == nil:
		return p.Primary
	case p.Primary == nil:
		return p.Secondary
	case !p.Primary.Healthy(h) && p.Secondary.Healthy(h):
		return p.Secondary
	}
	return p.Primary
}

// Healthy reports whether Route 53 takes the record for healthy.
func (r *Record) Healthy(h Health) bool {
	if r.HealthCheck != nil && !r.HealthCheck.Healthy(h.Endpoint) {
		return false
	}
	return !r.EvaluateTargetHealth || h.Target(r.Target)
}
