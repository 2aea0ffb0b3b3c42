package drill_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"twinsite/account/drill"
	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/rehearsal/play"
)

const speed = 20

// A lever puts an outage of a played site.
type lever struct {
	site   *play.Site
	outage rehearsal.Outage

	mu      sync.Mutex
	put     int // so many times
	removed int
	on      bool
	onPut   func(ctx context.Context) error // before it is put
	refuse  int                             // so many removals fail
	final   bool                            // and no further one would help
	undo    string
}

func (l *lever) Put(ctx context.Context) error {
	if l.onPut != nil {
		if err := l.onPut(ctx); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put, l.on = l.put+1, true
	l.site.Strike(l.outage, true)
	return nil
}

func (l *lever) Remove(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.refuse > 0 {
		l.refuse--
		if l.final {
			return fmt.Errorf("AccessDenied: %w", drill.ErrFinal)
		}
		return errors.New("no route to host")
	}
	l.removed, l.on = l.removed+1, false
	l.site.Strike(l.outage, false)
	return nil
}

func (l *lever) State(context.Context) (bool, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on, fmt.Sprint(l.put), nil
}

func (l *lever) What() string { return "the lever" }
func (l *lever) Undo() string { return cmp.Or(l.undo, "remove the lever") }

// model is the default site's, of which everybody hears soon.
func model(t *testing.T) *rehearsal.Model {
	t.Helper()
	a, err := assembly.Load("../../testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	m.Failback = nil
	for _, check := range m.Checks() {
		check.Interval = 4 * time.Second
	}
	m.Home.ClientKeepAlive, m.Standby.ClientKeepAlive = 8*time.Second, 8*time.Second
	return m
}

func parameters() rehearsal.Parameters {
	p := rehearsal.DefaultParameters()
	p.AliasTTL = 10 * time.Second
	return p
}

// A stage is a drill of a played site.
type stage struct {
	*drill.Drill
	lever *lever
	out   *bytes.Buffer
}

// open makes a drill by the switch, of a site whose parameters may be others than those
// predicted.
func open(t *testing.T, mutate ...func(*rehearsal.Parameters)) *stage {
	t.Helper()
	m, p := model(t), parameters()
	played := p
	for _, m := range mutate {
		m(&played)
	}
	site, err := play.Open(t.Context(), m, play.Options{Speed: speed, Seed: 1, Visitors: 4, Parameters: &played})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(site.Close)
	s := &stage{lever: &lever{site: site, outage: rehearsal.BySwitch}, out: &bytes.Buffer{}}
	s.Drill = &drill.Drill{
		Site: "ticketing", Model: m, Parameters: p, World: site.World(), Lever: s.lever, Outage: rehearsal.BySwitch, Seed: 1, Out: s.out,
		Observe: func(_ context.Context, check *rehearsal.HealthCheck) ([]rehearsal.Observation, error) {
			return site.Observations(check), nil
		},
	}
	return s
}

func run(t *testing.T, s *stage) *rehearsal.Drill {
	t.Helper()
	result, err := s.Run(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, s.out)
	}
	t.Logf("%s%+v", s.out, result.Play.Events)
	for _, q := range rehearsal.Quantities() {
		t.Logf("%s: %s", q, q.Of(result.Play.Sample))
	}
	for _, u := range result.Unknowns {
		t.Logf("%+v", u)
	}
	return result
}

// unknown is the one whose name begins so.
func unknown(t *testing.T, d *rehearsal.Drill, name string) rehearsal.Unknown {
	t.Helper()
	for _, u := range d.Unknowns {
		if strings.HasPrefix(u.Name, name) {
			return u
		}
	}
	t.Fatalf("nothing is said of %q", name)
	return rehearsal.Unknown{}
}

func TestDrill(t *testing.T) {
	t.Parallel()
	s := open(t)
	d := run(t, s)
	for _, q := range rehearsal.Quantities() {
		if got, ok := d.Measured[q]; !ok || got.Never() {
			t.Errorf("%s: got %s, %t, want a time", q, got, ok)
		}
	}
	if len(d.Unmeasured) > 0 || len(d.Remarks) > 0 {
		t.Errorf("unmeasured: %v; remarks: %v", d.Unmeasured, d.Remarks)
	}
	for _, name := range []string{"spreading", "TTL of visitors' own names", "TTL of origin.ticketing.pw", "TTL at the edge", "connections that the edge holds", "POST beside"} {
		if u := unknown(t, d, name); !u.Settled || u.Differs || u.Measured == "" {
			t.Errorf("%+v, want it settled, as assumed", u)
		}
	}
	if u := unknown(t, d, "first reads"); u.Settled || u.Why == "" {
		t.Errorf("%+v, want it open", u)
	}
	if s.lever.put != 1 || s.lever.on {
		t.Errorf("put %d times, still on: %t", s.lever.put, s.lever.on)
	}
	if d.Parameters.Checkers == nil || *d.Parameters.Checkers != 16 || d.Parameters.AliasTTL == nil || time.Duration(*d.Parameters.AliasTTL) != 10*time.Second {
		t.Errorf("parameters: %+v", d.Parameters)
	}
}

// A site that is otherwise than predicted is named: the name that the edge keeps, and the
// TTL of visitors' names.
func TestDrillNamesWhatDiffers(t *testing.T) {
	t.Parallel()
	d := run(t, open(t, func(p *rehearsal.Parameters) { p.EdgeTTL, p.AliasTTL = time.Minute, 20*time.Second }))
	if u := unknown(t, d, "TTL at the edge"); !u.Settled || !u.Differs || !strings.Contains(u.Measured, "or more, not 10s") {
		t.Errorf("an edge that keeps names for a minute: %+v", u)
	}
	if u := unknown(t, d, "connections that the edge holds"); u.Settled {
		t.Errorf("what cannot be told apart is settled: %+v", u)
	}
	if u := unknown(t, d, "TTL of visitors' own names"); !u.Differs || u.Measured != "20s" {
		t.Errorf("another TTL: %+v", u)
	}
	if d.Parameters.EdgeTTL == nil || time.Duration(*d.Parameters.EdgeTTL) < 15*time.Second {
		t.Errorf("parameters: %+v", d.Parameters)
	}
}

// In a practice, home's load balancer answers nothing: reads are retried, writes lost.
func TestDrillByPractice(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Outage, s.lever.outage = rehearsal.Hang, rehearsal.Hang
	d := run(t, s)
	if d.Lost["writes"] == 0 || d.Measured[rehearsal.WritesBack].Never() || d.Measured[rehearsal.HomeAgain].Never() {
		t.Errorf("lost %v, measured %v", d.Lost, d.Measured)
	}
	if u := unknown(t, d, "TTL at the edge"); !u.Settled || u.Differs {
		t.Errorf("%+v", u)
	}
}

// Without a path to write to, and without checkers, the rest is measured, and said so.
func TestDrillReadsOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.World.Write = ""
	s.World.By = func(*http.Response, []byte, string) string { return "" }
	s.Observe = func(context.Context, *rehearsal.HealthCheck) ([]rehearsal.Observation, error) {
		return nil, errors.New("not allowed to ask: needs route53:GetHealthCheckStatus")
	}
	d := run(t, s)
	if len(d.Measured) != 5 || !strings.Contains(d.Unmeasured[rehearsal.WritesBack], "-write") || !strings.Contains(d.Unmeasured[rehearsal.Detect], "route53:GetHealthCheckStatus") {
		t.Errorf("measured %v, unmeasured %v", d.Measured, d.Unmeasured)
	}
	if d.Measured[rehearsal.HomeAgain].Never() || d.Measured[rehearsal.DNSMoved].Never() {
		t.Errorf("measured %v", d.Measured)
	}
	for _, name := range []string{"spreading", "TTL at the edge", "POST beside"} {
		if u := unknown(t, d, name); u.Settled || u.Why == "" {
			t.Errorf("%+v, want it open, and why", u)
		}
	}
}

