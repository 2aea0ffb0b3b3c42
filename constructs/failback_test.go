package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

func newTestManualFailback(stage awscdk.Stage, id string, mutate func(*ManualFailbackProps)) (stack, alarmStack awscdk.Stack) {
	stack, alarmStack = newTestStack(stage, id), newTestStackIn(stage, id+"Alarm", globalRegion)
	props := &ManualFailbackProps{
		Alarms: testAlarms(stack), Bucket: awss3.NewBucket(stack, jsii.String("Bucket"), nil), SwitchKey: "failover-switch",
	}
	mutate(props)
	NewManualFailback(stack, "Failback", props).Follow(alarmStack, "Follow", testFollowed(alarmStack))
	return stack, alarmStack
}

func TestManualFailback(t *testing.T) {
	stage := newTestStage(t)
	minimal, alarmStack := newTestManualFailback(stage, "Minimal", func(*ManualFailbackProps) {})
	exhaustive, _ := newTestManualFailback(stage, "Exhaustive", func(props *ManualFailbackProps) {
		props.LogsRemoval = awscdk.RemovalPolicy_DESTROY
	})

	// A response that puts something else, by any change of the alarm.
	careless, carelessAlarm := newTestAlarmResponse(stage, "Careless", func(props *alarmResponseProps) {
		props.Call = &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Service: jsii.String("s3"), Action: jsii.String("putObject"), IamResources: jsii.Strings("*"),
			Parameters: &object{"Bucket": "any", "Key": "/failover-switch", "Body": "put"},
		}
	})

	checkPromises(t, []promise{
		// A new alarm knows nothing, and must not move the site.
		{"only when home served, and serves no more", follows("Followed", list{"OK"}, list{"ALARM"}), alarmStack, carelessAlarm},
		{"and by no other rule", total(ruleType, 1), alarmStack, newTestStack(stage, "Empty")},
		{"the switch is put, and says when and why", calls("s3:putObject", object{
			"Bucket": "${Bucket}",
			"Key":    "failover-switch", // as health checkers ask for it, without the slash
			"Body":   "{% 'put at ' & $states.input.time & ', as this alarm had gone off: ' & $states.input.detail.alarmName %}",
		}), minimal, careless},
		{"no other object can be", may("FailbackStateMachineRole", exactly(object{
			"Effect": "Allow", "Action": "s3:PutObject",
			"Resource": object{"Fn::Join": list{"", list{att("Bucket", "Arn"), "/failover-switch"}}},
		}), writesLog()), minimal, careless},
		{"the log is retained", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Retain"}), minimal, exhaustive},
		{"the log goes with the stack", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete"}), exhaustive, minimal},
		{"a failure is told of", has(alarmType, object{
			"AlarmName":        "ticketing: The switch was not put",
			"AlarmDescription": matching(`What to do: docs/operations\.md#the-switch-was-not-put$`),
			"MetricName":       "ExecutionsFailed",
			"Dimensions":       list{object{"Name": "StateMachineArn", "Value": ref("FailbackStateMachine")}},
			"AlarmActions":     list{ref("Topic")},
		}), minimal, careless},
	})
}
