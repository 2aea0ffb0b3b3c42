package operations

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

const compositeType = "AWS::CloudWatch::CompositeAlarm"

// alarms are all alarms on metrics.
func alarms(in *read.Reader) []*assembly.Resource { return in.Resources(topology.AlarmType) }

// everyAlarm are the alarms on metrics and those on other alarms.
func everyAlarm(in *read.Reader) []*assembly.Resource {
	return in.Resources(topology.AlarmType, compositeType)
}

// alarmNamed is the one alarm of the site with a title, in a region.
func alarmNamed(in *read.Reader, title, region string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range everyAlarm(in) {
		if alarm.Has("AlarmName") && alarm.Stack.Region == region && read.Text(alarm, "AlarmName") == in.Site.AlarmName(title) {
			found = append(found, alarm)
		}
	}
	return read.Only(fmt.Sprintf("alarms %q in %s", title, region), found...)
}

// globalAlarm is the one alarm of us-east-1 with a title.
func globalAlarm(in *read.Reader, title string) *assembly.Resource {
	return alarmNamed(in, title, site.GlobalRegion)
}

// standbyFails is the alarm that is on while the standby does not answer.
func standbyFails(in *read.Reader) *assembly.Resource {
	return globalAlarm(in, "The standby does not answer")
}

// alarmOn demands an alarm on a metric of a resource.
func alarmOn(in *read.Reader, name, dimension string, r *assembly.Resource) *assembly.Resource {
	for _, alarm := range alarms(in) {
		for _, m := range metricsOf(alarm) {
			if m.about(name, dimension, r) {
				return alarm
			}
		}
	}
	read.Fail(r, "", "has no alarm: nobody watches the %s", name)
	return nil
}

// errorsOf is the alarm on a distribution's errors, and not the one by metric math that moves the site.
func errorsOf(in *read.Reader, distribution *assembly.Resource) *assembly.Resource {
	for _, alarm := range alarms(in) {
		if alarm.Has("MetricName") && firstMetric(alarm).about("5xxErrorRate", "DistributionId", distribution) {
			return alarm
		}
	}
	read.Fail(distribution, "", "has no alarm: nobody watches the 5xxErrorRate")
	return nil
}

// scales reports whether an alarm drives a scaling policy.
func scales(alarm *assembly.Resource) bool {
	return alarm.Has("AlarmActions") && slices.ContainsFunc(read.Targets(alarm, "AlarmActions"), func(to *assembly.Resource) bool {
		return to.Type == "AWS::AutoScaling::ScalingPolicy"
	})
}

// operators is the topic of a region's operators.
func operators(in *read.Reader, region string) *assembly.Resource {
	pages := in.PagesTopic()
	var found []*assembly.Resource
	for _, topic := range in.Resources("AWS::SNS::Topic") {
		if topic.Stack.Region == region && topic != pages {
			found = append(found, topic)
		}
	}
	return read.Only("operators' topics in "+region, found...)
}

func checkActions(in *read.Reader) {
	for _, alarm := range everyAlarm(in) {
		if len(read.Targets(alarm, "AlarmActions")) == 0 {
			read.Fail(alarm, "AlarmActions", "does nothing")
		}
		if !scales(alarm) {
			checkTold(in, alarm)
		}
	}
}

// checkTold demands that an alarm tells its region's operators when it goes off
// and when it ends.
func checkTold(in *read.Reader, alarm *assembly.Resource) {
	for _, actions := range []string{"AlarmActions", "OKActions"} {
		if told := read.Targets(alarm, actions); !slices.Contains(told, operators(in, alarm.Stack.Region)) {
			read.Fail(alarm, actions, "is %v, not the operators of %s", told, alarm.Stack.Region)
		}
	}
}

func checkNotified(in *read.Reader) {
	for _, alarm := range everyAlarm(in) {
		if !scales(alarm) {
			checkTold(in, alarm)
			in.CheckSubscriptions(operators(in, alarm.Stack.Region), len(in.Site.Notify))
		}
	}
}

func checkMetrics(in *read.Reader) {
	for _, alarm := range alarms(in) {
		for _, m := range metricsOf(alarm) {
			checkMetric(in, m)
		}
	}
}

func checkRemoteAlarms(in *read.Reader) {
	checkRoute53Alarms(in)
	checkEdgeAlarms(in)
	checkReplicationAlarms(in)
	checkMetrics(in)
}

