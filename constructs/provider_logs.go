package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// addProviderLogs gives the function of one of the CDK's own custom resources a
// log group whose entries expire as all logs of the stack do and which is deleted with
// the stack. Lambda would make one that lasts for ever. The CDK has no property
// for it. A stack has each provider once, under the id of its type.
func addProviderLogs(stack awscdk.Stack, provider string) {
	id := provider + "Logs"
	if stack.Node().TryFindChild(&id) != nil {
		return
	}
	group := newLogGroup(stack, id, awscdk.RemovalPolicy_DESTROY)
	function := stack.Node().FindChild(&provider).Node().FindChild(jsii.String("Handler")).(awscdk.CfnResource)
	function.AddPropertyOverride(jsii.String("LoggingConfig.LogGroup"), group.LogGroupName())
}
