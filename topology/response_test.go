package topology_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

// What manual failback adds to the default site.
const (
	awayAlarm  = "Failover.AlarmsStandbyServes64C7FA4D"
	otherAlarm = "AlarmsHomeEndpointC8A79A2F"
	forward    = "Failover.Failback42BECB47"
	bus        = "Secondary.FailbackBusF15C5031"
	start      = "Secondary.FailbackStart90E418EE"
	machine    = "Secondary.FailbackStateMachineB9668938"
)

type stackTemplate struct{ Parameters, Mappings, Conditions, Resources, Outputs map[string]any }

// loadManual reads the default site with the resources of manual failback added.
func loadManual(t *testing.T, edits ...func(*assembly.Assembly)) *assembly.Assembly {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/site")); err != nil {
		t.Fatal(err)
	}
	added := readJSON[map[string]stackTemplate](t, "../rehearsal/testdata/failback.json")
	for stack, more := range added {
		path := filepath.Join(dir, stack+".template.json")
		whole := readJSON[stackTemplate](t, path)
		maps.Copy(whole.Resources, more.Resources)
		maps.Copy(whole.Outputs, more.Outputs)
		if err := os.WriteFile(path, got[[]byte](t)(json.Marshal(whole)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a := got[*assembly.Assembly](t)(assembly.Load(dir))
	for _, edit := range edits {
		edit(a)
	}
	return a
}

func readJSON[T any](t *testing.T, path string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(got[[]byte](t)(os.ReadFile(path)), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestResponses(t *testing.T) {
	set := func(place, path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { find(a, place).Set(path, value) }
	}
	remove := func(place string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { r := find(a, place); r.Stack.Remove(r.LogicalID) }
	}
	tests := []struct {
		name  string
		edit  func(*assembly.Assembly)
		found bool
	}{
		{"manual failback", func(*assembly.Assembly) {}, true},
		{"no rule forwards", remove(forward), false},
		{"no rule starts", remove(start), false},
		{"no state machine", set(start, "Targets.0.Arn", "arn:aws:states:us-east-1:1:stateMachine:other"), false},
		{"the start is on the default bus", func(a *assembly.Assembly) { find(a, start).Delete("EventBusName") }, false},
		{"the forward is on another bus", func(a *assembly.Assembly) { find(a, forward).Add("EventBusName", "other") }, false},
		{"the alarm is of another region", func(a *assembly.Assembly) { find(a, awayAlarm).Stack.Region = "eu-west-1" }, true}, // with its rule
		{"the forward is about another alarm", set(forward, "EventPattern.detail.alarmName.0", map[string]any{"Ref": otherAlarm}), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := loadManual(t, test.edit)
			found := got[[]topology.Response](t)(topology.Responses(a, find(a, awayAlarm)))
			want := "[]"
			if test.found {
				want = "[{" + strings.Join([]string{awayAlarm, forward, bus, start, machine}, " ") + "}]"
			}
			same(t, "responses", found, want)
		})
	}
}

func TestHears(t *testing.T) {
	const name = "EventPattern.detail.alarmName"
	tests := []struct {
		name string
		edit func(rule *assembly.Resource)
		want bool
	}{
		{"by name", func(*assembly.Resource) {}, true},
		{"by ARN", func(rule *assembly.Resource) {
			rule.Delete(name)
			rule.Add("EventPattern.resources", []any{map[string]any{"Fn::GetAtt": []string{"AlarmsStandbyServes64C7FA4D", "Arn"}}})
		}, true},
		{"every alarm", func(rule *assembly.Resource) { rule.Delete("EventPattern.detail") }, true},
		{"another alarm", func(rule *assembly.Resource) { rule.Set(name+".0", map[string]any{"Ref": otherAlarm}) }, false},
		{"another source", func(rule *assembly.Resource) { rule.Set("EventPattern.source.0", "aws.s3") }, false},
		{"the alarm's end", func(rule *assembly.Resource) { rule.Set("EventPattern.detail.state.value.0", "OK") }, false},
		{"a filter", func(rule *assembly.Resource) { rule.Set(name+".0", map[string]any{"prefix": "ticketing"}) }, false},
		{"a key that the event does not have", func(rule *assembly.Resource) { rule.Add("EventPattern.account", []string{"1"}) }, false},
		{"disabled", func(rule *assembly.Resource) { rule.Set("State", "DISABLED") }, false},
		{"enabled by default", func(rule *assembly.Resource) { rule.Delete("State") }, true},
		{"on a schedule", func(rule *assembly.Resource) { rule.Delete("EventPattern") }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := loadManual(t)
			rule := find(a, forward)
			test.edit(rule)
			same(t, "hears", got[bool](t)(topology.Hears(rule, find(a, awayAlarm))), test.want)
		})
	}
}

func TestAlarmsOn(t *testing.T) {
	read := func(edits ...func(*assembly.Assembly)) any {
		a := load(t, "site", edits...)
		return got[[]*assembly.Resource](t)(topology.AlarmsOn(a, find(a, homeServes)))
	}
	same(t, "the site's", read(), "["+awayAlarm+"]")
	same(t, "of another metric", read(func(a *assembly.Assembly) { find(a, awayAlarm).Set("MetricName", "ChildHealthCheckHealthyCount") }), "[]")
	same(t, "of another region", read(func(a *assembly.Assembly) { find(a, awayAlarm).Stack.Region = "eu-west-1" }), "[]")
}

func TestPutObjects(t *testing.T) {
	define := func(states string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { find(a, machine).Set("DefinitionString", states) }
	}
	tests := []struct {
		name, want string
		edit       func(*assembly.Assembly)
	}{
		{"manual failback", "[{" + machine + " Call " + switchBucket + " ${" + switchBucket + "} failover-switch}]", func(*assembly.Assembly) {}},
		{"somebody's bucket, in JSONPath", "[{" + machine + " Put <nil> mine report}]",
			define(`{"States":{"Put":{"Resource":"arn:aws:states:::aws-sdk:s3:putObject","Parameters":{"Bucket":"mine","Key":"report"}}}}`)},
		{"another call", "[]", define(`{"States":{"Get":{"Resource":"arn:aws:states:::aws-sdk:s3:deleteObject","Arguments":{"Bucket":"mine","Key":"report"}}}}`)},
		{"no JSON", "[]", define("StartAt: Put")},
		{"no definition", "[]", func(a *assembly.Assembly) { find(a, machine).Delete("DefinitionString") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := loadManual(t, test.edit)
			same(t, "puts", got[[]topology.PutObject](t)(topology.PutObjects(a, find(a, machine))), test.want)
		})
	}
}
