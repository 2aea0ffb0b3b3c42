package play

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/rehearsal/visit"
)

// timeLimit ends a play that does not end by itself: on a machine that does much
// else, a play takes a minute.
const timeLimit = 4 * time.Minute

// A played is a golden site as far as it decides what a play is like.
type played struct {
	name    string
	retries bool // the edge retries reads at the standby
	behind  bool // the edge's own origin moves
	front   bool // visitors' records move
}

// All outages, on each kind of site. What is asserted are facts, not times: those
// depend on the machine. Manual failback is left out, and health checks and
// resolvers are quick.
func TestPlayOutages(t *testing.T) {
	t.Parallel()
	for _, site := range []played{{"site", true, true, true}, {"article", false, false, true}, {"everything", true, true, false}} {
		m := fixture.Site(t, site.name, func(a *assembly.Assembly) {
			for _, check := range a.Resources("AWS::Route53::HealthCheck") {
				if check.Has("HealthCheckConfig.RequestInterval") {
					check.Set("HealthCheckConfig.RequestInterval", 10)
					check.Set("HealthCheckConfig.FailureThreshold", 3)
				}
			}
		})
		m.Failback = nil
		p := rehearsal.DefaultParameters()
		p.AliasTTL, p.Length = 20*time.Second, 130*time.Second
		for _, outage := range append(rehearsal.Outages(), rehearsal.BySwitch) {
			if outage == rehearsal.BySwitch && m.Switch == nil {
				continue
			}
			t.Run(site.name+"/"+string(outage), func(t *testing.T) {
				t.Parallel()
				play := run(t, m, Options{Outage: outage, Speed: speed, Seed: 1, Visitors: 4, Parameters: &p})
				site.check(t, play)
				if play.Removed != 0 || play.Sample.SwitchPut != rehearsal.Never {
					t.Errorf("automatic failback had a switch put after %s and removed at %s", rehearsal.Seconds(play.Sample.SwitchPut), play.Removed)
				}
			})
		}
	}
}

// run plays, and fails the test if the play does.
func run(t *testing.T, m *rehearsal.Model, options Options) *rehearsal.Play {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	defer cancel()
	play, err := Run(ctx, m, options)
	if err != nil {
		t.Fatal(err)
	}
	return play
}

// An asked is what a request of an outage was like.
type asked struct {
	kind   visit.Kind
	write  bool
	to, by string
}

func (p played) check(t *testing.T, play *rehearsal.Play) {
	t.Helper()
	t.Logf("%v, in effect at speed %.0f", play.Events, play.Effective)
	for _, q := range rehearsal.Quantities() {
		t.Logf("%s: %s", q, q.Of(play.Sample))
	}
	calm, lost, served := 0, map[asked]int{}, map[asked]int{}
	for _, r := range play.Requests {
		as := asked{visit.KindOf(r.Visitor), r.Write, r.To, r.By}
		switch {
		case r.Sent < play.Began:
			calm += count(r.Good() && r.By == "home")
		case r.Sent >= play.Healed:
		case !r.Good():
			as.to, as.by = "", ""
			lost[as]++
		case !visit.HealedIn(play, r):
			served[as]++
		}
	}
	if calm == 0 {
		t.Error("home served nobody while all was well")
	}
	p.checkOutage(t, play.Outage, lost, served)
	if last := play.Requests[len(play.Requests)-1]; !last.Good() {
		t.Errorf("the last request was lost: %+v", last)
	}
	if s := play.Sample; s.Home == rehearsal.Never || s.HomeKept == rehearsal.Never {
		t.Errorf("home again after %s, with a connection kept after %s", rehearsal.Seconds(s.Home), rehearsal.Seconds(s.HomeKept))
	}
}

// checkOutage compares who was served where with what the outage does.
func (p played) checkOutage(t *testing.T, outage rehearsal.Outage, lost, served map[asked]int) {
	t.Helper()
	o := outage
	dead, half, flaps, slow, bySwitch := o == rehearsal.BothDead, o == rehearsal.Half, o == rehearsal.Flapping, o == rehearsal.Slow, o == rehearsal.BySwitch
	moves := !dead && !half && !flaps
	want := func(want bool, got int, what string) {
		t.Helper()
		if (got > 0) != want {
			t.Errorf("%d %s, want some: %t", got, what, want)
		}
	}
	const read, write = false, true
	want(p.retries && !dead && !slow && !bySwitch || moves && p.behind, served[asked{visit.Follows, read, "edge", "standby"}], "reads were answered by the standby through the edge")
	want(moves && p.behind, served[asked{visit.Follows, write, "edge", "standby"}], "writes of visitors who follow DNS were answered by the standby through the edge")
	want(moves && p.behind, served[asked{visit.Keeps, write, "edge", "standby"}], "writes on connections kept were answered by the standby through the edge")
	want(moves && p.front, served[asked{visit.Follows, write, "standby", "standby"}], "writes of visitors who follow DNS went to the standby")
	want(false, served[asked{visit.Keeps, write, "standby", "standby"}], "writes on connections kept went to the standby")
	to := map[bool]string{true: "standby", false: "edge"}[p.front]
	want(moves, served[asked{visit.ComesLate, write, to, "standby"}], "writes of visitors who came late were answered by the standby")
	if flaps {
		return // with patience, a write may be answered by the home that comes back
	}
	want(!slow && !bySwitch, lost[asked{kind: visit.Follows, write: write}], "writes of visitors who follow DNS were lost")
	want(!slow && !bySwitch, lost[asked{kind: visit.Keeps, write: write}], "writes on connections kept were lost")
}

