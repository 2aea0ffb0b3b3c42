package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// subnetZones is how many zones the address range is divided for, whether they
// are used or not. Without it, adding a third zone would divide the range anew
// and replace every subnet of a deployed site.
const subnetZones = 4

// NetworkProps describes the network of one region.
type NetworkProps struct {
	// AddressRange is the private IPv4 range, as "10.0.0.0/16", from /16 to /24.
	// Required.
	AddressRange string

	// AvailabilityZones are the names of two to four zones. Required.
	AvailabilityZones []string

	// NATGateways is the number of NAT gateways, up to one a zone. Without any,
	// private subnets have a way out by IPv6 only, so that IPv6 is required.
	// Default: 0.
	NATGateways int

	// IPv6 gives every subnet an IPv6 range from Amazon's pool beside its IPv4
	// range. Default: IPv4 only.
	IPv6 bool

	// FlowLogs records the network's traffic in CloudWatch Logs for three
	// months. Default: no record.
	FlowLogs bool

	// FlowLogsRemoval is what happens to that record when the stack is deleted.
	// Default: the CDK's own, to retain it.
	FlowLogsRemoval awscdk.RemovalPolicy
}

// restrictDefaultSecurityGroup is the CDK's feature flag without which the VPC's
// default security group lets its members reach each other.
const restrictDefaultSecurityGroup = "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup"

// NewNetwork makes the network of one region: a VPC with a public and a private
// subnet in each zone. Private subnets reach the internet through NAT gateways, by
// IPv6 through an egress-only gateway, and S3 without either. It panics without the
// CDK's feature flag "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup".
func NewNetwork(scope constructs.Construct, id string, props *NetworkProps) awsec2.Vpc {
	require(id, "AddressRange", props.AddressRange)
	require(id, "AvailabilityZones", props.AvailabilityZones)
	if props.NATGateways == 0 && !props.IPv6 {
		panic(id + ": no NAT gateway and no IPv6, so that private subnets have no way out: give one of them")
	}
	if !*awscdk.FeatureFlags_Of(scope).IsEnabled(jsii.String(restrictDefaultSecurityGroup)) {
		panic(fmt.Sprintf("%s: the CDK's feature flag %q is off: set it to true in the context of cdk.json, or of the app", id, restrictDefaultSecurityGroup))
	}
	scope = constructs.NewConstruct(scope, &id)
	vpc := awsec2.NewVpc(scope, jsii.String("Vpc"), &awsec2.VpcProps{
		IpAddresses:       awsec2.IpAddresses_Cidr(&props.AddressRange),
		IpProtocol:        ipProtocol(props.IPv6),
		AvailabilityZones: jsii.Strings(props.AvailabilityZones...),
		ReservedAzs:       jsii.Number(subnetZones - len(props.AvailabilityZones)),
		NatGateways:       jsii.Number(props.NATGateways),
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: jsii.String("Public"), SubnetType: awsec2.SubnetType_PUBLIC, MapPublicIpOnLaunch: jsii.Bool(false)},
			{Name: jsii.String("Private"), SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS},
		},
		// The web servers' packages come from S3. This way is free; NAT is not.
		GatewayEndpoints: &map[string]*awsec2.GatewayVpcEndpointOptions{
			"S3": {Service: awsec2.GatewayVpcEndpointAwsService_S3()},
		},
	})
	addProviderLogs(awscdk.Stack_Of(scope), "Custom::VpcRestrictDefaultSGCustomResourceProvider")
	if props.FlowLogs {
		addFlowLogs(scope, vpc, props.FlowLogsRemoval)
	}
	return vpc
}

// addFlowLogs records accepted traffic, which shows who came in, and rejected
// traffic, which shows who tried to.
func addFlowLogs(scope constructs.Construct, vpc awsec2.Vpc, removal awscdk.RemovalPolicy) {
	group := newLogGroup(scope, "FlowLogs", removal)
	log := vpc.AddFlowLog(jsii.String("FlowLog"), &awsec2.FlowLogOptions{
		Destination: awsec2.FlowLogDestination_ToCloudWatchLogs(group, nil),
		TrafficType: awsec2.FlowLogTrafficType_ALL,
	})
	// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
	confine(log.Node().FindChild(jsii.String("IAMRole")), "ec2", "vpc-flow-log")
}

func ipProtocol(ipv6 bool) awsec2.IpProtocol {
	if ipv6 {
		return awsec2.IpProtocol_DUAL_STACK
	}
	return awsec2.IpProtocol_IPV4_ONLY
}
