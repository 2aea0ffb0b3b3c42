package rehearsal

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
)

// resolved is one trial up to what DNS answers.
func resolved(t *testing.T, m *Model, outage Outage, length time.Duration, seed uint64) (answers, simulation) {
	t.Helper()
	p := DefaultParameters()
	p.Length = length
	s, err := newSimulation(m, p)
	if err != nil {
		t.Fatal(err)
	}
	s.outage, s.random = outage, seeded(seed, 1)
	s.sample, s.homeward = nothing(), s.p.Length
	return s.resolve(), s
}

// Between the outage and the operator, DNS leads home where failback is
// automatic, and to the standby where it is manual.
func TestKeep(t *testing.T) {
	automatic, manual := load(t, "site"), loadManual(t)
	const length = 5 * time.Minute
	for seed := range uint64(20) {
		dns, s := resolved(t, manual, Dark, length, seed)
		if s.sample.Put < s.sample.Detect+s.p.AlarmMin || s.sample.Put > s.sample.Detect+time.Minute+s.p.AlarmMax {
			t.Errorf("the site is away after %s, and the switch put after %s", Seconds(s.sample.Detect), Seconds(s.sample.Put))
		}
		if want := length + s.p.OperatorAfter; s.homeward != want {
			t.Errorf("the switch is removed at %s, want %s", s.homeward, want)
		}
		if home := dns[len(dns)-1]; len(dns) != 3 || home.record.Failover != "PRIMARY" || home.at < s.homeward {
			t.Errorf("DNS answers %v, want home once the switch is removed", dns)
		}
		dns, s = resolved(t, automatic, Dark, length, seed)
		if home := dns[len(dns)-1]; len(dns) != 3 || home.record.Failover != "PRIMARY" || home.at > length+time.Minute || s.sample.Put != never {
			t.Errorf("automatic: DNS answers %v, want home at once", dns)
		}
		// Put by hand and removed by hand, whatever is put once more in between.
		if _, s = resolved(t, manual, BySwitch, length, seed); s.homeward != length || s.sample.Put >= length {
			t.Errorf("the switch is put once more at %s; the way home begins at %s, want %s", s.sample.Put, s.homeward, length)
		}
		// Put after the outage, and removed after that.
		if _, s = resolved(t, manual, Dark, 45*time.Second, seed); s.sample.Put != never && s.homeward != s.sample.Put+s.p.OperatorAfter {
			t.Errorf("the switch is put at %s and removed at %s", s.sample.Put, s.homeward)
		}
	}
}

func predictWith(t *testing.T, m *Model, edit func(*Parameters), outages ...Outage) []Prediction {
	t.Helper()
	p := DefaultParameters()
	edit(&p)
	predictions, err := Predict(t.Context(), m, PredictOptions{Outages: outages, Trials: 300, Seed: 1, Parameters: &p})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}

func TestPredictManualFailback(t *testing.T) {
	// The way home waits for the switch's check, here the slowest.
	m := loadManual(t, func(a *assembly.Assembly) {
		find(t, a, "Failover.FailoverSwitchOff4627722C").Set("HealthCheckConfig.RequestInterval", 30)
	})
	for _, p := range predictWith(t, m, func(*Parameters) {}) {
		f := p.Failback
		switch p.Outage {
		case Half:
			if f.Away+f.Put != 0 || !strings.Contains(p.Story(), "The site does not move") {
				t.Errorf("%s: %+v: %s", p.Outage, f, p.Story())
			}
		case Flapping:
		default:
			if f.Away != p.Trials || f.Put != p.Trials || f.Late != 0 || p.Lost.ComingHome != 0 {
				t.Errorf("%s: %+v, want the switch put in all trials; %v lost on the way home", p.Outage, f, p.Lost.ComingHome)
			}
		}
		for _, g := range p.Quantities {
			if !g.Bound.Never() && g.Worst > g.Bound {
				t.Errorf("%s: %s at worst %s, beyond the closed form %s", p.Outage, g.Quantity, g.Worst, g.Bound)
			}
		}
	}
	// "home again" counts from the removal, whenever that is.
	late := predictWith(t, loadManual(t), func(p *Parameters) { p.OperatorAfter = time.Hour }, Dark)[0]
	if home := late.Of(HomeAgain); time.Duration(home.Worst) > 2*time.Minute || time.Duration(home.P1) < 20*time.Second {
		t.Errorf("an operator who comes after an hour: home again %s to %s", home.P1, home.Worst)
	}
}

