package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

func newTestWebTier(stage awscdk.Stage, id string, mutate func(*WebTierProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &WebTierProps{
		Vpc:          testVpc(stack),
		Servers:      testServers,
		LoadBalancer: LoadBalancerOptions{HealthPath: "/healthz"},
		CPU:          testCPU,
	}
	mutate(props)
	NewWebTier(stack, "WebTier", props)
	return stack
}

// What each part is like, the parts' own tests show; here it is how they hang
// together.
func TestWebTier(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestWebTier(stage, "Minimal", func(*WebTierProps) {})
	exhaustive := newTestWebTier(stage, "Exhaustive", func(props *WebTierProps) {
		props.Servers.SSH = []string{"10.0.0.0/16"}
		props.Schedules = []NamedSchedule{
			{"Opening", ScheduleOptions{Cron: "0 10 * * *", Minimum: 4, Maximum: 6}},
			{"Closing", ScheduleOptions{Cron: "0 12 * * *", Minimum: 2, Maximum: 6}},
		}
	})
	serversOnly := newTestStack(stage, "ServersOnly")
	NewWebServers(serversOnly, "WebTier", &WebServersProps{WebServersOptions: testServers, Vpc: testVpc(serversOnly)})

	checkPromises(t, []promise{
		{"the load balancer leads to the servers", every(
			has(listenerType, object{"DefaultActions": list{
				object{"Type": "forward", "TargetGroupArn": ref("WebTierEntranceTargetGroup")},
			}}),
			group(object{"TargetGroupARNs": list{ref("WebTierEntranceTargetGroup")}}),
		), minimal, serversOnly},
		{"one network", every(
			total("AWS::EC2::VPC", 1),
			has("AWS::ElasticLoadBalancingV2::TargetGroup", object{"VpcId": ref("NetworkVpc")}),
			has(loadBalancer, object{"Subnets": list{ref("NetworkVpcPublicSubnet1Subnet"), ref("NetworkVpcPublicSubnet2Subnet")}}),
			group(object{"VPCZoneIdentifier": list{ref("NetworkVpcPrivateSubnet1Subnet"), ref("NetworkVpcPrivateSubnet2Subnet")}}),
		), minimal, serversOnly},
		{"the servers are reached by the load balancer only", every(
			total("AWS::EC2::SecurityGroupIngress", 1),
			has("AWS::EC2::SecurityGroupIngress", object{
				"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
				"SourceSecurityGroupId": att("WebTierEntranceLoadBalancerSecurityGroup", "GroupId"),
				"GroupId":               att("WebTierWebServersSecurityGroup", "GroupId"),
			}),
			has("AWS::EC2::SecurityGroup", object{
				"GroupDescription": matching("^Web servers"), "SecurityGroupIngress": absent(),
			}),
		), minimal, exhaustive},
		{"the servers' CPU resizes the servers", every(
			count("AWS::CloudWatch::Alarm", 2, object{"Dimensions": list{
				object{"Name": "AutoScalingGroupName", "Value": ref("WebTierWebServersGroupASG")},
			}}),
			count("AWS::AutoScaling::ScalingPolicy", 2, object{"AutoScalingGroupName": ref("WebTierWebServersGroupASG")}),
		), minimal, serversOnly},
		{"the first servers are waited for", has("Custom::HealthyServers", object{
			"Group": ref("WebTierWebServersGroupASG"), "TargetGroup": ref("WebTierEntranceTargetGroup"),
			"Servers": 2, "WithinSeconds": 420,
		}), minimal, serversOnly},
		{"schedules resize the servers", count("AWS::AutoScaling::ScheduledAction", 2, object{
			"AutoScalingGroupName": ref("WebTierWebServersGroupASG"),
		}), exhaustive, minimal},
		{"no schedules", total("AWS::AutoScaling::ScheduledAction", 0), minimal, exhaustive},
	})
}
