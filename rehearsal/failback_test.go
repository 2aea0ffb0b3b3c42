package rehearsal

import (
	"strings"
	"testing"

	"twinsite/assembly"
)

// The resources of testdata/failback.json, and the alarm before them.
const (
	awayAlarm = "Failover.AlarmsStandbyServes64C7FA4D"
	forward   = "Failover.Failback42BECB47"
	bus       = "Secondary.FailbackBusF15C5031"
	start     = "Secondary.FailbackStart90E418EE"
	machine   = "Secondary.FailbackStateMachineB9668938"
)

func find(t testing.TB, a *assembly.Assembly, place string) *assembly.Resource {
	t.Helper()
	stack, id, _ := strings.Cut(place, ".")
	r, err := a.Find(stack, id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFailback(t *testing.T) {
	m := loadManual(t)
	if f := m.Failback; f == nil || f.StateMachine != machine || f.Alarm != awayAlarm ||
		f.Check != m.Pairs[0].Primary.HealthCheck || f.Period.Seconds() != 60 || f.Periods != 1 {
		t.Errorf("manual: %+v", f)
	}
	if len(m.Faults) > 0 {
		t.Errorf("manual: %v", m.Faults)
	}
	byARN := loadManual(t, func(a *assembly.Assembly) {
		rule := find(t, a, forward)
		rule.Delete("EventPattern.detail.alarmName")
		rule.Add("EventPattern.resources", []any{map[string]any{"Fn::GetAtt": []string{"AlarmsStandbyServes64C7FA4D", "Arn"}}})
	})
	if byARN.Failback == nil || len(byARN.Faults) > 0 {
		t.Errorf("manual, with the alarm by its ARN: %+v, %v", byARN.Failback, byARN.Faults)
	}
	for _, name := range []string{"site", "article"} {
		if m := load(t, name); m.Failback != nil {
			t.Errorf("%s, where failback is automatic: %+v", name, m.Failback)
		}
	}
}

// Where the way from the alarm to the switch is broken, the rehearsal says
// where, and visitors come home by themselves.
func TestBrokenFailback(t *testing.T) {
	set := func(place, path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { find(t, a, place).Set(path, value) }
	}
	remove := func(place string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { r := find(t, a, place); r.Stack.Remove(r.LogicalID) }
	}
	define := func(old, replacement string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			r := find(t, a, machine)
			text, err := r.Text("DefinitionString")
			if err != nil || !strings.Contains(text, old) {
				t.Fatalf("no %q: %v", old, err)
			}
			// The bucket has to stay a reference, in the middle.
			before, after, _ := strings.Cut(strings.Replace(text, old, replacement, 1), "${Secondary.StaticSiteBucket9C756C46}")
			r.Set("DefinitionString", map[string]any{"Fn::Join": []any{"", []any{before, map[string]any{"Ref": "StaticSiteBucket9C756C46"}, after}}})
		}
	}
	const name, previous = "EventPattern.detail.alarmName.0", "EventPattern.detail.previousState.value"
	tests := []struct {
		name           string
		edit           func(*assembly.Assembly)
		blamed, reason string
	}{
		{"another key", define("failover-switch", "switch"), machine, `puts the object "switch", but the failover switch is "failover-switch"`},
		{"another bucket", set(machine, "DefinitionString", `{"States":{"Call":{"Resource":"arn:aws:states:::aws-sdk:s3:putObject","Arguments":{"Bucket":"mine","Key":"failover-switch"}}}}`),
			machine, "into mine, not into ${Secondary.StaticSiteBucket9C756C46}"},
		{"another call", define("putObject", "deleteObject"), forward, "no state machine puts the failover switch"},
		{"no state machine", remove(start), machine, "no rule starts it"},
		{"the start is off", set(start, "State", "DISABLED"), start, "does not act when the alarm " + awayAlarm},
		{"the start listens to others", set(start, "EventPattern.source.0", "aws.s3"), start, "does not act"},
		{"the start is on the default bus", func(a *assembly.Assembly) { find(t, a, start).Delete("EventBusName") }, start, "listens on no event bus"},
		{"nobody sends", remove(forward), bus, "no rule sends to it"},
		{"the rule is off", set(forward, "State", "DISABLED"), forward, "does not act"},
		{"the rule waits for the alarm's end", set(forward, previous+".0", "ALARM"), forward, "from OK to ALARM"},
		{"the rule has a filter", set(forward, previous+".0", map[string]any{"prefix": "O"}), forward, "does not act"},
		{"the rule listens to another alarm", set(forward, name, map[string]any{"Ref": "AlarmsHomeEndpointC8A79A2F"}), forward, "does not act when the alarm " + awayAlarm},
		{"the rule listens to the wrong bus", func(a *assembly.Assembly) { find(t, a, forward).Add("EventBusName", "other") }, forward, "default event bus of us-east-1"},
		{"the alarm watches another check", func(a *assembly.Assembly) {
			find(t, a, awayAlarm).Set("Dimensions.0.Value", map[string]any{"Ref": "FailoverHomeEndpoint260E5D86"})
		}, machine, "no alarm in us-east-1 watches the health check"},
		{"the alarm watches another metric", set(awayAlarm, "MetricName", "ChildHealthCheckHealthyCount"), machine, "no alarm in us-east-1 watches the health check"},
		{"the alarm is in another region", func(a *assembly.Assembly) { find(t, a, awayAlarm).Stack.Region = "eu-west-1" }, machine, "no alarm in us-east-1 watches the health check"},
		{"the alarm goes off at health", set(awayAlarm, "ComparisonOperator", "GreaterThanOrEqualToThreshold"), awayAlarm, "does not go off when the standby serves"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := loadManual(t, test.edit)
			if m.Failback != nil {
				t.Errorf("nevertheless found: %+v", m.Failback)
			}
			if len(m.Faults) != 1 || m.Faults[0].Resource != test.blamed || !strings.Contains(m.Faults[0].Message, test.reason) {
				t.Errorf("got %v, want only %s: … %s …", m.Faults, test.blamed, test.reason)
			}
		})
	}
}

// What happens to move on the same alarm, or put something else elsewhere, is
// nobody's failback.
func TestNoFailback(t *testing.T) {
	m := loadManual(t, func(a *assembly.Assembly) {
		r := find(t, a, machine)
		r.Set("DefinitionString", `{"States":{"Call":{"Resource":"arn:aws:states:::aws-sdk:s3:putObject","Arguments":{"Bucket":"mine","Key":"report"}}}}`)
		r = find(t, a, forward)
		r.Stack.Remove(r.LogicalID)
	})
	if m.Failback != nil || len(m.Faults) > 0 {
		t.Errorf("%+v, %v", m.Failback, m.Faults)
	}
}
