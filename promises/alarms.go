package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

const compositeType = "AWS::CloudWatch::CompositeAlarm"

// alarms are all alarms on metrics.
func (in *reader) alarms() []*assembly.Resource { return in.Resources(topology.AlarmType) }

// everyAlarm are the alarms on metrics and those on other alarms.
func (in *reader) everyAlarm() []*assembly.Resource {
	return in.Resources(topology.AlarmType, compositeType)
}

// alarmNamed is the one alarm of the site with a title, in a region.
func (in *reader) alarmNamed(title, region string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range in.everyAlarm() {
		if alarm.Has("AlarmName") && alarm.Stack.Region == region && text(alarm, "AlarmName") == in.site.AlarmName(title) {
			found = append(found, alarm)
		}
	}
	return only(fmt.Sprintf("alarms %q in %s", title, region), found...)
}

// globalAlarm is the one alarm of us-east-1 with a title.
func (in *reader) globalAlarm(title string) *assembly.Resource {
	return in.alarmNamed(title, site.GlobalRegion)
}

// standbyFails is the alarm that is on while the standby does not answer.
func (in *reader) standbyFails() *assembly.Resource {
	return in.globalAlarm("The standby does not answer")
}

// alarmOn demands an alarm on a metric of a resource.
func (in *reader) alarmOn(name, dimension string, r *assembly.Resource) *assembly.Resource {
	for _, alarm := range in.alarms() {
		for _, m := range metricsOf(alarm) {
			if m.about(name, dimension, r) {
				return alarm
			}
		}
	}
	fail(r, "", "has no alarm: nobody watches the %s", name)
	return nil
}

// errorsOf is the alarm on a distribution's errors.
func (in *reader) errorsOf(distribution *assembly.Resource) *assembly.Resource {
	return in.alarmOn("5xxErrorRate", "DistributionId", distribution)
}

// scales reports whether an alarm drives a scaling policy.
func scales(alarm *assembly.Resource) bool {
	return alarm.Has("AlarmActions") && slices.ContainsFunc(targets(alarm, "AlarmActions"), func(to *assembly.Resource) bool {
		return to.Type == "AWS::AutoScaling::ScalingPolicy"
	})
}

// pagesTopic is the topic that only hears that visitors are affected.
func (in *reader) pagesTopic() *assembly.Resource {
	return must.Get(output(must.Get(in.Stack(site.FailoverStack)), site.PagesTopicOutput).Target())
}

// operators is the topic of a region's operators.
func (in *reader) operators(region string) *assembly.Resource {
	pages := in.pagesTopic()
	var found []*assembly.Resource
	for _, topic := range in.Resources("AWS::SNS::Topic") {
		if topic.Stack.Region == region && topic != pages {
			found = append(found, topic)
		}
	}
	return only("operators' topics in "+region, found...)
}

func (in *reader) checkActions() {
	for _, alarm := range in.everyAlarm() {
		if len(targets(alarm, "AlarmActions")) == 0 {
			fail(alarm, "AlarmActions", "does nothing")
		}
		if !scales(alarm) {
			in.checkTold(alarm)
		}
	}
}

// checkTold demands that an alarm tells its region's operators when it goes off
// and when it ends.
func (in *reader) checkTold(alarm *assembly.Resource) {
	for _, actions := range []string{"AlarmActions", "OKActions"} {
		if told := targets(alarm, actions); !slices.Contains(told, in.operators(alarm.Stack.Region)) {
			fail(alarm, actions, "is %v, not the operators of %s", told, alarm.Stack.Region)
		}
	}
}

func (in *reader) checkNotified() {
	for _, alarm := range in.everyAlarm() {
		if !scales(alarm) {
			in.checkTold(alarm)
			in.checkSubscriptions(in.operators(alarm.Stack.Region), len(in.site.Notify))
		}
	}
}

func (in *reader) checkMetrics() {
	for _, alarm := range in.alarms() {
		for _, m := range metricsOf(alarm) {
			in.checkMetric(m)
		}
	}
}

func (in *reader) checkRemoteAlarms() {
	in.checkRoute53Alarms()
	in.checkEdgeAlarms()
	in.checkReplicationAlarms()
	in.checkMetrics()
}

