package capacity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/topology"
)

const (
	homeGroup      = "Primary.WebTierWebServersGroupASGB49BAB89"
	standbyGroup   = "Secondary.WebTierWebServersGroupASGB49BAB89"
	standbyAdds    = "Secondary.WebTierCpuAddInstance225856F4"
	homeRemoves    = "Primary.WebTierCpuRemoveInstance8BBA8A24"
	standbyOpening = "Secondary.WebTierTicketOpening285A6DA5"
)

// always and opening are the regimes of the default site, of which there are more.
const opening = `cron "30 9 * * SAT" Asia/Seoul`

// rows writes those of a regime: "case load home standby share full-load".
func rows(t *Table, regime string) string {
	var all []string
	for _, r := range t.Rows {
		if r.Regime == regime {
			all = append(all, fmt.Sprintf("%d %d %d %.2f %s", r.Load, r.Home, r.Standby, r.Share, r.FullLoad))
		}
	}
	return strings.Join(all, "; ")
}

func table(t *testing.T, name string, edits ...func(*assembly.Assembly)) *Table {
	t.Helper()
	return New(fixture.Site(t, name, edits...), rehearsal.DefaultParameters())
}

// set edits a resource.
func set(t *testing.T, place, path string, value any) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) { fixture.Find(t, a, place).Set(path, value) }
}

// The default site's table, and what it becomes when the templates say otherwise.
func TestTable(t *testing.T) {
	const (
		asIs   = "2 2 2 1.00 0s; 6 6 2 0.33 17m20s; 6 3 2 0.50 3m40s; 6 2 6 0.33 17m20s"
		opened = "4 4 4 1.00 0s; 6 6 4 0.67 9m20s; 6 3 4 0.50 3m40s; 6 4 6 0.67 9m20s"
	)
	tests := []struct {
		name, always, opening string
		edits                 []func(*assembly.Assembly)
	}{
		{"as it is", asIs, opened, nil},
		{"a standby that is smaller", "2 2 2 1.00 0s; 6 6 2 0.33 never; 6 3 2 0.50 3m40s; 6 2 5 0.33 17m20s", opened,
			[]func(*assembly.Assembly){set(t, standbyGroup, "MaxSize", "5")}},
		{"a standby that begins with less", "2 2 1 0.50 5m20s; 6 6 1 0.17 21m20s; 6 3 1 0.50 3m40s; 6 2 6 0.33 17m20s", opened,
			[]func(*assembly.Assembly){set(t, standbyGroup, "MinSize", "1")}},
		{"a standby that does not grow", "2 2 2 1.00 0s; 6 6 2 0.33 never; 6 3 2 0.50 3m40s; 6 2 6 0.33 17m20s", "4 4 4 1.00 0s; 6 6 4 0.67 never; 6 3 4 0.50 3m40s; 6 4 6 0.67 9m20s",
			[]func(*assembly.Assembly){func(a *assembly.Assembly) { a.Stacks()[2].Remove("WebTierCpuAddInstance225856F4") }}},
		{"two servers a step", "2 2 2 1.00 0s; 6 6 2 0.33 9m20s; 6 3 2 0.50 3m40s; 6 2 6 0.33 17m20s", "4 4 4 1.00 0s; 6 6 4 0.67 5m20s; 6 3 4 0.50 3m40s; 6 4 6 0.67 9m20s",
			[]func(*assembly.Assembly){set(t, standbyAdds, "ScalingAdjustment", 2)}},
		{"Auto Scaling's own cooldown", "2 2 2 1.00 0s; 6 6 2 0.33 26m20s; 6 3 2 0.50 3m40s; 6 2 6 0.33 17m20s", "4 4 4 1.00 0s; 6 6 4 0.67 12m20s; 6 3 4 0.50 3m40s; 6 4 6 0.67 9m20s",
			[]func(*assembly.Assembly){func(a *assembly.Assembly) { fixture.Find(t, a, standbyAdds).Delete("Cooldown") }}},
		{"home keeps its servers", "2 2 2 1.00 0s; 6 6 2 0.33 17m20s; 6 3 2 0.50 3m40s; 6 6 6 1.00 0s", "4 4 4 1.00 0s; 6 6 4 0.67 9m20s; 6 3 4 0.50 3m40s; 6 6 6 1.00 0s",
			[]func(*assembly.Assembly){func(a *assembly.Assembly) { a.Stacks()[3].Remove(strings.TrimPrefix(homeRemoves, "Primary.")) }}},
		{"one server at home", "1 1 2 1.00 0s; 6 6 2 0.33 17m20s; 1 0 2 0.00 3m40s; 6 1 6 0.17 21m20s", opened,
			[]func(*assembly.Assembly){set(t, homeGroup, "MinSize", "1")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := table(t, "site", test.edits...)
			if rows := rows(got, always); rows != test.always {
				t.Errorf("always:\n%s, want\n%s", rows, test.always)
			}
			if rows := rows(got, opening); rows != test.opening {
				t.Errorf("%s:\n%s, want\n%s", opening, rows, test.opening)
			}
			if len(got.Rows) != 12 || len(got.Unknown)+len(got.Remarks) > 0 {
				t.Errorf("%d rows, unknown %q, remarks %q", len(got.Rows), got.Unknown, got.Remarks)
			}
		})
	}
}

