package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// FollowedProps describes the group of web servers whose size another follows.
type FollowedProps struct {
	// Group is home's group of web servers. Required.
	Group awsautoscaling.AutoScalingGroup

	// Follower is what is told of its size, in the standby region. Required.
	Follower *Follower

	// Alarms is what the alarms of the home region share. Default: no alarm.
	Alarms *Alarms

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// NewFollowed tells a [Follower] of the size of a group, and returns its alarms. It
// does so when a server of the group has come or gone, and every five minutes:
// Auto Scaling's events are sent on a best-effort basis, and at the standby,
// schedules and deployments set the minimum back.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/automating-ec2-auto-scaling-with-eventbridge.html
func NewFollowed(scope constructs.Construct, id string, props *FollowedProps) []awscloudwatch.IAlarm {
	require(id, "Group", props.Group)
	require(id, "Follower", props.Follower)
	scope = constructs.NewConstruct(scope, &id)
	bus := newBus(scope)
	machine := newStateMachine(scope, &stateMachineProps{
		First:        sizeStates(scope, props.Group, bus),
		Timeout:      10 * time.Minute,
		Untraced:     "It makes two calls, and its log says which one failed: there is nothing to trace.",
		ErrorsOnly:   "It runs every five minutes: a log of all would cost more than the runs.",
		AllResources: "Nor are groups, where they are described.",
		LogsRemoval:  props.LogsRemoval,
	})
	awsevents.NewRule(scope, jsii.String("Changed"), &awsevents.RuleProps{
		Description: jsii.String("Tells the standby of home's size when a server has come or gone"),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.autoscaling"),
			DetailType: jsii.Strings("EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"),
			Detail:     &map[string]any{"AutoScalingGroupName": []any{props.Group.AutoScalingGroupName()}},
		},
		Targets: starting(machine),
	})
	awsevents.NewRule(scope, jsii.String("Regularly"), &awsevents.RuleProps{
		Description: jsii.String("Tells the standby of home's size every five minutes"),
		Schedule:    awsevents.Schedule_Rate(duration(5 * time.Minute)),
		Targets:     starting(machine),
	})
	confineEvents(machine)
	passOn(scope, "PassOn", &passOnProps{
		Description: "Passes home's size on to the standby",
		From:        bus,
		Pattern:     &awsevents.EventPattern{Source: jsii.Strings(sizeSource)},
		To:          props.Follower.bus,
	})
	if props.Alarms == nil {
		return nil
	}
	return []awscloudwatch.IAlarm{props.Alarms.add(scope, "Failing", failing(machine, doesNotFollow,
		"The standby was not told of home's size: if home grows, the standby may be too small for all its visitors."))}
}

// sizeStates waits until what comes and goes together has done so, reads the
// group's size, and puts it on the bus.
func sizeStates(scope constructs.Construct, group awsautoscaling.AutoScalingGroup, bus awsevents.IEventBus) sfn.IChainable {
	wait := sfn.Wait_Jsonata(scope, jsii.String("Wait"), &sfn.WaitJsonataProps{
		Time: sfn.WaitTime_Duration(duration(30 * time.Second)),
	})
	describe := awsstepfunctionstasks.CallAwsService_Jsonata(scope, jsii.String("Describe"), describeGroup(group.AutoScalingGroupName(), map[string]any{
		"desiredCapacity": "{% $states.result.AutoScalingGroups[0].DesiredCapacity %}",
		"minimum":         "{% $states.result.AutoScalingGroups[0].MinSize %}",
	}))
	describe.AddRetry(tryAgain(4))
	// This integration fails when the bus has not taken the event; the one of AWS's SDK
	// would answer 200 then, and count it.
	// https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
	put := awsstepfunctionstasks.EventBridgePutEvents_Jsonata(scope, jsii.String("Put"), &awsstepfunctionstasks.EventBridgePutEventsJsonataProps{
		Comment: jsii.String("Tells of home's size"),
		Entries: &[]*awsstepfunctionstasks.EventBridgePutEventsEntry{{
			EventBus:   bus,
			Source:     jsii.String(sizeSource),
			DetailType: jsii.String("Home's size"),
			Detail:     sfn.TaskInput_FromText(jsii.String("{% $states.input %}")),
		}},
		TaskTimeout: callTimeout(),
	})
	put.AddRetry(tryAgain(4))
	return wait.Next(describe).Next(put)
}
