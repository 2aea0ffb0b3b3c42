package play

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// At full load, the standby refuses whom it cannot carry, and nobody else; its health
// checks are answered, so that DNS stays there.
func TestPlayFullLoad(t *testing.T) {
	t.Parallel()
	const standbyGroup = "Secondary.WebTierWebServersGroupASGB49BAB89"
	for _, test := range []struct {
		minimum     string
		least, most float64 // of the requests, the share that is answered
	}{{"2", 0.15, 0.5}, {"6", 0.9, 1}} {
		t.Run(test.minimum+" servers", func(t *testing.T) {
			t.Parallel()
			m := fixture.Site(t, "site", func(a *assembly.Assembly) { fixture.Find(t, a, standbyGroup).Set("MinSize", test.minimum) })
			p := rehearsal.DefaultParameters()
			p.AliasTTL, p.Length = 20*time.Second, 100*time.Second
			play := run(t, m, Options{Outage: rehearsal.FullLoad, Speed: speed, Seed: 1, Visitors: 4, Parameters: &p})
			// A play ends when all are served for five seconds.
			moved := min(play.Began+play.Sample.DNSMoved+35*time.Second, play.Healed-5*time.Second)
			good, all, other, early := 0, 0, 0, 0
			for _, r := range play.Requests {
				switch {
				case r.Sent < play.Began: // who still waits when home is gone is lost with it
					early += count(!r.Good() && r.Sent+r.Took < play.Began)
				case r.Sent >= moved && r.Sent+r.Took < play.Healed:
					all++
					good += count(r.Good())
					other += count(!r.Good() && (r.Status != 503 || r.By != "standby"))
				}
			}
			if share := float64(good) / float64(all); !(share >= test.least && share <= test.most) {
				t.Errorf("%d of %d requests were answered, want %g to %g of them", good, all, test.least, test.most)
			}
			stray := len(play.Requests) / 50 // a busy machine may lose a connection, or bunch requests at a limit
			if early > stray {
				t.Errorf("%d requests were lost before the outage", early)
			}
			if other > stray {
				t.Errorf("%d of %d requests were lost and not refused by the standby", other, all)
			}
			for _, e := range play.Events {
				if e.What == "DNS answers PRIMARY" && e.At < play.Healed {
					t.Errorf("DNS came home at %s, before home was healed at %s: %v", e.At, play.Healed, play.Events)
				}
			}
		})
	}
}

// Servers answer so many requests a second, and save up one second's.
func TestBound(t *testing.T) {
	rate := 2.0
	b := &bound{rate: func(time.Duration) float64 { return rate }}
	var taken []int
	for second := range 6 {
		if second == 4 {
			rate = 3
		}
		n := 0
		for range 5 {
			n += count(b.take(time.Duration(second) * time.Second))
		}
		taken = append(taken, n)
	}
	if got := fmt.Sprint(taken); got != "[2 2 2 2 3 3]" {
		t.Errorf("answered %s, want two each second, and three from the fifth on", got)
	}
}

// The bounds follow from the templates: home at its maximum, and the standby as it
// grows since home is gone. Health checks are spared, unless the parameters say no.
func TestBounds(t *testing.T) {
	m := fixture.Site(t, "site")
	s := &stage{model: m, p: rehearsal.DefaultParameters()}
	bounds, err := s.newBounds(9)
	if err != nil {
		t.Fatal(err)
	}
	home, standby := bounds[m.Home].rate, bounds[m.Standby].rate
	if got := []float64{home(0), standby(time.Hour)}; got[0] != 18 || got[1] != 6 {
		t.Errorf("home answers %g and the standby %g before the outage, want 18 and 6", got[0], got[1])
	}
	s.struck.Store(int64(time.Minute))
	if got := []float64{standby(time.Minute + 319*time.Second), standby(time.Minute + 321*time.Second), standby(time.Hour)}; got[0] != 6 || got[1] != 9 || got[2] != 18 {
		t.Errorf("the standby answers %v, want 6, 9 and 18", got)
	}
	s.p.ServerAnswers = 5
	if bounds, _ = s.newBounds(9); bounds[m.Home].rate(0) != 30 {
		t.Errorf("six servers of 5 answers a second answer %g", bounds[m.Home].rate(0))
	}
	full := &tier{stage: s, bound: &bound{rate: func(time.Duration) float64 { return 0 }}}
	if s.clock, err = startClock(1); err != nil {
		t.Fatal(err)
	}
	defer s.clock.stop()
	spared, page := full.refuses("/healthz"), full.refuses("/")
	s.p.HealthSpared = false
	if unspared := full.refuses("/healthz"); spared != 0 || page != 503 || unspared != 503 {
		t.Errorf("a server at its limit answers a health check with %d, a page with %d, an unspared check with %d", spared, page, unspared)
	}
	m.Standby.Group = nil
	if _, err := newDirector(t.Context(), m, Options{Outage: rehearsal.FullLoad}); err == nil {
		t.Error("full load is played without knowing how many servers there are")
	}
}

