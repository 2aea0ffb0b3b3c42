package stacks

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Failover leads visitors to the region that works, and shows which one that is.
// It stands in us-east-1, where Route 53 and CloudFront publish their metrics.
type Failover struct {
	awscdk.Stack

	failover *constructs.Failover
}

// NewFailover makes the stack.
func NewFailover(scope awsconstructs.Construct, s *site.Site, global *Global, secondary *Secondary, primary *Primary) *Failover {
	f := &Failover{Stack: newStack(scope, site.FailoverStack, site.GlobalRegion, "health checks, failover records, and what watches them", s)}
	props := &constructs.FailoverProps{
		Zone:      global.Zone,
		HostNames: s.HostNames(),
		Primary:   primary.Distribution,
		Secondary: secondary.WebTier.LoadBalancer,
		Path:      s.Failover.Path,
		Interval:  s.Failover.Interval,
		Threshold: s.Failover.Threshold,
		IPv6:      s.IPv6,
	}
	if s.Failover.Switch {
		props.SwitchHost = secondary.StaticSite.Host
		props.SwitchPath = site.SwitchPath
	}
	var standby awsroute53.HealthCheck
	if s.Edge.OriginTLS || s.Notifications || s.Dashboard {
		standby = f.newStandbyCheck(s, secondary)
	}
	if s.Edge.OriginTLS {
		props.Serving = &constructs.ServingName{
			Name:            s.ServingHost(),
			Home:            s.OriginHost(s.Home.Region.Name),
			Standby:         s.OriginHost(s.Standby.Region.Name),
			StandbyEndpoint: standby,
			TTL:             site.ServingTTL,
		}
	}
	if s.Failover.Front == site.FrontEdge {
		props.StandbyCheckPath = site.StandbyCheckPath
	}
	f.failover = constructs.NewFailover(f.Stack, "Failover", props)
	output(f.Stack, site.SiteAddressOutput, "https://"+s.HostNames()[0], "The site")
	output(f.Stack, site.HealthCheckOutput, *f.failover.HomeServes.HealthCheckId(), "The health check that decides which region serves")

	var alarms []awscloudwatch.IAlarm
	if s.Notifications {
		own := f.addAlarms(s, standby, global, secondary, primary)
		alarms = slices.Concat(own, primary.Alarms, secondary.Alarms)
	}
	if s.Dashboard {
		f.addDashboard(s, standby, secondary, primary, alarms)
	}
	return f
}

// newStandbyCheck asks the standby load balancer whether it answers, for the
// alarms, the dashboard and the name that CloudFront follows. Visitors' records
// evaluate the health of its targets instead.
func (f *Failover) newStandbyCheck(s *site.Site, secondary *Secondary) awsroute53.HealthCheck {
	return constructs.NewEndpointCheck(f.Stack, "StandbyEndpoint", &constructs.EndpointCheckProps{
		Host:      *secondary.WebTier.LoadBalancer.LoadBalancerDnsName(),
		Path:      s.Failover.Path,
		Interval:  30 * time.Second,
		Threshold: 3,
	})
}

// addAlarms makes the alarms of us-east-1, the topic that pages, and the rules by
// which other regions follow the alarms.
func (f *Failover) addAlarms(s *site.Site, standby awsroute53.HealthCheck, global *Global, secondary *Secondary, primary *Primary) []awscloudwatch.IAlarm {
	pages := constructs.NewNotifications(f.Stack, "Pages", &constructs.NotificationsProps{Emails: s.Page})
	output(f.Stack, site.PagesTopicOutput, *pages.TopicArn(), "Hears only whether visitors are affected or nobody is served")

	shared := alarms(s, f.operators(s, secondary, primary))
	certificate := certificateAlarm(f.Stack, shared, global.Certificate)
	props := &constructs.FailoverAlarmsProps{
		Alarms:             shared,
		StandbyServesTitle: site.StandbyServesAlarm,
		HomeEndpoint:       f.failover.HomeEndpoint,
		HomeServes:         f.failover.HomeServes,
		StandbyEndpoint:    standby,
		Site:               primary.Distribution,
		HomeFiles:          primary.StaticSite.Distribution,
		StandbyFiles:       secondary.StaticSite.Distribution,
		Pages:              pages,
		ErrorPercent:       s.Failover.ErrorRate,
	}
	if *secondary.Region() == site.GlobalRegion {
		props.StandbyErrors = secondary.Errors
	}
	made := constructs.NewFailoverAlarms(f.Stack, "Alarms", props)
	if secondary.Failback != nil {
		secondary.Failback.Follow(f.Stack, "Failback", made.StandbyServes)
		if made.TooManyErrors != nil {
			secondary.Failback.Follow(f.Stack, "MoveOnErrors", made.TooManyErrors)
		}
	}
	if primary.Practice != nil {
		primary.Practice.Follow(f.Stack, "Practice", made.StandbyEndpoint)
	}
	return append([]awscloudwatch.IAlarm{certificate}, made.All...)
}

// operators is the operators' topic in us-east-1: that of the region which is
// there, or else one of this stack.
func (f *Failover) operators(s *site.Site, secondary *Secondary, primary *Primary) awssns.ITopic {
	switch site.GlobalRegion {
	case *secondary.Region():
		return secondary.monitoring.topic
	case *primary.Region():
		return primary.monitoring.topic
	}
	return constructs.NewNotifications(f.Stack, "Notifications", &constructs.NotificationsProps{Emails: s.Notify})
}

// addDashboard adds the dashboard, with the states of these alarms, and prints
// where it is.
func (f *Failover) addDashboard(s *site.Site, standby awsroute53.HealthCheck, secondary *Secondary, primary *Primary, alarms []awscloudwatch.IAlarm) {
	constructs.NewDashboard(f.Stack, "Dashboard", &constructs.DashboardProps{
		Name:            s.Name,
		Failover:        f.failover,
		StandbyEndpoint: standby,
		Site:            primary.Distribution,
		Home:            constructs.DashboardRegion{Tier: primary.WebTier, StaticSite: primary.StaticSite},
		Standby:         constructs.DashboardRegion{Tier: secondary.WebTier, StaticSite: secondary.StaticSite},
		BothWays:        s.Replication.BothWays,
		HighPercent:     s.Web.CPU.High,
		LowPercent:      s.Web.CPU.Low,
		TargetPercent:   s.Web.CPU.Target,
		Alarms:          alarms,
	})
	output(f.Stack, site.DashboardOutput, fmt.Sprintf("https://%[1]s.console.aws.amazon.com/cloudwatch/home?region=%[1]s#dashboards/dashboard/%[2]s",
		site.GlobalRegion, s.Name), "Who serves, and how both regions do")
}
