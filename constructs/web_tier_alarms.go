package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// errorPercent is the share of answers 5xx from which on something is wrong
// with more than one request; wrong in three minutes of five, a deployment's or
// a single minute's are not yet.
const errorPercent = 5

// WebTierAlarmsProps describes what is watched in one region.
type WebTierAlarmsProps struct {
	// Tier is the web tier. Required.
	Tier *WebTier

	// AvailabilityZones are the zones that must each have a healthy server.
	// Default: the region must have one, wherever it is.
	AvailabilityZones []string
}

// WebTierAlarms watches the web tier of one region.
type WebTierAlarms struct {
	constructs.Construct

	// Errors is on while the load balancer answers with errors.
	Errors awscloudwatch.Alarm
}

// NewWebTierAlarms makes the alarms.
func NewWebTierAlarms(scope constructs.Construct, id string, alarms *Alarms, props *WebTierAlarmsProps) *WebTierAlarms {
	w := &WebTierAlarms{Construct: constructs.NewConstruct(scope, &id)}
	w.Errors = alarms.add(w.Construct, "LoadBalancerErrors", loadBalancerErrors(props.Tier))
	if len(props.AvailabilityZones) == 0 {
		alarms.add(w.Construct, "NoHealthyServer", noHealthyServer(props.Tier, ""))
	}
	for _, zone := range props.AvailabilityZones {
		alarms.add(w.Construct, "NoHealthyServer-"+zone, noHealthyServer(props.Tier, zone))
	}
	alarms.add(w.Construct, "UnhealthyServers", unhealthyServers(props.Tier))
	alarms.add(w.Construct, "AtMaximum", atMaximum(props.Tier))
	// Without servers yet, there are no healthy ones either.
	w.Node().AddDependency(props.Tier.Group)
	return w
}

// loadBalancerErrors counts the load balancer's own answers beside the
// requests: RequestCount leaves out those for which it found no server.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func loadBalancerErrors(tier *WebTier) alarmProps {
	return alarmProps{
		title: "A load balancer answers with errors",
		means: "For three minutes of the last five, 5 % or more of the requests were answered 5xx, by the servers or by the load balancer in their stead.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("answers 5xx, in percent"),
			Period: everyMinute(),
			// Counts of nothing are not published: FILL makes them 0.
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
		// No requests, no errors. Route 53's checkers always send some good ones,
		// about 30 a minute to the standby and more than 60 home: a handful of
		// visitors who get errors do not make 5 %.
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
		// An instance refresh may empty a zone for as long as a server takes to boot.
		wrong: 5, of: 5,
		// Where no server is registered, nothing is published: that is worse than
		// an unhealthy one.
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
		// Where no server is registered, none is unhealthy: the alarm on healthy
		// servers tells of that.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}

// atMaximum compares with the group's limits of the moment: schedules change
// them. A group whose limits are one number cannot grow, and is not meant to.
func atMaximum(tier *WebTier) alarmProps {
	return alarmProps{
		title: "A group is at its maximum",
		means: "For five minutes, the group of web servers has wanted as many as it may have: more visitors will find it slow.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("servers that may still come"),
			Period: everyMinute(),
			// Auto Scaling leaves out a value now and then, which would count as 0.
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
		// It may leave out a whole minute, too, "on a best-effort basis": a gap
		// changes nothing.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}
}
