package constructs

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// CPUScalingOptions describes when a group grows and shrinks.
type CPUScalingOptions struct {
	// HighPercent is the group's average CPU utilization at or above which one
	// instance is added. Required without TargetPercent.
	HighPercent int

	// LowPercent is the average at or below which one instance is removed.
	// Default: 0.
	LowPercent int

	// TargetPercent is the average that Auto Scaling holds by itself, in the place of
	// the two alarms, with as many instances as it takes. Default: 0, the two alarms.
	TargetPercent int

	// Period is how long a measurement lasts: whole minutes, from one. Required.
	Period time.Duration

	// Cooldown is how long scaling waits after each step, in whole seconds: as long
	// as a new server takes to get its share of the load. Required.
	Cooldown time.Duration

	// Runbook is where operations.md is found, as in [Alarms]. Required.
	Runbook string
}

// CPUScalingProps describes when a group grows and shrinks, and which.
type CPUScalingProps struct {
	CPUScalingOptions

	// Group is the Auto Scaling group. Required.
	Group awsautoscaling.AutoScalingGroup
}

// NewCPUScaling makes a policy of target tracking, or two alarms on a group's average CPU utilization, each of
// which drives a simple scaling policy. AWS recommends target tracking today; the
// article has the two alarms, and operators see in them why the group grew.
//
// It panics when LowPercent is not below HighPercent: such a group would add and
// remove servers in turn.
func NewCPUScaling(scope constructs.Construct, id string, props *CPUScalingProps) {
	require(id, "Group", props.Group)
	require(id, "Period", props.Period)
	require(id, "Cooldown", props.Cooldown)
	require(id, "Runbook", props.Runbook)
	if props.TargetPercent > 0 {
		props.Group.ScaleOnCpuUtilization(&id, &awsautoscaling.CpuUtilizationScalingProps{
			TargetUtilizationPercent: jsii.Number(props.TargetPercent),
		})
		return
	}
	if props.HighPercent == 0 {
		panic(id + ": HighPercent is missing: set it, or TargetPercent")
	}
	if props.LowPercent >= props.HighPercent {
		panic(fmt.Sprintf("%s: low %d %% is not below high %d %%: lower it", id, props.LowPercent, props.HighPercent))
	}
	scope = constructs.NewConstruct(scope, &id)
	newCPUAlarm(scope, "High", props, props.HighPercent, "at or above %d %%: one server is added",
		awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		newScalingPolicy(scope, "AddInstance", props, +1))
	newCPUAlarm(scope, "Low", props, props.LowPercent, "at or below %d %%: one server is removed",
		awscloudwatch.ComparisonOperator_LESS_THAN_OR_EQUAL_TO_THRESHOLD,
		newScalingPolicy(scope, "RemoveInstance", props, -1))
}

// newScalingPolicy adds or removes instances, one step an alarm. It is L1: the
// CDK has no L2 for simple scaling.
func newScalingPolicy(scope constructs.Construct, id string, props *CPUScalingProps, instances int) awsautoscaling.CfnScalingPolicy {
	return awsautoscaling.NewCfnScalingPolicy(scope, &id, &awsautoscaling.CfnScalingPolicyProps{
		AutoScalingGroupName: props.Group.AutoScalingGroupName(),
		PolicyType:           jsii.String("SimpleScaling"),
		AdjustmentType:       jsii.String("ChangeInCapacity"),
		ScalingAdjustment:    jsii.Number(instances),
		Cooldown:             jsii.Sprintf("%.0f", props.Cooldown.Seconds()),
	})
}

func newCPUAlarm(scope constructs.Construct, id string, props *CPUScalingProps, percent int, means string, operator awscloudwatch.ComparisonOperator, policy awsautoscaling.CfnScalingPolicy) {
	cpu := groupCPU(props.Group)
	cpu.Period = duration(props.Period)
	alarm := awscloudwatch.NewAlarm(scope, &id, &awscloudwatch.AlarmProps{
		Metric:             awscloudwatch.NewMetric(cpu),
		Threshold:          jsii.Number(percent),
		ComparisonOperator: operator,
		EvaluationPeriods:  jsii.Number(1),
		AlarmDescription: jsii.String(describe(
			fmt.Sprintf("The group's average CPU is "+means+".", percent),
			props.Runbook, "A group grows or shrinks")),
		// Without a measurement, the number of servers stays as it is.
		TreatMissingData: awscloudwatch.TreatMissingData_MISSING,
	})
	// The L2's AddAlarmAction takes actions for step scaling only.
	alarm.Node().DefaultChild().(awscloudwatch.CfnAlarm).SetAlarmActions(&[]*string{policy.Ref()})
}
