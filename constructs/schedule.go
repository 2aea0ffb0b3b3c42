package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ScheduleProps describes one scheduled action.
type ScheduleProps struct {
	// Name tells the schedule from the group's others; it is its construct id.
	// Required.
	Name string

	// Group is the Auto Scaling group. Required.
	Group awsautoscaling.AutoScalingGroup

	// Cron is when the action recurs, in the five fields of cron, read in
	// TimeZone. Either Cron or Start is required.
	Cron string

	// TimeZone is the time zone's IANA name, as "Asia/Seoul". Default: UTC.
	TimeZone string

	// Start is the one moment at which the action happens.
	Start time.Time

	// Minimum and Maximum bound the group from then on. Required.
	Minimum, Maximum int
}

// NewSchedule resizes a group at set times. It is L1: the L2 demands a cron
// expression, and with it cannot say "once".
func NewSchedule(scope constructs.Construct, props *ScheduleProps) awsautoscaling.CfnScheduledAction {
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
	return awsautoscaling.NewCfnScheduledAction(scope, &props.Name, action)
}

// stringOrNil turns Go's "left out" into the CDK's.
func stringOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