// checkRoute53Alarms demands alarms on who answers and who serves.
func (in *reader) checkRoute53Alarms() {
	for _, on := range []struct {
		title string
		check *assembly.Resource
	}{
		{"The home region does not answer", in.homeCheck()},
		{"The standby does not answer", in.standbyCheck()},
		{site.StandbyServesAlarm, in.serves()},
	} {
		alarm := in.globalAlarm(on.title)
		leads(alarm, "Dimensions.0.Value", on.check)
		expectAll(alarm, "", map[string]any{
			"MetricName": "HealthCheckStatus", "ComparisonOperator": "LessThanThreshold", "Threshold": 1,
			"Statistic": "Minimum", "EvaluationPeriods": 1,
			// A gap in the metrics is no outage, and must not start manual failback.
			"TreatMissingData": "ignore",
		})
	}
}

// checkEdgeAlarms demands an alarm on the errors of each distribution.
func (in *reader) checkEdgeAlarms() {
	for _, distribution := range in.Resources(topology.DistributionType) {
		alarm := in.errorsOf(distribution)
		inRegion(alarm, site.GlobalRegion)
		expectAll(alarm, "", map[string]any{
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 5,
			"DatapointsToAlarm": 3, "EvaluationPeriods": 5, "TreatMissingData": "notBreaching",
		})
	}
}

// checkReplicationAlarms demands that each way is watched, its failures in the
// region of the source and its delays in that of the destination.
func (in *reader) checkReplicationAlarms() {
	type way struct{ from, to string }
	home, standby := in.site.Home.Region.Name, in.site.Standby.Region.Name
	ways := []way{{home, standby}}
	if in.site.Replication.BothWays {
		ways = append(ways, way{standby, home})
	}
	for _, way := range ways {
		for _, alarm := range []struct {
			title, region, metric, dimension string
			bucket                           *assembly.Resource
			threshold                        int
		}{
			{"Files do not replicate", way.from, "OperationsFailedReplication", "SourceBucket", in.bucket(way.from), 0},
			{"Files replicate late", way.to, "ReplicationLatency", "DestinationBucket", in.bucket(way.to), 15 * 60},
		} {
			r := in.alarmNamed(alarm.title, alarm.region)
			if m := firstMetric(r); !m.about(alarm.metric, alarm.dimension, alarm.bucket) {
				fail(r, m.path, "reads %s of %v, not of any %s of its region", m, m.dimensions, alarm.dimension)
			}
			expect(r, "Threshold", alarm.threshold)
			expect(r, "ComparisonOperator", "GreaterThanThreshold")
		}
	}
}

func (in *reader) checkTierAlarms() {
	for _, t := range in.tiers() {
		in.checkTier(t)
	}
}

// checkTier demands the alarms on a region's load balancer and group.
func (in *reader) checkTier(t *tier) {
	errors := in.alarmOn("HTTPCode_Target_5XX_Count", "LoadBalancer", t.balancer)
	if in.alarmOn("HTTPCode_ELB_5XX_Count", "LoadBalancer", t.balancer) != errors {
		fail(errors, "Metrics", "leaves out the load balancer's own errors")
	}
	expect(errors, "Threshold", 5)
	expect(errors, "TreatMissingData", "notBreaching")
	in.checkHealthyServers(t)
	unhealthy := in.alarmOn("UnHealthyHostCount", "TargetGroup", t.targetGroup)
	expect(unhealthy, "Threshold", 1)
	expect(unhealthy, "DatapointsToAlarm", 10)
	full := in.alarmOn("GroupDesiredCapacity", "AutoScalingGroupName", t.group)
	compares := "IF(FILL(maximum, REPEAT) > FILL(minimum, REPEAT), FILL(maximum, REPEAT) - FILL(desired, REPEAT), 1)"
	if expression := text(full, "Metrics.0.Expression"); expression != compares {
		fail(full, "Metrics.0.Expression", "does not compare the group with its limits: %s", expression)
	}
	expect(full, "ComparisonOperator", "LessThanOrEqualToThreshold")
	expect(full, "Threshold", 0)
}