// An outage that no sample of the alarm sees ends as if failback were
// automatic; one that ends before the switch is put does not.
func TestPredictShortOutages(t *testing.T) {
	m := loadManual(t)
	p := predictWith(t, m, func(p *Parameters) { p.Length = 45 * time.Second }, Dark)[0]
	if f := p.Failback; f.Put == 0 || f.Put >= f.Away || f.Late != f.Put {
		t.Errorf("45 s: %+v, want some trials with the switch, all of them late, and some without", f)
	}
	for _, want := range []string{"visitors come home by themselves", "led away once more"} {
		if !strings.Contains(p.Story(), want) {
			t.Errorf("45 s: no %q in %q", want, p.Story())
		}
	}
	for _, q := range []Quantity{DetectHome, DNSHome, HomeAgain} {
		if g := p.Of(q); g.P1 < 0 || g.Never > 0 || g.Worst > g.Bound {
			t.Errorf("45 s: %s %s to %s, bound %s", q, g.P1, g.Worst, g.Bound)
		}
	}
	hasty := predictWith(t, m, func(p *Parameters) { p.Length, p.OperatorAfter = 45*time.Second, time.Second }, Dark)[0]
	if home := hasty.Of(HomeAgain); home.P1 < 0 {
		t.Errorf("an operator who comes at once: home again %s to %s", home.P1, home.Worst)
	}
	if s := predictWith(t, m, func(p *Parameters) { p.Length = time.Minute }, BySwitch)[0]; s.Failback.Late == 0 || !strings.Contains(s.Story(), "has to be removed again") {
		t.Errorf("a switch put for a minute: %+v: %s", s.Failback, s.Story())
	}
	if a := predictWith(t, load(t, "site"), func(p *Parameters) { p.Length = 45 * time.Second }, Dark)[0]; a.Failback != nil || strings.Contains(a.Story(), "themselves") {
		t.Errorf("automatic: %+v: %s", a.Failback, a.Story())
	}
}

// The alarm goes off once, when it has seen enough samples in a row.
func TestKeeper(t *testing.T) {
	k := &keeper{watch: watch{Failback: &Failback{Period: time.Minute, Periods: 2}}, random: seeded(1, 1), next: 30 * time.Second, due: never, put: never,
		p: Parameters{AlarmMin: 20 * time.Second, AlarmMax: 20 * time.Second}}
	unhealthy := func(at time.Duration) bool { // two samples see the second, none the first
		return at > 31*time.Second && at < 85*time.Second || at > 100*time.Second && at < 400*time.Second
	}
	var puts []time.Duration
	for at := time.Duration(0); at < 10*time.Minute; at += time.Second {
		if k.step(at, func(*HealthCheck) bool { return !unhealthy(at) }) {
			puts = append(puts, at)
		}
	}
	if want := (150 + 60 + 20) * time.Second; len(puts) != 1 || puts[0] != want || k.put != want || !k.exists {
		t.Errorf("put at %v, want once at %s: %+v", puts, want, k)
	}
}

// Who reads the report knows that visitors do not come home by themselves.
func TestReportManualFailback(t *testing.T) {
	render := func(m *Model, removed time.Duration) string {
		predictions := predict(t, m, 100, Dark)
		play := shortPlay(predictions[0])
		play.Removed = removed
		r := NewReport(m, DefaultParameters(), 1, defaultTargets, predictions, []*Play{play})
		if !r.Passed() {
			t.Errorf("findings: %v", r.Findings)
		}
		var all bytes.Buffer
		for _, err := range []error{r.WriteText(&all), r.WriteHTML(&all), r.WriteJSON(&all)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return all.String()
	}
	words := map[string]int{ // in text, page and JSON together
		"Failback is manual: once the alarm " + awayAlarm:        2,
		"visitors come home only when somebody removes it":       2,
		"removed 5m0s after the outage":                          2,
		"visitors stay at the standby until somebody removes it": 2,
		"- switch removed":                  1,
		`"stateMachine": "` + machine + `"`: 1,
		`"removed": 100`:                    1,
		`"put": 100,`:                       1,
	}
	manual, automatic := render(loadManual(t), 100*time.Second), render(load(t, "site"), 0)
	for word, want := range words {
		if got := strings.Count(manual, word); got != want {
			t.Errorf("manual: %q is there %d times, want %d", word, got, want)
		}
		if strings.Contains(automatic, word) {
			t.Errorf("automatic: the report says %q", word)
		}
	}
}