// checkRoute53Alarms demands alarms on who answers and who serves.
func checkRoute53Alarms(in *read.Reader) {
	for _, on := range []struct {
		title string
		check *assembly.Resource
	}{
		{"The home region does not answer", homeCheck(in)},
		{"The standby does not answer", standbyCheck(in)},
		{site.StandbyServesAlarm, in.Serves()},
	} {
		alarm := globalAlarm(in, on.title)
		read.Leads(alarm, "Dimensions.0.Value", on.check)
		read.ExpectAll(alarm, "", map[string]any{
			"MetricName": "HealthCheckStatus", "ComparisonOperator": "LessThanThreshold", "Threshold": 1,
			"Statistic": "Minimum", "EvaluationPeriods": 1,
			// A gap in the metrics is no outage, and must not start manual failback.
			"TreatMissingData": "ignore",
		})
	}
}

// checkEdgeAlarms demands an alarm on the errors of each distribution.
func checkEdgeAlarms(in *read.Reader) {
	for _, distribution := range in.Resources(topology.DistributionType) {
		alarm := errorsOf(in, distribution)
		read.InRegion(alarm, site.GlobalRegion)
		read.ExpectAll(alarm, "", map[string]any{
			"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 5,
			"DatapointsToAlarm": 3, "EvaluationPeriods": 5, "TreatMissingData": "notBreaching",
		})
	}
}

// checkReplicationAlarms demands that each way is watched, its failures in the
// region of the source and its delays in that of the destination.
func checkReplicationAlarms(in *read.Reader) {
	type way struct{ from, to string }
	home, standby := in.Site.Home.Region.Name, in.Site.Standby.Region.Name
	ways := []way{{home, standby}}
	if in.Site.Replication.BothWays {
		ways = append(ways, way{standby, home})
	}
	for _, way := range ways {
		for _, alarm := range []struct {
			title, region, metric, dimension string
			bucket                           *assembly.Resource
			threshold                        int
		}{
			{"Files do not replicate", way.from, "OperationsFailedReplication", "SourceBucket", in.Bucket(way.from), 0},
			{"Files replicate late", way.to, "ReplicationLatency", "DestinationBucket", in.Bucket(way.to), 15 * 60},
		} {
			r := alarmNamed(in, alarm.title, alarm.region)
			if m := firstMetric(r); !m.about(alarm.metric, alarm.dimension, alarm.bucket) {
				read.Fail(r, m.path, "reads %s of %v, not of any %s of its region", m, m.dimensions, alarm.dimension)
			}
			read.Expect(r, "Threshold", alarm.threshold)
			read.Expect(r, "ComparisonOperator", "GreaterThanThreshold")
		}
	}
}

func checkTierAlarms(in *read.Reader) {
	for _, t := range in.Tiers() {
		checkTier(in, t)
	}
}

// checkTier demands the alarms on a region's load balancer and group.
func checkTier(in *read.Reader, t *read.Tier) {
	errors := alarmOn(in, "HTTPCode_Target_5XX_Count", "LoadBalancer", t.Balancer)
	if alarmOn(in, "HTTPCode_ELB_5XX_Count", "LoadBalancer", t.Balancer) != errors {
		read.Fail(errors, "Metrics", "leaves out the load balancer's own errors")
	}
	read.Expect(errors, "Threshold", 5)
	read.Expect(errors, "TreatMissingData", "notBreaching")
	checkHealthyServers(in, t)
	unhealthy := alarmOn(in, "UnHealthyHostCount", "TargetGroup", t.TargetGroup)
	read.Expect(unhealthy, "Threshold", 1)
	read.Expect(unhealthy, "DatapointsToAlarm", 10)
	full := alarmOn(in, "GroupDesiredCapacity", "AutoScalingGroupName", t.Group)
	compares := "IF(FILL(maximum, REPEAT) > FILL(minimum, REPEAT), FILL(maximum, REPEAT) - FILL(desired, REPEAT), 1)"
	if expression := read.Text(full, "Metrics.0.Expression"); expression != compares {
		read.Fail(full, "Metrics.0.Expression", "does not compare the group with its limits: %s", expression)
	}
	read.Expect(full, "ComparisonOperator", "LessThanOrEqualToThreshold")
	read.Expect(full, "Threshold", 0)
}

