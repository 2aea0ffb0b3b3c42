package constructs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

const arrayOfGroups = "$states.result.AutoScalingGroups[0]"

// newTestFollower makes a standby of 2 to 6 servers that follows a home at 75 %.
func newTestFollower(stage awscdk.Stage, id string, mutate func(*FollowerProps, *FollowedProps)) (standby, home awscdk.Stack) {
	standby, home = newTestStack(stage, id), newTestStackIn(stage, id+"Home", globalRegion)
	follower := &FollowerProps{Tier: testTier(standby), Percent: 75, Minimum: 2, Maximum: 6}
	followed := &FollowedProps{Group: testGroup(home)}
	mutate(follower, followed)
	made := NewFollower(standby, "Follower", follower)
	followed.Follower = made
	if alarms := NewFollowed(home, "Followed", followed); len(alarms) != len(made.Alarms)/2 {
		panic(fmt.Sprintf("%d alarms at home, %d at the standby", len(alarms), len(made.Alarms)))
	}
	return standby, home
}

func TestFollower(t *testing.T) {
	stage := newTestStage(t)
	minimal, minimalHome := newTestFollower(stage, "Minimal", func(*FollowerProps, *FollowedProps) {})
	exhaustive, exhaustiveHome := newTestFollower(stage, "Exhaustive", func(follower *FollowerProps, followed *FollowedProps) {
		follower.Percent, follower.Minimum, follower.Maximum = 100, 1, 5
		follower.Alarms, followed.Alarms = testAlarms(awscdk.Stack_Of(follower.Tier.Construct)), testAlarms(awscdk.Stack_Of(followed.Group))
		follower.LogsRemoval, followed.LogsRemoval = awscdk.RemovalPolicy_DESTROY, awscdk.RemovalPolicy_DESTROY
	})
	careless, carelessHome := carelessResponse(stage, testRegion), carelessResponse(stage, globalRegion)
	group := ref("WebTierWebServersGroupASG")

	checkPromises(t, []promise{
		{"it reads the group, and changes it only if it has to", flows("Site", object{
			"Site": "Describe", "Describe": "Differs", "Differs": "Set or Same", "Set": "", "Same": "",
		}), minimal, careless},
		{"with what the site says, by name", stateHas("Site", "Assign", object{"follow": 75.0, "minimum": 2.0, "maximum": 6.0}), minimal, exhaustive},
		{"of another site", stateHas("Site", "Assign", object{"follow": 100.0, "minimum": 1.0, "maximum": 5.0}), exhaustive, minimal},
		{"never more than the group may have, and no less than a schedule of home's, its own minimum or the share", stateHas("Describe", "Output", object{
			"minimum": "{% " + arrayOfGroups + ".MinSize %}",
			"wanted": "{% $min([" + arrayOfGroups + ".MaxSize, $max([$minimum, $min([$states.input.detail.minimum, $maximum]), " +
				"$ceil($follow * $states.input.detail.desiredCapacity / 100)])]) %}",
		}), minimal, careless},
		{"if it differs", stateHas("Differs", "Choices", list{object{
			"Condition": "{% $states.input.wanted != $states.input.minimum %}", "Next": "Set",
		}}), minimal, careless},
		{"the minimum, and nothing else", stateHas("Set", "Arguments", object{
			"AutoScalingGroupName": "${WebTierWebServersGroupASG}", "MinSize": "{% $states.input.wanted %}",
		}), minimal, careless},
		{"of this group, and no other", may("FollowerStateMachineRole",
			writesLog("autoscaling:DescribeAutoScalingGroups"),
			exactly(object{"Effect": "Allow", "Action": "autoscaling:UpdateAutoScalingGroup", "Resource": object{"Fn::Join": list{"", list{
				"arn:aws:autoscaling:" + testRegion + ":", object{"Ref": "AWS::AccountId"},
				":autoScalingGroup:*:autoScalingGroupName/", group,
			}}}}),
		), minimal, careless},
		{"calls are tried again, for half a minute", triesAgain("Describe", "Set"), minimal, careless},
		{"its log has errors only", has(machineType, object{"LoggingConfiguration": object{"Level": "ERROR"}}), minimal, careless},
		{"the bus starts it", has(ruleType, object{
			"EventBusName": ref("FollowerBus"), "EventPattern": exactly(object{"source": list{"twinsite.size"}}),
			"Targets": list{exactly(object{
				"Id": "Target0", "Arn": ref("FollowerStateMachine"), "RoleArn": att("FollowerStateMachineEventsRole", "Arn"), "RetryPolicy": soon(),
			})},
		}), minimal, careless},
		{"a failure is told of", tells("The standby does not follow", "the-standby-does-not-follow", object{
			"Namespace": "AWS/States", "MetricName": "ExecutionsFailed",
			"Dimensions": list{object{"Name": "StateMachineArn", "Value": ref("FollowerStateMachine")}},
			"Statistic":  "Sum", "Period": 60, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1,
			"DatapointsToAlarm": 1, "EvaluationPeriods": 1, "TreatMissingData": "notBreaching",
		}), exhaustive, minimal},
		{"and servers that do not come", has(alarmType, object{
			"AlarmName":        "ticketing: The standby is smaller than its minimum",
			"AlarmDescription": matching(`#the-standby-is-smaller-than-its-minimum$`),
			"Metrics": listLike(
				object{"Id": "expr_1", "Expression": "FILL(minimum, REPEAT) - FILL(servers, REPEAT)", "Label": "servers that are missing"},
				ofGroup("minimum", "GroupMinSize", group), ofGroup("servers", "GroupInServiceInstances", group),
			),
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "DatapointsToAlarm": 15, "EvaluationPeriods": 15,
			"TreatMissingData": "ignore",
		}), exhaustive, minimal},
		{"once the first are there", hasWhole(alarmType, object{
			"Properties": object{"AlarmName": "ticketing: The standby is smaller than its minimum"},
			"DependsOn":  listWith(logicalID("WebTierHealthyServersWait")),
		}), exhaustive, minimal},
		{"the logs go with the stack", removesLog("Follower"), exhaustive, minimal},
		{"at home, too", removesLog("Followed"), exhaustiveHome, minimalHome},

		{"home's size is told when its servers have come or gone", flows("Wait", object{"Wait": "Describe", "Describe": "Put", "Put": ""}), minimalHome, carelessHome},
		{"half a minute later", stateHas("Wait", "Seconds", 30.0), minimalHome, carelessHome},
		{"as it is meant to be, and not as many as run", stateHas("Describe", "Output", object{
			"desiredCapacity": "{% " + arrayOfGroups + ".DesiredCapacity %}", "minimum": "{% " + arrayOfGroups + ".MinSize %}",
		}), minimalHome, carelessHome},
		{"by one event", stateHas("Put", "Arguments", object{"Entries": list{object{
			"Detail": "{% $states.input %}", "DetailType": "Home's size", "Source": "twinsite.size", "EventBusName": "${FollowedBus.Arn}",
		}}}), minimalHome, carelessHome},
		{"by these, of this group", has(ruleType, object{
			"EventPattern": exactly(object{
				"source": list{"aws.autoscaling"}, "detail-type": list{"EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"},
				"detail": exactly(object{"AutoScalingGroupName": list{ref("GroupASG")}}),
			}),
			"EventBusName": absent(),
			"Targets":      list{object{"Arn": ref("FollowedStateMachine"), "RetryPolicy": soon()}},
		}), minimalHome, carelessHome},
		{"and every five minutes", has(ruleType, object{
			"ScheduleExpression": "rate(5 minutes)", "Targets": list{object{"Arn": ref("FollowedStateMachine")}},
		}), minimalHome, carelessHome},
		{"from a bus to the standby's", has(ruleType, object{
			"EventBusName": ref("FollowedBus"), "EventPattern": exactly(object{"source": list{"twinsite.size"}}),
			"Targets": list{exactly(object{
				"Id": "Target0", "Arn": otherStacks("Test-Minimal", "FollowerBus"), "RoleArn": att("FollowedPassOnEventsRole", "Arn"), "RetryPolicy": soon(),
			})},
		}), minimalHome, carelessHome},
		{"which it may, and no more", may("FollowedStateMachineRole",
			writesLog("autoscaling:DescribeAutoScalingGroups"),
			exactly(object{"Effect": "Allow", "Action": "events:PutEvents", "Resource": att("FollowedBus", "Arn")}),
		), minimalHome, carelessHome},
		{"a failure at home is told of", has(alarmType, object{
			"AlarmName": "ticketing: The standby does not follow", "MetricName": "ExecutionsFailed",
			"Dimensions": list{object{"Name": "StateMachineArn", "Value": ref("FollowedStateMachine")}},
		}), exhaustiveHome, minimalHome},
	})
}

