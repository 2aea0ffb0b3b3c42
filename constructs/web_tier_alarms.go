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

	// Fixed says that the group never changes its size, and so is always at its
	// maximum. Default: it grows.
	Fixed bool
}

// NewWebTierAlarms watches the web tier of one region.
func NewWebTierAlarms(scope constructs.Construct, id string, alarms *Alarms, props *WebTierAlarmsProps) {
	c := constructs.NewConstruct(scope, &id)
	alarms.add(c, "LoadBalancerErrors", loadBalancerErrors(props.Tier))
	if len(props.AvailabilityZones) == 0 {
		alarms.add(c, "NoHealthyServer", noHealthyServer(props.Tier, ""))
	}
	for _, zone := range props.AvailabilityZones {
		alarms.add(c, "NoHealthyServer-"+zone, noHealthyServer(props.Tier, zone))
	}
	alarms.add(c, "UnhealthyServers", unhealthyServers(props.Tier))
	if !props.Fixed {
		alarms.add(c, "AtMaximum", atMaximum(props.Tier))
	}
}

// loadBalancerErrors counts the load balancer's own answers beside the
// requests: RequestCount leaves out those for which it found no server.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func loadBalancerErrors(tier *WebTier) alarmProps {
	sum := awscloudwatch.Stats_SUM()
	return alarmProps{
		title: "A load balancer answers with errors",
		means: "For three minutes of the last five, 5 % or more of the requests were answered 5xx, by the servers or by the load balancer in their stead.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:  jsii.String("answers 5xx, in percent"),
			Period: everyMinute(),
			// Counts of nothing are not published: FILL makes them 0.
			Expression: jsii.String("100 * (FILL(servers, 0) + FILL(balancer, 0)) / (FILL(requests, 0) + FILL(balancer, 0))"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"requests": balancerMetric("RequestCount", tier, sum),
				"servers":  balancerMetric("HTTPCode_Target_5XX_Count", tier, sum),
				"balancer": balancerMetric("HTTPCode_ELB_5XX_Count", tier, sum),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: errorPercent,
		wrong:     3, of: 5,
		// No requests, no errors: the standby hears of nobody for months.
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
		means:     "For three minutes, the load balancer has had no healthy server in " + where + ".",
		metric:    hostCount("HealthyHostCount", tier, zone, awscloudwatch.Stats_MINIMUM()),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD,
		threshold: 1,
		wrong:     3, of: 3,
		// Where no server is registered, nothing is published: that is worse than
		// an unhealthy one.
		missing: awscloudwatch.TreatMissingData_BREACHING,
	}
}

func unhealthyServers(tier *WebTier) alarmProps {
	return alarmProps{
		title:     "Servers are unhealthy",
		means:     "For ten minutes, the load balancer has called a server unhealthy. Auto Scaling replaces it within that time, so what comes in its place does not become healthy either.",
		metric:    hostCount("UnHealthyHostCount", tier, "", awscloudwatch.Stats_MAXIMUM()),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		wrong:     10, of: 10,
		// Where no server is registered, none is unhealthy: the alarm on healthy
		// servers tells of that.
		missing: awscloudwatch.TreatMissingData_NOT_BREACHING,
	}
}

// atMaximum compares with the group's maximum of the moment: schedules change
// it.
func atMaximum(tier *WebTier) alarmProps {
	return alarmProps{
		title: "A group is at its maximum",
		means: "For five minutes, the group of web servers has wanted as many as it may have: more visitors will find it slow.",
		metric: awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Label:      jsii.String("servers that may still come"),
			Period:     everyMinute(),
			Expression: jsii.String("maximum - desired"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{
				"maximum": groupSize("GroupMaxSize", tier.Group),
				"desired": groupSize("GroupDesiredCapacity", tier.Group),
			},
		}),
		operator:  awscloudwatch.ComparisonOperator_LESS_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 0,
		wrong:     5, of: 5,
		// Auto Scaling leaves out a minute now and then, "on a best-effort basis":
		// a gap changes nothing.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	}
}
