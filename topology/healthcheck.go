package topology

import (
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
)

// A HealthCheck is a Route 53 health check, of an endpoint or calculated from others.
type HealthCheck struct {
	Resource *assembly.Resource
	Type     string // "HTTPS", "HTTP", "CALCULATED" or another of Route 53's
	Inverted bool   // false by default

	// Of an endpoint:
	Port      int           // 443 of HTTPS, 80 of HTTP by default
	Path      string        // "/" by default, "" of TCP
	Interval  time.Duration // from an answer to the next request: 10 s or 30 s, 30 s by default
	Threshold int           // answers in a row that change a checker's mind, 3 by default
	SNI       bool          // whether the name is in the TLS handshake; true of HTTPS by default

	// Of a calculated check:
	Children        []*HealthCheck
	HealthThreshold int // so many healthy children make it healthy; 0, which is always met, if absent
}

const healthCheckConfig = "HealthCheckConfig."

// ReadHealthCheck reads a health check, with its children and Route 53's defaults. Of one that follows an alarm or a
// routing control it reads the type and whether it is inverted. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-healthcheck-healthcheckconfig.html.
func ReadHealthCheck(r *assembly.Resource) (*HealthCheck, error) {
	left := mostChecks
	return readHealthCheck(r, nil, &left)
}

// mostChecks is how many health checks one may be calculated from, those counted several times that several are
// calculated from. Route 53 takes 256 children of each; with two of each, thirty levels would be read a billion times.
const mostChecks = 1000

// readHealthCheck reads a health check that is a child of these, outermost first, and counts it.
func readHealthCheck(r *assembly.Resource, of []*assembly.Resource, left *int) (*HealthCheck, error) {
	if r.Type != HealthCheckType {
		return nil, fmt.Errorf("%s: is a %s, want a health check", r, r.Type)
	}
	if slices.Contains(of, r) {
		return nil, fmt.Errorf("%s: is calculated from itself", r)
	}
	if *left--; *left < 0 {
		return nil, fmt.Errorf("%s: is calculated from more than %d health checks", of[0], mostChecks)
	}
	p := &properties{of: r}
	check := &HealthCheck{Resource: r, Type: p.text(healthCheckConfig + "Type"), Inverted: p.boolOr(healthCheckConfig+"Inverted", false)}
	switch check.Type {
	case "CALCULATED":
		check.HealthThreshold = p.numberOr(healthCheckConfig+"HealthThreshold", 0)
		for _, child := range readOr(p, healthCheckConfig+"ChildHealthChecks", (*assembly.Resource).Targets, nil) {
			c, err := readHealthCheck(child, append(of, r), left)
			if err != nil {
				return nil, err
			}
			check.Children = append(check.Children, c)
		}
	case "HTTPS", "HTTPS_STR_MATCH":
		check.readEndpoint(p, 443)
	case "HTTP", "HTTP_STR_MATCH":
		check.readEndpoint(p, 80)
	case "TCP":
		check.readEndpoint(p, 0)
	}
	return check, p.err
}

// readEndpoint reads what is asked of an endpoint; a port that has no default is 0.
func (c *HealthCheck) readEndpoint(p *properties, port int) {
	c.Interval = p.secondsOr(healthCheckConfig+"RequestInterval", 30)
	c.Threshold = p.numberOr(healthCheckConfig+"FailureThreshold", 3)
	if port == 0 {
		c.Port = p.number(healthCheckConfig + "Port")
		return
	}
	c.Port = p.numberOr(healthCheckConfig+"Port", port)
	c.Path = p.textOr(healthCheckConfig+"ResourcePath", "/")
	c.SNI = p.boolOr(healthCheckConfig+"EnableSNI", port == 443)
}

// Asks returns what an endpoint's health check asks: the distribution or load balancer that its name leads to while all is
// well.
func (c *HealthCheck) Asks(a *assembly.Assembly) (*assembly.Resource, error) {
	return LeadsTo(a, c.Resource, healthCheckConfig+"FullyQualifiedDomainName")
}

// Follow returns what an endpoint's health check asks, and the failover pair that moves the name by which it does. See
// [Follow].
func (c *HealthCheck) Follow(a *assembly.Assembly) (Way, error) {
	return Follow(a, c.Resource, healthCheckConfig+"FullyQualifiedDomainName")
}

// Origins returns the origins to which a distribution leads the requests of an endpoint's health check, in the order in
// which it asks them: one, or those of an origin group. It returns none if the check asks no distribution. What an edge
// function makes of the path or the origin is not in the template.
func (c *HealthCheck) Origins(a *assembly.Assembly) ([]Origin, error) {
	asked, err := c.Asks(a)
	if err != nil || asked.Type != DistributionType {
		return nil, err
	}
	behavior, err := BehaviorFor(asked, c.Path)
	if err != nil {
		return nil, err
	}
	return behavior.Origins()
}

// Tree returns the check and all that it is calculated from, parents first.
func (c *HealthCheck) Tree() []*HealthCheck {
	all := []*HealthCheck{c}
	for _, child := range c.Children {
		all = append(all, child.Tree()...)
	}
	return all
}
