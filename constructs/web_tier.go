package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
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

	// Healthy is there once the first web servers are healthy. What watches or needs
	// healthy servers depends on it.
	Healthy constructs.IConstruct

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
	t.Healthy = NewHealthyServers(t.Construct, "HealthyServers", &HealthyServersProps{
		Group: t.Group, TargetGroup: t.TargetGroup, Listener: t.Listener,
		Servers: props.Servers.Minimum, Boot: props.Servers.Boot,
	})
	return t
}

// bakeTime is how long an instance refresh goes on after its last server, so that
// the alarm on errors, which looks at five minutes, has seen that server too.
const bakeTime = 5 * time.Minute

// stopRefreshOn fails an instance refresh, and so the deployment, when an alarm
// goes off, whose name is name. Servers that call themselves healthy and answer
// visitors with errors would otherwise be deployed everywhere.
//
// The alarm exists before the group may ask for it, and is deleted only after the
// group has stopped to. A reference to it would order the two by itself, if
// CloudFormation looked for references in update policies: nobody says that it does.
func (t *WebTier) stopRefreshOn(alarm awscloudwatch.Alarm, name string) {
	group := t.Group.Node().DefaultChild().(awsautoscaling.CfnAutoScalingGroup)
	const preferences = "UpdatePolicy.AutoScalingInstanceRefresh.Preferences."
	group.AddOverride(jsii.String(preferences+"AlarmSpecification.Alarms"), jsii.Strings(name))
	group.AddOverride(jsii.String(preferences+"BakeTime"), jsii.Number(bakeTime.Seconds()))
	t.Group.Node().AddDependency(alarm)
}
