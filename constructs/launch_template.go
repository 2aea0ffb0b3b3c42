package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLaunchTemplate makes the launch template of a group.
func newLaunchTemplate(scope constructs.Construct, props *WebServersProps) awsec2.LaunchTemplate {
	instanceType := awsec2.NewInstanceType(&props.InstanceType)
	return awsec2.NewLaunchTemplate(scope, jsii.String("LaunchTemplate"), &awsec2.LaunchTemplateProps{
		InstanceType:       instanceType,
		MachineImage:       machineImage(scope, props.Image, instanceType),
		SecurityGroup:      newSecurityGroup(scope, props),
		Role:               newServerRole(scope, &props.WebServersOptions),
		UserData:           userData(&props.WebServersOptions),
		DetailedMonitoring: &props.DetailedMonitoring,
		// Version 1 of the metadata service hands the role's keys to anyone who
		// can make the server fetch a URL.
		RequireImdsv2: jsii.Bool(true),
		BlockDevices:  blockDevices(props.Image),
	})
}

func newSecurityGroup(scope constructs.Construct, props *WebServersProps) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(scope, jsii.String("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              props.Vpc,
		Description:      jsii.String("Web servers"),
		AllowAllOutbound: jsii.Bool(true),
		// A dual-stack server tries IPv6 first: closed, it would wait for the time-out.
		AllowAllIpv6Outbound: jsii.Bool(true),
	})
	for _, addressRange := range props.SSH {
		group.AddIngressRule(awsec2.Peer_Ipv4(&addressRange), awsec2.Port_SSH(), jsii.Sprintf("SSH from %s", addressRange), nil)
	}
	return group
}