// Whatever breaks a drill off, the lever is removed.
func TestDrillRemoves(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		breaks func(s *stage, cancel context.CancelFunc)
		want   string // in the error
		after  string // in what it prints
	}{
		{"Ctrl-C", func(s *stage, cancel context.CancelFunc) {
			s.lever.onPut = func(context.Context) error { time.AfterFunc(100*time.Millisecond, cancel); return nil }
		}, "context canceled", "the lever is removed"},
		{"Ctrl-C while it is put", func(s *stage, cancel context.CancelFunc) {
			s.lever.onPut = func(context.Context) error {
				cancel()
				s.lever.on = true
				return context.Canceled
			}
		}, "the lever cannot be put", "the lever is removed"},
		{"a visitor panics", func(s *stage, _ context.CancelFunc) {
			by, put := s.World.By, false
			s.lever.onPut = func(context.Context) error { put = true; return nil }
			s.World.By = func(r *http.Response, body []byte, to string) string {
				if put {
					panic("no such seat")
				}
				return by(r, body, to)
			}
		}, "a visitor broke: visitor", "the lever is removed"},
		{"connecting panics", func(s *stage, _ context.CancelFunc) {
			dial, put := s.World.Dial, false
			s.lever.onPut = func(context.Context) error { put = true; return nil }
			s.World.Dial = func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
				if put {
					panic("no such network")
				}
				return dial(ctx, to)
			}
		}, "a visitor broke: visitor", "the lever is removed"},
		{"putting panics", func(s *stage, _ context.CancelFunc) {
			s.lever.onPut = func(context.Context) error { panic("no such lever") }
		}, "the drill broke: no such lever", "the lever is removed"},
		{"the network fails for a while", func(s *stage, cancel context.CancelFunc) {
			s.lever.onPut = func(context.Context) error { time.AfterFunc(100*time.Millisecond, cancel); return nil }
			s.lever.refuse = 1
		}, "context canceled", "cannot be removed yet: no route to host"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			test.breaks(s, cancel)
			_, err := s.Run(ctx)
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, drill.ErrUnchanged) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if s.lever.on || s.lever.removed == 0 {
				t.Errorf("the lever is on: %t, removed %d times", s.lever.on, s.lever.removed)
			}
			if !strings.Contains(s.out.String(), test.after) {
				t.Errorf("printed\n%swant %q", s.out, test.after)
			}
		})
	}
}

