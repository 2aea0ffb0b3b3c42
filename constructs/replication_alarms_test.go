package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

func newTestReplicationAlarms(stage awscdk.Stage, id string, mutate func(*ReplicationAlarmsProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &ReplicationAlarmsProps{Alarms: testAlarms(stack), Bucket: awss3.NewBucket(stack, jsii.String("Bucket"), nil)}
	mutate(props)
	NewReplicationAlarms(stack, "ReplicationAlarms", props)
	return stack
}

func TestReplicationAlarms(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestReplicationAlarms(stage, "Minimal", func(*ReplicationAlarmsProps) {})
	from := newTestReplicationAlarms(stage, "From", func(props *ReplicationAlarmsProps) { props.From = true })
	to := newTestReplicationAlarms(stage, "To", func(props *ReplicationAlarmsProps) { props.To = true })
	exhaustive := newTestReplicationAlarms(stage, "Exhaustive", func(props *ReplicationAlarmsProps) {
		props.From, props.To = true, true
	})

	// Alarms on all buckets of the account.
	careless := newTestStack(stage, "Careless")
	alarms := testAlarms(careless)
	for id, metric := range map[string]string{"Failing": "SUM(OperationsFailedReplication)", "Late": "MAX(ReplicationLatency)"} {
		alarms.add(careless, id, alarmProps{
			metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
				Period: everyMinute(), Expression: jsii.String("SELECT " + metric + ` FROM "AWS/S3"`),
			}),
			operator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			missing:  awscloudwatch.TreatMissingData_IGNORE,
		})
	}

	// The region of the source publishes failures, that of the destination
	// delays; the other bucket is not named. What is wrong stays wrong until S3
	// says otherwise.
	failing := tells("Files do not replicate", "files-do-not-replicate", object{
		"Metrics":            list{query(`SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE SourceBucket = '`)},
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0,
		"DatapointsToAlarm": 1, "EvaluationPeriods": 1, "TreatMissingData": "ignore",
	})
	late := tells("Files replicate late", "files-replicate-late", object{
		"Metrics":            list{query(`SELECT MAX(ReplicationLatency) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE DestinationBucket = '`)},
		"ComparisonOperator": "GreaterThanThreshold", "Threshold": 15 * 60,
		"DatapointsToAlarm": 1, "EvaluationPeriods": 1, "TreatMissingData": "ignore",
	})
	checkPromises(t, []promise{
		{"the source tells of failures", failing, from, to},
		{"of its own bucket only", failing, from, careless},
		{"and of nothing else", total(alarmType, 1), from, exhaustive},
		{"the destination tells of delays", late, to, from},
		{"of its own bucket only, too", late, to, careless},
		{"and of nothing else, either", total(alarmType, 1), to, exhaustive},
		{"both ways, both", every(failing, late, total(alarmType, 2)), exhaustive, from},
		{"neither way, nothing", total(alarmType, 0), minimal, from},
	})
}

// query demands a question about one bucket, asked once a minute.
func query(beginning string) object {
	return object{
		"Id": "expr_1", "Period": 60, "ReturnData": true,
		"Expression": object{"Fn::Join": list{"", list{beginning, ref("Bucket"), "'"}}},
	}
}
