package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"

	"twinsite/constructs"
	"twinsite/site"
)

// basicMonitoring is how often EC2 measures without detailed monitoring, which
// costs money.
const basicMonitoring = 5 * time.Minute

// idleMargin is how much longer than CloudFront a load balancer keeps a connection
// open on which nothing happens, and waits for an answer.
const idleMargin = 5 * time.Second

// networkProps describes the network of either region.
func networkProps(s *site.Site, region site.Region) *constructs.NetworkProps {
	return &constructs.NetworkProps{
		AddressRange:      region.AddressRange.String(),
		AvailabilityZones: region.AvailabilityZones,
		NATGateways:       natGateways(region),
		IPv6:              s.IPv6,
		FlowLogs:          s.FlowLogs,
		FlowLogsRemoval:   removalPolicy(s.Retention.Logs),
	}
}

// webTierProps describes the web tier of either region. The two differ in the
// arguments, and in what the stacks add: certificate, redirect and origin lock.
func webTierProps(s *site.Site, region site.Region, w site.Web, vpc awsec2.IVpc, m monitoring) *constructs.WebTierProps {
	return &constructs.WebTierProps{
		Vpc: vpc,
		Servers: constructs.WebServersOptions{
			InstanceType:       w.InstanceType,
			Image:              w.Images[region.Name],
			Policies:           w.Policies,
			SSH:                texts(w.SSH),
			Minimum:            w.Minimum,
			Maximum:            w.Maximum,
			Boot:               w.BootTime(),
			DetailedMonitoring: w.CPU.Period < basicMonitoring,
			ZonalShift:         s.ZonalShift,
			Notify:             m.topic,
		},
		LoadBalancer: constructs.LoadBalancerOptions{
			HealthPath:         w.HealthPath,
			IPv6:               s.IPv6,
			ZonalShift:         s.ZonalShift,
			DeletionProtection: s.Retention.TerminationProtection,
			IdleTimeout:        max(s.Edge.KeepAlive, s.Edge.ResponseTimeout) + idleMargin,
			Logs:               m.logs,
			Port:               w.Port,
			Drain:              w.Drain,
			Sticky:             w.Sticky,
		},
		CPU: constructs.CPUScalingOptions{
			HighPercent:   w.CPU.High,
			LowPercent:    w.CPU.Low,
			TargetPercent: w.CPU.Target,
			Period:        w.CPU.Period,
			Cooldown:      w.BootTime(),
			Runbook:       s.Runbook,
		},
		Schedules: schedules(w),
	}
}

// environment are the variables that any image finds in /etc/twinsite.env.
func environment(s *site.Site, region site.Region, w site.Web, static *constructs.StaticSite) map[string]string {
	variables := maps.Clone(w.Environment)
	if variables == nil {
		variables = map[string]string{}
	}
	variables["TWINSITE_SITE"] = s.Name
	variables["TWINSITE_REGION"] = region.Name
	variables["TWINSITE_STATIC_URL"] = static.Address()
	variables["TWINSITE_HEALTH_PATHS"] = strings.Join(slices.Compact([]string{w.HealthPath, s.Failover.Path}), " ")
	variables["TWINSITE_PORT"] = strconv.Itoa(w.Port)
	if w.Uploads != "" {
		variables["TWINSITE_BUCKET"] = *static.Bucket.BucketName()
	}
	return variables
}

// schedules are the scheduled actions of a region's web servers.
func schedules(w site.Web) []constructs.NamedSchedule {
	var schedules []constructs.NamedSchedule
	for _, schedule := range w.Schedules {
		options := constructs.ScheduleOptions{
			Cron:     schedule.Cron,
			TimeZone: schedule.TimeZone,
			Minimum:  schedule.Minimum,
			Maximum:  schedule.Maximum,
		}
		options.Start, _ = schedule.StartTime()
		schedules = append(schedules, constructs.NamedSchedule{Name: schedule.Name, ScheduleOptions: options})
	}
	return schedules
}

// natGateways is how many NAT gateways a region has.
func natGateways(region site.Region) int {
	switch region.NATGateways {
	case site.NATNone:
		return 0
	case site.NATSingle:
		return 1
	}
	return len(region.AvailabilityZones)
}

// staticSiteProps describes the static files of either region.
func staticSiteProps(s *site.Site, global *Global, hostName string, m monitoring) *constructs.StaticSiteProps {
	props := &constructs.StaticSiteProps{
		Headers:     s.StaticFiles.Headers,
		IPv6:        s.IPv6,
		HTTP3:       s.Edge.HTTP3,
		TimeControl: s.Replication.TimeControl,
		Removal:     bucketRemovalPolicy(s.Retention.Buckets),
		Logs:        m.logs,
	}
	if s.StaticFiles.HostNames {
		props.HostName = hostName
		props.Certificate = global.Certificate
		props.Zone = global.Zone
	}
	return props
}

// addOriginRecords gives a load balancer the name by which CloudFront reaches it
// over TLS: no certificate of ours covers its own DNS name. It returns the records,
// nil where there are none.
func addOriginRecords(stack awscdk.Stack, s *site.Site, global *Global, balancer awselasticloadbalancingv2.ApplicationLoadBalancer) awsconstructs.Construct {
	if !s.Edge.OriginTLS {
		return nil
	}
	return constructs.NewAliasRecords(stack, "OriginRecords", &constructs.AliasRecordsProps{
		Zone:   global.Zone,
		Name:   s.OriginHost(*stack.Region()),
		Target: awsroute53targets.NewLoadBalancerTarget(balancer, nil),
		IPv6:   s.IPv6,
	})
}

// outputTier prints what other tools ask for about a region.
func outputTier(stack awscdk.Stack, vpc awsec2.IVpc, tier *constructs.WebTier) {
	output(stack, site.NetworkOutput, *vpc.VpcId(), "The network of the web servers")
	output(stack, site.GroupOutput, *tier.Group.AutoScalingGroupName(), "The Auto Scaling group of the web servers")
}

// texts writes each value as text.
func texts[T fmt.Stringer](values []T) []string {
	var texts []string
	for _, value := range values {
		texts = append(texts, value.String())
	}
	return texts
}
