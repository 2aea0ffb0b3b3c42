package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
)

// newLogGroup makes a log group whose entries expire after three months, as all
// logs do. Removal is what happens to it when the stack is deleted; "" is the
// CDK's own, to retain it.
func newLogGroup(scope constructs.Construct, id string, removal awscdk.RemovalPolicy) awslogs.LogGroup {
	return awslogs.NewLogGroup(scope, &id, &awslogs.LogGroupProps{
		Retention:     awslogs.RetentionDays_THREE_MONTHS,
		RemovalPolicy: removal,
	})
}
