package operations

import (
	"fmt"
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

// follower is the state machine at the standby.
func follower(in *read.Reader) *topology.Follower {
	group := in.Standby().Group
	f := must.Get(topology.FollowerOf(in.Assembly, group))
	if f == nil {
		read.Fail(group, "", "follows nothing: no state machine sizes it by what it assigns to follow")
	}
	read.InRegion(f.Machine, in.Site.Standby.Region.Name)
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
	f, web := follower(in), in.Site.StandbyWeb()
	if got, want := []int{f.Percent, f.Minimum, f.Maximum}, []int{in.Site.Standby.Web.Follow, web.Minimum, web.Maximum}; !slices.Equal(got, want) {
		read.Fail(f.Machine, definitionPath, "follows by percent, minimum and maximum %v, want %v", got, want)
	}
	for name := range followerState(f.Machine, topology.SizeCall).Arguments {
		if name != "AutoScalingGroupName" && name != "MinSize" {
			read.Fail(f.Machine, definitionPath, "sets %s: servers would be taken from visitors who are at the standby", name)
		}
	}
	wanted := fmt.Sprint(followerState(f.Machine, describeCall).Output["wanted"])
	for _, part := range []struct{ text, why string }{
		{".MaxSize", "more servers than the group may have: AWS refuses that"},
		{"$maximum", "more than the standby's schedules do"},
		{"$minimum", "less than the site's own minimum"},
		{"$states.input.detail.minimum", "less than a schedule of home's, which the standby has too"},
		{"$ceil($follow * $states.input.detail.desiredCapacity / 100)", "another share of home's desired capacity"},
	} {
		if !strings.Contains(wanted, part.text) {
			read.Fail(f.Machine, definitionPath, "sets the minimum to %s, which lacks %s: %s", wanted, part.text, part.why)
		}
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

// updateAction is all that following changes with.
const updateAction = "autoscaling:UpdateAutoScalingGroup"

// followed is home's half.
func followed(in *read.Reader) (topology.SizesTold, *assembly.Resource) {
	f := follower(in)
	rules := must.Get(topology.RulesTo(in.Assembly, f.Machine))
	start := read.Only("rules that start "+f.Machine.String(), rules...)
	bus := read.Target(start, "EventBusName", topology.BusType)
	told := must.Get(topology.SizesToldTo(in.Assembly, bus))
	if len(told) != 1 {
		read.Fail(f.Machine, "", "is told of a size by %d state machines, want one", len(told))
	}
	return told[0], start
}

func checkFollowed(in *read.Reader) {
	told, start := followed(in)
	home := in.Home()
	read.InRegion(told.Machine, home.Region.Name)
	describe := followerState(told.Machine, describeCall)
	if names := fmt.Sprint(describe.Arguments["AutoScalingGroupNames"]); names != "["+read.Placeholder(home.Group)+"]" {
		read.Fail(told.Machine, definitionPath, "describes %s, want the home group", names)
	}
	for name, want := range map[string]string{"desiredCapacity": ".DesiredCapacity", "minimum": ".MinSize"} {
		if said := fmt.Sprint(describe.Output[name]); !strings.Contains(said, want+" %}") {
			read.Fail(told.Machine, definitionPath, "tells %s as %s, want %s: servers that die at home must not shrink the standby", name, said, want)
		}
	}
	for _, rule := range []*assembly.Resource{start, told.Forward} {
		read.Expect(rule, "EventPattern", map[string]any{"source": []any{"twinsite.size"}})
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

func checkFollowingAlarms(in *read.Reader) {
	told, _ := followed(in)
	for _, machine := range []*assembly.Resource{follower(in).Machine, told.Machine} {
		alarmOn(in, "ExecutionsFailed", "StateMachineArn", machine)
	}
	missing := alarmOn(in, "GroupInServiceInstances", "AutoScalingGroupName", in.Standby().Group)
	if expression := read.Text(missing, "Metrics.0.Expression"); expression != "FILL(minimum, REPEAT) - FILL(servers, REPEAT)" {
		read.Fail(missing, "Metrics.0.Expression", "does not compare the servers with the minimum: %s", expression)
	}
	read.ExpectAll(missing, "", map[string]any{
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "EvaluationPeriods": 15, "DatapointsToAlarm": 15,
		"TreatMissingData": "ignore",
	})
}

func checkNoFollower(in *read.Reader) {
	if f := must.Get(topology.FollowerOf(in.Assembly, in.Standby().Group)); f != nil {
		read.Fail(f.Machine, "", "sizes the standby, and standby.web.follow is 0")
	}
}
