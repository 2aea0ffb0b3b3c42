package operations

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// followingPromises are about a standby that follows home's size.
func followingPromises() []read.Promise {
	return []read.Promise{
		{Name: "the standby's minimum follows home's size, and nothing else of it", When: when.Following, Check: checkFollower},
		{Name: "home's size reaches the standby: at each change, every five minutes, within five minutes", When: when.Following, Check: checkFollowed},
		{Name: "operators hear when the standby does not follow, or its servers do not come", When: when.FollowingTold, Check: checkFollowingAlarms},
		{Name: "nothing sizes the standby unless it follows", When: when.NotFollowing, Check: checkNoFollower},
	}
}

// sizer is the one state machine that sizes the standby, in whichever way.
func sizer(in *read.Reader) *assembly.Resource {
	group := in.Standby().Group
	sizers := must.Get(topology.SizersOf(in.Assembly, group))
	if len(sizers) == 0 {
		read.Fail(group, "", "follows nothing: no state machine sets its minimum")
	}
	machine := read.Only("state machines that size "+group.String(), sizers...)
	read.InRegion(machine, in.Site.Standby.Region.Name)
	return machine
}

// follower is the state machine at the standby, as it is understood.
func follower(in *read.Reader) *topology.Follower {
	group := in.Standby().Group
	f := must.Get(topology.FollowerOf(in.Assembly, group))
	if f == nil {
		read.Fail(group, "", "follows nothing: no state machine sizes it by what it assigns to follow")
	}
	return f
}

// followerState is the one state of a state machine whose Resource ends so.
func followerState(machine *assembly.Resource, resource string) topology.FollowerState {
	states := must.Get(topology.FollowerStates(machine))
	var found []topology.FollowerState
	for _, name := range read.Sorted(states) {
		if strings.HasSuffix(states[name].Resource, resource) {
			found = append(found, states[name])
		}
	}
	if len(found) != 1 {
		read.Fail(machine, definitionPath, "has %d states of %s, want one", len(found), resource)
	}
	return found[0]
}

const describeCall = ":aws-sdk:autoscaling:describeAutoScalingGroups"

func checkFollower(in *read.Reader) {
	checkSizes(sizer(in))
	f, web := follower(in), in.Site.StandbyWeb()
	if got, want := []int{f.Percent, f.Minimum, f.Maximum}, []int{in.Site.Standby.Web.Follow, web.Minimum, web.Maximum}; !slices.Equal(got, want) {
		read.Fail(f.Machine, definitionPath, "follows by percent, minimum and maximum %v, want %v", got, want)
	}
	policy := in.PolicyOf(read.Target(f.Machine, "RoleArn", "AWS::IAM::Role"))
	may := 0
	for i, statement := range read.Objects(policy, "PolicyDocument.Statement") {
		path := fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i)
		for _, action := range read.AsList(statement["Action"]) {
			switch action := fmt.Sprint(action); {
			case action == updateAction:
				may++
			case strings.HasPrefix(action, "autoscaling:") && !strings.HasPrefix(action, "autoscaling:Describe"):
				read.Fail(policy, fmt.Sprintf("PolicyDocument.Statement.%d.Action", i), "allows %s, want nothing that changes beside %s", action, updateAction)
			}
		}
		if slices.Contains(read.AsList(statement["Action"]), any(updateAction)) && !strings.HasSuffix(read.Text(policy, path), ":autoScalingGroupName/"+read.Placeholder(f.Group)) {
			read.Fail(policy, path, "is %s: it may change that, want the standby's group only", read.Text(policy, path))
		}
	}
	if may != 1 {
		read.Fail(policy, "PolicyDocument.Statement", "allows %s %d times, want once", updateAction, may)
	}
}

