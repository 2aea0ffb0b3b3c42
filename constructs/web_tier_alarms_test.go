package constructs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// testTier is a web tier, in a network of its own.
func testTier(scope constructs.Construct) *WebTier {
	return NewWebTier(scope, "WebTier", &WebTierProps{
		Vpc:          testVpc(scope),
		Servers:      testServers,
		LoadBalancer: LoadBalancerOptions{HealthPath: "/healthz"},
		CPU:          testCPU,
	})
}

func newTestWebTierAlarms(stage awscdk.Stage, id string, mutate func(*WebTierAlarmsProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &WebTierAlarmsProps{Alarms: testAlarms(stack), Tier: testTier(stack)}
	mutate(props)
	NewWebTierAlarms(stack, "WebTierAlarms", props)
	return stack
}

func TestWebTierAlarms(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestWebTierAlarms(stage, "Minimal", func(*WebTierAlarmsProps) {})
	exhaustive := newTestWebTierAlarms(stage, "Exhaustive", func(props *WebTierAlarmsProps) {
		props.AvailabilityZones = []string{testRegion + "a", testRegion + "c"}
	})

	// The CDK's own choices: five minutes, and no topic.
	plain := newTestStack(stage, "Plain")
	tier := testTier(plain)
	plainAlarm(plain, "Errors", awscloudwatch.NewMetric(balancerMetric("HTTPCode_ELB_5XX_Count", tier, sum)))
	plainAlarm(plain, "Unhealthy", awscloudwatch.NewMetric(hostCount("UnHealthyHostCount", tier, "", maximum)))

	balancer := object{"Name": "LoadBalancer", "Value": att("WebTierEntranceLoadBalancer", "LoadBalancerFullName")}
	targets := object{"Name": "TargetGroup", "Value": att("WebTierEntranceTargetGroup", "TargetGroupFullName")}
	noServer := func(name, where string, dimensions ...any) assertion {
		return every(tells(name, "no-healthy-server", object{
			"Namespace": "AWS/ApplicationELB", "MetricName": "HealthyHostCount", "Dimensions": dimensions,
			"Statistic": "Minimum", "Period": 60, "ComparisonOperator": "LessThanThreshold", "Threshold": 1,
			"DatapointsToAlarm": 5, "EvaluationPeriods": 5,
			"TreatMissingData": "breaching", // nothing is published of a zone without servers
		}), has(alarmType, object{"AlarmDescription": matching("^For five minutes, .* in this " + where + `\.`)}))
	}
	zone := func(name string) object { return object{"Name": "AvailabilityZone", "Value": name} }

	checkPromises(t, []promise{
		{"5 % of the answers are errors, the load balancer's among them", tells("A load balancer answers with errors", "a-load-balancer-answers-with-errors", object{
			"Metrics": list{
				expression("100 * (FILL(servers, 0) + FILL(balancer, 0)) / (FILL(requests, 0) + FILL(balancer, 0))", "answers 5xx, in percent"),
				operand("balancer", "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", balancer),
				operand("requests", "AWS/ApplicationELB", "RequestCount", "Sum", balancer),
				operand("servers", "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Sum", balancer),
			},
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 5,
			"DatapointsToAlarm": 3, "EvaluationPeriods": 5,
			"TreatMissingData": "notBreaching",
		}), minimal, plain},
		{"a server stays unhealthy", tells("Servers are unhealthy", "servers-are-unhealthy", object{
			"Namespace": "AWS/ApplicationELB", "MetricName": "UnHealthyHostCount", "Dimensions": list{balancer, targets},
			"Statistic": "Maximum", "Period": 60, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1,
			"DatapointsToAlarm": 10, "EvaluationPeriods": 10,
			"TreatMissingData": "notBreaching",
		}), minimal, plain},

		{"no healthy server in the region", noServer("No healthy server", "region", balancer, targets), minimal, exhaustive},
		{"and in no zone", count(alarmType, 1, object{"MetricName": "HealthyHostCount"}), minimal, exhaustive},
		{"no healthy server in a zone", every(
			noServer("No healthy server ("+testRegion+"a)", "zone", zone(testRegion+"a"), balancer, targets),
			noServer("No healthy server ("+testRegion+"c)", "zone", zone(testRegion+"c"), balancer, targets),
		), exhaustive, minimal},
		{"and none for the region", count(alarmType, 2, object{"MetricName": "HealthyHostCount"}), exhaustive, minimal},

		{"no more servers may come, by the limits of the moment, unless they are one number", tells("A group is at its maximum", "a-group-is-at-its-maximum", object{
			"Metrics": list{
				expression("IF(FILL(maximum, REPEAT) > FILL(minimum, REPEAT), FILL(maximum, REPEAT) - FILL(desired, REPEAT), 1)", "servers that may still come"),
				operand("desired", "AWS/AutoScaling", "GroupDesiredCapacity", "Average", groupIs("WebTierWebServersGroupASG")),
				operand("maximum", "AWS/AutoScaling", "GroupMaxSize", "Average", groupIs("WebTierWebServersGroupASG")),
				operand("minimum", "AWS/AutoScaling", "GroupMinSize", "Average", groupIs("WebTierWebServersGroupASG")),
			},
			"ComparisonOperator": "LessThanOrEqualToThreshold", "Threshold": 0,
			"DatapointsToAlarm": 5, "EvaluationPeriods": 5,
			"TreatMissingData": "ignore",
		}), minimal, plain},
		{"an instance refresh stops at errors, and at those of its last server", hasWhole("AWS::AutoScaling::AutoScalingGroup", object{
			"UpdatePolicy": object{"AutoScalingInstanceRefresh": object{"Strategy": "Rolling", "Preferences": exactly(object{
				"MinHealthyPercentage": 100, "MaxHealthyPercentage": 110, "BakeTime": 300,
				"AlarmSpecification": object{"Alarms": list{"ticketing: A load balancer answers with errors"}},
			})}},
		}), minimal, plain},
		{"by an alarm that is there before it", hasWhole("AWS::AutoScaling::AutoScalingGroup", object{
			"DependsOn": listWith(logicalID("WebTierAlarmsLoadBalancerErrors")),
		}), minimal, plain},
		{"nothing is missed before there are servers", afterServers(), minimal, plain},
		{"nor in any zone", afterServers(), exhaustive, plain},
	})
}

var healthyID = regexp.MustCompile("^WebTierHealthyServersWait[0-9A-F]{8}$")

// afterServers demands that every alarm is made once the first servers are
// healthy, save that on errors and those that scale the group.
func afterServers() assertion {
	return func(template assertions.Template) {
		for id, alarm := range *template.FindResources(jsii.String(alarmType), nil) {
			after, _ := (*alarm)["DependsOn"].([]any)
			waits := slices.ContainsFunc(after, func(id any) bool { return healthyID.MatchString(id.(string)) })
			if !waits && !strings.HasPrefix(id, "WebTierCpu") && !strings.HasPrefix(id, "WebTierAlarmsLoadBalancerErrors") {
				panic(fmt.Sprintf("%s%s is made after %v", flaw, id, after))
			}
		}
	}
}

// The alarm of visitors who are affected is made of it.
func TestWebTierAlarmsFields(t *testing.T) {
	stack := newTestStack(newTestStage(t), "Stack")
	w := NewWebTierAlarms(stack, "WebTierAlarms", &WebTierAlarmsProps{Alarms: testAlarms(stack), Tier: testTier(stack)})
	if got := *w.Errors.Node().Path(); got != "Test/Stack/WebTierAlarms/LoadBalancerErrors" {
		t.Errorf("Errors is alarm %s", got)
	}
	if len(w.All) != 4 {
		t.Errorf("%d alarms for the dashboard, want 4", len(w.All))
	}
}

// expression demands one that is what the alarm looks at, in minutes.
func expression(text, label string) assertions.Matcher {
	return exactly(object{"Id": "expr_1", "Expression": text, "Label": label, "ReturnData": true})
}

// operand demands a metric that an expression counts with, each minute.
func operand(id, namespace, name, statistic string, dimensions ...any) assertions.Matcher {
	return exactly(object{"Id": id, "ReturnData": false, "MetricStat": exactly(object{
		"Metric": exactly(object{"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}),
		"Period": 60, "Stat": statistic,
	})})
}

func groupIs(path string) object { return object{"Name": "AutoScalingGroupName", "Value": ref(path)} }
