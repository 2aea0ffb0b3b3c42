package rehearsal_test

import (
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/topology"
)

// A rule that is disabled copies nothing, though its delete markers, metrics
// and time control are still "Enabled".
func TestReplicationIsReadByRule(t *testing.T) {
	there := func(a *assembly.Assembly) {
		for _, bucket := range a.Resources(topology.BucketType) {
			if bucket.Has("ReplicationConfiguration") {
				bucket.Set("ReplicationConfiguration.Rules.0.Status", "Disabled")
			}
		}
	}
	back := func(old, replacement string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			custom := a.Resources(topology.CustomReplicationType)[0]
			text, err := custom.Text("Create")
			if err != nil || !strings.Contains(text, old) {
				t.Fatalf("no %s: %v", old, err)
			}
			custom.Set("Create", strings.ReplaceAll(text, old, replacement))
		}
	}
	tests := []struct {
		name string
		edit func(*assembly.Assembly)
		want rehearsal.Replication
	}{
		{"both", func(*assembly.Assembly) {}, rehearsal.Replication{HomeToStandby: true, StandbyToHome: true}},
		{"there disabled", there, rehearsal.Replication{StandbyToHome: true}},
		{"back disabled", back(`"Status":"Enabled"}]`, `"Status":"Disabled"}]`), rehearsal.Replication{HomeToStandby: true}},
		{"back from home", back("${Secondary.StaticSiteBucket9C756C46}", "${Primary.StaticSiteBucket9C756C46}"), rehearsal.Replication{HomeToStandby: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := fixture.Site(t, "site", test.edit).Replication; got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestListenerRules holds the rules that are played, on a header, on every path
// or on both, against those that are not.
func TestListenerRules(t *testing.T) {
	condition := func(field, config string, of map[string]any) map[string]any {
		return map[string]any{"Field": field, config: of}
	}
	everyPath := condition("path-pattern", "PathPatternConfig", map[string]any{"Values": []any{"/*"}})
	onePath := condition("path-pattern", "PathPatternConfig", map[string]any{"Values": []any{"/shop/*"}})
	header := condition("http-header", "HttpHeaderConfig", map[string]any{"HttpHeaderName": "X-Known", "Values": []any{"word"}})
	takes, leaves := rehearsal.Action{Status: 418}, rehearsal.Action{Forward: true, Status: 200}
	tests := map[string]struct {
		conditions []any
		want       *rehearsal.Action // on a request without the header, nil if it is not played
	}{
		"every path":  {[]any{everyPath}, &takes},
		"a header":    {[]any{header}, &leaves},
		"both":        {[]any{everyPath, header}, &leaves},
		"one path":    {[]any{onePath}, nil},
		"two headers": {[]any{header, header}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := assembly.Load("../testdata/article")
			if err != nil {
				t.Fatal(err)
			}
			listener := fixture.Find(t, a, "Primary.WebTierEntranceLoadBalancerHttpDAAD3900")
			rule := listener.Stack.Resources(topology.AlarmType)[0] // to make a rule of
			rule.Set(".Type", topology.ListenerRuleType)
			rule.Set(".Properties", map[string]any{
				"ListenerArn": map[string]any{"Ref": listener.LogicalID}, "Priority": 1, "Conditions": test.conditions,
				"Actions": []any{map[string]any{"Type": "fixed-response", "FixedResponseConfig": map[string]any{"StatusCode": "418"}}},
			})
			m, err := rehearsal.NewModel(a)
			if (err != nil) != (test.want == nil) {
				t.Fatalf("got the error %v, want one: %t", err, test.want == nil)
			}
			if err != nil {
				return
			}
			if got := m.Home.Listeners[0].Action(func(string) string { return "" }); got != *test.want {
				t.Errorf("a request is answered %+v, want %+v", got, *test.want)
			}
		})
	}
}