// checkSizes says why a minimum is wrong that lacks a part. That the whole is right is for [topology.FollowerOf] to say.
func checkSizes(machine *assembly.Resource) {
	for name := range followerState(machine, topology.SizeCall).Arguments {
		if name != "AutoScalingGroupName" && name != "MinSize" {
			read.Fail(machine, definitionPath, "sets %s: servers would be taken from visitors who are at the standby", name)
		}
	}
	wanted := fmt.Sprint(followerState(machine, describeCall).Output["wanted"])
	for _, part := range []struct{ text, why string }{
		{".MaxSize", "more servers than the group may have: AWS refuses that"},
		{"$maximum", "more than the standby's schedules do"},
		{"$minimum", "less than the site's own minimum"},
		{"$states.input.detail.minimum", "less than a schedule of home's, which the standby has too"},
		{"$ceil($follow * $states.input.detail.desiredCapacity / 100)", "another share of home's desired capacity"},
	} {
		if !strings.Contains(wanted, part.text) {
			read.Fail(machine, definitionPath, "sets the minimum to %s, which lacks %s: %s", wanted, part.text, part.why)
		}
	}
}

// updateAction is all that following changes with.
const updateAction = "autoscaling:UpdateAutoScalingGroup"

// followed is home's half.
func followed(in *read.Reader) (topology.SizesTold, *assembly.Resource) {
	machine := sizer(in)
	rules := must.Get(topology.RulesTo(in.Assembly, machine))
	start := read.Only("rules that start "+machine.String(), rules...)
	bus := read.Target(start, "EventBusName", topology.BusType)
	told := must.Get(topology.SizesToldTo(in.Assembly, bus))
	if len(told) != 1 {
		read.Fail(machine, "", "is told of a size by %d state machines, want one", len(told))
	}
	return told[0], start
}

func checkFollowed(in *read.Reader) {
	told, start := followed(in)
	home := in.Home()
	read.InRegion(told.Machine, home.Region.Name)
	checkTells(told, home.Group)
	heard := toldEvent(told)
	for _, rule := range []*assembly.Resource{told.Forward, start} {
		read.Expect(rule, "EventPattern", map[string]any{"source": []any{heard["source"]}})
		if !must.Get(topology.HearsEvent(rule, heard)) {
			read.Fail(rule, "", "does not act on home's size, which %s puts on %s", told.Machine, told.Bus)
		}
	}
	var changes, regularly *assembly.Resource
	rules := must.Get(topology.RulesTo(in.Assembly, told.Machine))
	for _, rule := range rules {
		if rule.Has("ScheduleExpression") {
			regularly = rule
		} else {
			changes = rule
		}
	}
	if changes == nil || regularly == nil {
		read.Fail(told.Machine, "", "is started by %d rules, want one on the group's events and one on a schedule: events may be lost, and schedules set the standby's minimum back", len(rules))
	}
	read.Expect(regularly, "ScheduleExpression", "rate(5 minutes)")
	read.Expect(changes, "EventPattern.source", []any{"aws.autoscaling"})
	read.Expect(changes, "EventPattern.detail-type", []any{"EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"})
	read.Leads(changes, "EventPattern.detail.AutoScalingGroupName.0", home.Group)
	for _, rule := range append(rules, start, told.Forward) {
		read.Expect(rule, "State", "ENABLED")
		read.Expect(rule, "Targets.0.RetryPolicy.MaximumEventAgeInSeconds", 300)
	}
	checkMayOnly(in, read.Target(told.Forward, "Targets.0.RoleArn", "AWS::IAM::Role"), "events:PutEvents", read.Target(start, "EventBusName", topology.BusType))
}

// toldDefinition is what home's half does, whatever the time that it waits and the names of its event.
const toldDefinition = `{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {
	"Wait": {"Type": "Wait", "Seconds": %d, "Next": "Describe"},
	"Describe": {
		"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:autoscaling:describeAutoScalingGroups", "Next": "Put",
		"Arguments": {"AutoScalingGroupNames": [%q]},
		"Output": {
			"desiredCapacity": "{%% $states.result.AutoScalingGroups[0].DesiredCapacity %%}",
			"minimum": "{%% $states.result.AutoScalingGroups[0].MinSize %%}"
		}
	},
	"Put": {
		"Type": "Task", "Resource": "arn:aws:states:::events:putEvents", "End": true,
		"Arguments": {"Entries": [{"Detail": "{%% $states.input %%}", "DetailType": %q, "EventBusName": %q, "Source": %q}]}
	}
}}`