// ofGroup demands a metric of a group, as an alarm reads it.
func ofGroup(id, metric string, group any) object {
	return object{"Id": id, "MetricStat": object{"Period": 60, "Stat": "Average", "Metric": object{
		"MetricName": metric, "Namespace": "AWS/AutoScaling", "Dimensions": list{object{"Name": "AutoScalingGroupName", "Value": group}},
	}}}
}

// removesLog demands that the log of a state machine is deleted with the stack.
func removesLog(construct string) assertion {
	return func(template assertions.Template) {
		for id, log := range *template.FindResources(jsii.String("AWS::Logs::LogGroup"), nil) {
			if strings.HasPrefix(id, construct+"Logs") {
				demandEqual("Delete", (*log)["DeletionPolicy"])
				return
			}
		}
		panic(flaw + "there is no log")
	}
}

// flows demands where a state machine begins, and which state follows which.
func flows(start string, want object) assertion {
	return func(template assertions.Template) {
		machine := definition(template)
		next := object{}
		for name, state := range machine.States {
			to, _ := state["Next"].(string)
			if choices, ok := state["Choices"].(list); ok {
				to = fmt.Sprintf("%v or %v", choices[0].(object)["Next"], state["Default"])
			}
			next[name] = to
		}
		demandEqual(want, next)
		demandEqual([]string{start, "JSONata"}, []string{machine.StartAt, machine.QueryLanguage})
	}
}

