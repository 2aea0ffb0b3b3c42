package predict

import (
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// resolved is one trial up to what DNS answers.
func resolved(t *testing.T, m *rehearsal.Model, outage rehearsal.Outage, length time.Duration, seed uint64) (answers, simulation) {
	t.Helper()
	p := rehearsal.DefaultParameters()
	p.Length = length
	s, err := newSimulation(m, p)
	if err != nil {
		t.Fatal(err)
	}
	s.outage, s.random = outage, rehearsal.Random(seed, 1)
	s.begin()
	s.resolve()
	return s.names(s.leading), s
}

// Between the outage and the operator, DNS leads home where failback is
// automatic, and to the standby where it is manual.
func TestTrialOfManualFailback(t *testing.T) {
	automatic, manual := fixture.Site(t, "site"), fixture.Manual(t)
	const length = 5 * time.Minute
	for seed := range uint64(20) {
		dns, s := resolved(t, manual, rehearsal.Dark, length, seed)
		if s.switchPut < s.sample.Detect+s.p.AlarmMin || s.switchPut > s.sample.Detect+time.Minute+s.p.AlarmMax {
			t.Errorf("the site is away after %s, and the switch put after %s", rehearsal.Seconds(s.sample.Detect), rehearsal.Seconds(s.switchPut))
		}
		if want := length + s.p.OperatorAfter; s.failbackAt != want {
			t.Errorf("the switch is removed at %s, want %s", s.failbackAt, want)
		}
		if home := dns[len(dns)-1]; len(dns) != 3 || home.record.Failover != "PRIMARY" || home.at < s.failbackAt {
			t.Errorf("DNS answers %v, want home once the switch is removed", dns)
		}
		dns, s = resolved(t, automatic, rehearsal.Dark, length, seed)
		if home := dns[len(dns)-1]; len(dns) != 3 || home.record.Failover != "PRIMARY" || home.at > length+time.Minute || s.switchPut != rehearsal.Never {
			t.Errorf("automatic: DNS answers %v, want home at once", dns)
		}
		// Put by hand and removed by hand, whatever is put once more in between.
		if _, s = resolved(t, manual, rehearsal.BySwitch, length, seed); s.failbackAt != length || s.switchPut >= length {
			t.Errorf("the switch is put once more at %s; the way home begins at %s, want %s", s.switchPut, s.failbackAt, length)
		}
		// Put after the outage, and removed after that.
		if _, s = resolved(t, manual, rehearsal.Dark, 45*time.Second, seed); s.switchPut != rehearsal.Never && s.failbackAt != s.switchPut+s.p.OperatorAfter {
			t.Errorf("the switch is put at %s and removed at %s", s.switchPut, s.failbackAt)
		}
	}
}

func predictWith(t *testing.T, m *rehearsal.Model, edit func(*rehearsal.Parameters), outages ...rehearsal.Outage) []rehearsal.Prediction {
	t.Helper()
	p := rehearsal.DefaultParameters()
	edit(&p)
	predictions, err := Run(t.Context(), m, Options{Outages: outages, Trials: 300, Seed: 1, Parameters: &p})
	if err != nil {
		t.Fatal(err)
	}
	return predictions
}

func TestPredictManualFailback(t *testing.T) {
	// The way home waits for the switch's check, here the slowest.
	m := fixture.Manual(t, func(a *assembly.Assembly) {
		fixture.Find(t, a, "Failover.FailoverSwitchOff4627722C").Set("HealthCheckConfig.RequestInterval", 30)
	})
	for _, p := range predictWith(t, m, func(*rehearsal.Parameters) {}) {
		f := p.Failback
		switch p.Outage {
		case rehearsal.Half:
			if f.Away+f.Put != 0 {
				t.Errorf("%s: %+v, though the site does not move", p.Outage, f)
			}
		case rehearsal.Flapping:
		default:
			late := f.Late
			if p.Outage == rehearsal.BySwitch {
				late = 0 // the slow check of the switch is the one that sees it
			}
			if f.Away != p.Trials || f.Put != p.Trials || late != 0 || p.Lost.ComingHome != 0 {
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
	late := predictWith(t, fixture.Manual(t), func(p *rehearsal.Parameters) { p.OperatorAfter = time.Hour }, rehearsal.Dark)[0]
	if home := late.Of(rehearsal.HomeAgain); time.Duration(home.Worst) > 2*time.Minute || time.Duration(home.P1) < 20*time.Second {
		t.Errorf("an operator who comes after an hour: home again %s to %s", home.P1, home.Worst)
	}
}

// An outage that no sample of the alarm sees ends as if failback were
// automatic; one that ends before the switch is put does not.
func TestPredictShortOutages(t *testing.T) {
	m := fixture.Manual(t)
	p := predictWith(t, m, func(p *rehearsal.Parameters) { p.Length = 45 * time.Second }, rehearsal.Dark)[0]
	if f := p.Failback; f.Put == 0 || f.Put >= f.Away || f.Late != f.Put {
		t.Errorf("45 s: %+v, want some trials with the switch, all of them late, and some without", f)
	}
	for _, q := range []rehearsal.Quantity{rehearsal.DetectHome, rehearsal.DNSHome, rehearsal.HomeAgain} {
		if g := p.Of(q); g.P1 < 0 || g.Never > 0 || g.Worst > g.Bound {
			t.Errorf("45 s: %s %s to %s, bound %s", q, g.P1, g.Worst, g.Bound)
		}
	}
	hasty := predictWith(t, m, func(p *rehearsal.Parameters) { p.Length, p.OperatorAfter = 45*time.Second, time.Second }, rehearsal.Dark)[0]
	if home := hasty.Of(rehearsal.HomeAgain); home.P1 < 0 {
		t.Errorf("an operator who comes at once: home again %s to %s", home.P1, home.Worst)
	}
	if s := predictWith(t, m, func(p *rehearsal.Parameters) { p.Length = time.Minute }, rehearsal.BySwitch)[0]; s.Failback.Late == 0 {
		t.Errorf("a switch put for a minute: %+v", s.Failback)
	}
	if a := predictWith(t, fixture.Site(t, "site"), func(p *rehearsal.Parameters) { p.Length = 45 * time.Second }, rehearsal.Dark)[0]; a.Failback != nil {
		t.Errorf("automatic: %+v", a.Failback)
	}
}
