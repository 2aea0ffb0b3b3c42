package constructs

import (
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Alarms are what all alarms of one stack have in common: who is told, where
// the operator reads on, and how they are called.
type Alarms struct {
	// Site begins every alarm's name: "ticketing: The standby serves". Names are
	// ours and not generated, as they are what a message at night begins with.
	// Required.
	Site string

	// Runbook is where operations.md is found, as "docs/operations.md"; each
	// alarm links the paragraph under its title. Required.
	Runbook string

	// Topic, of the stack's region, is told when an alarm goes off and when it
	// ends. Required.
	Topic awssns.ITopic

	// All are the alarms made so far.
	All []awscloudwatch.IAlarm
}

// alarmProps describes one alarm.
type alarmProps struct {
	// title is what is wrong, and the heading of the runbook's paragraph: words
	// of letters, and spaces.
	title string

	// about tells alarms with the same title apart, as "us-east-1a". Default:
	// there is only one.
	about string

	// means says what it means, and not what to do. In whole sentences.
	means string

	// metric is what is measured, once a minute unless it says otherwise.
	metric awscloudwatch.IMetric

	// operator and threshold say which measurements are wrong.
	operator  awscloudwatch.ComparisonOperator
	threshold float64

	// wrong of so many measurements in a row have to be wrong. Default: 1 of 1,
	// and all of them.
	wrong, of int

	// missing says what it means that there is no measurement.
	missing awscloudwatch.TreatMissingData
}

// add makes an alarm.
func (a *Alarms) add(scope constructs.Construct, id string, props alarmProps) awscloudwatch.Alarm {
	of := max(props.of, props.wrong, 1)
	alarm := awscloudwatch.NewAlarm(scope, &id, &awscloudwatch.AlarmProps{
		AlarmName:          jsii.String(a.name(props.title, props.about)),
		AlarmDescription:   jsii.String(describe(props.means, a.Runbook, props.title)),
		Metric:             props.metric,
		ComparisonOperator: props.operator,
		Threshold:          &props.threshold,
		EvaluationPeriods:  jsii.Number(of),
		DatapointsToAlarm:  jsii.Number(max(props.wrong, 1)),
		TreatMissingData:   props.missing,
	})
	a.tell(alarm, a.Topic)
	a.All = append(a.All, alarm)
	return alarm
}

// tell makes an alarm tell topics when it goes off and when it ends.
func (a *Alarms) tell(alarm awscloudwatch.AlarmBase, topics ...awssns.ITopic) {
	var actions []awscloudwatch.IAlarmAction
	for _, topic := range topics {
		actions = append(actions, awscloudwatchactions.NewSnsAction(topic))
	}
	alarm.AddAlarmAction(actions...)
	alarm.AddOkAction(actions...)
}

// name is an alarm's name, as "ticketing: No healthy server (us-east-1a)".
func (a *Alarms) name(title, about string) string {
	if about != "" {
		return fmt.Sprintf("%s: %s (%s)", a.Site, title, about)
	}
	return fmt.Sprintf("%s: %s", a.Site, title)
}

// describe ends a description with the paragraph of the runbook under a title,
// by the name that Markdown's renderers give it.
func describe(means, runbook, title string) string {
	return fmt.Sprintf("%s What to do: %s#%s", means, runbook, strings.ReplaceAll(strings.ToLower(title), " ", "-"))
}