// A removal that fails is said, with the command that does it. Who leaves the drill behind
// while it removes is told what undoes the switch too, which an alarm of the site may have
// put.
func TestDrillSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.lever.onPut = func(context.Context) error { cancel(); return nil }
	s.lever.refuse, s.lever.final = 99, true
	s.Switch = &lever{site: s.lever.site, outage: rehearsal.BySwitch, undo: "remove the switch"}
	undone, ended := "", false
	s.Begun = func(undo func() string) func() {
		undone = undo()
		return func() { ended = true }
	}
	_, err := s.Run(ctx)
	if undone != "remove the lever; and: remove the switch" || !ended {
		t.Errorf("undone by %q, ended: %t", undone, ended)
	}
	if s.Switch = s.Lever; s.Undo() != "remove the lever" {
		t.Errorf("a lever that is the switch is undone by %q", s.Undo())
	}
	if err == nil || !strings.Contains(err.Error(), "the lever COULD NOT BE REMOVED (AccessDenied: refused): remove it by: remove the lever") || !errors.Is(err, context.Canceled) || !errors.Is(err, drill.ErrLeft) {
		t.Errorf("got %v", err)
	}
}

// A site that is not well is left alone.
func TestDrillLeavesAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		breaks func(s *stage)
		want   string
	}{
		{"home is down", func(s *stage) { s.lever.site.Strike(rehearsal.Error503, true) }, "DNS leads to the standby already"},
		{"POST is refused", func(s *stage) { s.World.Write = s.Model.Edge.Behaviors[0].Pattern }, "give by -write a path"},
		{"nobody answers", func(s *stage) {
			s.World.Dial = func(context.Context, netip.AddrPort) (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
		}, "no answer"},
		{"no name leads to the standby", func(s *stage) { s.Model.Names = nil }, "no name of the zone leads to the standby"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			test.breaks(s)
			_, err := s.Run(t.Context())
			if !errors.Is(err, drill.ErrUnchanged) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if s.lever.put > 0 {
				t.Error("the lever was put")
			}
		})
	}
}

// Who removes the lever meanwhile is noticed.
func TestDrillEndsEarly(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.lever.onPut = func(ctx context.Context) error {
		time.AfterFunc(time.Second/speed*3, func() { _ = s.lever.Remove(ctx) })
		return nil
	}
	if d := run(t, s); len(d.Remarks) == 0 || !strings.Contains(d.Remarks[0], "removed by somebody else") {
		t.Errorf("remarks: %q", d.Remarks)
	}
}
