package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ScheduleOptions describes one scheduled action.
type ScheduleOptions struct {
	// Cron is when the action recurs, in the five fields of cron, read in
	// TimeZone. Default: it does not recur, and Start says when it happens.
	Cron string

	// TimeZone is the time zone's IANA name, as "Asia/Seoul". Default: UTC.
	TimeZone string

	// Start is the one moment at which the action happens. Required without Cron.
	Start time.Time

	// Minimum and Maximum bound the group from then on. Required.
	Minimum, Maximum int
}

// ScheduleProps describes one scheduled action, and of which group.
type ScheduleProps struct {
	ScheduleOptions

	// Group is the Auto Scaling group. Required.
	Group awsautoscaling.AutoScalingGroup
}

// NewSchedule resizes a group at set times. It is L1: the L2 demands a cron
// expression, and so cannot say "once".
func NewSchedule(scope constructs.Construct, id string, props *ScheduleProps) awsautoscaling.CfnScheduledAction {
	require(id, "Group", props.Group)
	require(id, "Minimum", props.Minimum)
	require(id, "Maximum", props.Maximum)
	if props.Cron == "" && props.Start.IsZero() {
		panic(id + ": Start is missing: set it, or Cron")
	}
	action := &awsautoscaling.CfnScheduledActionProps{
		AutoScalingGroupName: props.Group.AutoScalingGroupName(),
		MinSize:              jsii.Number(props.Minimum),
		MaxSize:              jsii.Number(props.Maximum),
	}
	if props.Cron != "" {
		action.Recurrence = &props.Cron
		action.TimeZone = stringOrNil(props.TimeZone)
	} else {
		action.StartTime = jsii.String(props.Start.UTC().Format(time.RFC3339))
	}
	return awsautoscaling.NewCfnScheduledAction(scope, &id, action)
}

// stringOrNil is nil, which the CDK reads as left out, for an empty text.
func stringOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