// checkTells demands that home's half tells of a group's size as it is meant to be, within a minute.
func checkTells(told topology.SizesTold, group *assembly.Resource) {
	describe := followerState(told.Machine, describeCall)
	if names := fmt.Sprint(describe.Arguments["AutoScalingGroupNames"]); names != "["+read.Placeholder(group)+"]" {
		read.Fail(told.Machine, definitionPath, "describes %s, want the home group", names)
	}
	if said := fmt.Sprint(describe.Output["desiredCapacity"]); !strings.Contains(said, ".DesiredCapacity %}") {
		read.Fail(told.Machine, definitionPath, "tells desiredCapacity as %s: servers that die at home must not shrink the standby", said)
	}
	waits := 0
	for _, state := range must.Get(topology.FollowerStates(told.Machine)) {
		waits += state.Seconds
	}
	if waits > 60 {
		read.Fail(told.Machine, definitionPath, "waits for %d s, want a minute at most: the standby would be told too late", waits)
	}
	event := toldEvent(told)
	form := fmt.Sprintf(toldDefinition, waits, read.Placeholder(group), event["detail-type"], read.Placeholder(told.Bus, "Arn"), event["source"])
	if differs := must.Get(topology.Differs(told.Machine, form)); differs != "" {
		read.Fail(told.Machine, definitionPath, "%s", differs)
	}
}

// toldEvent is the event that home's half puts on the bus, but for its detail.
func toldEvent(told topology.SizesTold) map[string]any {
	entries, _ := followerState(told.Machine, ":events:putEvents").Arguments["Entries"].([]any)
	if len(entries) != 1 {
		read.Fail(told.Machine, definitionPath, "puts %d events, want one", len(entries))
	}
	entry := read.As[map[string]any](told.Machine, definitionPath, entries[0], "an event")
	return map[string]any{"source": fmt.Sprint(entry["Source"]), "detail-type": fmt.Sprint(entry["DetailType"])}
}

func checkFollowingAlarms(in *read.Reader) {
	told, _ := followed(in)
	for _, machine := range []*assembly.Resource{sizer(in), told.Machine} {
		alarmOn(in, "ExecutionsFailed", "StateMachineArn", machine)
	}
	missing := alarmOn(in, "GroupInServiceInstances", "AutoScalingGroupName", in.Standby().Group)
	ids := map[string]string{}
	for _, m := range metricsOf(missing) {
		if m.about(m.name, "AutoScalingGroupName", in.Standby().Group) {
			ids[m.id] = m.name
		}
	}
	if want := map[string]string{"minimum": "GroupMinSize", "servers": "GroupInServiceInstances"}; !maps.Equal(ids, want) {
		read.Fail(missing, "Metrics", "calls %v of the standby's group so, want %v", ids, want)
	}
	if expression := read.Text(missing, "Metrics.0.Expression"); expression != "FILL(minimum, REPEAT) - FILL(servers, REPEAT)" {
		read.Fail(missing, "Metrics.0.Expression", "does not compare the servers with the minimum: %s", expression)
	}
	read.ExpectAll(missing, "", map[string]any{
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "EvaluationPeriods": 15, "DatapointsToAlarm": 15,
		"TreatMissingData": "ignore", "Metrics.0.ReturnData": true,
	})
}

func checkNoFollower(in *read.Reader) {
	for _, machine := range must.Get(topology.SizersOf(in.Assembly, in.Standby().Group)) {
		read.Fail(machine, "", "sizes the standby, and standby.web.follow is 0")
	}
}
