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

// FailoverAlarmsProps describes what is watched on the way to both regions. The
// metrics are in us-east-1 only.
type FailoverAlarmsProps struct {
	// Alarms is what the alarms of us-east-1 share. Required.
	Alarms *Alarms

	// StandbyServesTitle is the title of the alarm StandbyServes, as "The standby
	// serves": whoever moves the site is told to watch it. Required.
	StandbyServesTitle string

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
	// must be in us-east-1: an alarm on alarms takes those of its own region only.
	// Default: nobody is paged for errors of the standby's servers.
	StandbyErrors awscloudwatch.IAlarm

	// ErrorPercent is the share of Site's answers that are 5xx, in percent, at or
	// above which three minutes in a row set TooManyErrors off. Default: 0, there is
	// no such alarm.
	ErrorPercent int

	// Pages is notified when visitors are affected and when nobody is served, and
	// of nothing else. Required.
	Pages awssns.ITopic
}

// FailoverAlarms are the alarms on which region serves, and how well.
type FailoverAlarms struct {
	constructs.Construct

	// StandbyEndpoint is on while the standby does not answer.
	StandbyEndpoint awscloudwatch.Alarm

	// StandbyServes is on while the records lead to the standby.
	StandbyServes awscloudwatch.Alarm

	// TooManyErrors is on while the site answers with so many errors that it has to
	// move; nil without ErrorPercent.
	TooManyErrors awscloudwatch.IAlarm

	// All are the alarms made, these included.
	All []awscloudwatch.IAlarm
}

// NewFailoverAlarms makes the alarms. It panics when StandbyErrors is of another
// region: only the deployment would refuse it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func NewFailoverAlarms(scope constructs.Construct, id string, props *FailoverAlarmsProps) *FailoverAlarms {
	require(id, "Alarms", props.Alarms)
	require(id, "StandbyServesTitle", props.StandbyServesTitle)
	require(id, "HomeEndpoint", props.HomeEndpoint)
	require(id, "HomeServes", props.HomeServes)
	require(id, "StandbyEndpoint", props.StandbyEndpoint)
	require(id, "Site", props.Site)
	require(id, "HomeFiles", props.HomeFiles)
	require(id, "StandbyFiles", props.StandbyFiles)
	require(id, "Pages", props.Pages)
	if errors := props.StandbyErrors; errors != nil && regionOf(errors) != regionOf(scope) {
		panic(fmt.Sprintf("%s: the alarm StandbyErrors is in %s, not in %s: leave it out", id, regionOf(errors), regionOf(scope)))
	}
	f := &FailoverAlarms{Construct: constructs.NewConstruct(scope, &id)}
	add := func(id string, alarm alarmProps) awscloudwatch.Alarm {
		made := props.Alarms.add(f.Construct, id, alarm)
		f.All = append(f.All, made)
		return made
	}
	home := add("HomeEndpoint", homeUnhealthy(props.HomeEndpoint))
	f.StandbyEndpoint = add("StandbyEndpoint", standbyUnhealthy(props.StandbyEndpoint))
	f.StandbyServes = add("StandbyServes", standbyServes(props.StandbyServesTitle, props.HomeServes))
	site := add("SiteErrors", edgeErrors(props.Site, "the site"))
	homeFiles := add("HomeFilesErrors", edgeErrors(props.HomeFiles, "static files, home"))
	standbyFiles := add("StandbyFilesErrors", edgeErrors(props.StandbyFiles, "static files, standby"))

	atStandby := []awscloudwatch.IAlarmRule{f.StandbyEndpoint, standbyFiles}
	if props.StandbyErrors != nil {
		atStandby = append(atStandby, props.StandbyErrors)
	}
	f.addPage("VisitorsAffected", "Visitors are affected",
		"Visitors get errors, or the home region does not answer: writes failed until DNS had moved, and there is no spare region until it is back.",
		awscloudwatch.AlarmRule_AnyOf(
			site, home,
			awscloudwatch.AlarmRule_AllOf(homeFiles, awscloudwatch.AlarmRule_Not(f.StandbyServes)),
			awscloudwatch.AlarmRule_AllOf(f.StandbyServes, awscloudwatch.AlarmRule_AnyOf(atStandby...)),
		), props)
	// The alarm above stays on while home is down. It would send no second message
	// when the standby fails as well.
	f.addPage("NobodyServed", "Nobody is served",
		"The records lead visitors to the standby, and the standby does not answer either.",
		awscloudwatch.AlarmRule_AllOf(f.StandbyServes, f.StandbyEndpoint), props)
	if props.ErrorPercent > 0 {
		f.TooManyErrors = add("TooManyErrors", tooManyErrors(props.Site, props.ErrorPercent))
	}
	return f
}

