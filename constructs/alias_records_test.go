package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

func newTestAliasRecords(stage awscdk.Stage, id string, mutate func(*AliasRecordsProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &AliasRecordsProps{
		Zone:   testZone(stack),
		Name:   "origin.example.com",
		Target: awsroute53targets.NewLoadBalancerTarget(testLoadBalancer(stack), nil),
	}
	mutate(props)
	NewAliasRecords(stack, "Records", props)
	return stack
}

// testLoadBalancer is a load balancer by its names only.
func testLoadBalancer(stack constructs.Construct) awselasticloadbalancingv2.IApplicationLoadBalancer {
	return awselasticloadbalancingv2.ApplicationLoadBalancer_FromApplicationLoadBalancerAttributes(stack, jsii.String("ImportedBalancer"),
		&awselasticloadbalancingv2.ApplicationLoadBalancerAttributes{
			LoadBalancerArn:                   jsii.String("arn:aws:elasticloadbalancing:" + testRegion + ":111122223333:loadbalancer/app/x/50dc6c495c0c9188"),
			LoadBalancerDnsName:               jsii.String("x-1.elb.amazonaws.com"),
			LoadBalancerCanonicalHostedZoneId: jsii.String("ZELB"),
			SecurityGroupId:                   jsii.String("sg-12345678"),
		})
}

func TestAliasRecords(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestAliasRecords(stage, "Minimal", func(*AliasRecordsProps) {})
	exhaustive := newTestAliasRecords(stage, "Exhaustive", func(props *AliasRecordsProps) {
		props.Name = "static.example.com"
		props.IPv6 = true
	})
	checkPromises(t, []promise{
		{"an A record leads to the target", alias("A", "origin.example.com."), minimal, exhaustive},
		{"an AAAA record leads to the target too", every(
			alias("A", "static.example.com."), alias("AAAA", "static.example.com.")), exhaustive, minimal},
		{"without IPv6 no AAAA record", count("AWS::Route53::RecordSet", 0, object{"Type": "AAAA"}), minimal, exhaustive},
	})
}

// alias demands a simple record. Without a health evaluation: where there is
// one record only, it could just take the name away.
func alias(recordType, name string) assertion {
	return hasExactly("AWS::Route53::RecordSet", object{
		"HostedZoneId": "Z123",
		"Name":         name,
		"Type":         recordType,
		"AliasTarget":  exactly(object{"DNSName": "dualstack.x-1.elb.amazonaws.com", "HostedZoneId": "ZELB"}),
	})
}
