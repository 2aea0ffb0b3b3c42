package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/site"
)

func notifications(s *site.Site) bool { return s.Notifications }
func dashboard(s *site.Site) bool     { return s.Dashboard }
func practice(s *site.Site) bool      { return s.Practice }
func manual(s *site.Site) bool        { return s.Failover.Failback == site.FailbackManual }
func watched(s *site.Site) bool       { return s.Notifications || s.Dashboard }

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

// homeCheck asks the home region, through the distribution.
func (w *walk) homeCheck() *assembly.Resource {
	return only("health checks of the home region", w.Referrers(w.siteDistribution(), "AWS::Route53::HealthCheck")...)
}

// standbyCheck asks the standby load balancer.
func (w *walk) standbyCheck() *assembly.Resource {
	return only("health checks of the standby", w.Referrers(w.standbyBalancer(), "AWS::Route53::HealthCheck")...)
}

// behind are the resources that some lead to, through any of their values, and
// themselves.
func behind(from ...*assembly.Resource) []*assembly.Resource {
	all := slices.Clone(from)
	for i := 0; i < len(all); i++ {
		for _, to := range must(all[i].Targets("")) {
			if !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
		for _, id := range all[i].DependsOn() {
			if to := must(all[i].Stack.Resource(id)); !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
	}
	return all
}

// A response is what an alarm of us-east-1 sets off in another region.
type response struct{ forward, bus, start, machine *assembly.Resource }

// response follows an alarm's event to the state machine that it starts.
func (w *walk) response(alarm *assembly.Resource) response {
	var r response
	for _, rule := range w.Referrers(alarm, "AWS::Events::Rule") {
		leads(rule, "EventPattern.resources.0", alarm)
		expect(rule, "EventPattern.source.0", "aws.cloudwatch")
		expect(rule, "EventPattern.detail-type.0", "CloudWatch Alarm State Change")
		expect(rule, "State", "ENABLED")
		r.forward = rule
	}
	if r.forward == nil {
		fail("nothing happens when %s goes off", alarm)
	}
	if r.forward.Has("EventBusName") || r.forward.Stack.Region != alarm.Stack.Region {
		fail("%s does not hear of %s: alarms' events are on the default bus of their region", r.forward, alarm)
	}
	r.bus = target(r.forward, "Targets.0.Arn", "AWS::Events::EventBus")
	mayDo(w, target(r.forward, "Targets.0.RoleArn", "AWS::IAM::Role"), "events:PutEvents", r.bus)
	r.start = only("rules of "+r.bus.String(), w.rulesOf(r.bus)...)
	expect(r.start, "EventPattern.source.0", "aws.cloudwatch")
	for _, rule := range []*assembly.Resource{r.forward, r.start} {
		// For a day, unless told otherwise: the site may have come home by then.
		expect(rule, "Targets.0.RetryPolicy.MaximumEventAgeInSeconds", 300)
	}
	r.machine = target(r.start, "Targets.0.Arn", "AWS::StepFunctions::StateMachine")
	mayDo(w, target(r.start, "Targets.0.RoleArn", "AWS::IAM::Role"), "states:StartExecution", r.machine)
	return r
}

// rulesOf are the rules on a bus, not those that send to it.
func (w *walk) rulesOf(bus *assembly.Resource) []*assembly.Resource {
	var found []*assembly.Resource
	for _, rule := range w.Referrers(bus, "AWS::Events::Rule") {
		if rule.Has("EventBusName") && must(rule.Target("EventBusName")) == bus {
			found = append(found, rule)
		}
	}
	return found
}

// mayDo demands that a role may do one thing to a resource, and nothing else.
func mayDo(w *walk, role *assembly.Resource, action string, to *assembly.Resource) {
	policy := w.policyOf(role)
	allowed := statements(policy, "Allow")
	if len(allowed) != 1 || allowed[0]["Action"] != action {
		fail("%s may do %v, want %s only", role, allowed, action)
	}
	leads(policy, "PolicyDocument.Statement.0.Resource", to)
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
	home, standby := w.site.Home.Region.Region, w.site.Standby.Region.Region
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
	if t.Minimum < t.Maximum {
		full := w.watches("GroupDesiredCapacity", "AutoScalingGroupName", t.group)
		expect(full, "Metrics.0.Expression", "maximum - desired")
		expect(full, "ComparisonOperator", "LessThanOrEqualToThreshold")
		expect(full, "Threshold", 0)
	}
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
	source := must(os.ReadFile("docs/operations.md"))
	anchors := newPage("docs/operations.md", source).anchors()
	for _, alarm := range w.Resources("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		description := must(alarm.Text("AlarmDescription"))
		_, anchor, found := strings.Cut(description, " What to do: "+w.site.Runbook+"#")
		if !found {
			fail("%s links no paragraph of %s: %s", alarm, w.site.Runbook, description)
		}
		if !slices.Contains(anchors, anchor) {
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

// keepsPage demands that one alarm pages, by all that visitors notice.
func (w *walk) keepsPage() {
	affected := w.alarmNamed("Visitors are affected", "us-east-1")
	for _, alarm := range w.Referrers(w.pages(), "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm") {
		if alarm != affected {
			fail("%s pages too", alarm)
		}
	}
	for _, actions := range []string{"AlarmActions", "OKActions"} {
		if !slices.Contains(must(affected.Targets(actions)), w.pages()) {
			fail("%s: %s does not page", affected, actions)
		}
	}
	if n := len(w.Referrers(w.pages(), "AWS::SNS::Subscription")); n != len(w.site.Page) {
		fail("%s leads to %d addresses, want %d", w.pages(), n, len(w.site.Page))
	}
	alarm := func(name, dimension string, r *assembly.Resource) string {
		return `ALARM("${` + w.watches(name, dimension, r).String() + `.Arn}")`
	}
	errors := func(distribution *assembly.Resource) string {
		return alarm("5xxErrorRate", "DistributionId", distribution)
	}
	primary, _ := w.pair(w.site.HostNames()[0], "A")
	standbyServes := `ALARM("${` + w.alarmNamed("The standby serves", "us-east-1").String() + `.Arn}")`
	leads(w.alarmNamed("The standby serves", "us-east-1"), "Dimensions.0.Value", primary.HealthCheck)
	want := fmt.Sprintf("(%s OR %s OR %s OR (%s AND (%s OR %s)))",
		errors(w.siteDistribution()),
		`ALARM("${`+w.alarmNamed("The home region does not answer", "us-east-1").String()+`.Arn}")`,
		errors(w.staticDistribution(w.site.Home.Region.Region)),
		standbyServes, alarm("HealthCheckStatus", "HealthCheckId", w.standbyCheck()),
		errors(w.staticDistribution(w.site.Standby.Region.Region)))
	expect(affected, "AlarmRule", want)
}

// keepsStandbyCheck demands a health check of the standby's own load balancer
// that no record depends on.
func (w *walk) keepsStandbyCheck() {
	check := w.standbyCheck()
	expect(check, "HealthCheckConfig.Type", "HTTPS")
	expect(check, "HealthCheckConfig.RequestInterval", 30)
	expect(check, "HealthCheckConfig.ResourcePath", w.site.Failover.Path)
	expect(check, "HealthCheckConfig.FullyQualifiedDomainName", "${"+w.standbyBalancer().String()+".DNSName}")
	for _, group := range w.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet") {
		if slices.Contains(behind(group), check) {
			fail("%s depends on %s", group, check)
		}
	}
}

// sections of the dashboard, from top to bottom.
var sections = []string{
	"Who serves now", "At the edge", "Load balancers", "Web servers", "Replication of the static files", "Alarms",
}

// The colours of the two regions on the dashboard.
const (
	homeColor    = "#1f77b4"
	standbyColor = "#ff7f0e"
)

// keepsDashboard reads every widget.
func (w *walk) keepsDashboard() {
	dashboard, widgets := w.dashboard()
	inRegion(dashboard, "us-east-1")
	expect(dashboard, "DashboardName", w.site.Name)
	want := sections
	if !w.site.Notifications {
		want = sections[:len(sections)-1]
	}
	var got []string
	for _, g := range widgets {
		if title, isSection := strings.CutPrefix(g.Properties.Markdown, "## "); isSection {
			got = append(got, title)
		}
	}
	if !slices.Equal(got, want) {
		fail("%s has the sections %q, want %q", dashboard, got, want)
	}
	for i, g := range widgets {
		for _, other := range widgets[:i] {
			if g.X < other.X+other.Width && other.X < g.X+g.Width && g.Y < other.Y+other.Height && other.Y < g.Y+g.Height {
				fail("%s: %q and %q lie on one another", dashboard, other.Properties.Title, g.Properties.Title)
			}
		}
		w.keepsWidget(g)
	}
}

func (w *walk) keepsWidget(g widget) {
	if g.Type == "text" {
		return
	}
	title := g.Properties.Title
	if title == "" {
		fail("a widget at %d, %d has no title", g.X, g.Y)
	}
	if g.Type != "metric" {
		return
	}
	for _, d := range g.metrics() {
		w.keepsMetric(fmt.Sprintf("the widget %q", title), d.metric)
		if d.label == "" {
			fail("%q: %s has no label", title, d)
		}
		w.keepsColor(title, d)
	}
	if g.Properties.YAxis.Left.Label == "" && g.Properties.Title != "1: home serves, 0: the standby serves" {
		fail("%q has no unit", title)
	}
}

// keepsColor demands that what is about one region, and neither an error nor a
// limit, is in its colour.
func (w *walk) keepsColor(title string, d drawn) {
	limits := []string{"#d62728", "#7f7f7f"}
	if slices.Contains(limits, d.color) {
		return
	}
	want := homeColor
	for _, dimension := range []string{"LoadBalancer", "AutoScalingGroupName", "SourceBucket", "DistributionId", "HealthCheckId"} {
		if r := w.placeholder(d.dimensions[dimension], dimensionResources[dimension].attribute); r != nil && w.atStandby(r) {
			want = standbyColor
		}
	}
	if d.color != want {
		fail("%q: %s is drawn in %s, want %s", title, d, d.color, want)
	}
}

// atStandby reports whether a resource is the standby's, or asks it.
func (w *walk) atStandby(r *assembly.Resource) bool {
	return r.Stack == w.standbyBalancer().Stack || r == w.standbyCheck()
}

// A definition is a state machine of one call.
type definition struct {
	StartAt string
	States  map[string]struct {
		Type, Resource string
		End            bool
		Arguments      map[string]any
		Retry          []struct {
			ErrorEquals []string
			MaxAttempts int
		}
	}
}

// keepsCall demands that a state machine does nothing but one call, and tries
// it again, and returns its arguments.
func keepsCall(machine *assembly.Resource, call string) map[string]any {
	var d definition
	if err := json.Unmarshal([]byte(must(machine.Text("DefinitionString"))), &d); err != nil {
		fail("%s: %v", machine, err)
	}
	state := d.States[d.StartAt]
	if len(d.States) != 1 || state.Type != "Task" || !state.End || state.Resource != "arn:aws:states:::aws-sdk:"+call {
		fail("%s does %d things, first %s, want %s only", machine, len(d.States), state.Resource, call)
	}
	if len(state.Retry) != 1 || state.Retry[0].MaxAttempts < 3 || !slices.Equal(state.Retry[0].ErrorEquals, []string{"States.ALL"}) {
		fail("%s tries %v", machine, state.Retry)
	}
	return state.Arguments
}

// failback is what follows when the standby serves.
func (w *walk) failback() response {
	return w.response(w.alarmNamed("The standby serves", "us-east-1"))
}

// keepsFailback follows the alarm to the object.
func (w *walk) keepsFailback() {
	r := w.failback()
	expect(r.forward, "EventPattern.detail.previousState.value", []any{"OK"})
	expect(r.forward, "EventPattern.detail.state.value", []any{"ALARM"})
	bucket := w.bucket(w.site.Standby.Region.Region)
	inRegion(r.machine, bucket.Stack.Region)
	inRegion(r.bus, bucket.Stack.Region)
	arguments := keepsCall(r.machine, "s3:putObject")
	key := strings.TrimPrefix(constructs.FailoverSwitchPath, "/")
	for name, want := range map[string]any{"Bucket": "${" + bucket.String() + "}", "Key": key} {
		if arguments[name] != want {
			fail("%s puts %s %q, want %q", r.machine, name, arguments[name], want)
		}
	}
	policy := w.policyOf(target(r.machine, "RoleArn", "AWS::IAM::Role"))
	for i, statement := range statements(policy, "Allow") {
		if statement["Action"] != "s3:PutObject" {
			continue
		}
		if to := must(policy.Text(fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i))); to != "${"+bucket.String()+".Arn}/"+key {
			fail("%s may put %s", policy, to)
		}
	}
	w.watches("ExecutionsFailed", "StateMachineArn", r.machine)
}

// keepsWayOut demands that no record depends on what manual failback is made
// of: not on the alarm, the rules, the bus nor the state machine.
func (w *walk) keepsWayOut() {
	for _, group := range w.Resources("AWS::Route53::RecordSetGroup") {
		for _, to := range behind(group) {
			for _, never := range []string{"AWS::CloudWatch::", "AWS::Events::", "AWS::StepFunctions::", "AWS::SNS::"} {
				if strings.HasPrefix(to.Type, never) {
					fail("%s depends on %s", group, to)
				}
			}
		}
	}
}

func (w *walk) experiment() *assembly.Resource {
	return only("experiments", w.Resources("AWS::FIS::ExperimentTemplate")...)
}

func (w *walk) practicePolicy() *assembly.Resource {
	return w.policyOf(must(w.experiment().Target("RoleArn")))
}

// practiceActions are what the action needs:
// https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#disrupt-connectivity
// and what writes its log.
var practiceActions = []string{
	"ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:CreateTags", "ec2:DeleteNetworkAcl",
	"ec2:DescribeManagedPrefixLists", "ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
	"ec2:GetManagedPrefixListEntries", "ec2:ReplaceNetworkAclAssociation",
	"logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy",
}

// keepsPractice reads the experiment, its role and what stops it.
func (w *walk) keepsPractice() {
	e, home := w.experiment(), w.home()
	inRegion(e, w.site.Home.Region.Region)
	expect(e, "Actions.CutOff.ActionId", "aws:network:disrupt-connectivity")
	expect(e, "Actions.CutOff.Parameters.scope", "all")
	expect(e, "Actions.CutOff.Parameters.duration", "PT10M")
	expect(e, "Actions.CutOff.Targets.Subnets", "WebSubnets")
	expect(e, "Targets.WebSubnets.ResourceType", "aws:ec2:subnet")
	expect(e, "Targets.WebSubnets.SelectionMode", "ALL")
	var cut []*assembly.Resource
	for i := range must(e.Value("Targets.WebSubnets.ResourceArns")).([]any) {
		cut = append(cut, target(e, fmt.Sprintf("Targets.WebSubnets.ResourceArns.%d", i), "AWS::EC2::Subnet"))
	}
	web := must(home.group.Targets("VPCZoneIdentifier"))
	if !slices.Equal(cut, web) {
		fail("%s cuts off %v, want %v", e, cut, web)
	}
	target(e, "LogConfiguration.CloudWatchLogsConfiguration.LogGroupArn", "AWS::Logs::LogGroup")
	w.keepsPracticeRole(target(e, "RoleArn", "AWS::IAM::Role"), web)

	expect(e, "StopConditions.0.Source", "aws:cloudwatch:alarm")
	stop := target(e, "StopConditions.0.Value", "AWS::CloudWatch::Alarm")
	inRegion(stop, e.Stack.Region)
	w.keepsStop(stop)
}

// keepsPracticeRole demands that the experiment may do what it needs, and
// nothing else.
func (w *walk) keepsPracticeRole(role *assembly.Resource, subnets []*assembly.Resource) {
	trust := "AssumeRolePolicyDocument.Statement.0."
	expect(role, trust+"Principal.Service", "fis.amazonaws.com")
	expect(role, trust+"Condition.StringEquals.aws:SourceAccount", "${AWS::AccountId}")
	expect(role, trust+"Condition.ArnLike.aws:SourceArn", "arn:aws:fis:"+role.Stack.Region+":${AWS::AccountId}:experiment/*")
	policy := w.policyOf(role)
	var actions []string
	for i, statement := range statements(policy, "Allow") {
		for _, action := range asList(statement["Action"]) {
			actions = append(actions, action.(string))
			if action == "ec2:ReplaceNetworkAclAssociation" {
				for _, subnet := range subnets {
					if !slices.Contains(must(policy.Targets(fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i))), subnet) {
						fail("%s may not do %s to %s", role, action, subnet)
					}
				}
			}
		}
	}
	slices.Sort(actions)
	actions = slices.Compact(actions)
	for _, action := range practiceActions {
		if !slices.Contains(actions, action) {
			fail("%s may not do %s", role, action)
		}
	}
	for _, action := range actions {
		if !slices.Contains(practiceActions, action) {
			fail("%s may do %s", role, action)
		}
	}
}

// keepsStop demands that an alarm at home repeats what the alarm on the
// standby says in us-east-1, when it goes off and when it ends.
func (w *walk) keepsStop(stop *assembly.Resource) {
	r := w.response(w.alarmNamed("The standby does not answer", "us-east-1"))
	expect(r.forward, "EventPattern.detail.state.value", []any{"OK", "ALARM"})
	inRegion(r.machine, stop.Stack.Region)
	arguments := keepsCall(r.machine, "cloudwatch:putMetricData")
	m := metricsOf(stop)[0]
	published := arguments["MetricData"].([]any)[0].(map[string]any)
	dimension := published["Dimensions"].([]any)[0].(map[string]any)
	if arguments["Namespace"] != m.namespace || published["MetricName"] != m.name || m.dimensions[dimension["Name"].(string)] != dimension["Value"] {
		fail("%s publishes %v, %s reads %s", r.machine, arguments, stop, m)
	}
	expect(stop, "ComparisonOperator", "GreaterThanOrEqualToThreshold")
	expect(stop, "Threshold", 1)
	expect(stop, "TreatMissingData", "ignore")
	policy := w.policyOf(target(r.machine, "RoleArn", "AWS::IAM::Role"))
	if denied := fmt.Sprint(statements(policy, "Deny")); !strings.Contains(denied, "StringNotEquals:map[cloudwatch:namespace:"+m.namespace+"]") {
		fail("%s may publish metrics of other namespaces: %s", policy, denied)
	}
	w.watches("ExecutionsFailed", "StateMachineArn", r.machine)
}

// keepsOutputs demands what an operator looks for after a deployment.
func (w *walk) keepsOutputs() {
	want := map[string]string{
		"Failover SiteAddress":    "https://" + w.site.HostNames()[0],
		"Primary StaticAddress":   "https://",
		"Secondary StaticAddress": "https://",
	}
	if w.site.Dashboard {
		want["Failover DashboardAddress"] = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/" + w.site.Name
	}
	if w.site.Failover.Switch {
		want["Secondary FailoverSwitch"] = "s3://${" + w.bucket(w.site.Standby.Region.Region).String() + "}" + constructs.FailoverSwitchPath
	}
	if w.site.Practice {
		want["Primary PracticeTemplate"] = "${" + w.experiment().String() + ".Id}"
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		stack, output, _ := strings.Cut(name, " ")
		if text := must(must(must(w.Stack(stack)).Output(output)).Text()); !strings.HasPrefix(text, want[name]) {
			fail("the output %s is %s, want %s", name, text, want[name])
		}
	}
}
