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

// Alarms is what the alarms of one region share: the beginning of their names,
// the page that says what to do, and the topic that they notify.
type Alarms struct {
	// Prefix begins the name of every alarm, as "ticketing: ". Names are written by
	// hand and not generated, because a message at night begins with the name.
	// Required.
	Prefix string

	// Runbook is where operations.md is found, as "docs/operations.md"; each
	// alarm's description links the section under its title. Required.
	Runbook string

	// Topic, of the alarms' region, is notified when an alarm goes off and when it
	// ends. Required.
	Topic awssns.ITopic
}

// alarmProps describes one alarm.
type alarmProps struct {
	// title says what is wrong. It is also the heading of a section of the runbook:
	// words of letters, and spaces.
	title string

	// about distinguishes alarms with the same title, as "us-east-1a". Default:
	// there is only one.
	about string

	// means explains the alarm, in whole sentences. What to do is in the runbook.
	means string

	// metric is what the alarm watches. Its period is one minute, unless the metric
	// itself says otherwise.
	metric awscloudwatch.IMetric

	// operator and threshold say which values of the metric are wrong.
	operator  awscloudwatch.ComparisonOperator
	threshold float64

	// The alarm goes off when, of the last values, this many are wrong: wrong 3, of
	// 5. Default: 1 of 1; without of, all in a row.
	wrong, of int

	// missing says how to treat a period without a value.
	missing awscloudwatch.TreatMissingData
}

// add makes an alarm.
func (a *Alarms) add(scope constructs.Construct, id string, props alarmProps) awscloudwatch.Alarm {
	a.check(id)
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
	notify(alarm, a.Topic)
	return alarm
}

// addComposite makes an alarm on other alarms of the same region. It notifies
// pages too.
func (a *Alarms) addComposite(scope constructs.Construct, id, title, means string, rule awscloudwatch.IAlarmRule, pages awssns.ITopic) awscloudwatch.CompositeAlarm {
	a.check(id)
	alarm := awscloudwatch.NewCompositeAlarm(scope, &id, &awscloudwatch.CompositeAlarmProps{
		CompositeAlarmName: jsii.String(a.name(title, "")),
		AlarmDescription:   jsii.String(describe(means, a.Runbook, title)),
		AlarmRule:          rule,
	})
	notify(alarm, a.Topic, pages)
	return alarm
}

// check panics when something that the alarms share is missing.
func (a *Alarms) check(id string) {
	require(id, "Alarms.Prefix", a.Prefix)
	require(id, "Alarms.Runbook", a.Runbook)
	require(id, "Alarms.Topic", a.Topic)
}

// notify sends a message to the topics when an alarm goes off and when it ends.
func notify(alarm awscloudwatch.AlarmBase, topics ...awssns.ITopic) {
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
		return fmt.Sprintf("%s%s (%s)", a.Prefix, title, about)
	}
	return a.Prefix + title
}

// describe is an alarm's description. It ends with the address of the runbook's
// section: Markdown renderers make a heading's anchor of its words, in lower
// case, joined by hyphens.
func describe(means, runbook, title string) string {
	return fmt.Sprintf("%s What to do: %s#%s", means, runbook, strings.ReplaceAll(strings.ToLower(title), " ", "-"))
}
