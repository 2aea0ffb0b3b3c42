package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Failover leads visitors to the region that works. It stands in us-east-1,
// where Route 53 publishes the metrics of health checks.
type Failover struct {
	awscdk.Stack
}

// NewFailover makes the stack.
func NewFailover(scope awsconstructs.Construct, s *site.Site, global *Global, secondary *Secondary, primary *Primary) *Failover {
	f := &Failover{Stack: newStack(scope, "Failover", globalRegion, "health checks and failover records", s)}
	props := &constructs.FailoverProps{
		Zone:            global.Zone,
		HostNames:       s.HostNames(),
		Primary:         primary.Distribution,
		Secondary:       secondary.LoadBalancer,
		Path:            s.Failover.Path,
		IntervalSeconds: s.Failover.Interval.Seconds(),
		Threshold:       s.Failover.Threshold,
		IPv6:            s.IPv6,
	}
	if s.Failover.Switch {
		props.SwitchHost = secondary.StaticSite.Host
	}
	failover := constructs.NewFailover(f.Stack, "Failover", props)
	output(f.Stack, "SiteAddress", "https://"+s.HostNames()[0], "The site")
	output(f.Stack, "HealthCheck", *failover.HealthCheck.HealthCheckId(), "The health check that decides which region serves")
	return f
}