// What the other region has from then on is not guessed: neither the standby at a
// schedule that only home has, nor home at one that only the standby has.
func TestScheduleOfOneRegion(t *testing.T) {
	home, standby := Unmatched{opening, "home", "the standby"}, func(when string) Unmatched { return Unmatched{when, "the standby", "home"} }
	for name, test := range map[string]struct {
		edit func(*assembly.Assembly)
		want []Unmatched
	}{
		"gone at the standby": {func(a *assembly.Assembly) { a.Stacks()[2].Remove("WebTierTicketOpening285A6DA5") }, []Unmatched{home}},
		"gone at home":        {func(a *assembly.Assembly) { a.Stacks()[3].Remove("WebTierTicketOpening285A6DA5") }, []Unmatched{standby(opening)}},
		"another time":        {set(t, standbyOpening, "Recurrence", "31 9 * * SAT"), []Unmatched{home, standby(`cron "31 9 * * SAT" Asia/Seoul`)}},
		"another time zone":   {set(t, standbyOpening, "TimeZone", "America/New_York"), []Unmatched{home, standby(`cron "30 9 * * SAT" America/New_York`)}},
		"UTC":                 {func(a *assembly.Assembly) { fixture.Find(t, a, standbyOpening).Delete("TimeZone") }, []Unmatched{home, standby(`cron "30 9 * * SAT" UTC`)}},
	} {
		got := table(t, "site", test.edit)
		if !slices.Equal(got.Unknown, test.want) || len(got.Rows) != 8 || rows(got, opening) != "" {
			t.Errorf("%s: unknown %q, %d rows", name, got.Unknown, len(got.Rows))
		}
	}
	if got := table(t, "site", set(t, standbyOpening, "Recurrence", "30  9 * * SAT")); len(got.Unknown) > 0 {
		t.Errorf("the same time, written otherwise, is unknown: %q", got.Unknown)
	}
}

