package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ManualFailbackProps describes where the failover switch is put.
type ManualFailbackProps struct {
	// Alarms is what the alarms of the region share. Required.
	Alarms *Alarms

	// Bucket, of the same region, takes the switch. Required.
	Bucket awss3.IBucket

	// SwitchKey is the key of the switch's object, as "failover-switch". Required.
	SwitchKey string

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// ManualFailback puts the failover switch once the site has moved to the standby,
// so that it stays there until somebody removes the switch. The move itself does
// not wait for it: the records follow health checks.
type ManualFailback struct {
	constructs.Construct

	// Failing is on after a switch could not be put.
	Failing awscloudwatch.Alarm

	response *alarmResponse
}

// NewManualFailback makes what puts the failover switch.
// [ManualFailback.Follow] says when.
func NewManualFailback(scope constructs.Construct, id string, props *ManualFailbackProps) *ManualFailback {
	require(id, "Alarms", props.Alarms)
	require(id, "Bucket", props.Bucket)
	require(id, "SwitchKey", props.SwitchKey)
	response := newAlarmResponse(scope, id, &alarmResponseProps{
		Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Comment: jsii.String("Puts the failover switch"),
			Service: jsii.String("s3"),
			Action:  jsii.String("putObject"),
			Parameters: &map[string]any{
				"Bucket": props.Bucket.BucketName(),
				"Key":    props.SwitchKey,
				"Body":   "{% 'put at ' & $states.input.time & ', as this alarm had gone off: ' & $states.input.detail.alarmName %}",
			},
			IamAction:    jsii.String("s3:PutObject"),
			IamResources: &[]*string{props.Bucket.ArnForObjects(&props.SwitchKey)},
		},
		LogsRemoval: props.LogsRemoval,
	})
	failing := props.Alarms.add(response.Construct, "Failing", response.failing("The switch was not put",
		"The site moved to the standby, and what should keep it there failed: visitors come home as soon as the home region answers."))
	return &ManualFailback{Construct: response.Construct, Failing: failing, response: response}
}

// Follow puts the switch when an alarm, as that the standby serves, goes from OK to
// ALARM, and at no other change: a new alarm has no state yet, and a new inverted
// health check begins unhealthy, so every first deployment would move the site
// for good.
func (m *ManualFailback) Follow(scope constructs.Construct, id string, alarm awscloudwatch.IAlarm) {
	m.response.follow(scope, id, alarm, []string{"OK"}, []string{"ALARM"})
}
