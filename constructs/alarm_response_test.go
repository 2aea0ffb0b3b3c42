package constructs

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

const (
	machineType = "AWS::StepFunctions::StateMachine"
	ruleType    = "AWS::Events::Rule"
	policyType  = "AWS::IAM::Policy"
)

// newTestAlarmResponse makes one that deletes a bucket when an alarm of another
// region goes off, and the stack of that alarm.
func newTestAlarmResponse(stage awscdk.Stage, id string, mutate func(*alarmResponseProps)) (stack, alarmStack awscdk.Stack) {
	stack = newTestStack(stage, id)
	props := &alarmResponseProps{Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Service: jsii.String("s3"), Action: jsii.String("deleteBucket"), Parameters: &object{"Bucket": "one"},
		IamResources: jsii.Strings("arn:aws:s3:::one"),
	}}
	mutate(props)
	response := newAlarmResponse(stack, "Response", props)
	testAlarms(stack).add(stack, "Failing", response.failing("It was not done", "It failed."))

	alarmStack = newTestStackIn(stage, id+"Alarm", globalRegion)
	response.follow(alarmStack, "Follow", testFollowed(alarmStack), []string{"OK"}, []string{"ALARM", "INSUFFICIENT_DATA"})
	return stack, alarmStack
}

// testFollowed is an alarm to follow.
func testFollowed(stack awscdk.Stack) awscloudwatch.Alarm {
	return plainAlarm(stack, "Followed", awscloudwatch.NewMetric(newMetric(regionOf(stack), "Space", "Name", sum, nil)))
}

// carelessResponse is what the CDK's examples would do about an alarm: a state
// machine that tries once and keeps no log, started by any event of any alarm.
func carelessResponse(stage awscdk.Stage, region string) awscdk.Stack {
	stack := newTestStackIn(stage, "Careless-"+region, region)
	machine := sfn.NewStateMachine(stack, jsii.String("StateMachine"), &sfn.StateMachineProps{
		DefinitionBody: sfn.DefinitionBody_FromChainable(awsstepfunctionstasks.NewCallAwsService(stack, jsii.String("Call"),
			&awsstepfunctionstasks.CallAwsServiceProps{
				Service: jsii.String("s3"), Action: jsii.String("putObject"), IamResources: jsii.Strings("*"),
				Parameters: &object{"Bucket": "any", "Key": "any"},
			})),
	})
	machine.Role().AddManagedPolicy(awsiam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("AmazonS3FullAccess")))
	plainAlarm(stack, "Failing", machine.MetricTimedOut(nil))
	awsevents.NewRule(stack, jsii.String("Follow"), &awsevents.RuleProps{
		EventPattern: &awsevents.EventPattern{Source: jsii.Strings("aws.cloudwatch")},
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(machine, nil)},
	})
	return stack
}