// A standby that follows home has what home had, rounded up and within its limits; the
// way back is as it was.
func TestFollowing(t *testing.T) {
	const back = "; 6 2 6 0.33 17m20s"
	tests := []struct {
		name            string
		percent         int
		most            string // of the standby's group
		always, opening string // without the way back
	}{
		{"not at all", 0, "6", "2 2 2 1.00 0s; 6 6 2 0.33 17m20s; 6 3 2 0.50 3m40s", "4 4 4 1.00 0s; 6 6 4 0.67 9m20s; 6 3 4 0.50 3m40s"},
		{"all", 100, "6", "2 2 2 1.00 0s; 6 6 6 1.00 0s; 6 3 6 0.50 3m40s", "4 4 4 1.00 0s; 6 6 6 1.00 0s; 6 3 6 0.50 3m40s"},
		{"rounded up", 75, "6", "2 2 2 1.00 0s; 6 6 5 0.83 5m20s; 6 3 5 0.50 3m40s", "4 4 4 1.00 0s; 6 6 5 0.83 5m20s; 6 3 5 0.50 3m40s"},
		{"less than its minimum", 10, "6", "2 2 2 1.00 0s; 6 6 2 0.33 17m20s; 6 3 2 0.50 3m40s", "4 4 4 1.00 0s; 6 6 4 0.67 9m20s; 6 3 4 0.50 3m40s"},
		{"a smaller maximum", 100, "5", "2 2 2 1.00 0s; 6 6 5 0.83 never; 6 3 5 0.50 3m40s", "4 4 4 1.00 0s; 6 6 6 1.00 0s; 6 3 6 0.50 3m40s"},
	}
	for _, test := range tests {
		m := fixture.Site(t, "site", set(t, standbyGroup, "MaxSize", test.most))
		if m.Follower != nil {
			t.Fatal("the default site's standby follows")
		}
		if test.percent > 0 {
			m.Follower = &topology.Follower{Percent: test.percent, Minimum: 2, Maximum: 6}
		}
		got := New(m, rehearsal.DefaultParameters())
		want := test.always + strings.Replace(back, "6 2 6", "6 2 "+test.most, 1)
		if rows := rows(got, always); rows != want {
			t.Errorf("%s: always\n%s, want\n%s", test.name, rows, want)
		}
		if rows := rows(got, opening); rows != test.opening+"; 6 4 6 0.67 9m20s" {
			t.Errorf("%s: %s\n%s, want\n%s", test.name, opening, rows, test.opening)
		}
		if said := len(got.Remarks) == 1 && strings.Contains(got.Remarks[0], "follows home's size"); said != (test.percent > 0) {
			t.Errorf("%s: remarks %q", test.name, got.Remarks)
		}
	}
}

// Where the templates have a state machine that follows, it is read.
func TestFollowerIsRead(t *testing.T) {
	if f := fixture.Site(t, "everything").Follower; f == nil || f.Percent != 75 || f.Minimum != 1 || f.Maximum != 4 {
		t.Errorf("the standby follows as %+v, want to 75 %% within 1 and 4", f)
	}
	redefined := func(from, to string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			for _, machine := range a.Resources(topology.MachineType) {
				if text, err := machine.Text("DefinitionString"); err == nil && strings.Contains(text, from) {
					machine.Set("DefinitionString", strings.ReplaceAll(text, from, to))
				}
			}
		}
	}
	if f := fixture.Site(t, "everything", redefined(topology.SizeCall, ":aws-sdk:autoscaling:setDesiredCapacity")).Follower; f != nil {
		t.Errorf("a state machine that sizes no group is taken for one that follows: %+v", f)
	}
	a, err := assembly.Load("../../testdata/everything")
	if err != nil {
		t.Fatal(err)
	}
	redefined("{% $states.input.wanted %}", "{% 0 * $states.input.wanted %}")(a)
	if _, err := rehearsal.NewModel(a); err == nil || !strings.Contains(err.Error(), "MinSize is") {
		t.Errorf("a state machine that sets the minimum to 0 is counted as one that follows: %v", err)
	}
}

