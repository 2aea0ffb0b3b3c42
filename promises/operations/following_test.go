package operations

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// sizing are the rules that start home's half, that on the group's events first.
func sizing(in *read.Reader) (changes, regularly *assembly.Resource) {
	told, _ := followed(in)
	for _, rule := range rulesTo(in, told.Machine) {
		if rule.Has("ScheduleExpression") {
			regularly = rule
		} else {
			changes = rule
		}
	}
	return changes, regularly
}

func rulesTo(in *read.Reader, machine *assembly.Resource) []*assembly.Resource {
	rules, err := topology.RulesTo(in.Assembly, machine)
	if err != nil {
		panic(err)
	}
	return rules
}

// followingCopies break the promises of following.go.
var followingCopies = map[string][]brokencopy.Copy{
	"the standby's minimum follows home's size, and nothing else of it": {
		{"it sets the desired capacity", func(in *read.Reader) {
			redefine(follower(in).Machine, `"MinSize":"{%`, `"DesiredCapacity":"{%`)
		}, "sets DesiredCapacity: servers would be taken"},
		{"and the maximum", func(in *read.Reader) {
			redefine(follower(in).Machine, `"MinSize":"{% $states.input.wanted %}"`, `"MinSize":"{% $states.input.wanted %}","MaxSize":9`)
		}, "sets MaxSize"},
		{"it undercuts a schedule", func(in *read.Reader) {
			redefine(follower(in).Machine, "$states.input.detail.minimum", "0")
		}, "less than a schedule of home's"},
		{"it undercuts the site", func(in *read.Reader) { redefine(follower(in).Machine, "$max([$minimum, ", "$max([") }, "the site's own minimum"},
		{"it goes above the maximum", func(in *read.Reader) {
			redefine(follower(in).Machine, "$min([$states.result.AutoScalingGroups[0].MaxSize, ", "$min([")
		}, "AWS refuses that"},
		{"it is rounded down", func(in *read.Reader) { redefine(follower(in).Machine, "$ceil(", "$floor(") }, "another share"},
		{"it sets no servers at all", func(in *read.Reader) {
			redefine(follower(in).Machine, "{% $states.input.wanted %}", "{% 0 * $states.input.wanted %}")
		}, "States.Set.Arguments.MinSize is"},
		{"the smallest of all that it must not undercut", func(in *read.Reader) { redefine(follower(in).Machine, "$max([$minimum, ", "$min([$minimum, ") }, "States.Describe.Output.wanted is"},
		{"it never grows", func(in *read.Reader) {
			redefine(follower(in).Machine, "$states.input.wanted != $states.input.minimum", "$states.input.wanted < $states.input.minimum")
		}, "States.Differs.Choices is"},
		{"it compares with another group", func(in *read.Reader) {
			redefine(follower(in).Machine, `"AutoScalingGroupNames":["`+read.Placeholder(in.Standby().Group), `"AutoScalingGroupNames":["other`)
		}, "States.Describe.Arguments.AutoScalingGroupNames is"},
		{"by another call, which sets the desired capacity", func(in *read.Reader) {
			redefine(follower(in).Machine, topology.SizeCall, ":aws-sdk:autoscaling:setDesiredCapacity")
		}, "follows nothing"},
		{"it follows by another name", func(in *read.Reader) { redefine(follower(in).Machine, `"follow":75`, `"part":75`) }, "by what it assigns to follow"},
		{"another sizes it, too", func(in *read.Reader) { sizesStandby(in, `{}`) }, "there are 2 of state machines that size"},
		{"another percentage", func(in *read.Reader) { redefine(follower(in).Machine, `"follow":75`, `"follow":50`) }, "[50 1 4], want [75 1 4]"},
		{"other limits", func(in *read.Reader) { redefine(follower(in).Machine, `"minimum":1`, `"minimum":2`) }, "[75 2 4]"},
		{"limits the wrong way round", func(in *read.Reader) {
			redefine(follower(in).Machine, `"maximum":4,"minimum":1`, `"maximum":1,"minimum":4`)
		}, "[75 4 1]"},
		{"it sizes another group", func(in *read.Reader) {
			redefine(follower(in).Machine, read.Placeholder(in.Standby().Group), "other")
		}, "follows nothing"},
		{"it may size any group", func(in *read.Reader) {
			policy := in.PolicyOf(read.Follow(follower(in).Machine, "RoleArn"))
			for i, statement := range read.Objects(policy, "PolicyDocument.Statement") {
				if statement["Action"] == "autoscaling:UpdateAutoScalingGroup" {
					policy.Set(fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i), "*")
				}
			}
		}, "it may change that"},
		{"it may change anything of Auto Scaling's", func(in *read.Reader) {
			policy := in.PolicyOf(read.Follow(follower(in).Machine, "RoleArn"))
			for i, statement := range read.Objects(policy, "PolicyDocument.Statement") {
				if statement["Action"] == updateAction {
					policy.Set(fmt.Sprintf("PolicyDocument.Statement.%d.Action", i), []any{updateAction, "autoscaling:*"})
				}
			}
		}, "allows autoscaling:*"},
	},
	"home's size reaches the standby: at each change, every five minutes, within five minutes": {
		{"by the servers that run", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, "$states.result.AutoScalingGroups[0].DesiredCapacity", "$count($states.result.AutoScalingGroups[0].Instances[LifecycleState='InService'])")
		}, "servers that die at home must not shrink the standby"},
		{"always the same", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, `"Detail":"{% $states.input %}"`, `"Detail":{"desiredCapacity":1,"minimum":1}`)
		}, `States.Put.Arguments.Entries is [{"Detail":{"desiredCapacity":1`},
		{"another minimum", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, "AutoScalingGroups[0].MinSize %}", "AutoScalingGroups[0].MaxSize %}")
		}, "States.Describe.Output.minimum is"},
		{"50 minutes later", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, `"Seconds":30`, `"Seconds":3000`)
		}, "waits for 3000 s"},
		{"from a source that no rule knows", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, "twinsite.size", "twinsite.sizes")
		}, "EventPattern is"},
		{"to a rule of other events", func(in *read.Reader) {
			told, _ := followed(in)
			told.Forward.Add("EventPattern.detail-type", []string{"Another size"})
		}, "EventPattern is"},
		{"another group's", func(in *read.Reader) {
			told, _ := followed(in)
			redefine(told.Machine, read.Placeholder(in.Home().Group), "other")
		}, "want the home group"},
		{"not on a schedule", func(in *read.Reader) {
			_, regularly := sizing(in)
			remove(regularly)
		}, "started by 1 rules"},
		{"once an hour", func(in *read.Reader) {
			_, regularly := sizing(in)
			regularly.Set("ScheduleExpression", "rate(1 hour)")
		}, "rate(1 hour)"},
		{"of any group", func(in *read.Reader) {
			changes, _ := sizing(in)
			changes.Set("EventPattern.detail.AutoScalingGroupName.0", "other")
		}, "AutoScalingGroupName"},
		{"only when servers come", func(in *read.Reader) {
			changes, _ := sizing(in)
			changes.Set("EventPattern.detail-type", []string{"EC2 Instance Launch Successful"})
		}, "detail-type"},
		{"a day later", func(in *read.Reader) {
			told, _ := followed(in)
			told.Forward.Delete("Targets.0.RetryPolicy")
		}, "RetryPolicy"},
		{"to no other region", func(in *read.Reader) {
			told, _ := followed(in)
			told.Forward.Set("Targets.0.Arn", "arn:aws:events:x:y:event-bus/z")
		}, "is told of a size by 0"},
	},
	"operators hear when the standby does not follow, or its servers do not come": {
		{"not when home fails to", func(in *read.Reader) {
			remove(alarmNamed(in, "The standby does not follow", in.Site.Home.Region.Name))
		}, "nobody watches the ExecutionsFailed"},
		{"not when the standby fails to", func(in *read.Reader) {
			remove(alarmNamed(in, "The standby does not follow", in.Site.Standby.Region.Name))
		}, "nobody watches the ExecutionsFailed"},
		{"not when servers do not come", func(in *read.Reader) {
			remove(alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name))
		}, "nobody watches the GroupInServiceInstances"},
		{"by the greatest that it may be", func(in *read.Reader) {
			alarm := alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name)
			alarm.Set("Metrics.1.MetricStat.Metric.MetricName", "GroupMaxSize")
		}, "minimum:GroupMaxSize"},
		{"the other way round", func(in *read.Reader) {
			requery(alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name), "FILL(minimum, REPEAT) - FILL(servers, REPEAT)", "FILL(servers, REPEAT) - FILL(minimum, REPEAT)")
		}, "does not compare"},
		{"by home's minimum", func(in *read.Reader) {
			alarm := alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name)
			alarm.Set("Metrics.1.MetricStat.Metric.Dimensions.0.Value", read.Placeholder(in.Home().Group))
		}, "of the standby's group"},
		{"by another value", func(in *read.Reader) {
			alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name).Set("Metrics.0.ReturnData", false)
		}, "ReturnData is false"},
		{"within a minute", func(in *read.Reader) {
			alarmNamed(in, "The standby is smaller than its minimum", in.Site.Standby.Region.Name).Set("DatapointsToAlarm", 1)
		}, "DatapointsToAlarm is 1"},
	},
	"nothing sizes the standby unless it follows": {
		{"it follows all the same", func(in *read.Reader) { sizesStandby(in, `{"follow":100}`) }, "standby.web.follow is 0"},
		{"something else sizes it", func(in *read.Reader) { sizesStandby(in, `{}`) }, "standby.web.follow is 0"},
	},
}

