package constructs

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// sizeSource is the source of the events that tell the standby how large home is.
const sizeSource = "twinsite.size"

// FollowerProps describes how the standby's group of web servers follows home's.
type FollowerProps struct {
	// Tier is the standby's web tier. Required.
	Tier *WebTier

	// Percent of home's desired capacity is the standby's least number of servers,
	// rounded up: 1 to 100. Required.
	Percent int

	// Minimum and Maximum bound the standby's group in the site. Required.
	Minimum, Maximum int

	// Alarms is what the alarms of the standby region share. Default: no alarms.
	Alarms *Alarms

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// Follower raises and lowers the minimum of the standby's group with home's size,
// so that a standby which takes over is not as small as home is at night. It is
// the standby's half; [Followed] is home's.
//
// It sets the minimum and nothing else. Auto Scaling raises the desired capacity to
// a new minimum by itself. Set to less, it would take servers from visitors who
// are at the standby; only the standby's own low alarm lowers it.
type Follower struct {
	constructs.Construct

	// Alarms are its alarms.
	Alarms []awscloudwatch.IAlarm

	bus awsevents.EventBus
}

// NewFollower makes the standby's half.
func NewFollower(scope constructs.Construct, id string, props *FollowerProps) *Follower {
	require(id, "Tier", props.Tier)
	require(id, "Percent", props.Percent)
	require(id, "Minimum", props.Minimum)
	require(id, "Maximum", props.Maximum)
	if props.Percent < 1 || props.Percent > 100 {
		panic(fmt.Sprintf("%s: %d %% of home's size: give 1 to 100", id, props.Percent))
	}
	f := &Follower{Construct: constructs.NewConstruct(scope, &id)}
	machine := newStateMachine(f.Construct, &stateMachineProps{
		First:        f.states(props),
		Timeout:      10 * time.Minute,
		Untraced:     "It makes two calls, and its log says which one failed: there is nothing to trace.",
		ErrorsOnly:   "It runs every five minutes, and most runs change nothing: a log of all would cost more than the runs.",
		AllResources: "Nor can it name a group to describe; the group to change has an id that only AWS knows, beside its name.",
		Findings:     []string{`/^Resource::arn:.*:autoscaling:.*:autoScalingGroup:\*:autoScalingGroupName/.*$/`},
		LogsRemoval:  props.LogsRemoval,
	})
	f.bus = newEntrance(f.Construct, machine, sizeSource)
	if props.Alarms != nil {
		f.Alarms = []awscloudwatch.IAlarm{
			props.Alarms.add(f.Construct, "Failing", failing(machine, doesNotFollow,
				"The standby's minimum was not set to home's size: if home grows, the standby may be too small for all its visitors.")),
			f.addBelowMinimum(props),
		}
	}
	return f
}

// doesNotFollow is the title of the alarms on both halves.
const doesNotFollow = "The standby does not follow"

// states reads the group, and changes its minimum if it is another. "Site" holds
// what the site says, apart, so that whoever reads the template finds it: the
// rehearsal and the promises do.
func (f *Follower) states(props *FollowerProps) sfn.IChainable {
	group := props.Tier.Group.AutoScalingGroupName()
	said := sfn.Pass_Jsonata(f.Construct, jsii.String("Site"), &sfn.PassJsonataProps{
		Comment: jsii.String("What the site says: percent of home's desired capacity, and the standby's limits"),
		Assign:  &map[string]any{"follow": props.Percent, "minimum": props.Minimum, "maximum": props.Maximum},
	})
	describe := awsstepfunctionstasks.CallAwsService_Jsonata(f.Construct, jsii.String("Describe"), describeGroup(group, map[string]any{
		"minimum": "{% $states.result.AutoScalingGroups[0].MinSize %}",
		// Home's minimum, so that it is never smaller than the standby's own schedule
		// would make it. Desired and not running servers: those that die at home must
		// not shrink the standby in the hour in which it may be needed.
		"wanted": "{% $min([$states.result.AutoScalingGroups[0].MaxSize, $max([$minimum, $min([$states.input.detail.minimum, $maximum]), " +
			"$ceil($follow * $states.input.detail.desiredCapacity / 100)])]) %}",
	}))
	describe.AddRetry(tryAgain(4))
	set := awsstepfunctionstasks.CallAwsService_Jsonata(f.Construct, jsii.String("Set"), &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Comment:      jsii.String("Sets the minimum, and nothing else"),
		Service:      jsii.String("autoscaling"),
		Action:       jsii.String("updateAutoScalingGroup"),
		Parameters:   &map[string]any{"AutoScalingGroupName": group, "MinSize": "{% $states.input.wanted %}"},
		IamAction:    jsii.String("autoscaling:UpdateAutoScalingGroup"),
		IamResources: &[]*string{props.Tier.Group.AutoScalingGroupArn()},
		TaskTimeout:  callTimeout(),
	})
	set.AddRetry(tryAgain(4))
	return said.Next(describe).Next(
		sfn.Choice_Jsonata(f.Construct, jsii.String("Differs"), nil).
			When(sfn.Condition_Jsonata(jsii.String("{% $states.input.wanted != $states.input.minimum %}")), set, nil).
			Otherwise(sfn.Succeed_Jsonata(f.Construct, jsii.String("Same"), nil)))
}

// describeGroup is the call that describes a group. Outputs become the state's.
func describeGroup(group *string, outputs map[string]any) *awsstepfunctionstasks.CallAwsServiceJsonataProps {
	return &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Service:      jsii.String("autoscaling"),
		Action:       jsii.String("describeAutoScalingGroups"),
		Parameters:   &map[string]any{"AutoScalingGroupNames": []any{group}},
		IamAction:    jsii.String("autoscaling:DescribeAutoScalingGroups"),
		IamResources: jsii.Strings("*"),
		TaskTimeout:  callTimeout(),
		Outputs:      outputs,
	}
}

// addBelowMinimum adds the alarm on servers that do not come: the call that sets a
// minimum succeeds all the same when a quota or a zone's capacity is exhausted.
func (f *Follower) addBelowMinimum(props *FollowerProps) awscloudwatch.IAlarm {
	alarm := props.Alarms.add(f.Construct, "BelowMinimum", alarmProps{
		title: "The standby is smaller than its minimum",
		means: "For fifteen minutes, fewer servers have been in service at the standby than its minimum demands: they do not come, maybe for a quota or for want of capacity.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("servers that are missing"),
			Period: everyMinute(),
			// Auto Scaling leaves out a value now and then: without FILL it would count as 0.
			Expression: jsii.String("FILL(minimum, REPEAT) - FILL(servers, REPEAT)"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"minimum": awscloudwatch.NewMetric(groupSize("GroupMinSize", props.Tier)),
				"servers": awscloudwatch.NewMetric(groupSize("GroupInServiceInstances", props.Tier)),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		wrong:     15, of: 15,
		// It may leave out a whole minute too, as its metrics come "on a best-effort
		// basis": the alarm then stays as it is.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
	// Made before there are servers, it would go off for their absence.
	alarm.Node().AddDependency(props.Tier.Healthy)
	return alarm
}
