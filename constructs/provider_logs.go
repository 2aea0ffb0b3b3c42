package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// keepProviderLogs gives the function of one of the CDK's own custom resources
// a log group that forgets after three months and goes with the stack. Lambda
// would make one that is kept for ever. The CDK has no property for it; the
// provider stands once in a stack, under the id of its type.
func keepProviderLogs(stack awscdk.Stack, provider string) {
	id := provider + "Logs"
	if stack.Node().TryFindChild(&id) != nil {
		return
	}
	group := newLogGroup(stack, id, awscdk.RemovalPolicy_DESTROY)
	function := stack.Node().FindChild(&provider).Node().FindChild(jsii.String("Handler")).(awscdk.CfnResource)
	function.AddPropertyOverride(jsii.String("LoggingConfig.LogGroup"), group.LogGroupName())
}
