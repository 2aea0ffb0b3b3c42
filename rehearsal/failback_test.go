package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/topology"
)

func TestFailback(t *testing.T) {
	m := fixture.Manual(t)
	if f := m.Failback; f == nil || f.StateMachine != fixture.StateMachine || f.Alarm != fixture.AwayAlarm ||
		f.Check != m.Pairs[0].Primary.HealthCheck || f.Period.Seconds() != 60 || f.Periods != 1 {
		t.Errorf("manual: %+v", f)
	}
	if len(m.Faults) > 0 {
		t.Errorf("manual: %v", m.Faults)
	}
	byARN := fixture.Manual(t, func(a *assembly.Assembly) {
		rule := fixture.Find(t, a, fixture.ForwardRule)
		rule.Delete("EventPattern.detail.alarmName")
		rule.Add("EventPattern.resources", []any{map[string]any{"Fn::GetAtt": []string{"AlarmsStandbyServes64C7FA4D", "Arn"}}})
	})
	if byARN.Failback == nil || len(byARN.Faults) > 0 {
		t.Errorf("manual, with the alarm by its ARN: %+v, %v", byARN.Failback, byARN.Faults)
	}
	for _, name := range []string{"site", "article"} {
		if m := fixture.Site(t, name); m.Failback != nil {
			t.Errorf("%s, where failback is automatic: %+v", name, m.Failback)
		}
	}
}

