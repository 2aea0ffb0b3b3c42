package play

import (
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// A played outage lasts until the slowest health check has found it, and no longer
// than 130 s where that is enough.
func TestLength(t *testing.T) {
	slow := fixture.Site(t, "site", func(a *assembly.Assembly) {
		for _, check := range a.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.RequestInterval") {
				check.Set("HealthCheckConfig.RequestInterval", 30)
				check.Set("HealthCheckConfig.FailureThreshold", 10)
			}
		}
	})
	p := rehearsal.DefaultParameters()
	got := Parameters(slow, rehearsal.Dark, p).Length
	if found := rehearsal.Bound(slow, p, rehearsal.Dark, rehearsal.WritesBack); found.Never() || got < time.Duration(found) || got < 5*time.Minute {
		t.Errorf("an outage that is found after %s lasts %s", found, got)
	}
	if got := Parameters(fixture.Site(t, "site"), rehearsal.Dark, p).Length; got != 130*time.Second {
		t.Errorf("the outage of the shipped site lasts %s, want 130 s", got)
	}
}
