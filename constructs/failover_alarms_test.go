package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const compositeType = "AWS::CloudWatch::CompositeAlarm"

// checkNamed and distributionNamed are by their ids only.
func checkNamed(scope constructs.Construct, id string) awsroute53.IHealthCheck {
	return awsroute53.HealthCheck_FromHealthCheckId(scope, jsii.String("Check-"+id), &id)
}

func distributionNamed(scope constructs.Construct, id string) awscloudfront.IDistribution {
	return awscloudfront.Distribution_FromDistributionAttributes(scope, jsii.String("Distribution-"+id),
		&awscloudfront.DistributionAttributes{DistributionId: &id, DomainName: jsii.String(id + ".cloudfront.net")})
}

func newTestFailoverAlarms(scope constructs.Construct, mutate func(*FailoverAlarmsProps)) *FailoverAlarms {
	props := &FailoverAlarmsProps{
		Alarms:             testAlarms(scope),
		StandbyServesTitle: "The standby serves",
		HomeEndpoint:       checkNamed(scope, "home-endpoint"),
		HomeServes:         checkNamed(scope, "home-serves"),
		StandbyEndpoint:    checkNamed(scope, "standby-endpoint"),
		Site:               distributionNamed(scope, "site"),
		HomeFiles:          distributionNamed(scope, "home-files"),
		StandbyFiles:       distributionNamed(scope, "standby-files"),
		Pages:              awssns.NewTopic(scope, jsii.String("Pages"), nil),
	}
	mutate(props)
	return NewFailoverAlarms(scope, "Alarms", props)
}

func TestFailoverAlarms(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestStackIn(stage, "Minimal", globalRegion)
	newTestFailoverAlarms(minimal, func(*FailoverAlarmsProps) {})

	// With the standby in us-east-1, too.
	exhaustive := newTestStackIn(stage, "Exhaustive", globalRegion)
	newTestFailoverAlarms(exhaustive, func(props *FailoverAlarmsProps) {
		props.StandbyErrors = testFollowed(newTestStackIn(stage, "Standby", globalRegion))
		props.ErrorPercent = 20
	})

	// One who is paged for everything.
	paged := newTestStackIn(stage, "Paged", globalRegion)
	newTestFailoverAlarms(paged, func(props *FailoverAlarmsProps) { props.Alarms.Topic = props.Pages })

	// The CDK's own choices, CloudFront's metric among them, which has no
	// dimension Region; and a page for whatever it is.
	plain := newTestStackIn(stage, "Plain", globalRegion)
	errors := plainAlarm(plain, "Errors", awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: jsii.String("AWS/CloudFront"), MetricName: jsii.String("5xxErrorRate"),
		DimensionsMap: &map[string]*string{"DistributionId": jsii.String("site")},
	}))
	awscloudwatch.NewCompositeAlarm(plain, jsii.String("Any"), &awscloudwatch.CompositeAlarmProps{AlarmRule: awscloudwatch.AlarmRule_AnyOf(errors)})

	checkPromises(t, []promise{
		{"home does not answer", unhealthyAlarm("The home region does not answer", "the-home-region-does-not-answer", "home-endpoint"), minimal, plain},
		{"the standby does not answer", unhealthyAlarm("The standby does not answer", "the-standby-does-not-answer", "standby-endpoint"), minimal, plain},
		{"the standby serves, as the records do", unhealthyAlarm("The standby serves", "the-standby-serves", "home-serves"), minimal, plain},
		{"the site answers with errors", edgeAlarm("the site", "site"), minimal, plain},
		{"home's static files", edgeAlarm("static files, home", "home-files"), minimal, plain},
		{"the standby's static files", edgeAlarm("static files, standby", "standby-files"), minimal, plain},
		{"so many errors that the site moves, of visitors enough", has(alarmType, object{
			"AlarmName":        "ticketing: Errors move the site",
			"AlarmDescription": matching("20 % or more .*#errors-move-the-site$"),
			"Metrics": listLike(
				object{"Expression": "IF(requests >= 300, rate, 0)"},
				ofSite("rate", "5xxErrorRate", "Average"), ofSite("requests", "Requests", "Sum"),
			),
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 20,
			"DatapointsToAlarm": 3, "EvaluationPeriods": 3, "TreatMissingData": "notBreaching",
		}), exhaustive, minimal},
		{"no other alarm", every(total(alarmType, 6), total(compositeType, 2)), minimal, plain},

		{"visitors are affected", rule("Visitors are affected", affected(
			`ALARM("${AlarmsStandbyEndpoint.Arn}") OR ALARM("${AlarmsStandbyFilesErrors.Arn}")`,
		)), minimal, exhaustive},
		{"by the standby's errors, too, where they are known", rule("Visitors are affected", affected(
			`ALARM("${AlarmsStandbyEndpoint.Arn}") OR ALARM("${AlarmsStandbyFilesErrors.Arn}") OR ALARM("${Test-Standby/Followed.Arn}")`,
		)), exhaustive, minimal},
		{"nobody is served", rule("Nobody is served", nobody), minimal, plain},
		{"whatever else is known", rule("Nobody is served", nobody), exhaustive, plain},
		{"the first pages, and tells the topic", pages("Visitors are affected", "visitors-are-affected"), minimal, paged},
		{"the second, too", pages("Nobody is served", "nobody-is-served"), minimal, paged},
		{"nothing else pages", count(alarmType, 0, object{"AlarmActions": listWith(ref("Pages"))}), minimal, paged},
	})
}

