package play

import (
	"context"
	_ "embed"
	"flag"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
	"twinsite/rehearsal/visit"

	"github.com/miekg/dns"
)

var withBrowser = flag.Bool("browser", false, "let Chromium visit plays, as root; make browser does")

//go:embed testdata/browser.html
var browserPage string

// TestBrowser lets a real browser visit two plays of a black hole. It shows that
// the play's visitors who keep connections do as browsers do.
func TestBrowser(t *testing.T) {
	if !*withBrowser {
		t.Skip("make browser runs it")
	}
	for _, command := range []string{"chromium", "ip"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Fatalf("install chromium and iproute2: %v", err)
		}
	}
	sites := map[string]func(*testing.T, *visited){"site": browseSite, "article": browseArticle}
	for name, check := range sites {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Getenv(sandboxVariable) == "" {
				runInSandbox(t)
				return
			}
			check(t, visitByBrowser(t, fixture.Site(t, name)))
		})
	}
}

// A visited is a play that browsers have visited.
type visited struct {
	*rehearsal.Play
	model *rehearsal.Model
	p     rehearsal.Parameters
	gates map[string]*gate // "edge", "home", "standby"

	early, late atomic.Pointer[browser] // opened before the outage, and when DNS had moved
}

// atHome reports whether home has answered the browsers' last requests.
func (v *visited) atHome() bool {
	for _, b := range []*browser{v.early.Load(), v.late.Load()} {
		if b == nil {
			return false
		}
		requests := b.all()
		if len(requests) < 3 {
			return false
		}
		for _, r := range requests[len(requests)-3:] {
			if !r.Good() || r.By != "home" {
				return false
			}
		}
	}
	return true
}

// keepAlive is the load balancers' in these plays: those of the templates, of
// 60 s, would make them minutes longer.
const keepAlive = 20 * time.Second

// visitByBrowser plays in the sandbox, at the speed of the browsers' timers.
func visitByBrowser(t *testing.T, m *rehearsal.Model) *visited {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeLimit)
	t.Cleanup(cancel)
	p := rehearsal.DefaultParameters()
	p.AliasTTL, p.Length = 10*time.Second, 75*time.Second
	m.Home.ClientKeepAlive, m.Standby.ClientKeepAlive = keepAlive, keepAlive
	patience := strconv.FormatInt(m.Patience(p).Milliseconds(), 10)
	if err := enterSandbox("192.0.2.1", "198.51.100.1", "203.0.113.1"); err != nil {
		t.Fatal(err)
	}
	v := &visited{model: m, gates: map[string]*gate{}}
	d, err := newDirector(ctx, m, Options{
		Outage: rehearsal.Dark, Seed: 1, Visitors: 4, Parameters: &p,
		page: strings.ReplaceAll(browserPage, "PATIENCE", patience), guests: v.atHome,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.stage.close)
	v.p = d.stage.p
	for _, network := range []string{"udp", "tcp"} {
		server := &dns.Server{Addr: "127.0.0.1:53", Net: network, Handler: d.stage.names}
		go func() { _ = server.ListenAndServe() }() // ends with the sandbox
	}
	for _, resource := range []string{m.Edge.Resource, m.Home.Resource, m.Standby.Resource} {
		address := d.stage.addresses[resource][0]
		if v.gates[d.stage.nameOf(address)], err = openGate(d.stage, netip.AddrPortFrom(address, 443)); err != nil {
			t.Fatal(err)
		}
	}
	v.early.Store(open(ctx, t, d, "early"))
	go func() {
		if d.awaitMove(ctx) {
			v.late.Store(open(ctx, t, d, "late"))
		}
	}()
	if v.Play, err = d.run(ctx); err != nil {
		t.Fatal(err)
	}
	if v.late.Load() == nil {
		t.Fatal("DNS never moved")
	}
	v.report(t)
	return v
}

func open(ctx context.Context, t *testing.T, d *director, profile string) *browser {
	t.Helper()
	b, err := openBrowser(ctx, d.stage, profile)
	if err != nil {
		t.Error(err)
		return &browser{}
	}
	t.Cleanup(func() {
		_ = b.process.Cancel()
		_ = b.process.Wait()
	})
	return b
}

