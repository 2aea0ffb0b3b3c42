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
