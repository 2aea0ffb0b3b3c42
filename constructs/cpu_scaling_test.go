package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// testGroup is an Auto Scaling group with the CDK's own choices.
func testGroup(scope constructs.Construct) awsautoscaling.AutoScalingGroup {
	return awsautoscaling.NewAutoScalingGroup(scope, jsii.String("Group"), &awsautoscaling.AutoScalingGroupProps{
		Vpc:          testVpc(scope),
		InstanceType: awsec2.NewInstanceType(jsii.String("t3.micro")),
		MachineImage: awsec2.MachineImage_LatestAmazonLinux2023(nil),
	})
}

// testCPU says when a group grows and shrinks.
var testCPU = CPUScalingOptions{HighPercent: 80, LowPercent: 10, Period: 5 * time.Minute, Cooldown: 2 * time.Minute, Runbook: testRunbook}

func newTestCPUScaling(stage awscdk.Stage, id string, mutate func(*CPUScalingProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &CPUScalingProps{CPUScalingOptions: testCPU, Group: testGroup(stack)}
	mutate(props)
	NewCPUScaling(stack, "Cpu", props)
	return stack
}

func TestCPUScaling(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestCPUScaling(stage, "Minimal", func(*CPUScalingProps) {})
	exhaustive := newTestCPUScaling(stage, "Exhaustive", func(props *CPUScalingProps) {
		props.HighPercent = 61
		props.LowPercent = 60
		props.Period = time.Minute
		props.Cooldown = 30 * time.Minute
		props.Runbook = "https://example.com/runbook"
	})
	held := newTestCPUScaling(stage, "Held", func(props *CPUScalingProps) { props.TargetPercent, props.HighPercent, props.LowPercent = 55, 0, 0 })
	targetTracking := newTestStack(stage, "TargetTracking")
	testGroup(targetTracking).ScaleOnCpuUtilization(jsii.String("Cpu"), &awsautoscaling.CpuUtilizationScalingProps{
		TargetUtilizationPercent: jsii.Number(50),
	})

	checkPromises(t, []promise{
		{"at 80 % one instance more", cpuAlarm("GreaterThanOrEqualToThreshold", 80, 300, "AddInstance"), minimal, exhaustive},
		{"at 10 % one instance less", cpuAlarm("LessThanOrEqualToThreshold", 10, 300, "RemoveInstance"), minimal, exhaustive},
		{"an average of 55 %, held by as many instances as it takes", every(
			has("AWS::AutoScaling::ScalingPolicy", object{
				"PolicyType": "TargetTrackingScaling",
				"TargetTrackingConfiguration": object{
					"TargetValue": 55, "PredefinedMetricSpecification": object{"PredefinedMetricType": "ASGAverageCPUUtilization"},
				},
			}),
			total("AWS::AutoScaling::ScalingPolicy", 1), total("AWS::CloudWatch::Alarm", 0),
		), held, targetTracking},
		{"other thresholds and periods", every(
			cpuAlarm("GreaterThanOrEqualToThreshold", 61, 60, "AddInstance"),
			cpuAlarm("LessThanOrEqualToThreshold", 60, 60, "RemoveInstance"),
		), exhaustive, minimal},
		{"which the runbook explains", every(
			cpuText("at or above 80 %: one server is added", testRunbook),
			cpuText("at or below 10 %: one server is removed", testRunbook),
		), minimal, exhaustive},
		{"in another place", every(
			cpuText("at or above 61 %: one server is added", "https://example.com/runbook"),
			cpuText("at or below 60 %: one server is removed", "https://example.com/runbook"),
		), exhaustive, minimal},
		// It is everyday life, and a gap in the measurements resizes nothing.
		{"nobody is told, and silence means nothing", allWhole("AWS::CloudWatch::Alarm", object{"Properties": object{
			"AlarmActions": list{ref("Cpu(Add|Remove)Instance")}, "OKActions": absent(),
			"TreatMissingData": "missing",
		}}), minimal, targetTracking},
		{"simple scaling, by one", every(simpleScaling(+1, "120"), simpleScaling(-1, "120")), minimal, targetTracking},
		{"which waits for what it did", every(simpleScaling(+1, "1800"), simpleScaling(-1, "1800")), exhaustive, minimal},
		{"no other policy", total("AWS::AutoScaling::ScalingPolicy", 2), minimal, targetTracking},
	})
}

// cpuAlarm demands an alarm on the group's average that drives a policy.
func cpuAlarm(operator string, percent, periodSeconds int, policy string) assertion {
	return has("AWS::CloudWatch::Alarm", object{
		"Namespace":          "AWS/EC2",
		"MetricName":         "CPUUtilization",
		"Statistic":          "Average",
		"Dimensions":         list{object{"Name": "AutoScalingGroupName", "Value": ref("GroupASG")}},
		"ComparisonOperator": operator,
		"Threshold":          percent,
		"Period":             periodSeconds,
		"EvaluationPeriods":  1,
		"AlarmActions":       list{ref("Cpu" + policy)},
	})
}

func cpuText(means, runbook string) assertion {
	return has("AWS::CloudWatch::Alarm", object{
		"AlarmDescription": "The group's average CPU is " + means + ". What to do: " + runbook + "#a-group-grows-or-shrinks",
	})
}

func simpleScaling(instances int, cooldown string) assertion {
	return has("AWS::AutoScaling::ScalingPolicy", object{
		"PolicyType":           "SimpleScaling",
		"AdjustmentType":       "ChangeInCapacity",
		"AutoScalingGroupName": ref("GroupASG"),
		"ScalingAdjustment":    instances,
		"Cooldown":             cooldown,
	})
}

func TestCPUScalingMisuse(t *testing.T) {
	for name, low := range map[string]int{"equal": 80, "above": 81} {
		t.Run(name, func(t *testing.T) {
			checkPanic(t, func() {
				newTestCPUScaling(newTestStage(t), "Failing", func(props *CPUScalingProps) { props.LowPercent = low })
			}, "Cpu", "80 %", "lower it")
		})
	}
}
