package constructs

import (
	"maps"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	alarmType   = "AWS::CloudWatch::Alarm"
	testRunbook = "docs/operations.md"
)

// testAlarms are those of site "ticketing"; they notify topic "Topic".
func testAlarms(stack constructs.Construct) *Alarms {
	return &Alarms{Prefix: "ticketing: ", Runbook: testRunbook, Topic: awssns.NewTopic(stack, jsii.String("Topic"), nil)}
}

// tells demands exactly this alarm, by its name without the site's and its
// paragraph in the runbook, and that it notifies its topic, once, when it goes off
// and when it ends.
func tells(name, paragraph string, properties object) assertion {
	whole := maps.Clone(properties)
	maps.Copy(whole, object{
		"AlarmName":        "ticketing: " + name,
		"AlarmDescription": matching(`\. What to do: docs/operations\.md#` + paragraph + "$"),
		"AlarmActions":     list{ref("Topic")},
		"OKActions":        list{ref("Topic")},
	})
	return hasExactly(alarmType, whole)
}

// plainAlarm is one with the CDK's own choices: it notifies nobody.
func plainAlarm(scope constructs.Construct, id string, metric awscloudwatch.IMetric) awscloudwatch.Alarm {
	return awscloudwatch.NewAlarm(scope, &id, &awscloudwatch.AlarmProps{
		Metric: metric, Threshold: jsii.Number(1), EvaluationPeriods: jsii.Number(1),
	})
}

func newTestAlarm(stage awscdk.Stage, id string, mutate func(*Alarms, *alarmProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	alarms := testAlarms(stack)
	props := alarmProps{
		title:    "Something is wrong",
		means:    "It is not right.",
		metric:   awscloudwatch.NewMetric(newMetric(testRegion, "Space", "Name", sum, map[string]*string{"Of": jsii.String("what")})),
		operator: awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		missing:  awscloudwatch.TreatMissingData_IGNORE,
	}
	mutate(alarms, &props)
	alarms.add(stack, "Alarm", props)
	return stack
}

func TestAlarms(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestAlarm(stage, "Minimal", func(*Alarms, *alarmProps) {})
	exhaustive := newTestAlarm(stage, "Exhaustive", func(alarms *Alarms, props *alarmProps) {
		alarms.Prefix = "museum: "
		alarms.Runbook = "https://example.com/runbook"
		props.about = "us-east-1a"
		props.operator = awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD
		props.threshold = 2.5
		props.wrong, props.of = 3, 5
		props.missing = awscloudwatch.TreatMissingData_BREACHING
	})
	inARow := newTestAlarm(stage, "InARow", func(_ *Alarms, props *alarmProps) { props.wrong = 3 })

	// An alarm that notifies when it goes off, but not when it ends.
	plain := newTestStack(stage, "Plain")
	plainAlarm(plain, "Alarm", awscloudwatch.NewMetric(newMetric(testRegion, "Space", "Name", sum, nil))).
		AddAlarmAction(awscloudwatchactions.NewSnsAction(awssns.NewTopic(plain, jsii.String("Topic"), nil)))

	checkPromises(t, []promise{
		{"the site begins the name", has(alarmType, object{"AlarmName": "ticketing: Something is wrong"}), minimal, exhaustive},
		{"what it is about ends it", has(alarmType, object{"AlarmName": "museum: Something is wrong (us-east-1a)"}), exhaustive, minimal},
		{"the runbook's paragraph ends the description", has(alarmType, object{
			"AlarmDescription": "It is not right. What to do: docs/operations.md#something-is-wrong",
		}), minimal, exhaustive},
		{"wherever the runbook is, and whatever the alarm is about", has(alarmType, object{
			"AlarmDescription": "It is not right. What to do: https://example.com/runbook#something-is-wrong",
		}), exhaustive, minimal},
		{"its topic is told when it goes off", has(alarmType, object{"AlarmActions": list{ref("Topic")}}), minimal, newTestStack(stage, "Empty")},
		{"and when it ends", has(alarmType, object{"OKActions": list{ref("Topic")}}), minimal, plain},
		{"but not when nothing is measured", has(alarmType, object{"InsufficientDataActions": absent()}), minimal, silent(stage)},
		{"one measurement is enough", has(alarmType, object{"DatapointsToAlarm": 1, "EvaluationPeriods": 1}), minimal, exhaustive},
		{"or some of several", has(alarmType, object{"DatapointsToAlarm": 3, "EvaluationPeriods": 5}), exhaustive, minimal},
		{"or all of several", has(alarmType, object{"DatapointsToAlarm": 3, "EvaluationPeriods": 3}), inARow, exhaustive},
		{"as measured", has(alarmType, object{
			"Namespace": "Space", "MetricName": "Name", "Statistic": "Sum", "Period": 60,
			"Dimensions":         list{object{"Name": "Of", "Value": "what"}},
			"ComparisonOperator": "LessThanThreshold", "Threshold": 0, "TreatMissingData": "ignore",
		}), minimal, exhaustive},
		{"by another measure", has(alarmType, object{
			"ComparisonOperator": "GreaterThanThreshold", "Threshold": 2.5, "TreatMissingData": "breaching",
		}), exhaustive, minimal},
	})
}

// silent has an alarm that notifies when there are no data.
func silent(stage awscdk.Stage) awscdk.Stack {
	stack := newTestStack(stage, "Silent")
	plainAlarm(stack, "Alarm", awscloudwatch.NewMetric(newMetric(testRegion, "Space", "Name", sum, nil))).
		AddInsufficientDataAction(awscloudwatchactions.NewSnsAction(awssns.NewTopic(stack, jsii.String("Topic"), nil)))
	return stack
}

// CloudWatch knows a metric in the region that publishes it only.
func TestAlarmInAnotherRegion(t *testing.T) {
	checkPanic(t, func() {
		newTestAlarm(newTestStage(t), "Failing", func(_ *Alarms, props *alarmProps) {
			props.metric = awscloudwatch.NewMetric(newMetric(globalRegion, "Space", "Name", sum, nil))
		})
	}, "Alarm", testRegion, globalRegion)
}