// addPage makes an alarm that pages: one message for an outage, however many of
// the alarms below it go off.
func (f *FailoverAlarms) addPage(id, title, means string, rule awscloudwatch.IAlarmRule, props *FailoverAlarmsProps) {
	f.All = append(f.All, props.Alarms.addComposite(f.Construct, id, title, means, rule, props.Pages))
}

func homeUnhealthy(endpoint awsroute53.IHealthCheck) alarmProps {
	return unhealthy(endpoint, alarmProps{
		title: "The home region does not answer",
		means: "Route 53's health checkers get no good answer from the home region through CloudFront. Until DNS has led visitors to the standby, writes fail, and reads unless edge.readFailover retries them there.",
		// Checkers publish a value every minute. A gap is CloudWatch's, and no reason
		// to wake anybody: an outage begins with a 0.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}

func standbyUnhealthy(endpoint awsroute53.IHealthCheck) alarmProps {
	return unhealthy(endpoint, alarmProps{
		title: "The standby does not answer",
		means: "Route 53's health checkers get no good answer from the standby's load balancer. While the home region serves, visitors notice nothing; a failover would lead them to nobody.",
		// As in homeUnhealthy.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}

func standbyServes(title string, homeServes awsroute53.IHealthCheck) alarmProps {
	return unhealthy(homeServes, alarmProps{
		title: title,
		means: "The failover records lead visitors to the standby, because the home region does not answer or the failover switch is on.",
		// A gap in the metric does not change which region serves. This alarm also
		// starts manual failback, which must not happen because of a gap.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}

// unhealthy is on from the first minute in which a health check was unhealthy.
func unhealthy(check awsroute53.IHealthCheck, props alarmProps) alarmProps {
	props.metric = awscloudwatch.NewMetric(healthCheckMetric("HealthCheckStatus", check, minimum))
	props.operator = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD
	props.threshold = 1
	return props
}

// edgeErrors goes off when one distribution answers with errors.
func edgeErrors(distribution awscloudfront.IDistribution, of string) alarmProps {
	return alarmProps{
		title:     "CloudFront answers with errors",
		about:     of,
		means:     "For three minutes of the last five, 5 % or more of the answers were 5xx.",
		metric:    awscloudwatch.NewMetric(edgeMetric("5xxErrorRate", distribution, average)),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: errorPercent,
		wrong:     3, of: 5,
		// Without requests there are no errors. The site's distribution always has
		// some: Route 53's checkers send more than 60 good ones a minute. So one
		// visitor's error is never 5 %, and on a site with a handful of visitors only
		// the health check notices an outage.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}

// tooManyErrors goes off when the site has to move. It counts minutes with visitors
// only: at night, checkers are most of the requests, and the errors of a handful
// of visitors would move the site.
//
// It is no health check on an alarm: such a check would be well again as soon as
// visitors have left, before the switch holds the site, and it keeps a copy of the
// alarm's threshold.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
func tooManyErrors(site awscloudfront.IDistribution, percent int) alarmProps {
	return alarmProps{
		title: "Errors move the site",
		means: fmt.Sprintf("For three minutes in a row, with 300 requests or more in each, %d %% or more of the site's answers were 5xx: the failover switch is put, and the standby serves until somebody removes it.", percent),
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:      jsii.String("answers 5xx, in percent, of 300 or more"),
			Period:     everyMinute(),
			Expression: jsii.String("IF(requests >= 300, rate, 0)"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"requests": awscloudwatch.NewMetric(edgeMetric("Requests", site, sum)),
				"rate":     awscloudwatch.NewMetric(edgeMetric("5xxErrorRate", site, average)),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: float64(percent),
		wrong:     3, of: 3,
		// Without requests there are no errors.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}