// stateHas demands a field of a state. Logical ids in its texts are without their hashes.
func stateHas(state, field string, want any) assertion {
	return func(template assertions.Template) {
		demandEqual(want, definition(template).States[state][field])
	}
}

// triesAgain demands that calls are tried again after any error, and end within the time of the whole.
func triesAgain(states ...string) assertion {
	return func(template assertions.Template) {
		machine := definition(template)
		longest := 0.0
		for _, name := range states {
			state := machine.States[name]
			demandEqual(list{object{
				"ErrorEquals": list{"States.ALL"}, "IntervalSeconds": 2.0, "BackoffRate": 2.0, "MaxAttempts": 4.0,
			}}, state["Retry"])
			longest += 2 + 4 + 8 + 16 + 5*state["TimeoutSeconds"].(float64)
		}
		if machine.TimeoutSeconds <= longest {
			panic(fmt.Sprintf("%sends after %v s, and the calls take %v", flaw, machine.TimeoutSeconds, longest))
		}
	}
}

func TestFollowerMisuse(t *testing.T) {
	checkPanic(t, func() {
		stack := newTestStack(newTestStage(t), "Failing")
		NewFollower(stack, "Follower", &FollowerProps{Tier: testTier(stack), Percent: 101, Minimum: 2, Maximum: 6})
	}, "Follower", "101 %", "give 1 to 100")
}