func (v *visited) report(t *testing.T) {
	t.Helper()
	t.Logf("%v", v.Events)
	for name, b := range map[string]*browser{"before the outage": v.early.Load(), "when DNS had moved": v.late.Load()} {
		requests := b.all()
		if len(requests) < 10 || b.protocol != "h2" {
			t.Errorf("the browser opened %s posted %d times, by %q; errors %v; it said\n%s", name, len(requests), b.protocol, b.errors, strings.Join(b.log, "\n"))
		}
		t.Logf("a browser opened %s posted %d times: writes back after %s, home again after %s; errors %v", name, len(requests), v.back(b), v.home(b), b.errors)
	}
	t.Logf("visitors of the play who keep connections: writes back after %s, home again after %s",
		rehearsal.Seconds(v.Sample.WritesKept), rehearsal.Seconds(v.Sample.HomeKept))
	for _, name := range []string{"edge", "home", "standby"} {
		t.Logf("connections of the browsers to %s at %v", name, v.gates[name].between(0, v.Ended))
	}
}

// back is when writes worked for the browser in the outage, from then on.
func (v *visited) back(b *browser) rehearsal.Seconds {
	var recovery rehearsal.Recovery
	for _, r := range b.all() {
		if r.Sent >= v.Began && r.Sent < v.Healed && !visit.HealedIn(v.Play, r) {
			recovery.Note(r.Good(), r.Sent+r.Took-v.Began)
		}
	}
	return rehearsal.Seconds(recovery.At())
}

// home is when home served the browser after the outage, from then on.
func (v *visited) home(b *browser) rehearsal.Seconds {
	var recovery rehearsal.Recovery
	for _, r := range b.all() {
		if r.Sent >= v.Healed {
			recovery.Note(r.Good() && r.By == "home", r.Sent+r.Took-v.Healed)
		}
	}
	return rehearsal.Seconds(recovery.At())
}

// within fails the test if a time is longer than the model says.
func (v *visited) within(t *testing.T, what string, got rehearsal.Seconds, q rehearsal.Quantity) {
	t.Helper()
	if bound := rehearsal.Bound(v.model, v.p, rehearsal.Dark, q); got > bound {
		t.Errorf("%s after %s, want %s at most", what, got, bound)
	}
}

// A browser's writes move with the serving origin, over its connection to the
// edge: it needs no other.
func browseSite(t *testing.T, v *visited) {
	v.within(t, "writes back", v.back(v.early.Load()), rehearsal.WritesKept)
	v.within(t, "home again, of a browser from before the outage,", v.home(v.early.Load()), rehearsal.HomeKept)
	v.within(t, "home again, of a browser that came in the outage,", v.home(v.late.Load()), rehearsal.HomeKept)
	if came := v.gates["edge"].between(0, v.Ended); len(came) == 0 || came[0] > v.Began {
		t.Errorf("connections to the edge at %v, want one before the outage, at %s", came, v.Began)
	}
}

// A browser that holds a connection to the edge does not move while it lives, and
// one that has come to the standby stays until the load balancer ends the
// connection.
func browseArticle(t *testing.T, v *visited) {
	if at := v.back(v.early.Load()); !at.Never() {
		t.Errorf("the browser from before the outage wrote again after %s, want never", at)
	}
	byStandby := func(b *browser) (n int) {
		for _, r := range b.all() {
			n += count(r.By == "standby")
		}
		return n
	}
	if n := byStandby(v.early.Load()); n > 0 {
		t.Errorf("the standby answered the browser from before the outage %d times", n)
	}
	if n := byStandby(v.late.Load()); n == 0 {
		t.Error("the standby never answered the browser that came when DNS had moved")
	}
	if v.Sample.Writes == rehearsal.Never {
		t.Error("no visitor who follows DNS wrote again")
	}
	v.within(t, "home again, of a browser that came in the outage,", v.home(v.late.Load()), rehearsal.HomeKept)
}
