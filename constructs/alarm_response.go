package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

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
type alarmResponse struct {
	constructs.Construct

	stateMachine sfn.StateMachine // makes the call
	bus          awsevents.EventBus
}

// newAlarmResponse makes the bus and the state machine; follow says on which alarm.
func newAlarmResponse(scope constructs.Construct, id string, props *alarmResponseProps) *alarmResponse {
	require(id, "Call", props.Call)
	r := &alarmResponse{Construct: constructs.NewConstruct(scope, &id)}
	callProps := *props.Call
	callProps.TaskTimeout = callTimeout()
	call := awsstepfunctionstasks.CallAwsService_Jsonata(r.Construct, jsii.String("Call"), &callProps)
	// The retries wait eight and a half minutes in all; with calls that hang, it
	// takes thirteen.
	call.AddRetry(tryAgain(8))
	r.stateMachine = newStateMachine(r.Construct, &stateMachineProps{
		First:        call,
		Timeout:      15 * time.Minute,
		Untraced:     "It makes one call, of which its log says all: there is nothing to trace.",
		AllResources: props.AllResources,
		LogsRemoval:  props.LogsRemoval,
	})
	r.bus = newEntrance(r.Construct, r.stateMachine, "aws.cloudwatch")
	return r
}

// follow calls the service when an alarm goes from one of the states to
// another, as from OK to ALARM. It adds a rule to the alarm's stack.
func (r *alarmResponse) follow(scope constructs.Construct, id string, alarm awscloudwatch.IAlarm, from, to []string) {
	passOn(scope, id, &passOnProps{
		Description: "Passes the alarm's change of state on to the region that responds to it",
		Pattern: &awsevents.EventPattern{
			Source:     jsii.Strings("aws.cloudwatch"),
			DetailType: jsii.Strings("CloudWatch Alarm State Change"),
			Detail: &map[string]any{
				"alarmName":     []any{alarm.AlarmName()},
				"previousState": map[string]any{"value": from},
				"state":         map[string]any{"value": to},
			},
		},
		To: r.bus,
	})
}

// failing is the alarm that goes off when the call failed for good.
func (r *alarmResponse) failing(title, means string) alarmProps {
	return failing(r.stateMachine, title, means)
}