// Where the way from the alarm to the switch is broken, the rehearsal says
// where, and visitors come home by themselves.
func TestBrokenFailback(t *testing.T) {
	set := func(place, path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { fixture.Find(t, a, place).Set(path, value) }
	}
	remove := func(place string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { r := fixture.Find(t, a, place); r.Stack.Remove(r.LogicalID) }
	}
	define := func(old, replacement string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			r := fixture.Find(t, a, fixture.StateMachine)
			text, err := r.Text("DefinitionString")
			if err != nil || !strings.Contains(text, old) {
				t.Fatalf("no %q: %v", old, err)
			}
			// The bucket has to stay a reference, in the middle.
			before, after, _ := strings.Cut(strings.Replace(text, old, replacement, 1), "${Secondary.SwitchBucket66C83C10}")
			r.Set("DefinitionString", map[string]any{"Fn::Join": []any{"", []any{before, map[string]any{"Ref": "SwitchBucket66C83C10"}, after}}})
		}
	}
	const name, previous = "EventPattern.detail.alarmName.0", "EventPattern.detail.previousState.value"
	tests := []struct {
		name           string
		edit           func(*assembly.Assembly)
		blamed, reason string
	}{
		{"another key", define("failover-switch", "switch"), fixture.StateMachine, `puts the object "switch", but the failover switch is "failover-switch"`},
		{"another bucket", set(fixture.StateMachine, "DefinitionString", `{"States":{"Call":{"Resource":"arn:aws:states:::aws-sdk:s3:putObject","Arguments":{"Bucket":"mine","Key":"failover-switch"}}}}`),
			fixture.StateMachine, "into mine, not into ${Secondary.SwitchBucket66C83C10}"},
		{"another call", define("putObject", "deleteObject"), fixture.ForwardRule, "no state machine puts the failover switch"},
		{"no state machine", remove(fixture.StartRule), fixture.StateMachine, "no rule starts it"},
		{"the start is off", set(fixture.StartRule, "State", "DISABLED"), fixture.StartRule, "does not act when the alarm " + fixture.AwayAlarm},
		{"the start listens to others", set(fixture.StartRule, "EventPattern.source.0", "aws.s3"), fixture.StartRule, "does not act"},
		{"the start is on the default bus", func(a *assembly.Assembly) { fixture.Find(t, a, fixture.StartRule).Delete("EventBusName") }, fixture.StartRule, "listens on no event bus"},
		{"nobody sends", remove(fixture.ForwardRule), fixture.EventBus, "no rule sends the alarm " + fixture.AwayAlarm + " to it"},
		{"the rule is off", set(fixture.ForwardRule, "State", "DISABLED"), fixture.ForwardRule, "does not act"},
		{"the rule waits for the alarm's end", set(fixture.ForwardRule, previous+".0", "ALARM"), fixture.ForwardRule, "from OK to ALARM"},
		{"the rule has a filter", set(fixture.ForwardRule, previous+".0", map[string]any{"prefix": "O"}), fixture.ForwardRule, "does not act"},
		{"the rule listens to another alarm", set(fixture.ForwardRule, name, map[string]any{"Ref": "AlarmsHomeEndpointC8A79A2F"}), fixture.ForwardRule, "does not act when the alarm " + fixture.AwayAlarm},
		{"the rule listens to the wrong bus", func(a *assembly.Assembly) { fixture.Find(t, a, fixture.ForwardRule).Add("EventBusName", "other") }, fixture.ForwardRule, "default event bus of us-east-1"},
		{"the alarm watches another check", func(a *assembly.Assembly) {
			fixture.Find(t, a, fixture.AwayAlarm).Set("Dimensions.0.Value", map[string]any{"Ref": "FailoverHomeEndpoint260E5D86"})
		}, fixture.StateMachine, "no alarm in us-east-1 watches the health check"},
		{"the alarm watches another metric", set(fixture.AwayAlarm, "MetricName", "ChildHealthCheckHealthyCount"), fixture.StateMachine, "no alarm in us-east-1 watches the health check"},
		{"the alarm is in another region", func(a *assembly.Assembly) { fixture.Find(t, a, fixture.AwayAlarm).Stack.Region = "eu-west-1" }, fixture.StateMachine, "no alarm in us-east-1 watches the health check"},
		{"the alarm goes off at health", set(fixture.AwayAlarm, "ComparisonOperator", "GreaterThanOrEqualToThreshold"), fixture.AwayAlarm, "does not go off when the standby serves"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := fixture.Manual(t, test.edit)
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
	m := fixture.Manual(t, func(a *assembly.Assembly) {
		r := fixture.Find(t, a, fixture.StateMachine)
		r.Set("DefinitionString", `{"States":{"Call":{"Resource":"arn:aws:states:::aws-sdk:s3:putObject","Arguments":{"Bucket":"mine","Key":"report"}}}}`)
		r = fixture.Find(t, a, fixture.ForwardRule)
		r.Stack.Remove(r.LogicalID)
	})
	if m.Failback != nil || len(m.Faults) > 0 {
		t.Errorf("%+v, %v", m.Failback, m.Faults)
	}
}

// An alarm on the site's errors moves it if it starts the state machine of manual
// failback.
func TestErrorRate(t *testing.T) {
	set := func(path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { fixture.Find(t, a, fixture.ErrorAlarm).Set(path, value) }
	}
	tests := []struct {
		name string
		edit func(*assembly.Assembly)
		want string
	}{
		{"as it is", func(*assembly.Assembly) {}, "20 % of 300 in 1m0s, 3 times"},
		{"any number of requests", set("Metrics.0.Expression", "rate"), "20 % of 0 in 1m0s, 3 times"},
		{"another metric's condition", set("Metrics.0.Expression", "IF(rate >= 300, rate, 0)"), "goes off by IF(rate >= 300, rate, 0)"},
		{"at night, too", set("Metrics.0.Expression", "IF(requests >= 300, rate, 100)"), "goes off by IF(requests >= 300, rate, 100)"},
		{"at night only, and then never", set("Metrics.0.Expression", "IF(requests >= 300, 0, rate)"), "goes off by IF(requests >= 300, 0, rate)"},
		{"at or below", set("ComparisonOperator", "LessThanOrEqualToThreshold"), ""},
		{"other errors", set("Metrics.1.MetricStat.Metric.MetricName", "4xxErrorRate"), ""},
		{"passed on by nobody", func(a *assembly.Assembly) {
			fixture.Find(t, a, fixture.ForwardRule).Delete("EventPattern.detail.alarmName.1")
		}, ""},
	}
	for _, test := range tests {
		m, got := fixture.Manual(t, fixture.WithErrorAlarm, test.edit), ""
		if e := m.ErrorRate; e != nil {
			got = fmt.Sprintf("%d %% of %d in %s, %d times", e.Percent, e.Requests, e.Period, e.Periods)
		}
		if len(m.Faults) == 1 && m.Faults[0].Resource == fixture.ErrorAlarm {
			got, _, _ = strings.Cut(m.Faults[0].Message, ", want")
		} else if len(m.Faults) > 0 {
			got = fmt.Sprint(m.Faults)
		}
		if got != test.want || m.Failback == nil {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	if e := fixture.Site(t, "everything").ErrorRate; e == nil || e.Percent != 20 || e.Requests != 300 || e.Periods != 3 {
		t.Errorf("what failover.errorRate: 20 makes is read as %+v", e)
	}
	e := rehearsal.ErrorRate{ErrorAlarm: topology.ErrorAlarm{Percent: 20, Requests: 300, Periods: 3}}
	for i, minute := range []struct {
		requests, errors int
		on               bool
	}{{1000, 200, false}, {1000, 1000, false}, {1000, 199, false}, {300, 60, false}, {299, 299, false}, {300, 60, false}, {300, 60, false}, {300, 60, true}, {300, 60, false}} {
		if on := e.Measure(minute.requests, minute.errors); on != minute.on {
			t.Errorf("minute %d: on: %t", i, on)
		}
	}
}

// Where the way from an alarm on errors that is passed on to the switch is broken, the
// rehearsal says where, and errors move nothing. One that starts something else is
// somebody else's.
func TestBrokenErrorRate(t *testing.T) {
	const alarm, rule, bus = "Failover.AlarmsTooManyErrorsF8FCE423", "Failover.MoveOnErrorsD5682745", "Secondary.FailbackBusF15C5031"
	set := func(path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { fixture.Find(t, a, rule).Set(path, value) }
	}
	// Another bus, to which the rule sends, and what is on it.
	other := func(machine bool) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			stack := fixture.Find(t, a, rule).Stack
			stack.Put("Other", map[string]any{"Type": topology.BusType})
			fixture.Find(t, a, rule).Set("Targets.0.Arn", map[string]any{"Fn::GetAtt": []any{"Other", "Arn"}})
			if machine {
				stack.Put("Chat", map[string]any{"Type": topology.MachineType})
				stack.Put("Chats", map[string]any{"Type": topology.EventRuleType, "Properties": map[string]any{
					"EventBusName": map[string]any{"Ref": "Other"}, "Targets": []any{map[string]any{"Arn": map[string]any{"Ref": "Chat"}}},
				}})
			}
		}
	}
	for _, test := range []struct {
		name           string
		edit           func(*assembly.Assembly)
		blamed, reason string // "": no fault
	}{
		{"the rule is off", set("State", "DISABLED"), rule, "does not act when the alarm " + alarm},
		{"the rule waits for the alarm's end", set("EventPattern.detail.previousState.value.0", "ALARM"), rule, "from OK to ALARM"},
		{"the rule listens to the wrong bus", func(a *assembly.Assembly) { fixture.Find(t, a, rule).Add("EventBusName", "other") }, rule, "default event bus of us-east-1"},
		{"the rule sends to a bus that starts nothing", other(false), bus, "no rule sends the alarm " + alarm + " to it"},
		{"the rule sends to somebody else's", other(true), "", ""},
		{"no rule", func(a *assembly.Assembly) { r := fixture.Find(t, a, rule); r.Stack.Remove(r.LogicalID) }, "", ""},
	} {
		m := fixture.Site(t, "everything", test.edit)
		if m.ErrorRate != nil || m.Failback == nil {
			t.Errorf("%s: errors move the site by %+v; failback %+v", test.name, m.ErrorRate, m.Failback)
		}
		got := fmt.Sprint(m.Faults)
		if said := len(m.Faults) == 1 && m.Faults[0].Resource == test.blamed && strings.Contains(got, test.reason); said != (test.blamed != "") || !said && len(m.Faults) > 0 {
			t.Errorf("%s: got %v, want only %s: … %s …", test.name, m.Faults, test.blamed, test.reason)
		}
	}
}
