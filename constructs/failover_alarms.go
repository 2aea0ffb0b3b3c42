package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// FailoverAlarmsProps describes what is watched of the way to the regions. Its
// metrics are in us-east-1 only.
type FailoverAlarmsProps struct {
	// HomeEndpoint is healthy while the home region answers. Required.
	HomeEndpoint awsroute53.IHealthCheck

	// HomeServes is what the failover records follow. Required.
	HomeServes awsroute53.IHealthCheck

	// StandbyEndpoint is healthy while the standby answers. Required.
	StandbyEndpoint awsroute53.IHealthCheck

	// Site is the distribution in front of the home region. Required.
	Site awscloudfront.IDistribution

	// HomeFiles and StandbyFiles are the distributions of the static files.
	// Required.
	HomeFiles, StandbyFiles awscloudfront.IDistribution

	// StandbyErrors is on while the standby load balancer answers with errors. It
	// is in us-east-1, as all that another alarm may be made of. Default: what
	// visitors get at the standby is not watched.
	StandbyErrors awscloudwatch.IAlarm

	// Pages is told when visitors are affected, and when nobody is served, and
	// nothing else. Required.
	Pages awssns.ITopic
}

// FailoverAlarms watches which region serves, and whether it serves well.
type FailoverAlarms struct {
	constructs.Construct

	// StandbyEndpoint is on while the standby does not answer.
	StandbyEndpoint awscloudwatch.Alarm

	// StandbyServes is on while the records lead to the standby.
	StandbyServes awscloudwatch.Alarm
}

// NewFailoverAlarms makes the alarms. It panics when StandbyErrors is of another
// region: CloudWatch makes alarms of those of its own region only, and the CDK
// would not say so.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func NewFailoverAlarms(scope constructs.Construct, id string, alarms *Alarms, props *FailoverAlarmsProps) *FailoverAlarms {
	if errors := props.StandbyErrors; errors != nil && regionOf(errors) != regionOf(scope) {
		panic(fmt.Sprintf("%s: the alarm StandbyErrors is in %s, not in %s: leave it out", id, regionOf(errors), regionOf(scope)))
	}
	f := &FailoverAlarms{Construct: constructs.NewConstruct(scope, &id)}
	home := alarms.add(f.Construct, "HomeEndpoint", unhealthy(props.HomeEndpoint, alarmProps{
		title: "The home region does not answer",
		means: "Route 53's health checkers get no good answer from the home region through CloudFront. Until DNS has led visitors to the standby, writes fail, and reads unless edge.readFailover retries them there.",
		// Checkers ask all the time, and say so every minute. Silence is CloudWatch's
		// and no reason to wake anybody; an outage begins with a 0.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}))
	f.StandbyEndpoint = alarms.add(f.Construct, "StandbyEndpoint", unhealthy(props.StandbyEndpoint, alarmProps{
		title: "The standby does not answer",
		means: "Route 53's health checkers get no good answer from the standby's load balancer. While the home region serves, visitors notice nothing; a failover would lead them to nobody.",
		// As above.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}))
	f.StandbyServes = alarms.add(f.Construct, "StandbyServes", unhealthy(props.HomeServes, alarmProps{
		title: "The standby serves",
		means: "The failover records lead visitors to the standby, because the home region does not answer or the failover switch is on.",
		// Who serves does not change by silence. This alarm also starts manual
		// failback, which must not happen by a gap in the metrics.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}))
	site := alarms.add(f.Construct, "SiteErrors", edgeErrors(props.Site, "the site"))
	homeFiles := alarms.add(f.Construct, "HomeFilesErrors", edgeErrors(props.HomeFiles, "static files, home"))
	standbyFiles := alarms.add(f.Construct, "StandbyFilesErrors", edgeErrors(props.StandbyFiles, "static files, standby"))

	atStandby := []awscloudwatch.IAlarmRule{f.StandbyEndpoint, standbyFiles}
	if props.StandbyErrors != nil {
		atStandby = append(atStandby, props.StandbyErrors)
	}
	f.page(alarms, props.Pages, "VisitorsAffected", "Visitors are affected",
		"Visitors get errors, or the home region does not answer: writes failed until DNS had moved, and there is no spare region until it is back.",
		awscloudwatch.AlarmRule_AnyOf(
			site, home,
			awscloudwatch.AlarmRule_AllOf(homeFiles, awscloudwatch.AlarmRule_Not(f.StandbyServes)),
			awscloudwatch.AlarmRule_AllOf(f.StandbyServes, awscloudwatch.AlarmRule_AnyOf(atStandby...)),
		))
	// The first stays on while home is down, and would not say that the standby
	// has failed as well.
	f.page(alarms, props.Pages, "NobodyServed", "Nobody is served",
		"The records lead visitors to the standby, and the standby does not answer either.",
		awscloudwatch.AlarmRule_AllOf(f.StandbyServes, f.StandbyEndpoint))
	return f
}

// page makes an alarm that pages: one message for an outage, however many of
// those it is made of go off.
func (f *FailoverAlarms) page(alarms *Alarms, pages awssns.ITopic, id, title, means string, rule awscloudwatch.IAlarmRule) {
	alarm := awscloudwatch.NewCompositeAlarm(f.Construct, &id, &awscloudwatch.CompositeAlarmProps{
		CompositeAlarmName: jsii.String(alarms.name(title, "")),
		AlarmDescription:   jsii.String(describe(means, alarms.Runbook, title)),
		AlarmRule:          rule,
	})
	alarms.tell(alarm, alarms.Topic, pages)
	alarms.All = append(alarms.All, alarm)
}

// unhealthy is on from the first minute in which a health check was unhealthy.
func unhealthy(check awsroute53.IHealthCheck, props alarmProps) alarmProps {
	props.metric = awscloudwatch.NewMetric(healthCheckMetric("HealthCheckStatus", check, minimum))
	props.operator = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	props.threshold = 1
	return props
}

// edgeErrors watches what one distribution answers.
func edgeErrors(distribution awscloudfront.IDistribution, of string) alarmProps {
	return alarmProps{
		title:     "CloudFront answers with errors",
		about:     of,
		means:     "For three minutes of the last five, 5 % or more of the answers were 5xx.",
		metric:    awscloudwatch.NewMetric(edgeMetric("5xxErrorRate", distribution, average)),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: errorPercent,
		wrong:     3, of: 5,
		// No requests, no errors. The site's distribution always has some: Route 53's
		// checkers send more than 60 good ones a minute, so that this rate is never
		// one visitor's bad luck, and a site with a handful of visitors has to rely
		// on the health check.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}
