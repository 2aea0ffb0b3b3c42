package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// grownStandby lets the standby have six servers whenever.
func grownStandby(a *assembly.Assembly) {
	for _, stack := range a.Stacks() {
		for _, r := range stack.Resources("AWS::AutoScaling::AutoScalingGroup", "AWS::AutoScaling::ScheduledAction") {
			if stack.ID == "Secondary" {
				r.Set("MinSize", 6)
			}
		}
	}
}

// The worst row is held to failover.targets.fullLoad, if that is given, and what would
// help is named.
func TestFullLoadTarget(t *testing.T) {
	const standbyGroup = "Secondary.WebTierWebServersGroupASGB49BAB89"
	set := func(place, path string, value any) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { fixture.Find(t, a, place).Set(path, value) }
	}
	remove := func(place string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) { r := fixture.Find(t, a, place); r.Stack.Remove(r.LogicalID) }
	}
	tests := []struct {
		name   string
		model  *rehearsal.Model
		target time.Duration
		want   []string // in the only finding; none: the rehearsal passes
	}{
		{"left out", fixture.Site(t, "site"), 0, nil},
		{"met", fixture.Site(t, "site"), 1040 * time.Second, nil},
		{"missed", fixture.Site(t, "site"), 1039 * time.Second, []string{
			"always, home at its maximum is gone: 33 % of 6 servers are carried at once, and all after 17m20s, target 17m19s", "raise standby.web.minimum", "web.cpu.target", "web.boot"}},
		{"never", fixture.Site(t, "site", set(standbyGroup, "MaxSize", "5")), time.Hour, []string{"all after never", "raise standby.web.maximum to 6"}},
		{"the way back", fixture.Site(t, "site", grownStandby), 5 * time.Minute, []string{"visitors come back to home", "raise web.minimum", "failover.failback: manual"}},
		{"the way back, by hand", fixture.Manual(t, grownStandby), 5 * time.Minute, nil},
		{"by hand, a small standby", fixture.Manual(t), 5 * time.Minute, []string{"home at its maximum is gone"}},
		{"a schedule without one at the standby", fixture.Site(t, "site", grownStandby, remove("Secondary.WebTierTicketOpening285A6DA5")), time.Hour,
			[]string{`home's schedule cron "30 9 * * SAT" Asia/Seoul has none at the standby`, "what the standby has from then on is not known; give it the same schedule"}},
		{"a schedule without one at home", fixture.Site(t, "site", grownStandby, remove("Primary.WebTierTicketOpening285A6DA5")), time.Hour,
			[]string{`the standby's schedule cron "30 9 * * SAT" Asia/Seoul has none at home`, "what home has from then on is not known; give it the same schedule"}},
		{"no group", fixture.Site(t, "site", func(a *assembly.Assembly) { fixture.Find(t, a, standbyGroup).Delete("TargetGroupARNs") }), time.Hour, []string{"nothing to hold the target 1h0m0s against"}},
	}
	for _, test := range tests {
		targets := defaultTargets
		targets.FullLoad = test.target
		found := serious(New(test.model, rehearsal.DefaultParameters(), 1, targets, nil, nil))
		if len(found) > 1 || (len(found) == 1) != (test.want != nil) {
			t.Errorf("%s: found %v, want %q", test.name, found, test.want)
			continue
		}
		for _, want := range test.want {
			if found[0].Kind != "target" || !strings.Contains(found[0].Message, want) {
				t.Errorf("%s: no %q in %v", test.name, want, found[0])
			}
		}
	}
	for _, test := range tests[7:9] {
		unjudged := New(test.model, rehearsal.DefaultParameters(), 1, defaultTargets, nil, nil)
		if !unjudged.Passed() || len(unjudged.Findings) != 1 || !strings.Contains(unjudged.Findings[0].Message, "give it the same schedule") {
			t.Errorf("without a target, %s is not noted: %v", test.name, unjudged.Findings)
		}
		if remarks := strings.Join(unjudged.capacityRemarks(), " "); !strings.Contains(remarks, "Not in the table: "+unjudged.Capacity.Unknown[0].String()+".") {
			t.Errorf("%s is not said below the table: %s", test.name, remarks)
		}
	}
}

// Terminal, page and JSON have the table.
func TestCapacityIsShown(t *testing.T) {
	var text, page, data bytes.Buffer
	r := New(fixture.Site(t, "site"), rehearsal.DefaultParameters(), 1, defaultTargets, nil, nil)
	if err := errors.Join(r.WriteText(&text), r.WriteHTML(&page), r.WriteJSON(&data)); err != nil {
		t.Fatal(err)
	}
	if row := "    home at its maximum is gone                              6     6        2     33 %     17m20s\n"; !strings.Contains(text.String(), row) || strings.Count(text.String(), row) != 2 {
		t.Errorf("the terminal lacks %q:\n%s", row, text.String())
	}
	if row := "<td>always</td><td>home at its maximum is gone</td><td>6</td><td>6</td><td>2</td><td>33 %</td><td>17m20s</td>"; !strings.Contains(page.String(), row) {
		t.Errorf("the page lacks %q", row)
	}
	for _, shown := range []string{text.String(), page.String()} {
		for _, want := range []string{"visitors come back to home, small after 11m0s", "too busy to answer", `30 9 * * SAT`} {
			if !strings.Contains(shown, want) {
				t.Errorf("no %q", want)
			}
		}
	}
	var report struct {
		Capacity []struct {
			Regime          string
			Home, Standby   int
			Share           float64
			FullLoadSeconds *float64
		}
	}
	if err := json.Unmarshal(data.Bytes(), &report); err != nil || len(report.Capacity) != 12 {
		t.Fatalf("%d rows, %v", len(report.Capacity), err)
	}
	if row := report.Capacity[1]; row.Regime != "always" || row.Home != 6 || row.Standby != 2 || row.Share < 0.33 || row.Share > 0.34 || row.FullLoadSeconds == nil || *row.FullLoadSeconds != 1040 {
		t.Errorf("the second row is %+v", row)
	}
}
