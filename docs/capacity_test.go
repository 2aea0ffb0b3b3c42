package docs

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/capacity"
	"twinsite/rehearsal/report"
	"twinsite/topology"
)

// TestCapacity holds the tables of capacity in docs/rehearsal.md against what the
// rehearsal makes of the default site's templates.
func TestCapacity(t *testing.T) {
	atTop(t)
	page := read(t, "docs/rehearsal.md")
	if table := capacityTable(t, golden(t)); !strings.Contains(page, table) {
		t.Errorf("docs/rehearsal.md lacks the table\n%s", table)
	}
	slower := golden(t).Clone()
	for _, policy := range slower.Resources("AWS::AutoScaling::ScalingPolicy") {
		policy.Set("Cooldown", "300")
	}
	if strings.Contains(page, capacityTable(t, slower)) {
		t.Error("docs/rehearsal.md: nobody noticed another cooldown")
	}
	following := modelOf(t, golden(t))
	following.Follower = &topology.Follower{Percent: 100, Minimum: 2, Maximum: 6}
	if rows := writeRows(capacity.New(following, rehearsal.DefaultParameters()).Rows[:4]); !strings.Contains(page, rows) {
		t.Errorf("docs/rehearsal.md lacks what standby.web.follow: 100 makes of it:\n%s", rows)
	}
	following.Follower.Percent = 80
	if strings.Contains(page, writeRows(capacity.New(following, rehearsal.DefaultParameters()).Rows[:4])) {
		t.Error("docs/rehearsal.md: nobody noticed that the standby follows to 80 %")
	}
	if !strings.Contains(page, "the same formula says "+formerly(t, slower)+".") {
		t.Errorf("docs/rehearsal.md lacks what the formula says of a cooldown of 300 s: %s", formerly(t, slower))
	}
}

// capacityTable is a site's table as the page writes it.
func capacityTable(t *testing.T, a *assembly.Assembly) string {
	t.Helper()
	return writeRows(tableOf(t, a).Rows)
}

func writeRows(rows []capacity.Row) string {
	var text strings.Builder
	regime := ""
	for _, row := range rows {
		if row.Regime != regime {
			regime = row.Regime
			fmt.Fprintf(&text, "| **%s** | | | | | |\n", regime)
		}
		fmt.Fprintf(&text, "| %s |\n", strings.Join(report.Cells(row), " | "))
	}
	return text.String()
}

func tableOf(t *testing.T, a *assembly.Assembly) *capacity.Table {
	t.Helper()
	return capacity.New(modelOf(t, a), rehearsal.DefaultParameters())
}

func modelOf(t *testing.T, a *assembly.Assembly) *rehearsal.Model {
	t.Helper()
	m, err := rehearsal.NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// formerly is how long until a standby carries all of home's load whose servers boot in
// the minute that the rehearsal takes for groups without a warm-up.
func formerly(t *testing.T, a *assembly.Assembly) string {
	t.Helper()
	a = a.Clone()
	for _, group := range a.Resources("AWS::AutoScaling::AutoScalingGroup") {
		group.Delete("DefaultInstanceWarmup")
	}
	return tableOf(t, a).Rows[1].FullLoad.String()
}