// sizesStandby adds a state machine that sizes the standby's group, and assigns some variables before.
func sizesStandby(in *read.Reader, assigned string) {
	group := in.Standby().Group
	definition := strings.NewReplacer("GROUP", "${"+group.LogicalID+"}", "ASSIGNED", assigned).Replace(
		`{"States":{"Site":{"Assign":ASSIGNED},"Set":{"Resource":"arn:aws:states:::aws-sdk:autoscaling:updateAutoScalingGroup","Arguments":{"AutoScalingGroupName":"GROUP"}}}}`)
	group.Stack.Put("Sizes", map[string]any{"Type": topology.MachineType, "Properties": map[string]any{
		"DefinitionString": map[string]any{"Fn::Sub": definition},
	}})
}

// TestFollowing runs both halves by JSONata's own engine, on events and answers in AWS's form.
func TestFollowing(t *testing.T) {
	in := brokencopy.Everything(t)
	told, _ := followed(in)
	home := read.Text(told.Machine, definitionPath)
	standby := strings.Replace(read.Text(follower(in).Machine, definitionPath), `"maximum":1`, `"maximum":6`, 1)
	group := read.Placeholder(in.Standby().Group)

	sized := func(desired, minimum int) string {
		return asJSON(t, map[string]any{
			"source": "twinsite.size", "detail-type": "Home's size", "time": "2026-11-22T18:00:00Z", "region": "us-east-1",
			"detail": map[string]any{"desiredCapacity": desired, "minimum": minimum},
		})
	}
	answer := func(minimum, maximum, desired, running int) string {
		return described(t, minimum, maximum, desired, running)
	}
	tests := []struct {
		name, definition, event, answers string
		state                            string // that of the last call
		arguments                        any    // of the last call
	}{
		{"three quarters, rounded up", standby, sized(6, 2), answer(1, 8, 2, 2), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 5.0}},
		{"a schedule of home's", standby, sized(4, 4), answer(1, 8, 2, 2), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 4.0}},
		{"a larger minimum than the standby's limits", standby, sized(8, 8), answer(1, 9, 1, 1), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 6.0}},
		{"more than the group may have now", standby, sized(60, 2), answer(1, 6, 2, 2), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 6.0}},
		{"home has shrunk, visitors are here", standby, sized(2, 2), answer(5, 8, 8, 8), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 2.0}},
		{"home has none", standby, sized(0, 0), answer(5, 8, 5, 5), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 1.0}},
		{"no change", standby, sized(6, 2), answer(5, 8, 7, 7), "Describe", map[string]any{"AutoScalingGroupNames": []any{group}}},
		{"no such group", standby, sized(6, 2), `{"Describe": {"AutoScalingGroups": []}}`, "", nil},
		{"home tells what it is meant to have, not what runs", home, recorded(t, "launched"), answer(2, 6, 4, 1), "Put", map[string]any{"Entries": []any{map[string]any{
			"Detail": map[string]any{"desiredCapacity": 4.0, "minimum": 2.0}, "DetailType": "Home's size", "Source": "twinsite.size", "EventBusName": read.Placeholder(told.Bus, "Arn"),
		}}}},
		{"home's group is gone", home, recorded(t, "scheduled"), `{"Describe": {"AutoScalingGroups": []}}`, "", nil},

		{"broken: rounded down", strings.Replace(standby, "$ceil", "$floor", 1), sized(6, 2), answer(1, 8, 2, 2), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 4.0}},
		{"broken: it undercuts a schedule", strings.Replace(standby, "$states.input.detail.minimum", "0", 1), sized(4, 4), answer(1, 8, 2, 2), "Set", map[string]any{"AutoScalingGroupName": group, "MinSize": 3.0}},
		{"broken: by running servers", strings.Replace(home, "DesiredCapacity %}", "Instances ~> $count %}", 1), recorded(t, "launched"), answer(2, 6, 4, 1), "Put", map[string]any{"Entries": []any{map[string]any{
			"Detail": map[string]any{"desiredCapacity": 1.0, "minimum": 2.0}, "DetailType": "Home's size", "Source": "twinsite.size", "EventBusName": read.Placeholder(told.Bus, "Arn"),
		}}}},
	}
	var files []string
	for _, test := range tests {
		files = append(files, test.definition, test.event, test.answers)
	}
	got := runMachines(t, files)
	for i, test := range tests {
		if test.state == "" {
			if got[i] != nil {
				t.Errorf("%s: it does not fail, and calls %v", test.name, got[i])
			}
			continue
		}
		if len(got[i]) == 0 {
			t.Errorf("%s: it fails", test.name)
			continue
		}
		last := got[i][len(got[i])-1]
		if diff := cmp.Diff(test.arguments, last.Arguments); diff != "" || last.State != test.state {
			t.Errorf("%s: the last call is %s, want %s (-want +got):\n%s", test.name, last.State, test.state, diff)
		}
	}
}

// A madeCall is one that a state machine makes.
type madeCall struct {
	State     string
	Arguments any
}

// runMachines runs state machines, given by definition, event and answers, and returns the calls of each; nil where it fails.
func runMachines(t *testing.T, files []string) [][]madeCall {
	t.Helper()
	var calls [][]madeCall
	runNode(t, filepath.Join("testdata", "events", "run.js"), files, &calls)
	if len(calls) != len(files)/3 {
		t.Fatalf("%d runs of %d", len(calls), len(files)/3)
	}
	return calls
}

// described is how AWS answers when a group is described.
func described(t *testing.T, minimum, maximum, desired, running int) string {
	t.Helper()
	return asJSON(t, map[string]any{"Describe": map[string]any{"AutoScalingGroups": []any{map[string]any{
		"AutoScalingGroupName": "standby", "MinSize": minimum, "MaxSize": maximum, "DesiredCapacity": desired,
		"Instances": make([]map[string]string, running),
	}}}})
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
