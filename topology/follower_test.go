package topology_test

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

const (
	followerGroup   = "Secondary.WebTierWebServersGroupASGB49BAB89"
	followerMachine = "Secondary.FollowerStateMachine765280DA"
)

// A state machine that follows is read in one form: what differs from it in one point may do the opposite.
func TestFollowerOf(t *testing.T) {
	const definition = "DefinitionString"
	for _, test := range []struct {
		name, from, to string
		want           string // percent, minimum and maximum; or the error
	}{
		{"as it is", "", "", "75 1 4"},
		{"another site", `"follow":75,"maximum":4,"minimum":1`, `"follow":100,"maximum":9,"minimum":2`, "100 2 9"},
		{"it is tried more often", `"MaxAttempts":4`, `"MaxAttempts":9`, "75 1 4"},
		{"a comment", `"Type":"Succeed"`, `"Type":"Succeed","Comment":"Nothing"`, "75 1 4"},
		{"no servers", "{% $states.input.wanted %}", "{% 0 * $states.input.wanted %}", `States.Set.Arguments.MinSize is "{% 0 * $states.input.wanted %}", want "{% $states.input.wanted %}"`},
		{"the smallest", "$max(", "$min(", "States.Describe.Output.wanted is"},
		{"it only shrinks", "$states.input.wanted != ", "$states.input.wanted < ", `States.Differs.Choices is [{"Condition":"{% $states.input.wanted < $states`},
		{"it sets more", `"MinSize":`, `"MaxSize":1,"MinSize":`, "States.Set.Arguments.MaxSize is 1, want nothing"},
		{"it sets less", `,"MinSize":"{% $states.input.wanted %}"`, "", "States.Set.Arguments.MinSize is nothing, want"},
		{"it begins elsewhere", `"StartAt":"Site"`, `"StartAt":"Same"`, "StartAt is"},
		{"a part of a percent", `"follow":75`, `"follow":75.5`, "States.Site.Assign.follow is 75.5, want 75"},
		{"an expression", `"follow":75`, `"follow":"{% 75 %}"`, `States.Site.Assign.follow is "{% 75 %}", want 0`},
		{"another language", `"QueryLanguage":"JSONata"`, `"QueryLanguage":"JSONPath"`, "QueryLanguage is"},
		{"it follows in another way", `"follow":75`, `"part":75`, "nothing"},
		{"another group", "${" + followerGroup + "}", "other", "nothing"},
		{"no JSON", `{"StartAt"`, `"StartAt"`, "nothing"},
	} {
		a := load(t, "everything")
		machine := find(a, followerMachine)
		if test.from != "" {
			text := got[string](t)(machine.Text(definition))
			if !strings.Contains(text, test.from) {
				t.Fatalf("%s: the definition has no %s", test.name, test.from)
			}
			machine.Set(definition, strings.ReplaceAll(text, test.from, test.to))
		}
		f, err := topology.FollowerOf(a, find(a, followerGroup))
		switch {
		case strings.Contains(test.want, " is"):
			refused[*topology.Follower](t, followerMachine+".DefinitionString: "+test.want)(f, err)
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case f == nil:
			same(t, test.name, "nothing", test.want)
		default:
			same(t, test.name, fmt.Sprint(f.Percent, f.Minimum, f.Maximum), test.want)
		}
	}
}

func TestHearsEvent(t *testing.T) {
	a := load(t, "everything")
	var rule *assembly.Resource
	for _, r := range a.Resources(topology.EventRuleType) {
		if r.Has("EventPattern.detail.AutoScalingGroupName") {
			rule = r
		}
	}
	event := func(kind string, group any) map[string]any {
		return map[string]any{"source": "aws.autoscaling", "detail-type": kind, "detail": map[string]any{"AutoScalingGroupName": group, "Progress": 50.0}}
	}
	const launched, group = "EC2 Instance Launch Successful", "${Primary.WebTierWebServersGroupASGB49BAB89}"
	for _, test := range []struct {
		name  string
		event map[string]any
		want  bool
	}{
		{"of the group", event(launched, group), true},
		{"of one of several", event(launched, []any{"other", group}), true},
		{"of another", event(launched, "other"), false},
		{"of none", event(launched, nil), false},
		{"of what is no text", event(launched, map[string]any{}), false},
		{"of another kind", event("EC2 Instance Launch Unsuccessful", group), false},
		{"without details", map[string]any{"source": "aws.autoscaling", "detail-type": launched}, false},
	} {
		same(t, test.name, got[bool](t)(topology.HearsEvent(rule, test.event)), test.want)
	}
}