// Errors that the health path does not show move nothing. Reads that the edge retries
// are answered by the standby; writes are lost.
func TestPlayErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		site                    string
		share                   float64
		readsLost, writesServed bool
	}{{"site", 1, false, false}, {"site", 0.4, false, true}, {"article", 1, true, false}}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s/%g", test.site, test.share), func(t *testing.T) {
			t.Parallel()
			p := rehearsal.DefaultParameters()
			p.Length, p.ErrorShare = 40*time.Second, test.share
			play := run(t, fixture.Site(t, test.site), Options{Outage: rehearsal.Errors, Speed: speed, Seed: 1, Visitors: 4, Parameters: &p})
			lost, served, other := map[bool]int{}, map[bool]int{}, 0
			for _, r := range play.Requests {
				switch {
				case r.Sent < play.Began || r.Sent+r.Took >= play.Healed:
				case r.Good():
					served[r.Write]++
				case r.Status != 500:
					other++
				default:
					lost[r.Write]++
				}
			}
			if lost[true] == 0 || (served[true] > 0) != test.writesServed || (lost[false] > 0) != test.readsLost || (served[false] == 0) != test.readsLost {
				t.Errorf("lost %d reads and %d writes, served %d and %d", lost[false], lost[true], served[false], served[true])
			}
			if other > len(play.Requests)/50 { // a busy machine may lose a connection
				t.Errorf("%d of %d requests were lost otherwise than by an error", other, len(play.Requests))
			}
			for _, e := range play.Events {
				if e.What == "PRIMARY unhealthy" {
					t.Errorf("the health check saw the errors: %v", play.Events)
				}
			}
		})
	}
}

// Where an alarm counts the edge's errors, they move the site, and it stays until
// somebody removes the switch; when too few of the answers are errors, as reads are
// retried, nothing moves.
func TestPlayErrorRate(t *testing.T) {
	t.Parallel()
	for share, moves := range map[float64]bool{1: true, 0.2: false} {
		t.Run(fmt.Sprint(share), func(t *testing.T) {
			t.Parallel()
			m := fixture.Manual(t, fixture.WithErrorAlarm)
			m.ErrorRate.Period, m.ErrorRate.Requests, m.Failback.Period = 5*time.Second, 25, 2*time.Second
			for _, check := range m.Checks() {
				check.Interval = 3 * time.Second
			}
			p := rehearsal.DefaultParameters()
			p.AliasTTL, p.Length, p.ErrorShare, p.OperatorAfter = 5*time.Second, 90*time.Second, share, 10*time.Second
			p.EdgeMetricMin, p.EdgeMetricMax, p.AlarmMin, p.AlarmMax = 5*time.Second, 5*time.Second, time.Second, time.Second
			play := run(t, m, Options{Outage: rehearsal.Errors, Speed: speed, Seed: 1, Visitors: 4, Parameters: &p})
			t.Logf("%v, in effect at speed %.0f", play.Events, play.Effective)
			counted, writes := 0, 0
			for _, e := range play.Events {
				counted += count(strings.HasPrefix(e.What, "at least 20 % of the answers were errors"))
			}
			for _, r := range play.Requests {
				writes += count(r.Write && r.Good() && r.By == "standby" && r.Sent < play.Healed)
			}
			if (counted > 0) != moves || (writes > 0) != moves || (play.Sample.DNSMoved != rehearsal.Never) != moves || (play.Removed > 0) != moves {
				t.Errorf("counted %d times, %d writes at the standby, DNS moved after %s, removed at %s, want that it moves: %t",
					counted, writes, rehearsal.Seconds(play.Sample.DNSMoved), play.Removed, moves)
			}
		})
	}
}