// When the origin's name has moved, the edge connects to where it leads, or goes on
// using the connection that it holds until the load balancer ends that.
func TestEdgeConnections(t *testing.T) {
	tests := []struct {
		name      string
		stay      bool
		keepAlive time.Duration
		want      string
	}{
		{"follow the name", false, time.Hour, "standby"},
		{"stay", true, time.Hour, "home"},
		{"end", true, 0, "standby"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := fixture.Site(t, "site")
			m.Home.ClientKeepAlive = test.keepAlive
			p := rehearsal.DefaultParameters()
			p.PooledStay = test.stay
			d, err := newDirector(t.Context(), m, Options{Parameters: &p})
			if err != nil {
				t.Fatal(err)
			}
			s, pair := d.stage, m.Leading()
			defer s.close()
			write := func() string {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+m.ServingHosts()[0]+"/orders", strings.NewReader("seat=A1"))
				if err != nil {
					t.Fatal(err)
				}
				response, err := s.edge.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				return response.Header.Get(regionHeader)
			}
			if by := write(); by != "home" {
				t.Fatalf("the first write was answered by %s", by)
			}
			s.route53.mu.Lock()
			s.route53.answers[pair] = append(s.route53.answers[pair], dated{0, pair.Secondary})
			s.route53.mu.Unlock()
			s.edge.resolver.Forget()
			if by := write(); by != test.want {
				t.Errorf("after the name has moved, the edge's write was answered by %s, want %s", by, test.want)
			}
		})
	}
}

// playQuickly plays a site with manual failback and an outage of which
// everybody hears soon: it is about their order. The alarm takes its time.
func playQuickly(t *testing.T, length, alarm time.Duration) (*rehearsal.Play, []string) {
	t.Helper()
	m := fixture.Manual(t, func(a *assembly.Assembly) {
		fixture.Find(t, a, fixture.AwayAlarm).Set("Period", 2)
	})
	for _, check := range m.Checks() {
		check.Interval = 3 * time.Second
	}
	p := rehearsal.DefaultParameters()
	p.AliasTTL, p.Length, p.AlarmMin, p.AlarmMax, p.OperatorAfter = 5*time.Second, length, alarm, alarm, 15*time.Second
	play := run(t, m, Options{Outage: rehearsal.Refused, Speed: speed, Seed: 1, Visitors: 4, Parameters: &p})
	var events []string
	for _, e := range play.Events {
		if !strings.HasSuffix(e.What, " to visitors") { // at the same times
			events = append(events, e.What)
		}
	}
	t.Logf("%v, in effect at speed %.0f", play.Events, play.Effective)
	if s := play.Sample; s.SwitchPut == rehearsal.Never || s.DetectHome < 0 || s.DetectHome == rehearsal.Never || s.DNSHome < 0 || s.Home < 0 || s.Home == rehearsal.Never {
		t.Errorf("put after %s; recovery detected after %s, DNS home after %s, home again after %s", rehearsal.Seconds(s.SwitchPut), rehearsal.Seconds(s.DetectHome), rehearsal.Seconds(s.DNSHome), rehearsal.Seconds(s.Home))
	}
	if last := play.Requests[len(play.Requests)-1]; last.By != "home" {
		t.Errorf("the last request was not served by home: %+v", last)
	}
	return play, events
}

// The switch is put before home is healed: home serves nobody until an operator
// removes it.
func TestPlayManualFailback(t *testing.T) {
	t.Parallel()
	play, events := playQuickly(t, 2*time.Minute, 15*time.Second)
	want := []string{"home refuses connections", "PRIMARY unhealthy", "DNS answers SECONDARY", "manual failback puts the switch",
		"home is healed", "an operator removes the switch", "PRIMARY healthy", "DNS answers PRIMARY"}
	if !slices.Equal(events, want) {
		t.Errorf("events: %q, want %q", events, want)
	}
	kept := 0
	for _, r := range play.Requests {
		if r.Sent < play.Healed || r.Sent >= play.Removed {
			continue
		}
		if kept++; r.By == "home" {
			t.Fatalf("home served before anybody removed the switch: %+v", r)
		}
	}
	if kept == 0 {
		t.Error("nobody came between the outage and the operator")
	}
}

