package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

func newTestNetwork(stage awscdk.Stage, id string, mutate func(*NetworkProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &NetworkProps{
		AddressRange:      "10.0.0.0/16",
		AvailabilityZones: []string{testRegion + "a", testRegion + "c"},
		NATGateways:       1,
	}
	mutate(props)
	NewNetwork(stack, "Network", props)
	return stack
}

func TestNetwork(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestNetwork(stage, "Minimal", func(*NetworkProps) {})
	exhaustive := newTestNetwork(stage, "Exhaustive", func(props *NetworkProps) {
		props.AddressRange = "10.1.0.0/16"
		props.NATGateways = 2
		props.IPv6 = true
		props.FlowLogs = true
		props.FlowLogsRemoval = awscdk.RemovalPolicy_DESTROY
	})
	threeZones := newTestNetwork(stage, "ThreeZones", func(props *NetworkProps) {
		props.AvailabilityZones = append(props.AvailabilityZones, testRegion+"d")
		props.IPv6 = true
	})
	retained := newTestNetwork(stage, "Retained", func(props *NetworkProps) { props.FlowLogs = true })

	byIPv6 := newTestNetwork(stage, "ByIPv6", func(props *NetworkProps) {
		props.NATGateways = 0
		props.IPv6 = true
	})

	// The CDK's own choices, with our zones.
	plain := newTestStack(stage, "Plain")
	awsec2.NewVpc(plain, jsii.String("Network"), &awsec2.VpcProps{
		AvailabilityZones: jsii.Strings(testRegion+"a", testRegion+"c", testRegion+"d"),
		IpProtocol:        awsec2.IpProtocol_DUAL_STACK,
	})

	// What two zones have, and what a third must leave as it is.
	firstTwoZones := every(
		subnet("PublicSubnet1", "a", "10.0.0.0/19"), subnet("PublicSubnet2", "c", "10.0.32.0/19"),
		subnet("PrivateSubnet1", "a", "10.0.128.0/19"), subnet("PrivateSubnet2", "c", "10.0.160.0/19"),
	)
	checkPromises(t, []promise{
		{"address range", has("AWS::EC2::VPC", object{"CidrBlock": "10.0.0.0/16"}), minimal, exhaustive},
		{"a public and a private subnet in each zone, cut for four", firstTwoZones, minimal, plain},
		{"a third zone leaves the subnets of the others", firstTwoZones, threeZones, plain},
		{"a third zone leaves the IPv6 ranges of the others", every(
			ipv6Subnet("10.0.0.0/19", 0), ipv6Subnet("10.0.128.0/19", 4)), threeZones, minimal},
		{"no further subnets", total("AWS::EC2::Subnet", 4), minimal, threeZones},
		{"no public addresses at launch", count("AWS::EC2::Subnet", 4, object{"MapPublicIpOnLaunch": false}), minimal, plain},
		{"one NAT gateway", total("AWS::EC2::NatGateway", 1), minimal, exhaustive},
		{"no NAT gateway", every(total("AWS::EC2::NatGateway", 0), total("AWS::EC2::EIP", 0)), byIPv6, minimal},
		{"and the way out by IPv6, and to S3", every(
			count("AWS::EC2::Route", 2, object{"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": ref("NetworkVpcEIGW6")}),
			total("AWS::EC2::VPCEndpoint", 1),
		), byIPv6, minimal},
		{"a NAT gateway a zone, used by that zone", every(
			natRoute("PrivateSubnet1", "PublicSubnet1"), natRoute("PrivateSubnet2", "PublicSubnet2")), exhaustive, minimal},
		{"S3 without NAT from the private subnets", has("AWS::EC2::VPCEndpoint", object{
			"VpcEndpointType": "Gateway",
			"ServiceName":     object{"Fn::Join": list{"", list{"com.amazonaws.", object{"Ref": "AWS::Region"}, ".s3"}}},
			"RouteTableIds":   listWith(ref("NetworkVpcPrivateSubnet1RouteTable"), ref("NetworkVpcPrivateSubnet2RouteTable")),
		}), minimal, plain},

		{"an IPv6 range from Amazon's pool", has("AWS::EC2::VPCCidrBlock", object{"AmazonProvidedIpv6CidrBlock": true}), exhaustive, minimal},
		{"IPv6 in every subnet", count("AWS::EC2::Subnet", 4, object{"AssignIpv6AddressOnCreation": true}), exhaustive, minimal},
		{"public subnets reach the internet by IPv6", has("AWS::EC2::Route", object{
			"RouteTableId":             ref("NetworkVpcPublicSubnet1RouteTable"),
			"DestinationIpv6CidrBlock": "::/0",
			"GatewayId":                ref("NetworkVpcIGW"),
		}), exhaustive, minimal},
		{"private subnets reach the internet by IPv6, and it does not reach them", every(
			egressOnlyRoute("PrivateSubnet1"), egressOnlyRoute("PrivateSubnet2")), exhaustive, minimal},
		{"no way into a private subnet", count("AWS::EC2::Route", 0, object{
			"RouteTableId": ref("NetworkVpcPrivateSubnet1RouteTable"), "GatewayId": ref("NetworkVpcIGW"),
		}), exhaustive, publicNetwork(stage)},

		{"flow logs of all traffic", has("AWS::EC2::FlowLog", object{
			"ResourceType": "VPC", "ResourceId": ref("NetworkVpc"), "TrafficType": "ALL",
			"LogDestinationType": "cloud-watch-logs", "LogGroupName": ref("NetworkFlowLogs"),
		}), exhaustive, minimal},
		{"no flow logs", total("AWS::EC2::FlowLog", 0), minimal, exhaustive},
		{"flow logs kept for three months", count("AWS::Logs::LogGroup", 2, object{"RetentionInDays": 90}), exhaustive, minimal},
		{"flow logs deleted with the stack", allWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete"}), exhaustive, retained},
		{"flow logs retained", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Retain"}), retained, exhaustive},
	})
}

// publicNetwork is one whose private subnets have a way in.
func publicNetwork(stage awscdk.Stage) awscdk.Stack {
	stack := newTestStack(stage, "Public")
	network := testVpc(stack)
	(*network.PrivateSubnets())[0].(awsec2.Subnet).AddRoute(jsii.String("In"), &awsec2.AddRouteOptions{
		RouterType: awsec2.RouterType_GATEWAY,
		RouterId:   network.InternetGatewayId(),
	})
	return stack
}

func subnet(name, zone, addressRange string) assertion {
	return has("AWS::EC2::Subnet", object{
		"AvailabilityZone": testRegion + zone,
		"CidrBlock":        addressRange,
		"Tags":             listWith(object{"Key": "Name", "Value": matching("/Network/Vpc/" + name + "$")}),
	})
}

func ipv6Subnet(addressRange string, index int) assertion {
	return has("AWS::EC2::Subnet", object{
		"CidrBlock": addressRange,
		"Ipv6CidrBlock": object{"Fn::Select": list{index, object{"Fn::Cidr": list{
			object{"Fn::Select": list{0, att("NetworkVpc", "Ipv6CidrBlocks")}}, 8, "64",
		}}}},
	})
}

func natRoute(from, gatewayIn string) assertion {
	return has("AWS::EC2::Route", object{
		"RouteTableId":         ref("NetworkVpc" + from + "RouteTable"),
		"DestinationCidrBlock": "0.0.0.0/0",
		"NatGatewayId":         ref("NetworkVpc" + gatewayIn + "NATGateway"),
	})
}

func egressOnlyRoute(from string) assertion {
	return has("AWS::EC2::Route", object{
		"RouteTableId":                ref("NetworkVpc" + from + "RouteTable"),
		"DestinationIpv6CidrBlock":    "::/0",
		"EgressOnlyInternetGatewayId": ref("NetworkVpcEIGW6"),
	})
}

func TestNetworkMisuse(t *testing.T) {
	checkPanic(t, func() {
		newTestNetwork(newTestStage(t), "Failing", func(props *NetworkProps) { props.NATGateways = 0 })
	}, "Network", "no NAT gateway and no IPv6", "give one of them")
}
