package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// privateSubnets are where web servers stand.
var privateSubnets = &awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS}

// WebServersProps describes a group of web servers.
type WebServersProps struct {
	// Vpc is the network; the servers stand in its private subnets. Required.
	Vpc awsec2.IVpc

	// InstanceType is the EC2 instance type, as "t3.small". Required.
	InstanceType string

	// Image is an AMI id, as "ami-0123456789abcdef0", or the name of an SSM
	// parameter that holds one, as "/my/image"; the parameter is read at every
	// deployment. Its disks are as the image says. Default: the newest Amazon
	// Linux 2023 for the instance type's processor, on an encrypted disk.
	Image string

	// Environment is what /etc/twinsite.env says, by name. Values may be
	// tokens. Default: nothing.
	Environment map[string]string

	// UserData is a bash script that runs after that at the first boot, as root.
	// Default: none.
	UserData string

	// SSH are the IPv4 ranges that reach port 22. Default: none.
	SSH []string

	// Minimum and Maximum bound the number of instances. Required.
	Minimum, Maximum int

	// DetailedMonitoring measures every minute instead of every five.
	// Default: false.
	DetailedMonitoring bool

	// Notify is told when an instance starts, ends or fails to. Default: nobody
	// is.
	Notify awssns.ITopic
}

// WebServers is an Auto Scaling group of web servers and its launch template.
type WebServers struct {
	constructs.Construct

	// Group is the Auto Scaling group.
	Group awsautoscaling.AutoScalingGroup
}

// NewWebServers makes a group of web servers. It panics when Minimum is
// greater than Maximum.
func NewWebServers(scope constructs.Construct, id string, props *WebServersProps) *WebServers {
	if props.Minimum > props.Maximum {
		panic(fmt.Sprintf("%s: minimum %d is greater than maximum %d: raise the maximum", id, props.Minimum, props.Maximum))
	}
	w := &WebServers{Construct: constructs.NewConstruct(scope, &id)}
	w.Group = w.newGroup(props, newLaunchTemplate(w.Construct, props))
	if props.Image != "" {
		acknowledge(w.Group, "AwsSolutions-EC26", "The disks of an image of one's own are encrypted or not in the image itself.")
	}
	// The first servers fetch packages as they boot, and a NAT gateway takes
	// minutes.
	w.Group.Node().AddDependency(props.Vpc.SelectSubnets(privateSubnets).InternetConnectivityEstablished)
	return w
}

func (w *WebServers) newGroup(props *WebServersProps, template awsec2.LaunchTemplate) awsautoscaling.AutoScalingGroup {
	var notifications *[]*awsautoscaling.NotificationConfiguration
	if props.Notify != nil {
		notifications = &[]*awsautoscaling.NotificationConfiguration{{
			Topic: props.Notify, ScalingEvents: awsautoscaling.ScalingEvents_ALL(),
		}}
	}
	return awsautoscaling.NewAutoScalingGroup(w.Construct, jsii.String("Group"), &awsautoscaling.AutoScalingGroupProps{
		Vpc:            props.Vpc,
		VpcSubnets:     privateSubnets,
		LaunchTemplate: template,
		// No desired capacity: every deployment would put it back, in the middle
		// of a rush too. https://github.com/aws/aws-cdk/issues/5215
		MinCapacity: jsii.Number(props.Minimum),
		MaxCapacity: jsii.Number(props.Maximum),
		// A server that runs but does not answer is replaced too.
		HealthChecks: awsautoscaling.HealthChecks_WithAdditionalChecks(&awsautoscaling.AdditionalHealthChecksOptions{
			AdditionalTypes: &[]awsautoscaling.AdditionalHealthCheckType{awsautoscaling.AdditionalHealthCheckType_ELB},
			GracePeriod:     awscdk.Duration_Minutes(jsii.Number(5)),
		}),
		// A rolling update that starts a server, waits until the load balancer
		// calls it healthy, and then ends an old one. CloudFormation's older
		// rolling update waits for time or for signals, which other people's
		// images do not send: a broken image would pass the standby, and be
		// deployed at home next.
		UpdatePolicy: awsautoscaling.UpdatePolicy_InstanceRefresh(&awsautoscaling.InstanceRefreshOptions{
			Strategy:             awsautoscaling.InstanceRefreshStrategy_ROLLING,
			MinHealthyPercentage: jsii.Number(100),
			MaxHealthyPercentage: jsii.Number(110),
		}),
		GroupMetrics:  &[]awsautoscaling.GroupMetrics{awsautoscaling.GroupMetrics_All()},
		Notifications: notifications,
	})
}