// checkHealthyServers demands an alarm for each zone that has a server at
// least, else one for the region.
func (in *reader) checkHealthyServers(t *tier) {
	var zones []string
	for _, alarm := range in.alarms() {
		m := firstMetric(alarm)
		if !m.about("HealthyHostCount", "TargetGroup", t.targetGroup) {
			continue
		}
		expect(alarm, "ComparisonOperator", "LessThanThreshold")
		expect(alarm, "Threshold", 1)
		expect(alarm, "TreatMissingData", "breaching") // a zone without any server publishes nothing
		zones = append(zones, m.dimensions["AvailabilityZone"])
	}
	want := t.AvailabilityZones
	if t.Minimum < len(want) {
		want = []string{""} // the whole region
	}
	if slices.Sort(zones); !slices.Equal(zones, want) {
		fail(t.targetGroup, "", "has alarms on healthy servers in %q, want %q", zones, want)
	}
}

func (in *reader) checkCertificateAlarms() {
	for _, certificate := range in.Resources(topology.CertificateType) {
		alarm := in.alarmOn("DaysToExpiry", "CertificateArn", certificate)
		inRegion(alarm, certificate.Stack.Region)
		expect(alarm, "Threshold", 30)
		expect(alarm, "ComparisonOperator", "LessThanThreshold")
	}
}

func (in *reader) checkMissingData() {
	for _, alarm := range in.alarms() {
		text(alarm, "TreatMissingData")
	}
}

// checkScalingPolicies demands an alarm for each policy, in its region.
func (in *reader) checkScalingPolicies() {
	for _, policy := range in.Resources("AWS::AutoScaling::ScalingPolicy") {
		alarms := in.Referrers(policy, topology.AlarmType)
		if len(alarms) == 0 {
			fail(policy, "", "does nothing: no alarm triggers it")
		}
		for _, alarm := range alarms {
			leads(alarm, "AlarmActions", policy)
			inRegion(alarm, policy.Stack.Region)
		}
	}
}

// checkDescriptions demands that every alarm links a paragraph of the site's
// runbook at the end of its description: that of the alarm's name.
func (in *reader) checkDescriptions() {
	for _, alarm := range in.everyAlarm() {
		anchor := in.paragraph(alarm)
		if !alarm.Has("AlarmName") {
			continue
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(text(alarm, "AlarmName"), in.site.AlarmName("")), " (")
		if want := strings.ReplaceAll(strings.ToLower(title), " ", "-"); anchor != want {
			fail(alarm, "AlarmDescription", "links the paragraph %q, want %q", anchor, want)
		}
	}
}

// paragraph is the anchor of the paragraph that an alarm links.
func (in *reader) paragraph(alarm *assembly.Resource) string {
	description := text(alarm, "AlarmDescription")
	_, anchor, _ := strings.Cut(description, " What to do: "+in.site.Runbook+"#")
	if anchor == "" {
		fail(alarm, "AlarmDescription", "links no paragraph of %s: %s", in.site.Runbook, description)
	}
	return anchor
}

// checkPages demands that two alarms page: that visitors are affected, and that
// nobody is served.
func (in *reader) checkPages() {
	pages := in.pagesTopic()
	affected, nobody := in.globalAlarm("Visitors are affected"), in.globalAlarm("Nobody is served")
	for _, alarm := range in.Referrers(pages, topology.AlarmType, compositeType) {
		if alarm != affected && alarm != nobody {
			fail(alarm, "", "pages too")
		}
	}
	for _, alarm := range []*assembly.Resource{affected, nobody} {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if !slices.Contains(targets(alarm, actions), pages) {
				fail(alarm, actions, "does not page")
			}
		}
	}
	in.checkSubscriptions(pages, len(in.site.Page))

	on := func(alarm *assembly.Resource) string { return `ALARM("` + placeholder(alarm, "Arn") + `")` }
	away, standby := on(in.globalAlarm(site.StandbyServesAlarm)), on(in.standbyFails())
	atStandby := standby + " OR " + on(in.errorsOf(in.standbyStatic()))
	if in.site.Standby.Region.Name == site.GlobalRegion { // alarms of other regions cannot be part
		atStandby += " OR " + on(in.alarmOn("HTTPCode_Target_5XX_Count", "LoadBalancer", in.standbyBalancer()))
	}
	expect(affected, "AlarmRule", fmt.Sprintf("(%s OR %s OR (%s AND (NOT (%s))) OR (%s AND (%s)))",
		on(in.errorsOf(in.siteDistribution())), on(in.globalAlarm("The home region does not answer")),
		on(in.errorsOf(in.homeStatic())), away, away, atStandby))
	expect(nobody, "AlarmRule", fmt.Sprintf("(%s AND %s)", away, standby))
}
