package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// logDays is how long logs are kept unless [KeepLogs] says otherwise.
const logDays = 90

// logDaysKey is the context of a stack that says for how many days its logs are
// kept.
const logDaysKey = "twinsite:log-days"

// KeepLogs says for how many days the logs of a stack are kept, in log groups and
// in buckets: one of CloudWatch's values, 90 by default. It stands on the stack,
// before anything else: the groups of the CDK's own functions belong to no
// construct of ours.
func KeepLogs(stack awscdk.Stack, days int) {
	stack.Node().SetContext(jsii.String(logDaysKey), days)
}

// keptDays is for how many days logs in a scope are kept.
func keptDays(scope constructs.Construct) int {
	if days, ok := scope.Node().TryGetContext(jsii.String(logDaysKey)).(float64); ok {
		return int(days)
	}
	return logDays
}

// newLogGroup makes a log group whose entries expire as all logs of the stack do.
// Removal is what happens to it when the stack is deleted; "" is the CDK's own, to
// retain it.
func newLogGroup(scope constructs.Construct, id string, removal awscdk.RemovalPolicy) awslogs.LogGroup {
	return newNamedLogGroup(scope, id, nil, removal)
}

// newNamedLogGroup is newLogGroup for a group that needs a certain name.
func newNamedLogGroup(scope constructs.Construct, id string, name *string, removal awscdk.RemovalPolicy) awslogs.LogGroup {
	group := awslogs.NewLogGroup(scope, &id, &awslogs.LogGroupProps{LogGroupName: name, RemovalPolicy: removal})
	// The L2 takes names of numbers of days only.
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(keptDays(scope)))
	return group
}
