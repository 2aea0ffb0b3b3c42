package play

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// timeLimit ends a play that does not end by itself: on a machine that does much
// else, a play takes a minute.
const timeLimit = 4 * time.Minute

// All outages. What is asserted are facts, not times: those depend
// on the machine.
func TestPlayOutages(t *testing.T) {
	t.Parallel()
	m := fixture.Site(t, "site")
	for _, outage := range append(rehearsal.Outages(), rehearsal.BySwitch) {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			play := run(t, m, Options{Outage: outage, Speed: speed, Seed: 1})
			checkPlay(t, play)
			if play.Removed != 0 || play.Sample.SwitchPut != rehearsal.Never {
				t.Errorf("automatic failback had a switch put after %s and removed at %s", rehearsal.Seconds(play.Sample.SwitchPut), play.Removed)
			}
		})
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

func checkPlay(t *testing.T, play *rehearsal.Play) {
	t.Helper()
	t.Logf("%v, in effect at speed %.0f", play.Events, play.Effective)
	var byEdge, byDNS, lostReads, lostWrites, calm int
	for _, r := range play.Requests {
		switch {
		case r.Sent < play.Began:
			calm += count(r.Good() && r.By == "home")
		case r.Sent+r.Took < play.Healed && r.Good() && r.By == "standby":
			byEdge += count(r.To == "edge" && !r.Write)
			byDNS += count(r.To == "standby" && r.Write)
		case r.Sent < play.Healed && !r.Good():
			lostReads += count(!r.Write)
			lostWrites += count(r.Write)
		}
	}
	if calm == 0 {
		t.Error("home served nobody while all was well")
	}
	movesReads := play.Outage != rehearsal.BothDead && play.Outage != rehearsal.BySwitch && play.Outage != rehearsal.Slow
	if movesReads && byEdge == 0 {
		t.Error("no read was retried at the standby by the edge")
	}
	if moves := play.Outage != rehearsal.BothDead && play.Outage != rehearsal.Half && play.Outage != rehearsal.Flapping; moves && byDNS == 0 {
		t.Error("no visitor wrote at the standby, where DNS led")
	}
	if play.Outage == rehearsal.BothDead && byEdge+byDNS > 0 {
		t.Error("the dead standby served somebody")
	}
	if play.Outage != rehearsal.Slow && play.Outage != rehearsal.BySwitch && lostWrites == 0 {
		t.Error("no write was lost")
	}
	if last := play.Requests[len(play.Requests)-1]; !last.Good() {
		t.Errorf("the last request was lost: %+v", last)
	}
}

// playQuickly plays a site with manual failback and an outage of which
// everybody hears soon: it is about their order. The alarm takes its time.
func playQuickly(t *testing.T, length, alarm time.Duration) (*rehearsal.Play, []string) {
	t.Helper()
	m := fixture.Manual(t, func(a *assembly.Assembly) {
		fixture.Find(t, a, fixture.AwayAlarm).Set("Period", 2)
		for _, check := range a.Resources("AWS::Route53::HealthCheck") {
			if check.Has("HealthCheckConfig.RequestInterval") {
				check.Set("HealthCheckConfig.RequestInterval", 3)
			}
		}
	})
	p := rehearsal.DefaultParameters()
	p.AliasTTL, p.Length, p.AlarmMin, p.AlarmMax, p.OperatorAfter = 5*time.Second, length, alarm, alarm, 15*time.Second
	play := run(t, m, Options{Outage: rehearsal.Refused, Speed: speed, Seed: 1, Visitors: 2, Parameters: &p})
	var events []string
	for _, e := range play.Events {
		events = append(events, e.What)
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
	home, err := s.resolve(t.Context(), s.edge.resolver, origin.Domain, origin.Balancer) // and keep it: the name server ends, too
	if err != nil {
		t.Fatal(err)
	}
	s.home().set(rehearsal.Silent)
	ended := make(chan string, 2)
	ask := func(who string, transport *http.Transport, host string) {
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
	ask("visitor", v.transport, netip.AddrPortFrom(home, 443).String())
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