// unhealthyAlarm goes off in the first minute in which a check is unhealthy,
// and does not mind silence.
func unhealthyAlarm(name, paragraph, check string) assertion {
	return tells(name, paragraph, object{
		"Namespace": "AWS/Route53", "MetricName": "HealthCheckStatus",
		"Dimensions": list{object{"Name": "HealthCheckId", "Value": check}},
		"Statistic":  "Minimum", "Period": 60, "ComparisonOperator": "LessThanThreshold", "Threshold": 1,
		"DatapointsToAlarm": 1, "EvaluationPeriods": 1, "TreatMissingData": "ignore",
	})
}

func edgeAlarm(of, distribution string) assertion {
	return tells("CloudFront answers with errors ("+of+")", "cloudfront-answers-with-errors", object{
		"Namespace": "AWS/CloudFront", "MetricName": "5xxErrorRate",
		"Dimensions": list{
			object{"Name": "DistributionId", "Value": distribution},
			object{"Name": "Region", "Value": "Global"}, // there is no metric without
		},
		"Statistic": "Average", "Period": 60, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 5,
		"DatapointsToAlarm": 3, "EvaluationPeriods": 5, "TreatMissingData": "notBreaching",
	})
}

// ofSite demands a metric of the site's distribution, as an alarm reads it.
func ofSite(id, metric, statistic string) object {
	return object{"Id": id, "MetricStat": object{"Period": 60, "Stat": statistic, "Metric": object{
		"MetricName": metric, "Namespace": "AWS/CloudFront",
		"Dimensions": list{object{"Name": "DistributionId", "Value": "site"}, object{"Name": "Region", "Value": "Global"}},
	}}}
}

// affected is the rule of visitors who are: home's files count while home
// serves, and what the standby is about while that does.
func affected(atStandby string) string {
	return `(ALARM("${AlarmsSiteErrors.Arn}") OR ALARM("${AlarmsHomeEndpoint.Arn}")` +
		` OR (ALARM("${AlarmsHomeFilesErrors.Arn}") AND (NOT (ALARM("${AlarmsStandbyServes.Arn}"))))` +
		` OR (ALARM("${AlarmsStandbyServes.Arn}") AND (` + atStandby + `)))`
}

const nobody = `(ALARM("${AlarmsStandbyServes.Arn}") AND ALARM("${AlarmsStandbyEndpoint.Arn}"))`

// rule demands the rule of the composite alarm of this name.
func rule(name, want string) assertion {
	return func(template assertions.Template) {
		var got []string
		for _, alarm := range *template.FindResources(jsii.String(compositeType), object{
			"Properties": object{"AlarmName": "ticketing: " + name},
		}) {
			text, err := flatten((*alarm)["Properties"].(object)["AlarmRule"])
			if err != nil {
				panic(err)
			}
			got = append(got, otherStacksARN.ReplaceAllString(text, "$${$1/$2.Arn}"))
		}
		demandEqual([]string{want}, got)
	}
}

// pages demands that a composite alarm notifies both topics when it goes off and
// when it ends.
func pages(name, paragraph string) assertion {
	return hasExactly(compositeType, object{
		"AlarmName":        "ticketing: " + name,
		"AlarmDescription": matching(`\. What to do: docs/operations\.md#` + paragraph + "$"),
		"AlarmRule":        assertions.Match_AnyValue(),
		"AlarmActions":     list{ref("Topic"), ref("Pages")},
		"OKActions":        list{ref("Topic"), ref("Pages")},
	})
}

// Stacks follow alarms by these names, and the dashboard shows them all.
func TestFailoverAlarmsFields(t *testing.T) {
	f := newTestFailoverAlarms(newTestStackIn(newTestStage(t), "Stack", globalRegion), func(*FailoverAlarmsProps) {})
	if len(f.All) != 8 {
		t.Errorf("%d alarms for the dashboard, want 8", len(f.All))
	}
	for id, alarm := range map[string]constructs.IConstruct{"StandbyEndpoint": f.StandbyEndpoint, "StandbyServes": f.StandbyServes} {
		if got := *alarm.Node().Id(); got != id {
			t.Errorf("%s is alarm %s", id, got)
		}
	}
}

// Route 53 and CloudFront publish their metrics in one region.
func TestFailoverAlarmsMisuse(t *testing.T) {
	checkPanic(t, func() {
		newTestFailoverAlarms(newTestStack(newTestStage(t), "Failing"), func(*FailoverAlarmsProps) {})
	}, "HealthCheckStatus", testRegion, globalRegion)
	checkPanic(t, func() {
		stage := newTestStage(t)
		newTestFailoverAlarms(newTestStackIn(stage, "Failing", globalRegion), func(props *FailoverAlarmsProps) {
			props.StandbyErrors = testFollowed(newTestStack(stage, "Elsewhere"))
		})
	}, "Alarms", "StandbyErrors", testRegion, "leave it out")
}
