package predict

import (
	"context"
	"encoding/json"
	"strings"
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

// The numbers that the default site promises. What is not published may make them
// worse, but not without limit.
func TestPredictDefaultSite(t *testing.T) {
	m := fixture.Site(t, "site")
	all := map[rehearsal.Outage]rehearsal.Prediction{}
	for _, p := range predicted(t, m, 10_000) {
		all[p.Outage] = p
		if p.Outage.Unjudged() == "" && p.Lost.ComingHome != 0 {
			t.Errorf("%s: %.3f requests lost on the way home, want none", p.Outage, p.Lost.ComingHome)
		}
	}
	otherwise := func(o rehearsal.Outage, assumption string) rehearsal.Variant {
		for _, v := range all[o].Otherwise {
			if strings.Contains(v.If, assumption) {
				return v
			}
		}
		t.Fatalf("%s: nothing is predicted for %q", o, assumption)
		return rehearsal.Variant{}
	}
	dark := all[rehearsal.Dark]
	const s = time.Second
	tests := []struct {
		name string
		got  rehearsal.Seconds
		most time.Duration
	}{
		{"reads back, median", dark.Of(rehearsal.ReadsBack).Median, 3 * s},
		{"reads back, worst", dark.Of(rehearsal.ReadsBack).Worst, 13 * s},
		{"reads back where the edge connects anew, worst", otherwise(rehearsal.Dark, "connects anew").Of(rehearsal.ReadsBack).Worst, 5 * s},
		{"reads back from a hang, worst", all[rehearsal.Hang].Of(rehearsal.ReadsBack).Worst, 13 * s},
	}
	for o, p := range all {
		if o.Unjudged() != "" {
			continue
		}
		for _, writes := range []rehearsal.Quantity{rehearsal.WritesBack, rehearsal.WritesKept} {
			tests = append(tests, []struct {
				name string
				got  rehearsal.Seconds
				most time.Duration
			}{{string(o) + ": " + string(writes) + ", median", p.Of(writes).Median, 48 * s}, {string(o) + ": " + string(writes) + ", worst", p.Of(writes).Worst, 70 * s}}...)
		}
		tests = append(tests, []struct {
			name string
			got  rehearsal.Seconds
			most time.Duration
		}{{string(o) + ": home again, worst", p.Of(rehearsal.HomeAgain).Worst, 100 * s}, {string(o) + ": home again, connection kept, worst", p.Of(rehearsal.HomeKept).Worst, 165 * s}}...)
	}
	for _, q := range []rehearsal.Quantity{rehearsal.WritesBack, rehearsal.WritesKept} {
		stays := otherwise(rehearsal.Error503, "connections that it holds").Of(q)
		tests = append(tests, struct {
			name string
			got  rehearsal.Seconds
			most time.Duration
		}{"pooled connections stay: " + string(q), stays.Worst, 125 * s})
		if stays.Worst < all[rehearsal.Error503].Of(q).Worst+rehearsal.Seconds(30*s) {
			t.Errorf("pooled connections that stay cost nothing: %s %s", q, stays.Worst)
		}
	}
	for _, test := range tests {
		if time.Duration(test.got) > test.most {
			t.Errorf("%s: %s, want at most %s", test.name, test.got, test.most)
		}
	}
	if bound := rehearsal.DocumentedBound(m, rehearsal.DefaultParameters()); time.Duration(bound) != 108*s {
		t.Errorf("documented bound %s, want 108 s", bound)
	}
}

// With the article's site, reads are lost as long as writes: until DNS moves.
func TestPredictArticle(t *testing.T) {
	p := predicted(t, fixture.Site(t, "article"), 1000, rehearsal.Dark)[0]
	if reads, moved := p.Of(rehearsal.ReadsBack), p.Of(rehearsal.DNSMoved); reads.Median <= moved.Median {
		t.Errorf("reads back after %s, before DNS moved after %s", reads.Median, moved.Median)
	}
	if kept := p.Of(rehearsal.WritesKept); kept.Never != p.Trials {
		t.Errorf("in %d of %d trials, somebody who keeps the connection to CloudFront never writes again; want all", kept.Never, p.Trials)
	}
}

// No trial is worse than the closed form.
func TestPredictWithinBounds(t *testing.T) {
	for _, name := range []string{"site", "article", "everything"} {
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
	if slow.Of(rehearsal.ReadsBack).Median != fast.Of(rehearsal.ReadsBack).Median && time.Duration(slow.Of(rehearsal.ReadsBack).Worst) > 13*time.Second {
		t.Errorf("reads depend on the health check's interval: %s", slow.Of(rehearsal.ReadsBack).Worst)
	}
}

// A check every 30 s that has to fail ten times needs a longer outage, and longer to
// find that it has ended; with five minutes of each, nothing is found.
func TestPredictOutlastsTheHealthCheck(t *testing.T) {
	m := fixture.Site(t, "site", func(a *assembly.Assembly) {
		for _, check := range a.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.RequestInterval") {
				check.Set("HealthCheckConfig.RequestInterval", 30)
				check.Set("HealthCheckConfig.FailureThreshold", 10)
			}
		}
	})
	p := predicted(t, m, 300, rehearsal.Dark)[0]
	for _, q := range []rehearsal.Quantity{rehearsal.WritesKept, rehearsal.HomeAgain} {
		if g := p.Of(q); g.Never > 0 || g.Worst > g.Bound {
			t.Errorf("%s: never in %d trials, at worst %s; want at most %s", q, g.Never, g.Worst, g.Bound)
		}
	}
	short := rehearsal.DefaultParameters()
	predictions, err := Run(t.Context(), m, Options{Outages: []rehearsal.Outage{rehearsal.Dark}, Trials: 100, Seed: 1, Parameters: &short})
	if err != nil {
		t.Fatal(err)
	}
	if g := predictions[0].Of(rehearsal.WritesKept); g.Never == 0 {
		t.Error("an outage of five minutes is found as well")
	}
	if got := Parameters(fixture.Site(t, "site"), short).Length; got != short.Length {
		t.Errorf("the outage of the shipped site lasts %s, want %s as ever", got, short.Length)
	}
}

// 10,000 trials of every outage, and of what is not published, take 4 s of one core.
func BenchmarkPredict(b *testing.B) {
	m := fixture.Site(b, "site")
	for b.Loop() {
		predicted(b, m, 10_000)
	}
}
