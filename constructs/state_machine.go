package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// eventAge is how old an event may get before EventBridge gives it up. By default,
// EventBridge would try for a day and respond to what is long over: it would put
// the failover switch, for example, for a site that has come home.
const eventAge = 5 * time.Minute

// stateMachineProps describes a state machine that events start.
type stateMachineProps struct {
	// First is the state with which it begins.
	First sfn.IChainable

	// Timeout ends an execution. CloudWatch counts it as timed out then and not as
	// failed, so that no alarm goes off: it is longer than all calls with their
	// retries.
	Timeout time.Duration

	// Untraced is why nobody traces it, as a reason given to cdk-nag.
	Untraced string

	// ErrorsOnly is why its log has its errors only, as a reason given to cdk-nag.
	// Default: the log has everything.
	ErrorsOnly string

	// AllResources is why the policy of its calls names resources by "*", as one more
	// sentence of the reason given to cdk-nag. Default: it names single ones.
	AllResources string

	// Findings are cdk-nag's, of the resources with "*" in their names. Default: only
	// "*" itself.
	Findings []string

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// newStateMachine makes a state machine and its log.
func newStateMachine(scope constructs.Construct, props *stateMachineProps) sfn.StateMachine {
	level := sfn.LogLevel_ALL
	if props.ErrorsOnly != "" {
		level = sfn.LogLevel_ERROR
	}
	machine := sfn.NewStateMachine(scope, jsii.String("StateMachine"), &sfn.StateMachineProps{
		DefinitionBody: sfn.DefinitionBody_FromChainable(props.First),
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		Timeout:        duration(props.Timeout),
		Logs: &sfn.LogOptions{
			Level:       level,
			Destination: newLogGroup(scope, "Logs", props.LogsRemoval),
		},
	})
	acknowledge(machine, "AwsSolutions-SF2", props.Untraced)
	if props.ErrorsOnly != "" {
		acknowledge(machine, "AwsSolutions-SF1", props.ErrorsOnly)
	}
	reason := "CloudWatch's log deliveries are no resources that a policy could name."
	if props.AllResources != "" {
		reason += " " + props.AllResources
	}
	acknowledgePolicy(machine.Role(), reason, append([]string{"Resource::*"}, props.Findings...)...)
	return machine
}

// callTimeout is how long a call may take. Without it, the state machine's timeout
// would end a call that hangs, which CloudWatch does not count as failed: the
// alarm would stay silent.
func callTimeout() sfn.Timeout { return sfn.Timeout_Duration(duration(30 * time.Second)) }

// tryAgain says that a call is tried again after any error: first after two seconds,
// and each time after twice as long.
func tryAgain(attempts int) *sfn.RetryProps {
	return &sfn.RetryProps{
		Errors:      jsii.Strings(*sfn.Errors_ALL()),
		Interval:    duration(2 * time.Second),
		BackoffRate: jsii.Number(2),
		MaxAttempts: jsii.Number(attempts),
	}
}

// starting is a state machine as the target of a rule.
func starting(machine sfn.StateMachine) *[]awsevents.IRuleTarget {
	return &[]awsevents.IRuleTarget{awseventstargets.NewSfnStateMachine(machine, &awseventstargets.SfnStateMachineProps{
		MaxEventAge: duration(eventAge),
	})}
}

// failing is the alarm that goes off when an execution failed for good.
func failing(machine sfn.StateMachine, title, means string) alarmProps {
	return alarmProps{
		title:     title,
		means:     means,
		metric:    machine.MetricFailed(&awscloudwatch.MetricOptions{Period: everyMinute(), Statistic: jsii.String(sum)}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		// No value: the state machine was not started, so nothing failed.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}
