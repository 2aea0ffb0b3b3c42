package stacks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"

	"twinsite/constructs"
	"twinsite/site"
)

// basicMonitoring is how often EC2 measures unless it is paid for more.
const basicMonitoring = 5 * time.Minute

// idleMargin is how much longer than CloudFront a load balancer keeps an idle
// connection.
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

// webTierProps describes the web tier of either region. They differ in nothing
// but the arguments, and in what the stacks add: listener, ingress, certificate.
func webTierProps(s *site.Site, network *constructs.Network, region site.Region, w site.Web, userData, staticAddress string) *constructs.WebTierProps {
	return &constructs.WebTierProps{
		Servers: constructs.WebServersProps{
			Vpc:                network.Vpc,
			InstanceType:       w.InstanceType,
			Image:              w.Images[region.Name],
			Environment:        environment(s, region, w, staticAddress),
			UserData:           userData,
			SSH:                texts(w.SSH),
			Minimum:            w.Minimum,
			Maximum:            w.Maximum,
			DetailedMonitoring: w.CPU.Period < basicMonitoring,
		},
		LoadBalancer: constructs.LoadBalancerProps{
			HealthPath:         w.HealthPath,
			IPv6:               s.IPv6,
			DeletionProtection: s.Retention.TerminationProtection,
			IdleTimeoutSeconds: (s.Edge.KeepAlive + idleMargin).Seconds(),
		},
		CPU: constructs.CPUScalingProps{
			HighPercent:   w.CPU.High,
			LowPercent:    w.CPU.Low,
			PeriodMinutes: int(w.CPU.Period.Minutes()),
			Runbook:       s.Runbook,
		},
		Schedules: schedules(w),
	}
}

// environment is what any image finds in /etc/twinsite.env.
func environment(s *site.Site, region site.Region, w site.Web, staticAddress string) map[string]string {
	return map[string]string{
		"TWINSITE_SITE":         s.Name,
		"TWINSITE_REGION":       region.Name,
		"TWINSITE_STATIC_URL":   staticAddress,
		"TWINSITE_HEALTH_PATHS": strings.Join(slices.Compact([]string{w.HealthPath, s.Failover.Path}), " "),
	}
}

func schedules(w site.Web) []constructs.ScheduleProps {
	var schedules []constructs.ScheduleProps
	for _, schedule := range w.Schedules {
		props := constructs.ScheduleProps{
			Name:     schedule.Name,
			Cron:     schedule.Cron,
			TimeZone: schedule.TimeZone,
			Minimum:  schedule.Minimum,
			Maximum:  schedule.Maximum,
		}
		props.Start, _ = schedule.StartTime()
		schedules = append(schedules, props)
	}
	return schedules
}

func natGateways(region site.Region) int {
	if region.NATGateways == site.NATSingle {
		return 1
	}
	return len(region.AvailabilityZones)
}

// staticSiteProps describes the static files of either region.
func staticSiteProps(s *site.Site, global *Global, hostName string) *constructs.StaticSiteProps {
	props := &constructs.StaticSiteProps{
		Headers:     s.StaticFiles.Headers,
		IPv6:        s.IPv6,
		HTTP3:       s.Edge.HTTP3,
		TimeControl: s.Replication.TimeControl,
		Removal:     removalPolicy(s.Retention.Buckets),
	}
	if s.StaticFiles.HostNames {
		props.HostName = hostName
		props.Certificate = global.Certificate
		props.Zone = global.Zone
	}
	return props
}

// addOriginRecords gives a load balancer the name by which CloudFront reaches
// it over TLS: its own DNS name is on no certificate of ours.
func addOriginRecords(stack awscdk.Stack, s *site.Site, global *Global, balancer awselasticloadbalancingv2.ApplicationLoadBalancer) {
	if !s.Edge.OriginTLS {
		return
	}
	constructs.NewAliasRecords(stack, "OriginRecords", &constructs.AliasRecordsProps{
		Zone:   global.Zone,
		Name:   s.OriginHost(*stack.Region()),
		Target: awsroute53targets.NewLoadBalancerTarget(balancer, nil),
		IPv6:   s.IPv6,
	})
}

func texts[T fmt.Stringer](values []T) []string {
	var texts []string
	for _, value := range values {
		texts = append(texts, value.String())
	}
	return texts
}
