package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"

	"twinsite/assembly"
)

// alarms are all alarms on metrics.
func (w *walk) alarms() []*assembly.Resource { return w.Resources("AWS::CloudWatch::Alarm") }

// alarmNamed is the one alarm whose name ends with a title, in a region.
func (w *walk) alarmNamed(title, region string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		if alarm.Has("AlarmName") && alarm.Stack.Region == region && must(alarm.Text("AlarmName")) == w.site.Name+": "+title {
			found = append(found, alarm)
		}
	}
	return only(fmt.Sprintf("alarms %q in %s", title, region), found...)
}

// about is a metric of one resource or, with a dimension more, of a part of it.
func about(m metric, name, dimension string, r *assembly.Resource) bool {
	return m.name == name && strings.HasPrefix(m.dimensions[dimension], "${"+r.String())
}

// watches demands an alarm on a metric of a resource.
func (w *walk) watches(name, dimension string, r *assembly.Resource) *assembly.Resource {
	for _, alarm := range w.alarms() {
		for _, m := range metricsOf(alarm) {
			if about(m, name, dimension, r) {
				return alarm
			}
		}
	}
	fail("nobody watches the %s of %s", name, r)
	return nil
}

// scales reports whether an alarm drives a scaling policy.
func scales(alarm *assembly.Resource) bool {
	for _, to := range must(alarm.Targets("AlarmActions")) {
		if to.Type == "AWS::AutoScaling::ScalingPolicy" {
			return true
		}
	}
	return false
}

// pages is the topic that only hears that visitors are affected.
func (w *walk) pages() *assembly.Resource {
	output := must(must(w.Stack("Failover")).Output("PagesTopic"))
	return must(output.Target())
}

// operators is the topic of a region's operators.
func (w *walk) operators(region string) *assembly.Resource {
	var found []*assembly.Resource
	for _, topic := range w.Resources("AWS::SNS::Topic") {
		if topic.Stack.Region == region && topic != w.pages() {
			found = append(found, topic)
		}
	}
	return only("operators' topics in "+region, found...)
}

// keepsTold demands that an alarm tells its region's operators when it goes off
// and when it ends.
func (w *walk) keepsTold(alarm *assembly.Resource) {
	for _, actions := range []string{"AlarmActions", "OKActions"} {
		if told := must(alarm.Targets(actions)); !slices.Contains(told, w.operators(alarm.Stack.Region)) {
			fail("%s: %s tell %v, not the operators of %s", alarm, actions, told, alarm.Stack.Region)
		}
	}
}

// cpuAlarm is one that every site has.
func (w *walk) cpuAlarm() *assembly.Resource {
	return w.alarm(w.home(), "GreaterThanOrEqualToThreshold")
}

// keepsRoute53Alarms demands alarms on who answers and who serves.
func (w *walk) keepsRoute53Alarms() {
	primary, _ := w.pair(w.site.HostNames()[0], "A")
	for title, check := range map[string]*assembly.Resource{
		"The home region does not answer": w.homeCheck(),
		"The standby does not answer":     w.standbyCheck(),
		"The standby serves":              primary.HealthCheck,
	} {
		alarm := w.alarmNamed(title, "us-east-1")
		leads(alarm, "Dimensions.0.Value", check)
		expect(alarm, "MetricName", "HealthCheckStatus")
		expect(alarm, "ComparisonOperator", "LessThanThreshold")
		expect(alarm, "Threshold", 1)
		expect(alarm, "Statistic", "Minimum")
		expect(alarm, "EvaluationPeriods", 1)
		// A gap in the metrics is no outage, and must not start manual failback.
		expect(alarm, "TreatMissingData", "ignore")
	}
}

// keepsEdgeAlarms demands an alarm on the errors of each distribution.
func (w *walk) keepsEdgeAlarms() {
	for _, distribution := range w.Resources("AWS::CloudFront::Distribution") {
		alarm := w.watches("5xxErrorRate", "DistributionId", distribution)
		inRegion(alarm, "us-east-1")
		expect(alarm, "ComparisonOperator", "GreaterThanOrEqualToThreshold")
		expect(alarm, "Threshold", 5)
		expect(alarm, "DatapointsToAlarm", 3)
		expect(alarm, "EvaluationPeriods", 5)
		expect(alarm, "TreatMissingData", "notBreaching")
	}
}

// keepsReplicationAlarms demands that each way is watched, its failures in the
// region of the source and its delays in that of the destination.
func (w *walk) keepsReplicationAlarms() {
	type way struct{ from, to string }
	home, standby := w.site.Home.Region.Name, w.site.Standby.Region.Name
	ways := []way{{home, standby}}
	if w.site.Replication.BothWays {
		ways = append(ways, way{standby, home})
	}
	for _, way := range ways {
		failing := w.alarmNamed("Files do not replicate", way.from)
		if m := metricsOf(failing)[0]; !about(m, "OperationsFailedReplication", "SourceBucket", w.bucket(way.from)) {
			fail("%s reads %s of %v, which is published in the source's region", failing, m, m.dimensions)
		}
		expect(failing, "Threshold", 0)
		expect(failing, "ComparisonOperator", "GreaterThanThreshold")
		late := w.alarmNamed("Files replicate late", way.to)
		if m := metricsOf(late)[0]; !about(m, "ReplicationLatency", "DestinationBucket", w.bucket(way.to)) {
			fail("%s does not read of any DestinationBucket of its region: %v", late, m.dimensions)
		}
		expect(late, "Threshold", 15*60)
		expect(late, "ComparisonOperator", "GreaterThanThreshold")
	}
}