// checkHealthyServers demands an alarm for each zone that has a server at
// least, else one for the region.
func checkHealthyServers(in *read.Reader, t *read.Tier) {
	var zones []string
	for _, alarm := range alarms(in) {
		m := firstMetric(alarm)
		if !m.about("HealthyHostCount", "TargetGroup", t.TargetGroup) {
			continue
		}
		read.Expect(alarm, "ComparisonOperator", "LessThanThreshold")
		read.Expect(alarm, "Threshold", 1)
		read.Expect(alarm, "TreatMissingData", "breaching") // a zone without any server publishes nothing
		zones = append(zones, m.dimensions["AvailabilityZone"])
	}
	want := t.AvailabilityZones
	if t.Minimum < len(want) {
		want = []string{""} // the whole region
	}
	if slices.Sort(zones); !slices.Equal(zones, want) {
		read.Fail(t.TargetGroup, "", "has alarms on healthy servers in %q, want %q", zones, want)
	}
}

func checkCertificateAlarms(in *read.Reader) {
	for _, certificate := range in.Resources(topology.CertificateType) {
		alarm := alarmOn(in, "DaysToExpiry", "CertificateArn", certificate)
		read.InRegion(alarm, certificate.Stack.Region)
		read.Expect(alarm, "Threshold", 30)
		read.Expect(alarm, "ComparisonOperator", "LessThanThreshold")
	}
}

func checkMissingData(in *read.Reader) {
	for _, alarm := range alarms(in) {
		read.Text(alarm, "TreatMissingData")
	}
}

// checkScalingPolicies demands an alarm for each policy, in its region.
func checkScalingPolicies(in *read.Reader) {
	for _, policy := range in.Resources("AWS::AutoScaling::ScalingPolicy") {
		alarms := in.Referrers(policy, topology.AlarmType)
		if len(alarms) == 0 {
			read.Fail(policy, "", "does nothing: no alarm triggers it")
		}
		for _, alarm := range alarms {
			read.Leads(alarm, "AlarmActions", policy)
			read.InRegion(alarm, policy.Stack.Region)
		}
	}
}

// checkDescriptions demands that every alarm links a paragraph of the site's
// runbook at the end of its description: that of the alarm's name.
func checkDescriptions(in *read.Reader) {
	for _, alarm := range everyAlarm(in) {
		anchor := paragraph(in, alarm)
		if !alarm.Has("AlarmName") {
			continue
		}
		title, _, _ := strings.Cut(strings.TrimPrefix(read.Text(alarm, "AlarmName"), in.Site.AlarmName("")), " (")
		if want := strings.ReplaceAll(strings.ToLower(title), " ", "-"); anchor != want {
			read.Fail(alarm, "AlarmDescription", "links the paragraph %q, want %q", anchor, want)
		}
	}
}

// paragraph is the anchor of the paragraph that an alarm links.
func paragraph(in *read.Reader, alarm *assembly.Resource) string {
	description := read.Text(alarm, "AlarmDescription")
	_, anchor, _ := strings.Cut(description, " What to do: "+in.Site.Runbook+"#")
	if anchor == "" {
		read.Fail(alarm, "AlarmDescription", "links no paragraph of %s: %s", in.Site.Runbook, description)
	}
	return anchor
}

// checkPages demands that two alarms page: that visitors are affected, and that
// nobody is served.
func checkPages(in *read.Reader) {
	pages := in.PagesTopic()
	affected, nobody := globalAlarm(in, "Visitors are affected"), globalAlarm(in, "Nobody is served")
	for _, alarm := range in.Referrers(pages, topology.AlarmType, compositeType) {
		if alarm != affected && alarm != nobody {
			read.Fail(alarm, "", "pages too")
		}
	}
	for _, alarm := range []*assembly.Resource{affected, nobody} {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if !slices.Contains(read.Targets(alarm, actions), pages) {
				read.Fail(alarm, actions, "does not page")
			}
		}
	}
	in.CheckSubscriptions(pages, len(in.Site.Page))

	on := func(alarm *assembly.Resource) string { return `ALARM("` + read.Placeholder(alarm, "Arn") + `")` }
	away, standby := on(globalAlarm(in, site.StandbyServesAlarm)), on(standbyFails(in))
	atStandby := standby + " OR " + on(errorsOf(in, in.StandbyStatic()))
	if in.Site.Standby.Region.Name == site.GlobalRegion { // alarms of other regions cannot be part
		atStandby += " OR " + on(alarmOn(in, "HTTPCode_Target_5XX_Count", "LoadBalancer", in.StandbyBalancer()))
	}
	read.Expect(affected, "AlarmRule", fmt.Sprintf("(%s OR %s OR (%s AND (NOT (%s))) OR (%s AND (%s)))",
		on(errorsOf(in, in.SiteDistribution())), on(globalAlarm(in, "The home region does not answer")),
		on(errorsOf(in, in.HomeStatic())), away, away, atStandby))
	read.Expect(nobody, "AlarmRule", fmt.Sprintf("(%s AND %s)", away, standby))
}
