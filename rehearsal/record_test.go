package rehearsal_test

import (
	"testing"

	"twinsite/rehearsal"
)

// Every combination of endpoint, switch and standby, of alias evaluation on
// either side, and of the calculated check's threshold, against
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
// (both unhealthy: PRIMARY) and
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
// (calculated: at least HealthThreshold healthy children).
func TestFailoverRules(t *testing.T) {
	bools := []bool{false, true}
	for _, endpointUp := range bools {
		for _, absent := range bools {
			for _, homeUp := range bools {
				for _, standbyUp := range bools {
					for _, evaluatePrimary := range bools {
						for _, evaluateSecondary := range bools {
							for threshold := range 4 {
								checkRule(t, rule{endpointUp, absent, homeUp, standbyUp, evaluatePrimary, evaluateSecondary, threshold})
							}
						}
					}
				}
			}
		}
	}
}

type rule struct {
	endpointUp, absent, homeUp, standbyUp, evaluatePrimary, evaluateSecondary bool
	threshold                                                                 int
}

func checkRule(t *testing.T, r rule) {
	t.Helper()
	endpoint := &rehearsal.HealthCheck{Resource: "endpoint"}
	object := &rehearsal.HealthCheck{Resource: "object", Bucket: "bucket", Inverted: true}
	both := &rehearsal.HealthCheck{Children: []*rehearsal.HealthCheck{endpoint, object}, HealthThreshold: r.threshold}
	pair := &rehearsal.Pair{
		Primary:   &rehearsal.Record{Failover: "PRIMARY", Target: "home", EvaluateTargetHealth: r.evaluatePrimary, HealthCheck: both},
		Secondary: &rehearsal.Record{Failover: "SECONDARY", Target: "standby", EvaluateTargetHealth: r.evaluateSecondary},
	}
	health := rehearsal.Health{
		Endpoint: func(c *rehearsal.HealthCheck) bool {
			if c == object {
				return !r.absent // an object that is there answers 200
			}
			return r.endpointUp
		},
		Target: func(target string) bool { return target == "home" && r.homeUp || target == "standby" && r.standbyUp },
	}
	// The expectation is written as the documentation is: by counting.
	children := 0
	for _, healthy := range []bool{r.endpointUp, r.absent} {
		if healthy {
			children++
		}
	}
	primary := children >= r.threshold && (!r.evaluatePrimary || r.homeUp)
	secondary := !r.evaluateSecondary || r.standbyUp
	want := "PRIMARY"
	if !primary && secondary {
		want = "SECONDARY"
	}
	if got := pair.Answer(health).Failover; got != want {
		t.Errorf("%+v: answered %s, want %s", r, got, want)
	}
}

func TestFailoverRulesByExample(t *testing.T) {
	check := &rehearsal.HealthCheck{Resource: "endpoint"}
	primary := &rehearsal.Record{Failover: "PRIMARY", HealthCheck: check}
	bare := &rehearsal.Record{Failover: "PRIMARY"}
	secondary := &rehearsal.Record{Failover: "SECONDARY", Target: "standby", EvaluateTargetHealth: true}
	checked := &rehearsal.Record{Failover: "SECONDARY", HealthCheck: &rehearsal.HealthCheck{Resource: "standby endpoint"}}
	tests := []struct {
		name              string
		pair              rehearsal.Pair
		endpoint, standby bool
		want              *rehearsal.Record
	}{
		{"all is well", rehearsal.Pair{Primary: primary, Secondary: secondary}, true, true, primary},
		{"home is down", rehearsal.Pair{Primary: primary, Secondary: secondary}, false, true, secondary},
		{"standby is down", rehearsal.Pair{Primary: primary, Secondary: secondary}, true, false, primary},
		{"both are down", rehearsal.Pair{Primary: primary, Secondary: secondary}, false, false, primary},
		{"PRIMARY without a health check", rehearsal.Pair{Primary: bare, Secondary: secondary}, false, true, bare},
		{"SECONDARY with an unhealthy check", rehearsal.Pair{Primary: primary, Secondary: checked}, false, true, primary},
		{"no SECONDARY", rehearsal.Pair{Primary: primary}, false, true, primary},
		{"no PRIMARY", rehearsal.Pair{Secondary: secondary}, true, false, secondary},
	}
	for _, test := range tests {
		health := rehearsal.Health{Endpoint: func(*rehearsal.HealthCheck) bool { return test.endpoint }, Target: func(string) bool { return test.standby }}
		if got := test.pair.Answer(health); got != test.want {
			t.Errorf("%s: answered %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestInvertedCheck(t *testing.T) {
	for _, inverted := range []bool{false, true} {
		for _, good := range []bool{false, true} {
			check := &rehearsal.HealthCheck{Inverted: inverted}
			parent := &rehearsal.HealthCheck{Children: []*rehearsal.HealthCheck{check}, HealthThreshold: 1, Inverted: inverted}
			endpoint := func(*rehearsal.HealthCheck) bool { return good }
			if got := check.Healthy(endpoint); got != (good != inverted) {
				t.Errorf("inverted %v, good %v: healthy %v", inverted, good, got)
			}
			if got := parent.Healthy(endpoint); got != good {
				t.Errorf("twice inverted %v, good %v: healthy %v", inverted, good, got)
			}
		}
	}
}

// Healthy while more than 18 % of the checkers say so: 3 of 16, not 2.
func TestEnoughCheckers(t *testing.T) {
	p := rehearsal.DefaultParameters()
	for healthy, want := range map[int]bool{0: false, 2: false, 3: true, 16: true} {
		if got := p.Enough(healthy); got != want {
			t.Errorf("%d of %d healthy checkers: %v, want %v", healthy, p.Checkers, got, want)
		}
	}
}
