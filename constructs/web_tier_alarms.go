package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// errorPercent is the percentage of answers 5xx at which an alarm on errors counts
// a minute as bad. Such an alarm goes off after three bad minutes of five, so a
// deployment or a single bad minute does not set it off.
const errorPercent = 5

// WebTierAlarmsProps describes what is watched in one region.
type WebTierAlarmsProps struct {
	// Alarms is what the alarms of the region share. Required.
	Alarms *Alarms

	// Tier is the web tier. Required.
	Tier *WebTier

	// AvailabilityZones are the zones that must each have a healthy server.
	// Default: one in the whole region is enough.
	AvailabilityZones []string
}

// WebTierAlarms are the alarms on the web tier of one region.
type WebTierAlarms struct {
	constructs.Construct

	// Errors is on while the load balancer answers with errors.
	Errors awscloudwatch.Alarm

	// All are the alarms made, Errors included.
	All []awscloudwatch.IAlarm
}

// NewWebTierAlarms makes the alarms. An instance refresh of the tier's group stops
// at the alarm on errors; the others are made when the first servers are healthy.
func NewWebTierAlarms(scope constructs.Construct, id string, props *WebTierAlarmsProps) *WebTierAlarms {
	require(id, "Alarms", props.Alarms)
	require(id, "Tier", props.Tier)
	w := &WebTierAlarms{Construct: constructs.NewConstruct(scope, &id)}
	errors := loadBalancerErrors(props.Tier)
	w.Errors = props.Alarms.add(w.Construct, "LoadBalancerErrors", errors)
	w.All = append(w.All, w.Errors)
	props.Tier.stopRefreshOn(w.Errors, props.Alarms.name(errors.title, ""))
	add := func(id string, alarm alarmProps) {
		made := props.Alarms.add(w.Construct, id, alarm)
		// Made before there are healthy servers, it would page for their absence.
		made.Node().AddDependency(props.Tier.Healthy)
		w.All = append(w.All, made)
	}
	if len(props.AvailabilityZones) == 0 {
		add("NoHealthyServer", noHealthyServer(props.Tier, ""))
	}
	for _, zone := range props.AvailabilityZones {
		add("NoHealthyServer-"+zone, noHealthyServer(props.Tier, zone))
	}
	add("UnhealthyServers", unhealthyServers(props.Tier))
	add("AtMaximum", atMaximum(props.Tier))
	return w
}

// loadBalancerErrors adds the load balancer's own errors to the requests, because
// RequestCount leaves out those for which it found no server.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func loadBalancerErrors(tier *WebTier) alarmProps {
	return alarmProps{
		title: "A load balancer answers with errors",
		means: "For three minutes of the last five, 5 % or more of the requests were answered 5xx, by the servers or by the load balancer in their stead.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("answers 5xx, in percent"),
			Period: everyMinute(),
			// A count of 0 is not published: FILL makes it 0.
			Expression: jsii.String("100 * (FILL(servers, 0) + FILL(balancer, 0)) / (FILL(requests, 0) + FILL(balancer, 0))"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"requests": awscloudwatch.NewMetric(balancerMetric("RequestCount", tier, sum)),
				"servers":  awscloudwatch.NewMetric(balancerMetric("HTTPCode_Target_5XX_Count", tier, sum)),
				"balancer": awscloudwatch.NewMetric(balancerMetric("HTTPCode_ELB_5XX_Count", tier, sum)),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: errorPercent,
		wrong:     3, of: 5,
		// Without requests there are no errors. Route 53's checkers always send some
		// good ones, about 30 a minute to the standby and more than 60 to home: the
		// errors of a handful of visitors are not 5 %.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}

func noHealthyServer(tier *WebTier, zone string) alarmProps {
	where := "this zone"
	if zone == "" {
		where = "this region"
	}
	return alarmProps{
		title:     "No healthy server",
		about:     zone,
		means:     "For five minutes, the load balancer has had no healthy server in " + where + ".",
		metric:    awscloudwatch.NewMetric(hostCount("HealthyHostCount", tier, zone, minimum)),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		threshold: 1,
		// An instance refresh may leave a zone empty while a server boots.
		wrong: 5, of: 5,
		// Nothing is published where no server is registered, and that is worse than an
		// unhealthy server.
		missing: awscloudwatch.TreatMissingData_BREACHING,
	}
}

func unhealthyServers(tier *WebTier) alarmProps {
	return alarmProps{
		title:     "Servers are unhealthy",
		means:     "For ten minutes, the load balancer has called a server unhealthy. Auto Scaling replaces it within that time, so what comes in its place does not become healthy either.",
		metric:    awscloudwatch.NewMetric(hostCount("UnHealthyHostCount", tier, "", maximum)),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		wrong:     10, of: 10,
		// Where no server is registered, none is unhealthy: the alarm on healthy servers
		// goes off instead.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}

// atMaximum compares with the group's current limits, which schedules change. A
// group whose minimum is its maximum is not meant to grow, so no alarm goes off.
func atMaximum(tier *WebTier) alarmProps {
	return alarmProps{
		title: "A group is at its maximum",
		means: "For five minutes, the group of web servers has wanted as many as it may have: more visitors will find it slow.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("servers that may still come"),
			Period: everyMinute(),
			// Auto Scaling leaves out a value now and then: without FILL it would count as 0.
			Expression: jsii.String("IF(FILL(maximum, REPEAT) > FILL(minimum, REPEAT), FILL(maximum, REPEAT) - FILL(desired, REPEAT), 1)"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"minimum": awscloudwatch.NewMetric(groupSize("GroupMinSize", tier)),
				"maximum": awscloudwatch.NewMetric(groupSize("GroupMaxSize", tier)),
				"desired": awscloudwatch.NewMetric(groupSize("GroupDesiredCapacity", tier)),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 0,
		wrong:     5, of: 5,
		// It may leave out a whole minute too, as its metrics come "on a best-effort
		// basis": the alarm then stays as it is.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}
}
