package cost

import (
	"math"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

// TestCheckers counts what health checkers ask of a distribution and of a load balancer,
// and the web ACLs that judge it.
func TestCheckers(t *testing.T) {
	const judged = "requests that web ACLs judge"
	judgedIn := func(a *assembly.Assembly, region string) float64 {
		return find(of(t, a, Use{}).Fixed, judged, region).Quantity
	}
	a := golden(t, "site")
	if got := judgedIn(a, "us-east-1"); math.Abs(got-3.942) > 1e-9 { // home's check every second, the standby's every two
		t.Errorf("the default site: %g million are judged, want 2.628 at CloudFront and 1.314 at the standby", got)
	}
	bare := a.Clone()
	association := first(bare, "Secondary", "AWS::WAFv2::WebACLAssociation")
	association.Stack.Remove(association.LogicalID)
	if got := judgedIn(bare, "us-east-1"); math.Abs(got-2.628) > 1e-9 {
		t.Errorf("a standby without a web ACL: %g million are judged, want CloudFront's", got)
	}
	// Of everything.yaml, the standby is in us-west-2 and asked twice: by itself, and behind the edge.
	if got := judgedIn(golden(t, "everything"), "us-west-2"); math.Abs(got-2*1.314) > 1e-9 {
		t.Errorf("everything.yaml: %g million are judged at the standby", got)
	}
}

// TestSteps counts the steps of state machines that a schedule starts, and of those that
// these tell; it says when it cannot.
func TestSteps(t *testing.T) {
	const steps, home, standby = "steps of state machines that a schedule starts", "us-east-1", "us-west-2"
	machine := func(stack, part string) func(*assembly.Assembly) *assembly.Resource {
		return func(a *assembly.Assembly) *assembly.Resource {
			for _, r := range a.Resources(topology.MachineType, topology.EventRuleType) {
				if r.Stack.ID == stack && strings.HasPrefix(r.LogicalID, part) {
					return r
				}
			}
			panic("no " + part)
		}
	}
	regularly, followed, passOn := machine("Primary", "FollowedRegularly"), machine("Primary", "FollowedStateMachine"), machine("Primary", "FollowedPassOn")
	define := func(text string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { followed(a).Set("DefinitionString", text) }
	}
	for _, test := range []struct {
		name          string
		edit          func(*assembly.Assembly)
		home, standby float64 // thousands
		unread        string
	}{
		{"every five minutes", func(*assembly.Assembly) {}, 8.76 * 4, 8.76 * 5, ""},
		{"every hour", func(a *assembly.Assembly) { regularly(a).Set("ScheduleExpression", "rate(1 hour)") }, 0.73 * 4, 0.73 * 5, ""},
		{"turned off", func(a *assembly.Assembly) { regularly(a).Set("State", "DISABLED") }, 0, 0, ""},
		{"by a calendar", func(a *assembly.Assembly) { regularly(a).Set("ScheduleExpression", "cron(0 9 * * ? *)") }, 0, 0, "is not counted"},
		{"told nobody", func(a *assembly.Assembly) { passOn(a).Stack.Remove(passOn(a).LogicalID) }, 8.76 * 4, 0, ""},
		{"another way", define(`{"StartAt": "A", "States": {"A": {"Type": "Choice", "Default": "B"}, "B": {"Type": "Succeed"}}}`), 8.76 * 3, 0, ""},
		{"in a circle", define(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}`), 0, 0, `those after "A" are not counted`},
		{"at once", define(`{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true}}}`), 0, 0, `those after "A" are not counted`},
		{"no JSON", define(`{`), 0, 0, "steps: unexpected end of JSON input"},
	} {
		a := golden(t, "everything").Clone()
		before := len(of(t, a, Use{}).Unread)
		test.edit(a)
		e := of(t, a, Use{})
		gotHome, gotStandby := find(e.Fixed, steps, home).Quantity, find(e.Fixed, steps, standby).Quantity
		if math.Abs(gotHome-test.home) > 1e-9 || math.Abs(gotStandby-test.standby) > 1e-9 {
			t.Errorf("%s: got %g and %g thousand, want %g and %g", test.name, gotHome, gotStandby, test.home, test.standby)
		}
		if unread := strings.Join(e.Unread, "; "); (len(e.Unread) > before) != (test.unread != "") || !strings.Contains(unread, test.unread) {
			t.Errorf("%s: unread %q, want %q in it", test.name, unread, test.unread)
		}
	}
}
