package cost

import (
	"math"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

// TestSchedules averages over a year what recurs.
func TestSchedules(t *testing.T) {
	group := func(a *assembly.Assembly) *assembly.Resource { return first(a, "Primary", topology.GroupType) }
	actions := func(a *assembly.Assembly) (found []*assembly.Resource) {
		for _, action := range a.Resources("AWS::AutoScaling::ScheduledAction") {
			if action.Stack.ID == "Primary" {
				found = append(found, action)
			}
		}
		return found
	}
	for _, test := range []struct {
		name string
		edit func(opening, closing *assembly.Resource)
		want float64
		err  string
	}{
		{"as it is: two more on Saturdays for 3.5 h", func(_, _ *assembly.Resource) {}, 2 + 2*52*3.5/8760, ""},
		{"for ever", func(_, closing *assembly.Resource) { closing.Delete("MinSize") }, 4, ""},
		{"once", func(opening, closing *assembly.Resource) {
			opening.Delete("Recurrence")
			closing.Delete("Recurrence")
		}, 2, ""},
		{"never", func(opening, closing *assembly.Resource) {
			opening.Set("Recurrence", "0 0 30 2 *")
			closing.Set("Recurrence", "0 0 30 2 *")
		}, 2, ""},
		{"fewer at night", func(opening, closing *assembly.Resource) {
			opening.Set("MinSize", 0)
			opening.Set("Recurrence", "0 0 * * *")
			closing.Set("Recurrence", "0 12 * * *")
		}, 1, ""},
		{"not a time", func(opening, _ *assembly.Resource) { opening.Set("Recurrence", "@every 1ns") }, 0, "Recurrence"},
		{"a zone in it", func(opening, _ *assembly.Resource) { opening.Set("Recurrence", "TZ=UTC 0 0 * * *") }, 0, "five fields"},
		{"no zone", func(opening, _ *assembly.Resource) { opening.Set("TimeZone", "Mars/Base") }, 0, "Mars/Base"},
		{"every minute", func(opening, closing *assembly.Resource) {
			opening.Set("Recurrence", "* * * * *")
			closing.Set("Recurrence", "* * * * *")
		}, 0, "more than"},
	} {
		a := golden(t, "site").Clone()
		found := actions(a)
		opening, closing := found[0], found[1]
		if n, _ := opening.Int("MinSize"); n == 2 {
			opening, closing = closing, opening
		}
		test.edit(opening, closing)
		got, err := averageServers(a, group(a))
		if test.err == "" && (err != nil || math.Abs(got-test.want) > 1e-9) {
			t.Errorf("%s: got %g and %v, want %g", test.name, got, err, test.want)
		}
		if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.err)
		}
	}
}
