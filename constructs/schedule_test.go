package constructs

import (
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

func newTestSchedule(stage awscdk.Stage, id string, mutate func(*ScheduleProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &ScheduleProps{
		ScheduleOptions: ScheduleOptions{Cron: "0 10 * * *", Minimum: 4, Maximum: 6},
		Group:           testGroup(stack),
	}
	mutate(props)
	NewSchedule(stack, "Opening", props)
	return stack
}

func TestSchedule(t *testing.T) {
	seoul, err := time.LoadLocation("Asia/Seoul")
	if err != nil {
		t.Fatal(err)
	}
	stage := newTestStage(t)
	minimal := newTestSchedule(stage, "Minimal", func(*ScheduleProps) {})
	inSeoul := newTestSchedule(stage, "InSeoul", func(props *ScheduleProps) { props.TimeZone = "Asia/Seoul" })
	once := newTestSchedule(stage, "Once", func(props *ScheduleProps) {
		props.Cron = ""
		props.TimeZone = "Asia/Seoul"
		props.Start = time.Date(2027, time.January, 9, 9, 30, 0, 0, seoul)
	})

	// Neither a desired capacity, which would end a rush, nor anything else.
	action := func(when object) assertion {
		when["AutoScalingGroupName"] = ref("GroupASG")
		when["MinSize"] = 4
		when["MaxSize"] = 6
		return hasExactly("AWS::AutoScaling::ScheduledAction", when)
	}
	checkPromises(t, []promise{
		{"recurs by UTC's clock", action(object{"Recurrence": "0 10 * * *"}), minimal, inSeoul},
		{"recurs by Seoul's clock", action(object{"Recurrence": "0 10 * * *", "TimeZone": "Asia/Seoul"}), inSeoul, minimal},
		{"acts once, at a moment of Seoul's clock", action(object{"StartTime": "2027-01-09T00:30:00Z"}), once, inSeoul},
	})
}
