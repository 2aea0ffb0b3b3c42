package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
)

// WebTierProps describes the web servers of one region and the way to them.
type WebTierProps struct {
	// Vpc is the network of both. Required.
	Vpc awsec2.IVpc

	// Servers describes the web servers. Required.
	Servers WebServersOptions

	// LoadBalancer describes the load balancer in front of them. Required.
	LoadBalancer LoadBalancerOptions

	// CPU says when the group of web servers grows and shrinks. Required.
	CPU CPUScalingOptions

	// Schedules resize the group at set times; each name is a construct id, as
	// "Opening". Default: none.
	Schedules []NamedSchedule
}

// NamedSchedule is a scheduled action and its construct id.
type NamedSchedule struct {
	// Name is the construct id, unique in the web tier. Required.
	Name string

	ScheduleOptions
}

// WebTier is a load balancer, the Auto Scaling group of web servers behind it, and
// what resizes the group. Both regions use the same construct.
type WebTier struct {
	constructs.Construct

	// LoadBalancer is the load balancer itself.
	LoadBalancer elb.ApplicationLoadBalancer

	// Listener is the one that forwards to the web servers.
	Listener elb.ApplicationListener

	// TargetGroup holds the web servers.
	TargetGroup elb.ApplicationTargetGroup

	// Group is the Auto Scaling group of the web servers.
	Group awsautoscaling.AutoScalingGroup

	region string // as "us-east-1"
}

// NewWebTier makes the web tier of one region.
func NewWebTier(scope constructs.Construct, id string, props *WebTierProps) *WebTier {
	require(id, "Vpc", props.Vpc)
	t := &WebTier{Construct: constructs.NewConstruct(scope, &id), region: regionOf(scope)}
	t.Group = NewWebServers(t.Construct, "WebServers", &WebServersProps{WebServersOptions: props.Servers, Vpc: props.Vpc})
	NewCPUScaling(t.Construct, "Cpu", &CPUScalingProps{CPUScalingOptions: props.CPU, Group: t.Group})
	for _, schedule := range props.Schedules {
		require(id, "Schedules.Name", schedule.Name)
		NewSchedule(t.Construct, schedule.Name, &ScheduleProps{ScheduleOptions: schedule.ScheduleOptions, Group: t.Group})
	}
	entrance := NewLoadBalancer(t.Construct, "Entrance", &LoadBalancerProps{
		LoadBalancerOptions: props.LoadBalancer, Vpc: props.Vpc, Target: t.Group,
	})
	t.LoadBalancer, t.Listener, t.TargetGroup = entrance.LoadBalancer, entrance.Listener, entrance.TargetGroup
	return t
}