func TestAlarmResponse(t *testing.T) {
	stage := newTestStage(t)
	minimal, minimalAlarm := newTestAlarmResponse(stage, "Minimal", func(*alarmResponseProps) {})
	exhaustive, _ := newTestAlarmResponse(stage, "Exhaustive", func(props *alarmResponseProps) {
		props.AllResources = "It deletes."
		props.LogsRemoval = awscdk.RemovalPolicy_DESTROY
	})
	careless, carelessAlarm := carelessResponse(stage, testRegion), carelessResponse(stage, globalRegion)

	checkPromises(t, []promise{
		{"the alarm's change goes to the bus, over there", every(
			follows("Followed", list{"OK"}, list{"ALARM", "INSUFFICIENT_DATA"}),
			has(ruleType, object{"State": "ENABLED", "EventBusName": absent(), "Targets": list{exactly(object{
				"Id": "Target0", "Arn": otherStacks("Test-Minimal", "ResponseBus"), "RoleArn": att("FollowEventsRole", "Arn"),
				"RetryPolicy": soon(),
			})}}),
		), minimalAlarm, carelessAlarm},
		{"which EventBridge may do, and no more", may("FollowEventsRole", exactly(object{
			"Effect": "Allow", "Action": "events:PutEvents", "Resource": otherStacks("Test-Minimal", "ResponseBus"),
		})), minimalAlarm, carelessAlarm},
		{"the bus starts the state machine", hasExactly(ruleType, object{
			"Description":  assertions.Match_AnyValue(),
			"State":        "ENABLED",
			"EventBusName": ref("ResponseBus"),
			"EventPattern": exactly(object{"source": list{"aws.cloudwatch"}}),
			"Targets": list{exactly(object{
				"Id": "Target0", "Arn": ref("ResponseStateMachine"), "RoleArn": att("ResponseStateMachineEventsRole", "Arn"),
				"RetryPolicy": soon(),
			})},
		}), minimal, careless},
		{"which EventBridge may do, too", may("ResponseStateMachineEventsRole", exactly(object{
			"Effect": "Allow", "Action": "states:StartExecution", "Resource": ref("ResponseStateMachine"),
		})), minimal, careless},
		{"the state machine makes the call, and no other", calls("s3:deleteBucket", object{"Bucket": "one"}), minimal, careless},
		{"again and again, but not for ever", retries(), minimal, careless},
		{"and may do that only, and write its log", may("ResponseStateMachineRole", exactly(object{
			"Effect": "Allow", "Action": "s3:deleteBucket", "Resource": "arn:aws:s3:::one",
		}), writesLog()), minimal, careless},
		{"by no other policy", has("AWS::IAM::Role", object{
			"AssumeRolePolicyDocument": object{"Statement": list{exactly(object{
				"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "states.amazonaws.com"},
				"Condition": fromAccount(arn("states", "stateMachine:*")),
			})}},
			"ManagedPolicyArns": absent(), "Policies": absent(),
		}), minimal, careless},
		{"the bus's rules only make EventBridge take the role", has("AWS::IAM::Role", object{
			"AssumeRolePolicyDocument": object{"Statement": list{exactly(object{
				"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "events.amazonaws.com"},
				"Condition": fromAccount(arn("events", "rule/*")),
			})}},
		}), minimal, careless},
		{"the log is of everything", has(machineType, object{"LoggingConfiguration": object{
			"Level":        "ALL",
			"Destinations": list{object{"CloudWatchLogsLogGroup": object{"LogGroupArn": att("ResponseLogs", "Arn")}}},
		}}), minimal, careless},
		{"for three months", has("AWS::Logs::LogGroup", object{"RetentionInDays": 90}), minimal, careless},
		{"the log is retained", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Retain"}), minimal, exhaustive},
		{"the log is deleted with the stack", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete"}), exhaustive, minimal},
		{"the reason is kept with the policy", hasWhole(policyType, object{"Metadata": object{"cdk_nag": object{
			"rules_to_suppress": list{object{"id": "AwsSolutions-IAM5", "reason": matching(`\. It deletes\.$`)}},
		}}}), exhaustive, minimal},
		{"a failure is told of", tells("It was not done", "it-was-not-done", object{
			"Namespace": "AWS/States", "MetricName": "ExecutionsFailed",
			"Dimensions": list{object{"Name": "StateMachineArn", "Value": ref("ResponseStateMachine")}},
			"Statistic":  "Sum", "Period": 60, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1,
			"DatapointsToAlarm": 1, "EvaluationPeriods": 1,
			"TreatMissingData": "notBreaching", // nothing was started
		}), minimal, careless},
	})
}

// fromAccount demands the account of a resource for which a service acts, and the resource.
func fromAccount(source any) any {
	return exactly(object{
		"StringEquals": exactly(object{"aws:SourceAccount": object{"Ref": "AWS::AccountId"}}),
		"ArnLike":      exactly(object{"aws:SourceArn": source}),
	})
}

// soon demands that an event is dropped that could not be passed on in time:
// hours later, what it says may be over.
func soon() any { return exactly(object{"MaximumEventAgeInSeconds": 300}) }

// follows demands the pattern of a rule, exactly: it is about this alarm, and
// no other of the region.
func follows(alarm string, from, to list) assertion {
	return has(ruleType, object{"EventPattern": exactly(object{
		"source":      list{"aws.cloudwatch"},
		"detail-type": list{"CloudWatch Alarm State Change"},
		"detail": exactly(object{
			"alarmName":     list{ref(alarm)},
			"previousState": exactly(object{"value": from}),
			"state":         exactly(object{"value": to}),
		}),
	})})
}

// otherStacks demands an attribute of another stack's resource.
func otherStacks(stack, path string) object {
	return object{"Fn::GetStackOutput": object{
		"StackName": stack, "Region": testRegion, "OutputName": matching("^PublishOutputFnGetAtt" + path + "[0-9A-F]{8}Arn"),
	}}
}

// may demands all that a role may do.
func may(role string, statements ...any) assertion {
	return every(
		hasExactly(policyType, object{
			"PolicyDocument": exactly(object{"Version": "2012-10-17", "Statement": statements}),
			"PolicyName":     logicalID(role + "DefaultPolicy"),
			"Roles":          list{ref(role)},
		}),
		count(policyType, 1, object{"Roles": list{ref(role)}}),
	)
}

// writesLog is what Step Functions needs for its log, and other actions that come
// before them in the alphabet; none of it names a resource.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
func writesLog(others ...any) any {
	return exactly(object{"Effect": "Allow", "Resource": "*", "Action": append(others,
		"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
		"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	)})
}

// definition is what the one state machine of a template does.
func definition(template assertions.Template) (machine struct {
	StartAt, QueryLanguage string
	TimeoutSeconds         float64
	States                 map[string]object
}) {
	text, err := flatten(theOne(template, machineType, "DefinitionString"))
	if err == nil {
		err = json.Unmarshal([]byte(text), &machine)
	}
	if err != nil {
		panic(err)
	}
	return machine
}

// calls demands one state, and exactly this call in it. Retries are for
// [retries].
func calls(api string, arguments object) assertion {
	return func(template assertions.Template) {
		machine := definition(template)
		want := object{
			"Type": "Task", "End": true, "Resource": "arn:${AWS::Partition}:states:::aws-sdk:" + api, "Arguments": arguments,
			"TimeoutSeconds": 30.0, // a call that hangs counts as failed
		}
		for _, state := range machine.States {
			delete(state, "Comment")
			delete(state, "Retry")
		}
		demandEqual(map[string]object{"Call": want}, machine.States)
		demandEqual([]string{"Call", "JSONata"}, []string{machine.StartAt, machine.QueryLanguage})
	}
}

// retries demands that every error is retried for eight minutes, and that the
// state machine does not end before.
func retries() assertion {
	return func(template assertions.Template) {
		machine := definition(template)
		retry, _ := machine.States["Call"]["Retry"].([]any)
		if len(retry) != 1 {
			panic(fmt.Sprintf("%sretries: %v", flaw, retry))
		}
		r := retry[0].(object)
		demandEqual(list{"States.ALL"}, r["ErrorEquals"])
		interval, rate, attempts := r["IntervalSeconds"].(float64), r["BackoffRate"].(float64), r["MaxAttempts"].(float64)
		waited := interval * (math.Pow(rate, attempts) - 1) / (rate - 1)
		if waited < 8*60 || machine.TimeoutSeconds < 1.5*waited {
			panic(fmt.Sprintf("%swaits %v s in all, and ends after %v s", flaw, waited, machine.TimeoutSeconds))
		}
	}
}
