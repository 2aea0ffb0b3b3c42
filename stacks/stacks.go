// Package stacks deploys the constructs: one file a stack, each composition
// only.
//
// References point one way: Domain, Global, Secondary, Primary, Failover. No
// stack reads from one that comes later.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/site"
)

// globalRegion is where CloudFront looks for certificates and where Route 53
// publishes the metrics of health checks.
const globalRegion = "us-east-1"

// newStack makes a stack that is named after the site and its id.
//
// The region is set and the account is not: templates then need neither
// credentials nor look-ups, and references still cross regions.
func newStack(scope constructs.Construct, id, region, description string, s *site.Site) awscdk.Stack {
	stack := awscdk.NewStack(scope, &id, &awscdk.StackProps{
		StackName:             jsii.String(s.Name + "-" + id),
		Description:           jsii.Sprintf("%s: %s", s.Domain, description),
		Env:                   &awscdk.Environment{Region: &region},
		TerminationProtection: &s.Retention.TerminationProtection,
		// The L2 getters of names and ARNs ask for it, although weak references
		// need none of the custom resources it once stood for.
		CrossRegionReferences: jsii.Bool(true),
	})
	tags := awscdk.Tags_Of(stack)
	tags.Add(jsii.String("Site"), &s.Name, nil)
	for key, value := range s.Tags {
		tags.Add(&key, &value, nil)
	}
	return stack
}

func output(stack awscdk.Stack, id, value, description string) {
	awscdk.NewCfnOutput(stack, &id, &awscdk.CfnOutputProps{Value: &value, Description: &description})
}

func removalPolicy(removal site.Removal) awscdk.RemovalPolicy {
	if removal == site.Delete {
		return awscdk.RemovalPolicy_DESTROY
	}
	return awscdk.RemovalPolicy_RETAIN
}
