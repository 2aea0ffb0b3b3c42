package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ManualFailbackProps describes where the failover switch is put.
type ManualFailbackProps struct {
	// Bucket, of the same region, is where the switch is. Required.
	Bucket awss3.IBucket

	// LogsRemoval is what happens to the logs with the stack. Default: the CDK's
	// own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// ManualFailback keeps the site at the standby, once something has moved it
// there, by putting the failover switch. Nothing on the way to the standby
// waits for it: records follow health checks.
type ManualFailback struct {
	constructs.Construct

	response *alarmResponse
}

// NewManualFailback makes what puts the failover switch.
// [ManualFailback.Follow] says when.
func NewManualFailback(scope constructs.Construct, id string, alarms *Alarms, props *ManualFailbackProps) *ManualFailback {
	key := strings.TrimPrefix(FailoverSwitchPath, "/")
	response := newAlarmResponse(scope, id, &alarmResponseProps{
		Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Comment: jsii.String("Puts the failover switch"),
			Service: jsii.String("s3"),
			Action:  jsii.String("putObject"),
			Parameters: &map[string]any{
				"Bucket": props.Bucket.BucketName(),
				"Key":    key,
				"Body":   "{% 'put by failover.failback: manual, as the site had moved at ' & $states.input.time %}",
			},
			IamAction:    jsii.String("s3:PutObject"),
			IamResources: &[]*string{props.Bucket.ArnForObjects(&key)},
		},
		LogsRemoval: props.LogsRemoval,
	})
	alarms.add(response.Construct, "Failing", response.failing("The switch was not put",
		"The site moved to the standby, and what should keep it there failed: visitors come home as soon as the home region answers."))
	return &ManualFailback{response.Construct, response}
}

// Follow puts the switch when the alarm that the standby serves goes off. Only
// from OK: a new alarm knows nothing yet, and a new inverted health check begins
// unhealthy, so that every first deployment would move the site for good.
func (m *ManualFailback) Follow(scope constructs.Construct, id string, standbyServes awscloudwatch.IAlarm) {
	m.response.follow(scope, id, standbyServes, []string{"OK"}, []string{"ALARM"})
}
