package constructs

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// privateSubnets are the subnets of the web servers.
var privateSubnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}

// WebServersOptions describes a group of web servers.
type WebServersOptions struct {
	// InstanceType is the EC2 instance type, as "t3.small". Required.
	InstanceType string

	// Image is an AMI id, as "ami-0123456789abcdef0", or the name of an SSM
	// parameter that holds one, as "/my/image"; the parameter is read at every
	// deployment. Its disks are as the image says. Default: the newest Amazon
	// Linux 2023 for the instance type's processor, on an encrypted disk.
	Image string

	// Environment are the variables in /etc/twinsite.env, by name. Values may be
	// tokens. Default: none.
	Environment map[string]string

	// UserData is a bash script that runs at the first boot, as root, after
	// /etc/twinsite.env is written. Default: none.
	UserData string

	// Policies are the ARNs of managed policies for the servers' role. Default: none.
	Policies []string

	// Uploads is a bucket, and the prefix in it, as "uploads/", of the objects that
	// the servers may read, write and delete. Default: none.
	Uploads Uploads

	// SSH are the IPv4 ranges that reach port 22. Default: none.
	SSH []string

	// Minimum and Maximum bound the number of instances. Required.
	Minimum, Maximum int

	// Boot is how long a server takes from its start to its first good answers, in
	// whole seconds. For so long it is not replaced, its CPU is not counted, and an
	// instance refresh waits before it goes on to the next. Too short, servers are
	// replaced before they answer, for ever. Required.
	Boot time.Duration

	// DetailedMonitoring measures every minute instead of every five.
	// Default: false.
	DetailedMonitoring bool

	// ZonalShift lets a zonal shift lead new instances away from a zone, and leave
	// those in it alone. Default: false.
	ZonalShift bool

	// Notify is notified when an instance starts, ends, or fails to. Default: no
	// topic.
	Notify awssns.ITopic
}

// Uploads is where web servers may put objects.
type Uploads struct {
	// Bucket takes the objects. Required with Prefix.
	Bucket awss3.IBucket

	// Prefix begins their keys and ends in "/", as "uploads/". Default: none of the
	// bucket's objects.
	Prefix string
}

// WebServersProps describes a group of web servers, and where it stands.
type WebServersProps struct {
	WebServersOptions

	// Vpc is the network; the servers stand in its private subnets. Required.
	Vpc awsec2.IVpc
}

// NewWebServers makes an Auto Scaling group of web servers and its launch
// template. It panics when Minimum is greater than Maximum.
func NewWebServers(scope constructs.Construct, id string, props *WebServersProps) awsautoscaling.AutoScalingGroup {
	require(id, "Vpc", props.Vpc)
	require(id, "InstanceType", props.InstanceType)
	require(id, "Minimum", props.Minimum)
	require(id, "Maximum", props.Maximum)
	require(id, "Boot", props.Boot)
	if props.Minimum > props.Maximum {
		panic(fmt.Sprintf("%s: minimum %d is greater than maximum %d: raise the maximum", id, props.Minimum, props.Maximum))
	}
	if props.Uploads.Prefix != "" {
		requireWith(id, "Prefix", "Uploads.Bucket", props.Uploads.Bucket)
	}
	scope = constructs.NewConstruct(scope, &id)
	group := newGroup(scope, props, newLaunchTemplate(scope, props))
	if props.Image != "" {
		acknowledge(group, "AwsSolutions-EC26", "The disks of an image of one's own are encrypted or not in the image itself.")
	}
	// The first servers download packages as they boot, and a NAT gateway takes
	// minutes to create.
	group.Node().AddDependency(props.Vpc.SelectSubnets(privateSubnets).InternetConnectivityEstablished)
	return group
}

func newGroup(scope constructs.Construct, props *WebServersProps, template awsec2.LaunchTemplate) awsautoscaling.AutoScalingGroup {
	var notifications *[]*awsautoscaling.NotificationConfiguration
	if props.Notify != nil {
		notifications = &[]*awsautoscaling.NotificationConfiguration{{
			Topic: props.Notify, ScalingEvents: awsautoscaling.ScalingEvents_ALL(),
		}}
	}
	group := awsautoscaling.NewAutoScalingGroup(scope, jsii.String("Group"), &awsautoscaling.AutoScalingGroupProps{
		Vpc:            props.Vpc,
		VpcSubnets:     privateSubnets,
		LaunchTemplate: template,
		// No desired capacity: every deployment would reset it, even in the middle of
		// a rush. https://github.com/aws/aws-cdk/issues/5215
		MinCapacity: jsii.Number(props.Minimum),
		MaxCapacity: jsii.Number(props.Maximum),
		// Without the load balancer's health check, a server that runs but does not
		// answer would not be replaced.
		HealthChecks: awsautoscaling.HealthChecks_WithAdditionalChecks(&awsautoscaling.AdditionalHealthChecksOptions{
			AdditionalTypes: &[]awsautoscaling.AdditionalHealthCheckType{awsautoscaling.AdditionalHealthCheckType_ELB},
			GracePeriod:     duration(props.Boot),
		}),
		// An instance refresh would wait for the grace period all the same; scaling
		// would count the CPU that a server needs to boot.
		DefaultInstanceWarmup: duration(props.Boot),
		// An instance refresh starts a server, waits until the load balancer calls it
		// healthy, and then ends an old one. CloudFormation's older rolling update
		// waits for a time or for signals, which images of others do not send: a
		// broken image would pass at the standby and be deployed at home next. What it
		// stops at beside health, [WebTier.stopRefreshOn] says.
		UpdatePolicy: awsautoscaling.UpdatePolicy_InstanceRefresh(&awsautoscaling.InstanceRefreshOptions{
			Strategy:             awsautoscaling.InstanceRefreshStrategy_ROLLING,
			MinHealthyPercentage: jsii.Number(100),
			MaxHealthyPercentage: jsii.Number(110),
		}),
		GroupMetrics:  &[]awsautoscaling.GroupMetrics{awsautoscaling.GroupMetrics_All()},
		Notifications: notifications,
	})
	if props.ZonalShift {
		allowZonalShift(group)
	}
	return group
}

// allowZonalShift registers a group for zonal shifts. It is L1, as the L2 has no such property.
//
// During a shift, the load balancer calls the zone's servers unhealthy. Were they replaced for it, the group would
// end servers that may be well while the zone cannot be trusted to start any, and the zone would be empty when the
// shift ends. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-zonal-shift.html
func allowZonalShift(group awsautoscaling.AutoScalingGroup) {
	group.Node().DefaultChild().(awsautoscaling.CfnAutoScalingGroup).SetAvailabilityZoneImpairmentPolicy(
		&awsautoscaling.CfnAutoScalingGroup_AvailabilityZoneImpairmentPolicyProperty{
			ZonalShiftEnabled:               true,
			ImpairedZoneHealthCheckBehavior: jsii.String("IgnoreUnhealthy"),
		})
}
