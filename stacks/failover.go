package stacks

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// Failover leads visitors to the region that works, and shows which. It stands
// in us-east-1, where Route 53 and CloudFront publish their metrics.
type Failover struct {
	awscdk.Stack

	failover        *constructs.Failover
	standbyEndpoint awsroute53.HealthCheck // nil where nobody looks
	alarms          *constructs.Alarms     // nil without notifications
}

// NewFailover makes the stack.
func NewFailover(scope awsconstructs.Construct, s *site.Site, global *Global, secondary *Secondary, primary *Primary) *Failover {
	f := &Failover{Stack: newStack(scope, site.FailoverStack, site.GlobalRegion, "health checks, failover records, and what watches them", s)}
	props := &constructs.FailoverProps{
		Zone:            global.Zone,
		HostNames:       s.HostNames(),
		Primary:         primary.Distribution,
		Secondary:       secondary.WebTier.LoadBalancer,
		Path:            s.Failover.Path,
		IntervalSeconds: s.Failover.Interval.Seconds(),
		Threshold:       s.Failover.Threshold,
		IPv6:            s.IPv6,
	}
	if s.Failover.Switch {
		props.SwitchHost = secondary.StaticSite.Host
	}
	f.failover = constructs.NewFailover(f.Stack, "Failover", props)
	output(f.Stack, site.SiteAddressOutput, "https://"+s.HostNames()[0], "The site")
	output(f.Stack, site.HealthCheckOutput, *f.failover.HomeServes.HealthCheckId(), "The health check that decides which region serves")

	if s.Notifications || s.Dashboard {
		f.checkStandby(s, secondary)
	}
	if s.Notifications {
		f.watch(s, global, secondary, primary)
	}
	if s.Dashboard {
		f.show(s, secondary, primary)
	}
	return f
}

// checkStandby asks the standby load balancer whether it answers, for alarms
// and dashboard only: the records evaluate the health of its targets.
func (f *Failover) checkStandby(s *site.Site, secondary *Secondary) {
	f.standbyEndpoint = constructs.NewEndpointCheck(f.Stack, "StandbyEndpoint", &constructs.EndpointCheckProps{
		Host:            *secondary.WebTier.LoadBalancer.LoadBalancerDnsName(),
		Path:            s.Failover.Path,
		IntervalSeconds: 30,
		Threshold:       3,
	})
}

// watch makes the alarms of us-east-1, and the topic that pages.
func (f *Failover) watch(s *site.Site, global *Global, secondary *Secondary, primary *Primary) {
	pages := constructs.NewNotifications(f.Stack, "Pages", &constructs.NotificationsProps{Emails: s.Page}).Topic
	output(f.Stack, site.PagesTopicOutput, *pages.TopicArn(), "Hears only whether visitors are affected or nobody is served")

	f.alarms = newAlarms(s, f.operators(s, secondary, primary))
	constructs.NewCertificateAlarm(f.Stack, "CertificateExpires", f.alarms, global.Certificate)
	props := &constructs.FailoverAlarmsProps{
		HomeEndpoint:    f.failover.HomeEndpoint,
		HomeServes:      f.failover.HomeServes,
		StandbyEndpoint: f.standbyEndpoint,
		Site:            primary.Distribution,
		HomeFiles:       primary.StaticSite.Distribution,
		StandbyFiles:    secondary.StaticSite.Distribution,
		Pages:           pages,
	}
	if *secondary.Region() == site.GlobalRegion {
		props.StandbyErrors = secondary.rails.errors
	}
	watched := constructs.NewFailoverAlarms(f.Stack, "Alarms", f.alarms, props)
	if secondary.Failback != nil {
		secondary.Failback.Follow(f.Stack, "Failback", watched.StandbyServes)
	}
	if primary.Practice != nil {
		primary.Practice.Follow(f.Stack, "Practice", watched.StandbyEndpoint)
	}
}

// operators is the topic of us-east-1: that of the region which is there, or
// else one of this stack.
func (f *Failover) operators(s *site.Site, secondary *Secondary, primary *Primary) awssns.ITopic {
	switch site.GlobalRegion {
	case *secondary.Region():
		return secondary.rails.alarms.Topic
	case *primary.Region():
		return primary.rails.alarms.Topic
	}
	return constructs.NewNotifications(f.Stack, "Notifications", &constructs.NotificationsProps{Emails: s.Notify}).Topic
}

// show adds the dashboard and prints where it is.
func (f *Failover) show(s *site.Site, secondary *Secondary, primary *Primary) {
	props := &constructs.DashboardProps{
		Name:            s.Name,
		Failover:        f.failover,
		StandbyEndpoint: f.standbyEndpoint,
		Site:            primary.Distribution,
		Home:            constructs.DashboardRegion{Tier: primary.WebTier, StaticSite: primary.StaticSite},
		Standby:         constructs.DashboardRegion{Tier: secondary.WebTier, StaticSite: secondary.StaticSite},
		BothWays:        s.Replication.BothWays,
		HighPercent:     s.Web.CPU.High,
		LowPercent:      s.Web.CPU.Low,
	}
	if s.Notifications {
		props.Alarms = slices.Concat(f.alarms.All, primary.rails.alarms.All, secondary.rails.alarms.All)
	}
	constructs.NewDashboard(f.Stack, "Dashboard", props)
	output(f.Stack, site.DashboardOutput, fmt.Sprintf("https://%[1]s.console.aws.amazon.com/cloudwatch/home?region=%[1]s#dashboards/dashboard/%[2]s",
		site.GlobalRegion, s.Name), "Who serves, and how both regions do")
}
