package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// cooldownSeconds is how long simple scaling waits after each step: a new
// server needs about that long to take its share of the load.
const cooldownSeconds = 300

// CPUScalingProps describes when a group grows and shrinks.
type CPUScalingProps struct {
	// Group is the Auto Scaling group. Required.
	Group awsautoscaling.AutoScalingGroup

	// HighPercent is the group's average CPU utilization at or above which one
	// instance is added. Required.
	HighPercent int

	// LowPercent is the one at or below which one instance is removed. Required.
	LowPercent int

	// PeriodMinutes is how long a measurement lasts. Required.
	PeriodMinutes int

	// Runbook is where operations.md is found, as in Alarms. Required.
	Runbook string
}

// CPUScaling is two alarms on a group's average CPU utilization, each driving
// a simple scaling policy. AWS recommends target tracking today; the two
// alarms are what the site's operators see and steer by.
type CPUScaling struct {
	constructs.Construct

	// High and Low are the two alarms.
	High, Low awscloudwatch.Alarm
}

// NewCPUScaling scales a group by its CPU. It panics when LowPercent is not
// below HighPercent: such a group would add and remove servers in turn.
func NewCPUScaling(scope constructs.Construct, id string, props *CPUScalingProps) *CPUScaling {
	if props.LowPercent >= props.HighPercent {
		panic(fmt.Sprintf("%s: low %d %% is not below high %d %%: lower it", id, props.LowPercent, props.HighPercent))
	}
	c := &CPUScaling{Construct: constructs.NewConstruct(scope, &id)}
	c.High = c.newAlarm("High", props, props.HighPercent, "at or above %d %%: one server is added",
		awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		c.newPolicy("AddInstance", props.Group, +1))
	c.Low = c.newAlarm("Low", props, props.LowPercent, "at or below %d %%: one server is removed",
		awscloudwatch.ComparisonOperator_LESS_THAN_OR_EQUAL_TO_THRESHOLD,
		c.newPolicy("RemoveInstance", props.Group, -1))
	return c
}

// newPolicy is L1: the CDK has no L2 for simple scaling.
func (c *CPUScaling) newPolicy(id string, group awsautoscaling.AutoScalingGroup, instances int) awsautoscaling.CfnScalingPolicy {
	return awsautoscaling.NewCfnScalingPolicy(c.Construct, &id, &awsautoscaling.CfnScalingPolicyProps{
		AutoScalingGroupName: group.AutoScalingGroupName(),
		PolicyType:           jsii.String("SimpleScaling"),
		AdjustmentType:       jsii.String("ChangeInCapacity"),
		ScalingAdjustment:    jsii.Number(instances),
		Cooldown:             jsii.Sprintf("%d", cooldownSeconds),
	})
}

func (c *CPUScaling) newAlarm(id string, props *CPUScalingProps, percent int, means string, operator awscloudwatch.ComparisonOperator, policy awsautoscaling.CfnScalingPolicy) awscloudwatch.Alarm {
	cpu := groupCPU(props.Group)
	cpu.Period = awscdk.Duration_Minutes(jsii.Number(props.PeriodMinutes))
	alarm := awscloudwatch.NewAlarm(c.Construct, &id, &awscloudwatch.AlarmProps{
		Metric:             awscloudwatch.NewMetric(cpu),
		Threshold:          jsii.Number(percent),
		ComparisonOperator: operator,
		EvaluationPeriods:  jsii.Number(1),
		AlarmDescription: jsii.String(describe(
			fmt.Sprintf("The group's average CPU is "+means+".", percent),
			props.Runbook, "A group grows or shrinks")),
		// Who does not know how busy the servers are changes nothing.
		TreatMissingData: awscloudwatch.TreatMissingData_MISSING,
	})
	// The L2's AddAlarmAction takes actions for step scaling only.
	alarm.Node().DefaultChild().(awscloudwatch.CfnAlarm).SetAlarmActions(&[]*string{policy.Ref()})
	return alarm
}
