package rehearsal

import "time"

// A HealthCheck is a Route 53 health check: of an endpoint, or calculated from
// others. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-healthcheck-healthcheckconfig.html.
type HealthCheck struct {
	Resource string // "Failover.FailoverHomeEndpoint260E5D86"
	Inverted bool

	// Of an endpoint:
	Target    string        // the distribution or load balancer that is asked
	Bucket    string        // the bucket behind that, if it serves static files
	Pair      *Pair         // the failover pair that moves the name by which it asks; nil: the name never moves
	Secondary string        // what is asked instead of Target while that pair's SECONDARY record is answered
	HTTPS     bool          // asks by HTTPS, not HTTP
	Port      int           // default 443 or 80
	Path      string        // as "/healthz"
	Interval  time.Duration // from an answer to the next request: 10 s or 30 s
	Threshold int           // so many answers of the other kind in a row change a checker's opinion, default 3

	// Of a calculated check:
	Children        []*HealthCheck
	HealthThreshold int // this many healthy children make it healthy
}

// Healthy reports the check's status, given whether enough checkers call an
// endpoint's answers good. A threshold of 0 is always met, one beyond the
// number of children never.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
func (c *HealthCheck) Healthy(endpoint func(*HealthCheck) bool) bool {
	var healthy bool
	if c.Children == nil {
		healthy = endpoint(c)
	} else {
		count := 0
		for _, child := range c.Children {
			if child.Healthy(endpoint) {
				count++
			}
		}
		healthy = count >= c.HealthThreshold
	}
	return healthy != c.Inverted
}

// tree returns the check and all that it is calculated from.
func (c *HealthCheck) tree() []*HealthCheck {
	all := []*HealthCheck{c}
	for _, child := range c.Children {
		all = append(all, child.tree()...)
	}
	return all
}
