package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
)

// WebTierProps describes the web servers of one region and the way to them.
type WebTierProps struct {
	// Servers describes the web servers. Required.
	Servers WebServersProps

	// LoadBalancer describes the way to them; its Vpc and Target are the web
	// servers' own. Required.
	LoadBalancer LoadBalancerProps

	// CPU says when the group grows and shrinks; its Group is the web servers'
	// own. Required.
	CPU CPUScalingProps

	// Schedules resize the group at set times; their Group is the web servers'
	// own. Default: none.
	Schedules []ScheduleProps
}

// WebTier is a load balancer, the web servers behind it, and what makes them
// more or fewer. The same construct serves both regions.
type WebTier struct {
	constructs.Construct

	// LoadBalancer is the way in, as the resource.
	LoadBalancer elb.ApplicationLoadBalancer

	// Listener leads to the web servers.
	Listener elb.ApplicationListener

	// TargetGroup holds the web servers.
	TargetGroup elb.ApplicationTargetGroup

	// Group makes them more or fewer.
	Group awsautoscaling.AutoScalingGroup

	region string // as "us-east-1"
}

// NewWebTier makes the web tier of one region.
func NewWebTier(scope constructs.Construct, id string, props *WebTierProps) *WebTier {
	t := &WebTier{Construct: constructs.NewConstruct(scope, &id), region: regionOf(scope)}
	t.Group = NewWebServers(t.Construct, "WebServers", &props.Servers).Group

	cpu := props.CPU
	cpu.Group = t.Group
	NewCPUScaling(t.Construct, "Cpu", &cpu)

	for _, schedule := range props.Schedules {
		schedule.Group = t.Group
		NewSchedule(t.Construct, &schedule)
	}

	balancer := props.LoadBalancer
	balancer.Vpc = props.Servers.Vpc
	balancer.Target = t.Group
	entrance := NewLoadBalancer(t.Construct, "Entrance", &balancer)
	t.LoadBalancer, t.Listener, t.TargetGroup = entrance.LoadBalancer, entrance.Listener, entrance.TargetGroup
	return t
}
