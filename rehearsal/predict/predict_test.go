package predict

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

func predicted(t testing.TB, m *rehearsal.Model, trials int, outages ...rehearsal.Outage) []rehearsal.Prediction {
	t.Helper()
	predictions, err := Run(context.Background(), m, Options{Outages: outages, Trials: trials, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}

// The numbers that the default site promises for a black hole.
func TestPredictDefaultSite(t *testing.T) {
	p := predicted(t, fixture.Site(t, "site"), 10_000, rehearsal.Dark)[0]
	tests := []struct {
		name string
		got  rehearsal.Seconds
		most time.Duration
	}{
		{"reads back, median", p.Of(rehearsal.ReadsBack).Median, 5 * time.Second},
		{"reads back, worst", p.Of(rehearsal.ReadsBack).Worst, 10 * time.Second},
		{"writes back, median", p.Of(rehearsal.WritesBack).Median, 75 * time.Second},
		{"writes back, worst", p.Of(rehearsal.WritesBack).Worst, 108 * time.Second},
		{"home again, worst", p.Of(rehearsal.HomeAgain).Worst, 2 * time.Minute},
	}
	for _, test := range tests {
		if time.Duration(test.got) > test.most {
			t.Errorf("%s: %s, want at most %s", test.name, test.got, test.most)
		}
	}
	if p.Lost.ComingHome != 0 {
		t.Errorf("%.3f requests lost on the way home, want none", p.Lost.ComingHome)
	}
	if bound := rehearsal.DocumentedBound(fixture.Site(t, "site"), rehearsal.DefaultParameters()); time.Duration(bound) != 108*time.Second {
		t.Errorf("documented bound %s, want 108 s", bound)
	}
}

// With the article's site, reads are lost as long as writes: until DNS moves.
func TestPredictArticle(t *testing.T) {
	p := predicted(t, fixture.Site(t, "article"), 1000, rehearsal.Dark)[0]
	if reads, moved := p.Of(rehearsal.ReadsBack), p.Of(rehearsal.DNSMoved); reads.Median <= moved.Median {
		t.Errorf("reads back after %s, before DNS moved after %s", reads.Median, moved.Median)
	}
}

// No trial is worse than the closed form.
func TestPredictWithinBounds(t *testing.T) {
	for _, name := range []string{"site", "article"} {
		for _, p := range predicted(t, fixture.Site(t, name), 2000) {
			for _, g := range p.Quantities {
				if !g.Bound.Never() && g.Worst > g.Bound {
					t.Errorf("%s, %s: %s at worst %s, beyond the closed form %s", name, p.Outage, g.Quantity, g.Worst, g.Bound)
				}
			}
		}
	}
}

func TestPredictIsRepeatable(t *testing.T) {
	text := func(seed uint64) string {
		predictions, err := Run(context.Background(), fixture.Site(t, "site"), Options{Trials: 300, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(predictions)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	first := text(7)
	if text(7) != first {
		t.Error("the same seed gave other numbers")
	}
	if text(8) == first {
		t.Error("another seed gave the same numbers")
	}
}

func TestPredictEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, fixture.Site(t, "site"), Options{}); err == nil {
		t.Error("no error after the context ended")
	}
}

// 30 s between checks: the outage is found later, and nothing else changes.
func TestPredictFollowsTheTemplates(t *testing.T) {
	slowly := fixture.Site(t, "site", func(a *assembly.Assembly) {
		for _, check := range a.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.RequestInterval") {
				check.Set("HealthCheckConfig.RequestInterval", 30)
			}
		}
	})
	fast, slow := predicted(t, fixture.Site(t, "site"), 500, rehearsal.Dark)[0], predicted(t, slowly, 500, rehearsal.Dark)[0]
	if difference := slow.Of(rehearsal.Detect).Median - fast.Of(rehearsal.Detect).Median; time.Duration(difference) < 50*time.Second {
		t.Errorf("an interval three times as long is detected only %s later", difference)
	}
	if slow.Of(rehearsal.ReadsBack).Median != fast.Of(rehearsal.ReadsBack).Median && time.Duration(slow.Of(rehearsal.ReadsBack).Worst) > 10*time.Second {
		t.Errorf("reads depend on the health check's interval: %s", slow.Of(rehearsal.ReadsBack).Worst)
	}
}

// 10,000 trials of every outage, in at most 10 s on two cores.
func BenchmarkPredict(b *testing.B) {
	m := fixture.Site(b, "site")
	for b.Loop() {
		predicted(b, m, 10_000)
	}
}
