package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newEntrance makes an event bus by which other regions start a state machine of this one. Its one rule starts the state
// machine on each event of a source, as "aws.cloudwatch".
//
// Events cross regions from bus to bus only, and a state machine calls its own
// region's services only.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
func newEntrance(scope constructs.Construct, machine sfn.StateMachine, source string) awsevents.EventBus {
	bus := newBus(scope)
	awsevents.NewRule(scope, jsii.String("Start"), &awsevents.RuleProps{
		Description:  jsii.String("Starts the state machine on every event: the bus gets no others"),
		EventBus:     bus,
		EventPattern: &awsevents.EventPattern{Source: jsii.Strings(source)},
		Targets:      starting(machine),
	})
	confineEvents(machine)
	return bus
}

// newBus makes an event bus with a name of its own.
func newBus(scope constructs.Construct) awsevents.EventBus {
	return awsevents.NewEventBus(scope, jsii.String("Bus"), &awsevents.EventBusProps{EventBusName: uniqueName(scope)})
}

// passOnProps describes which events go to another region.
type passOnProps struct {
	// Description of the rule.
	Description string

	// From is the bus on which the events are. Default: the default bus of the region.
	From awsevents.IEventBus

	// Pattern says which.
	Pattern *awsevents.EventPattern

	// To is the bus in the other region.
	To awsevents.IEventBus
}

// passOn adds the rule that sends events to a bus of another region.
func passOn(scope constructs.Construct, id string, props *passOnProps) {
	rule := awsevents.NewRule(scope, &id, &awsevents.RuleProps{
		Description:  &props.Description,
		EventBus:     props.From,
		EventPattern: props.Pattern,
		Targets:      &[]awsevents.IRuleTarget{awseventstargets.NewEventBus(props.To, nil)},
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
