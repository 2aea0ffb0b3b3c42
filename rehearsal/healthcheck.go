package rehearsal

import (
	"time"

	"twinsite/assembly"
)

// A HealthCheck is a Route 53 health check: of an endpoint, or calculated from
// others. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-healthcheck-healthcheckconfig.html.
type HealthCheck struct {
	Resource string // "Failover.FailoverHomeEndpoint260E5D86"
	Inverted bool

	// Of an endpoint:
	Target    string        // the distribution or load balancer that is asked
	Bucket    string        // the bucket behind that, if it serves static files
	HTTPS     bool          // asks by HTTPS, not HTTP
	Port      int           // default 443 or 80
	Path      string        // as "/healthz"
	Interval  time.Duration // from an answer to the next request: 10 s or 30 s
	Threshold int           // consecutive answers that change a checker's mind, default 3

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

// check reads a health check, once.
func (r *reader) check(from *assembly.Resource) *HealthCheck {
	if check := r.checks[from]; check != nil {
		return check
	}
	if from.Type != "AWS::Route53::HealthCheck" {
		fail("%s: is a %s, not a health check", from, from.Type)
	}
	const config = "HealthCheckConfig."
	check := &HealthCheck{Resource: from.String(), Inverted: orDefault(from, config+"Inverted", from.Bool, false)}
	r.checks[from] = check
	switch kind := must(from.Text(config + "Type")); kind {
	case "CALCULATED":
		check.Children = []*HealthCheck{}
		for _, child := range must(from.Targets(config + "ChildHealthChecks")) {
			check.Children = append(check.Children, r.check(child))
		}
		check.HealthThreshold = orDefault(from, config+"HealthThreshold", from.Int, 0)
	case "HTTPS", "HTTP":
		check.HTTPS, check.Port = kind == "HTTPS", 80
		if check.HTTPS {
			check.Port = 443
		}
		r.readEndpoint(check, from, config)
	default:
		fail("%s: the rehearsal plays health checks of type HTTPS, HTTP and CALCULATED, not %s", from, kind)
	}
	return check
}

func (r *reader) readEndpoint(check *HealthCheck, from *assembly.Resource, config string) {
	check.Port = orDefault(from, config+"Port", from.Int, check.Port)
	check.Path = orDefault(from, config+"ResourcePath", from.Text, "/")
	check.Interval = time.Duration(orDefault(from, config+"RequestInterval", from.Int, 30)) * time.Second
	check.Threshold = orDefault(from, config+"FailureThreshold", from.Int, 3)
	target := r.leadsTo(from, config+"FullyQualifiedDomainName")
	check.Target = target.String()
	if target.Type == distributionType {
		check.Bucket = r.bucketBehind(target)
	}
}

// leadsTo follows a host name in a property: an attribute of a resource, or a
// name of the zone.
func (r *reader) leadsTo(from *assembly.Resource, path string) *assembly.Resource {
	if to, err := from.Target(path); err == nil {
		return to
	}
	to, err := r.Lookup(must(from.Text(path)))
	if err != nil {
		fail("%s: %s: %w", from, path, err)
	}
	return to
}

// bucketBehind is the bucket of a distribution's default origin, "" if that is
// none.
func (r *reader) bucketBehind(distribution *assembly.Resource) string {
	id := must(distribution.Text("DistributionConfig.DefaultCacheBehavior.TargetOriginId"))
	path := originPath(distribution, id)
	if !distribution.Has(path + ".S3OriginConfig") {
		return ""
	}
	return must(distribution.Target(path + ".DomainName")).String()
}
