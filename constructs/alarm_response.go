package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// eventAge is how old an event may get before EventBridge gives it up. By default,
// EventBridge would try for a day and respond to what is long over: it would put
// the failover switch, for example, for a site that has come home.
const eventAge = 5 * time.Minute

// alarmResponseProps describes a call of an AWS service.
type alarmResponseProps struct {
	// Call is the call. Its parameters may contain JSONata expressions, which read
	// the alarm's event. Required.
	Call *awsstepfunctionstasks.CallAwsServiceJsonataProps

	// AllResources is why the policy of the call names all resources, as one more
	// sentence of the reason given to cdk-nag. Default: it names single ones.
	AllResources string

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
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

// newAlarmResponse makes the bus and the state machine; follow says on which alarm.
func newAlarmResponse(scope constructs.Construct, id string, props *alarmResponseProps) *alarmResponse {
	require(id, "Call", props.Call)
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
			MaxEventAge: duration(eventAge),
		})},
	})
	confineEvents(r.stateMachine)
	return r
}

func (r *alarmResponse) newStateMachine(props *alarmResponseProps) sfn.StateMachine {
	callProps := *props.Call
	// A call that hangs fails after 30 s and is retried. Without this timeout, the
	// state machine's would end it, which CloudWatch counts as timed out and not as
	// failed: the alarm would stay silent.
	callProps.TaskTimeout = sfn.Timeout_Duration(duration(30 * time.Second))
	call := awsstepfunctionstasks.CallAwsService_Jsonata(r.Construct, jsii.String("Call"), &callProps)
	// The retries wait eight and a half minutes in all; with calls that hang, it
	// takes thirteen.
	call.AddRetry(&sfn.RetryProps{
		Errors:      jsii.Strings(*sfn.Errors_ALL()),
		Interval:    duration(2 * time.Second),
		BackoffRate: jsii.Number(2),
		MaxAttempts: jsii.Number(8),
	})
	machine := sfn.NewStateMachine(r.Construct, jsii.String("StateMachine"), &sfn.StateMachineProps{
		DefinitionBody: sfn.DefinitionBody_FromChainable(call),
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		Timeout:        duration(15 * time.Minute),
		Logs: &sfn.LogOptions{
			Level:       sfn.LogLevel_ALL,
			Destination: newLogGroup(r.Construct, "Logs", props.LogsRemoval),
		},
	})
	acknowledge(machine, "AwsSolutions-SF2", "It makes one call, of which its log says all: there is nothing to trace.")
	reason := "CloudWatch's log deliveries are no resources that a policy could name."
	if props.AllResources != "" {
		reason += " " + props.AllResources
	}
	acknowledgePolicy(machine.Role(), reason, "Resource::*")
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
	confineEvents(rule)
	// The CDK's target has no property for the age.
	rule.Node().DefaultChild().(awsevents.CfnRule).AddPropertyOverride(
		jsii.String("Targets.0.RetryPolicy.MaximumEventAgeInSeconds"), eventAge.Seconds())
}

// confineEvents limits the role that EventBridge assumes: the CDK makes it below a rule that leads to a bus, or below the
// state machine that rules start.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func confineEvents(parent constructs.IConstruct) {
	confine(parent.Node().FindChild(jsii.String("EventsRole")), "events", "rule")
}

// failing is the alarm that goes off when the call failed for good.
func (r *alarmResponse) failing(title, means string) alarmProps {
	return alarmProps{
		title:     title,
		means:     means,
		metric:    r.stateMachine.MetricFailed(&awscloudwatch.MetricOptions{Period: everyMinute(), Statistic: jsii.String(sum)}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		// No value: the state machine was not started, so nothing failed.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}