// keepsTierAlarms demands the alarms on a region's load balancer and group.
func (w *walk) keepsTierAlarms(t *tier) {
	errors := w.watches("HTTPCode_Target_5XX_Count", "LoadBalancer", t.balancer)
	if w.watches("HTTPCode_ELB_5XX_Count", "LoadBalancer", t.balancer) != errors {
		fail("%s leaves out the load balancer's own errors", errors)
	}
	expect(errors, "Threshold", 5)
	expect(errors, "TreatMissingData", "notBreaching")

	var zones []string
	for _, alarm := range w.alarms() {
		m := metricsOf(alarm)[0]
		if !about(m, "HealthyHostCount", "TargetGroup", t.targetGroup) {
			continue
		}
		expect(alarm, "ComparisonOperator", "LessThanThreshold")
		expect(alarm, "Threshold", 1)
		// A zone without any server publishes nothing.
		expect(alarm, "TreatMissingData", "breaching")
		zones = append(zones, m.dimensions["AvailabilityZone"])
	}
	want := t.AvailabilityZones
	if t.Minimum < len(want) {
		want = []string{""} // the whole region
	}
	if slices.Sort(zones); !slices.Equal(zones, want) {
		fail("alarms on healthy servers in %q of %s, want %q", zones, t.balancer, want)
	}

	unhealthy := w.watches("UnHealthyHostCount", "TargetGroup", t.targetGroup)
	expect(unhealthy, "Threshold", 1)
	expect(unhealthy, "DatapointsToAlarm", 10)
	full := w.watches("GroupDesiredCapacity", "AutoScalingGroupName", t.group)
	compares := "IF(FILL(maximum, REPEAT) > FILL(minimum, REPEAT), FILL(maximum, REPEAT) - FILL(desired, REPEAT), 1)"
	if expression := must(full.Text("Metrics.0.Expression")); expression != compares {
		fail("%s does not compare the group with its limits: %s", full, expression)
	}
	expect(full, "ComparisonOperator", "LessThanOrEqualToThreshold")
	expect(full, "Threshold", 0)
}

// keepsScalingPolicies demands an alarm for each policy, in its region.
func (w *walk) keepsScalingPolicies() {
	for _, policy := range w.Resources("AWS::AutoScaling::ScalingPolicy") {
		alarms := w.Referrers(policy, "AWS::CloudWatch::Alarm")
		if len(alarms) == 0 {
			fail("no alarm triggers %s", policy)
		}
		for _, alarm := range alarms {
			leads(alarm, "AlarmActions", policy)
			inRegion(alarm, policy.Stack.Region)
		}
	}
}

// keepsRunbook follows the link at the end of every alarm's description to a
// heading of the operators' page, which is that of the alarm's name.
func (w *walk) keepsRunbook() {
	var page strings.Builder // its headings have ids, which are those of GitHub as long as titles are letters and spaces
	markdown := goldmark.New(goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	if err := markdown.Convert(must(os.ReadFile("docs/operations.md")), &page); err != nil {
		fail("%v", err)
	}
	for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		description := must(alarm.Text("AlarmDescription"))
		_, anchor, found := strings.Cut(description, " What to do: "+w.site.Runbook+"#")
		if !found {
			fail("%s links no paragraph of %s: %s", alarm, w.site.Runbook, description)
		}
		if !strings.Contains(page.String(), `id="`+anchor+`"`) {
			fail("%s: docs/operations.md has no heading %q", alarm, anchor)
		}
		if alarm.Has("AlarmName") {
			title, _, _ := strings.Cut(strings.TrimPrefix(must(alarm.Text("AlarmName")), w.site.Name+": "), " (")
			if want := strings.ReplaceAll(strings.ToLower(title), " ", "-"); anchor != want {
				fail("%s links %s, want %s", alarm, anchor, want)
			}
		}
	}
}

// keepsPage demands that two alarms page: that visitors are affected, and that
// nobody is served.
func (w *walk) keepsPage() {
	affected, nobody := w.alarmNamed("Visitors are affected", "us-east-1"), w.alarmNamed("Nobody is served", "us-east-1")
	for _, alarm := range w.Referrers(w.pages(), "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		if alarm != affected && alarm != nobody {
			fail("%s pages too", alarm)
		}
	}
	for _, alarm := range []*assembly.Resource{affected, nobody} {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if !slices.Contains(must(alarm.Targets(actions)), w.pages()) {
				fail("%s: %s does not page", alarm, actions)
			}
		}
	}
	if n := len(w.Referrers(w.pages(), "AWS::SNS::Subscription")); n != len(w.site.Page) {
		fail("%s leads to %d addresses, want %d", w.pages(), n, len(w.site.Page))
	}

	on := func(alarm *assembly.Resource) string { return `ALARM("${` + alarm.String() + `.Arn}")` }
	errors := func(distribution *assembly.Resource) string {
		return on(w.watches("5xxErrorRate", "DistributionId", distribution))
	}
	away, standby := on(w.alarmNamed("The standby serves", "us-east-1")), on(w.alarmNamed("The standby does not answer", "us-east-1"))
	atStandby := standby + " OR " + errors(w.staticDistribution(w.site.Standby.Region.Name))
	if w.site.Standby.Region.Name == "us-east-1" { // alarms of other regions cannot be part
		atStandby += " OR " + on(w.watches("HTTPCode_Target_5XX_Count", "LoadBalancer", w.standbyBalancer()))
	}
	expect(affected, "AlarmRule", fmt.Sprintf("(%s OR %s OR (%s AND (NOT (%s))) OR (%s AND (%s)))",
		errors(w.siteDistribution()), on(w.alarmNamed("The home region does not answer", "us-east-1")),
		errors(w.staticDistribution(w.site.Home.Region.Name)), away, away, atStandby))
	expect(nobody, "AlarmRule", fmt.Sprintf("(%s AND %s)", away, standby))
}
