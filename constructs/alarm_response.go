package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// eventMinutes is how old an event may become on its way. EventBridge would try
// for a day, and respond to what is long over: put the failover switch, say, for
// a site that has come home.
const eventMinutes = 5

// alarmResponseProps describes a call of an AWS service.
type alarmResponseProps struct {
	// Call is the call itself; its parameters may be JSONata over the alarm's
	// event. Required.
	Call *awsstepfunctionstasks.CallAwsServiceJsonataProps

	// Acknowledge is why the call may be made to all resources. Default: it is
	// made to the ones it names.
	Acknowledge string

	// LogsRemoval is what happens to the logs with the stack. Default: the CDK's
	// own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// alarmResponse calls an AWS service of its own region when an alarm of another
// region changes its state, without code of ours: the alarm's event goes to an
// event bus here, whose one rule starts a state machine.
//
// Events cross regions from bus to bus only, and a state machine calls its own
// region's services only.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
type alarmResponse struct {
	constructs.Construct

	stateMachine sfn.StateMachine // makes the call
	bus          awsevents.EventBus
}

// newAlarmResponse makes what calls the service; follow says when.
func newAlarmResponse(scope constructs.Construct, id string, props *alarmResponseProps) *alarmResponse {
	r := &alarmResponse{Construct: constructs.NewConstruct(scope, &id)}
	r.stateMachine = r.newStateMachine(props)
	r.bus = awsevents.NewEventBus(r.Construct, jsii.String("Bus"), &awsevents.EventBusProps{
		EventBusName: uniqueName(r.Construct),
	})
	awsevents.NewRule(r.Construct, jsii.String("Start"), &awsevents.RuleProps{
		Description:  jsii.String("Starts the state machine on every event: the bus gets no others"),
		EventBus:     r.bus,
		EventPattern: &awsevents.EventPattern{Source: jsii.Strings("aws.cloudwatch")},
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(r.stateMachine, &awseventstargets.SfnStateMachineProps{
			MaxEventAge: awscdk.Duration_Minutes(jsii.Number(eventMinutes)),
		})},
	})
	return r
}

func (r *alarmResponse) newStateMachine(props *alarmResponseProps) sfn.StateMachine {
	once := *props.Call
	// A call that hangs fails, and is made again. Without a limit, the machine's
	// own would end it, which does not count as a failure.
	once.TaskTimeout = sfn.Timeout_Duration(awscdk.Duration_Seconds(jsii.Number(30)))
	call := awsstepfunctionstasks.CallAwsService_Jsonata(r.Construct, jsii.String("Call"), &once)
	// For eight and a half minutes in all, and at most thirteen.
	call.AddRetry(&sfn.RetryProps{
		Errors:      jsii.Strings(*sfn.Errors_ALL()),
		Interval:    awscdk.Duration_Seconds(jsii.Number(2)),
		BackoffRate: jsii.Number(2),
		MaxAttempts: jsii.Number(8),
	})
	machine := sfn.NewStateMachine(r.Construct, jsii.String("StateMachine"), &sfn.StateMachineProps{
		DefinitionBody: sfn.DefinitionBody_FromChainable(call),
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		Timeout:        awscdk.Duration_Minutes(jsii.Number(15)),
		Logs: &sfn.LogOptions{
			Level:       sfn.LogLevel_ALL,
			Destination: newLogGroup(r.Construct, "Logs", props.LogsRemoval),
		},
	})
	acknowledge(machine, "AwsSolutions-SF2", "It makes one call, of which its log says all: there is nothing to trace.")
	acknowledgePolicy(machine.Role(), "CloudWatch's log deliveries are no resources that a policy could name."+props.Acknowledge, "Resource::*")
	return machine
}

// follow calls the service when an alarm goes from one of the states to
// another, as from OK to ALARM. It adds a rule to the alarm's stack.
func (r *alarmResponse) follow(scope constructs.Construct, id string, alarm awscloudwatch.IAlarm, from, to []string) {
	rule := awsevents.NewRule(scope, &id, &awsevents.RuleProps{
		Description: jsii.String("Passes the alarm's change of state on to the region that responds to it"),
		EventPattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.cloudwatch"),
			DetailType: jsii.Strings("CloudWatch Alarm State Change"),
			Detail: &map[string]any{
				"alarmName":     []any{alarm.AlarmName()},
				"previousState": map[string]any{"value": from},
				"state":         map[string]any{"value": to},
			},
		},
		Targets: &[]awsevents.IRuleTarget{awseventstargets.NewEventBus(r.bus, nil)},
	})
	// The CDK's target has no property for it.
	rule.Node().DefaultChild().(awsevents.CfnRule).AddPropertyOverride(
		jsii.String("Targets.0.RetryPolicy.MaximumEventAgeInSeconds"), eventMinutes*60)
}

// failing is the alarm that says that the call was not made.
func (r *alarmResponse) failing(title, means string) alarmProps {
	return alarmProps{
		title:     title,
		means:     means,
		metric:    r.stateMachine.MetricFailed(&awscloudwatch.MetricOptions{Period: everyMinute(), Statistic: jsii.String(sum)}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		// Nothing was started, so nothing failed.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}