// The formula, with the figures of a group whose policies have Auto Scaling's own
// cooldown, and servers that boot in a minute.
func TestGrowth(t *testing.T) {
	simple := func(edit func(*topology.Scaling)) *topology.Scaling {
		s := &topology.Scaling{Step: 1, Cooldown: 300 * time.Second, Measured: time.Minute}
		edit(s)
		return s
	}
	tracking := func(target int) *topology.Scaling { return &topology.Scaling{Target: target, Warmup: 2 * time.Minute} }
	asIs := func(*topology.Scaling) {}
	tests := []struct {
		name          string
		grows         *topology.Scaling
		from, to, max int
		want          string
	}{
		{"2 to 6, one by one", simple(asIs), 2, 6, 6, "[{4m20s 3} {11m20s 4} {18m20s 5} {25m20s 6}]"},
		{"two by two", simple(func(s *topology.Scaling) { s.Step = 2 }), 2, 6, 6, "[{4m20s 4} {11m20s 6}]"},
		{"five at a time", simple(func(s *topology.Scaling) { s.Step = 5 }), 2, 6, 6, "[{4m20s 6}]"},
		{"a shorter cooldown", simple(func(s *topology.Scaling) { s.Cooldown = 2 * time.Minute }), 2, 6, 6, "[{4m20s 3} {8m20s 4} {12m20s 5} {16m20s 6}]"},
		{"a longer period", simple(func(s *topology.Scaling) { s.Measured = 5 * time.Minute }), 2, 4, 6, "[{8m20s 3} {19m20s 4}]"},
		{"not beyond the maximum", simple(asIs), 2, 6, 4, "[{4m20s 3} {11m20s 4}]"},
		{"enough", simple(asIs), 6, 6, 6, "[]"},
		{"nothing grows it", nil, 2, 6, 6, "[]"},
		{"tracking 60 %", tracking(60), 2, 6, 6, "[{7m0s 4} {14m0s 6}]"},
		{"tracking 50 %", tracking(50), 4, 60, 60, "[{7m0s 8} {14m0s 16} {21m0s 32} {28m0s 60}]"},
		{"tracking 100 %", tracking(100), 2, 6, 6, "[]"},
		{"tracking none", tracking(50), 0, 6, 6, "[]"},
	}
	for _, test := range tests {
		b := &rehearsal.Balancer{Targets: rehearsal.TargetGroup{Interval: 10 * time.Second, Healthy: 2}, Group: &topology.Group{Grows: test.grows}}
		if got := fmt.Sprint(Growth(b, rehearsal.DefaultParameters(), test.from, test.to, test.max)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// Servers of another type count as one, which is said; without groups, nothing is.
func TestRemarks(t *testing.T) {
	if got := table(t, "everything"); len(got.Remarks) != 2 || !strings.Contains(got.Remarks[1], "t3.small at home and t3.large at the standby") {
		t.Errorf("other types: %q", got.Remarks)
	}
	got := table(t, "site", func(a *assembly.Assembly) { fixture.Find(t, a, standbyGroup).Delete("TargetGroupARNs") })
	if len(got.Rows) > 0 || len(got.Remarks) != 1 || !strings.Contains(got.Remarks[0], "nothing is known") {
		t.Errorf("without a group: %d rows, %q", len(got.Rows), got.Remarks)
	}
}

// JSON has null for never, and the keys that docs/rehearsal.md names.
func TestJSON(t *testing.T) {
	rows := table(t, "site", set(t, standbyGroup, "MaxSize", "5")).Rows
	keeps := table(t, "site", func(a *assembly.Assembly) { a.Stacks()[3].Remove(strings.TrimPrefix(homeRemoves, "Primary.")) }).Rows
	data, err := json.Marshal([]Row{rows[0], rows[1], rows[3], keeps[3]})
	want := `[{"regime":"always","case":"home at its minimum is gone","home":2,"standby":2,"load":2,"share":1,"fullLoadSeconds":0,"shrinksSeconds":null},` +
		`{"regime":"always","case":"home at its maximum is gone","home":6,"standby":2,"load":6,"share":0.3333333333333333,"fullLoadSeconds":null,"shrinksSeconds":null},` +
		`{"regime":"always","case":"visitors come back to home","home":2,"standby":5,"load":6,"share":0.3333333333333333,"fullLoadSeconds":1040,"shrinksSeconds":660},` +
		`{"regime":"always","case":"visitors come back to home","home":6,"standby":6,"load":6,"share":1,"fullLoadSeconds":0,"shrinksSeconds":null}]`
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v, want\n%s", data, err, want)
	}
}