// The outage is over before the switch is put: visitors go home, and away once
// more, which sets the alarm off again. The operator waits for that.
func TestPlayLateManualFailback(t *testing.T) {
	t.Parallel()
	_, events := playQuickly(t, 20*time.Second, 35*time.Second)
	want := []string{"home refuses connections", "PRIMARY unhealthy", "DNS answers SECONDARY", "home is healed", "PRIMARY healthy", "DNS answers PRIMARY",
		"manual failback puts the switch", "PRIMARY unhealthy", "DNS answers SECONDARY", "manual failback puts the switch", "an operator removes the switch", "PRIMARY healthy", "DNS answers PRIMARY"}
	if !slices.Equal(events, want) {
		t.Errorf("events: %q, want %q", events, want)
	}
}

// Without a health check on its record, nothing leads the visitors of a name
// away: they are lost to the end.
func TestPlayOnlyWhatTheTemplatesSay(t *testing.T) {
	t.Parallel()
	m := fixture.Site(t, "article", func(a *assembly.Assembly) {
		for _, group := range a.Resources("AWS::Route53::RecordSetGroup") {
			group.Delete("RecordSets.0.HealthCheckId")
		}
	})
	p := rehearsal.DefaultParameters()
	p.Length = 60 * time.Second
	play := run(t, m, Options{Outage: rehearsal.Refused, Speed: speed, Parameters: &p})
	for _, r := range play.Requests {
		if r.By == "standby" {
			t.Fatalf("the standby served a request, though no record has a health check: %+v", r)
		}
	}
	if play.Sample.LostReads == 0 || play.Sample.DNSMoved != rehearsal.Never {
		t.Errorf("%d reads lost, DNS moved after %s", play.Sample.LostReads, rehearsal.Seconds(play.Sample.DNSMoved))
	}
}

func TestPlayLeavesNothing(t *testing.T) {
	m := fixture.Site(t, "site")
	before := runtime.NumGoroutine()
	d, err := newDirector(t.Context(), m, Options{Outage: rehearsal.Dark, Speed: speed})
	if err != nil {
		t.Fatal(err)
	}
	addresses := map[string]string{d.stage.names.Address: "udp"}
	for _, address := range d.stage.network.ports {
		host, _, _ := net.SplitHostPort(address)
		if !net.ParseIP(host).IsLoopback() {
			t.Errorf("%s is not on the loopback interface", address)
		}
		addresses[address] = "tcp"
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Second/speed, func() { cancel(); d.stage.cancel() }) // in the middle of the outage
	if _, err := d.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	d.stage.close()
	for address, network := range addresses {
		if err := bind(network, address); err != nil {
			t.Errorf("%s %s is not free: %v", network, address, err)
		}
	}
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(20 * time.Millisecond)
	}
	if after := runtime.NumGoroutine(); after > before {
		stacks := make([]byte, 1<<16)
		t.Errorf("%s\n%d goroutines before, %d after: those above that are of a play", stacks[:runtime.Stack(stacks, true)], before, after)
	}
}

// http.Transport goes on dialing when nobody waits any longer, and the play's
// clock, which limits a dial into a black hole, stops with the stage.
func TestStageEndsDials(t *testing.T) {
	m := fixture.Site(t, "site")
	d, err := newDirector(t.Context(), m, Options{Speed: MinSpeed})
	if err != nil {
		t.Fatal(err)
	}
	s, origin := d.stage, m.Edge.Default().Route.Origins[0]
	v := s.newVisitor(0, 1, d.log)
	home, err := s.resolve(t.Context(), s.edge.resolver, origin, 0) // and keep it: the name server ends, too
	if err != nil {
		t.Fatal(err)
	}
	s.home().set(rehearsal.Silent)
	ended := make(chan string, 2)
	ask := func(who string, transport http.RoundTripper, host string) {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://"+host+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if response, err := transport.RoundTrip(request); err == nil {
				response.Body.Close()
				who += ", with an answer from a black hole"
			}
			ended <- who
		}()
	}
	ask("edge", s.edge.transports[origin], "origin:443")
	ask("visitor", v, netip.AddrPortFrom(home, 443).String())
	s.close()
	var got []string
	for range 2 {
		select {
		case who := <-ended:
			got = append(got, who)
		case <-time.After(10 * time.Second):
			t.Fatalf("only the dials of %q ended with the stage, want those of edge and visitor", got)
		}
	}
	if slices.Sort(got); !slices.Equal(got, []string{"edge", "visitor"}) {
		t.Errorf("ended: %q", got)
	}
}

func TestPlayRefusesNonsense(t *testing.T) {
	m := fixture.Site(t, "site")
	for _, speed := range []float64{0.5, 51} {
		if _, err := Run(t.Context(), m, Options{Speed: speed}); err == nil {
			t.Errorf("speed %g was accepted", speed)
		}
	}
	if _, err := rehearsal.ParseOutage("flood"); err == nil {
		t.Error("an unknown outage was accepted")
	}
}
