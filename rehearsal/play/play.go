// Package play lets an outage of a site happen between real sockets on the
// loopback interface: name server, web tiers, distributions, health checkers and
// visitors, on a clock that runs faster than the wall's.
package play

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// Options say what to play.
type Options struct {
	Outage     rehearsal.Outage      // default: rehearsal.Dark
	Speed      float64               // how many times faster than the clock on the wall; default 1
	Seed       uint64                // of phases and delays; real sockets add their own
	Visitors   int                   // default 8: half of them follow DNS, a quarter keeps connections, a quarter comes during the outage and keeps connections
	Progress   io.Writer             // gets a line that is rewritten, if not nil
	Parameters *rehearsal.Parameters // default: DefaultParameters, with a Length of 130 s or what the health check needs, 5 min at full load, and an operator after a minute

	page   string      // what web servers answer, HTML; default "hello"
	guests func() bool // whether home serves visitors whom the play did not make; nil: there are none
}

// MinSpeed and MaxSpeed bound Options.Speed: beyond them, time-outs are
// shorter than what the machine needs.
const (
	MinSpeed = 1
	MaxSpeed = 50
)

// Run lets an outage happen between real sockets on the loopback interface,
// and heals it. Nothing of it is left when it returns, also when the context
// ends, which is then the error.
func Run(ctx context.Context, m *rehearsal.Model, options Options) (*rehearsal.Play, error) {
	d, err := newDirector(ctx, m, options)
	if err != nil {
		return nil, err
	}
	defer d.stage.close()
	return d.run(ctx)
}

// A director runs the phases of a play.
type director struct {
	options  Options
	model    *rehearsal.Model
	stage    *stage
	log      *visit.Log
	play     *rehearsal.Play
	phase    string
	moves    bool            // whether DNS is expected to move
	stuck    bool            // whether visitors who keep connections stay with the edge, and the edge at home
	moved    chan struct{}   // closed when DNS has moved, or home is healed
	failback *manualFailback // nil if failback is automatic
}

func newDirector(ctx context.Context, m *rehearsal.Model, options Options) (*director, error) {
	options.Outage = cmp.Or(options.Outage, rehearsal.Dark)
	options.Speed = cmp.Or(options.Speed, 1)
	options.Visitors = cmp.Or(options.Visitors, 8)
	if options.Speed < MinSpeed || options.Speed > MaxSpeed {
		return nil, fmt.Errorf("speed %g is not between %d and %d", options.Speed, MinSpeed, MaxSpeed)
	}
	if options.Outage == rehearsal.BySwitch && m.Switch == nil {
		return nil, fmt.Errorf("the site has no failover switch: no PRIMARY record of %s depends on a health check of an object in a bucket", m.Hosts()[0])
	}
	p := Parameters(m, options.Outage, rehearsal.DefaultParameters())
	byErrors := options.Outage == rehearsal.Errors && m.ErrorRate != nil
	if options.Parameters != nil {
		p = *options.Parameters
	}
	p.Patience = m.Patience(p)
	c, err := startClock(options.Speed)
	if err != nil {
		return nil, err
	}
	stage, err := newStage(ctx, m, p, c, options)
	if err != nil {
		return nil, err
	}
	return &director{options: options, model: m, stage: stage, log: &visit.Log{},
		failback: newManualFailback(m, p, options.Seed),
		moves:    byErrors || !rehearsal.Bound(m, p, options.Outage, rehearsal.DNSMoved).Never(),
		stuck:    rehearsal.Bound(m, p, options.Outage, rehearsal.WritesKept).Never(),
		moved:    make(chan struct{}),
		play:     &rehearsal.Play{Outage: options.Outage, Speed: options.Speed, Visitors: options.Visitors}}, nil
}

// Parameters are those of a play of a site: as the prediction's, but for the lengths,
// which somebody waits for.
func Parameters(m *rehearsal.Model, outage rehearsal.Outage, p rehearsal.Parameters) rehearsal.Parameters {
	// The outage must last longer than a slow health check needs to find it, ...
	p.Length, p.OperatorAfter = atLeast(130*time.Second, rehearsal.Bound(m, p, rehearsal.Dark, rehearsal.WritesBack)), time.Minute
	if f := m.Failback; f != nil { // ... and than the alarm of manual failback
		p.Length += time.Duration(f.Periods)*f.Period + p.AlarmMax
	}
	if outage == rehearsal.FullLoad {
		p.Length = fullLoadLength
	}
	if outage == rehearsal.Errors && m.ErrorRate != nil {
		p.Length += time.Duration(m.ErrorRate.Periods+1)*m.ErrorRate.Period + p.EdgeMetricMax
	}
	return p
}

// calmLength is how long a play shows the site before the outage.
const calmLength = 8 * time.Second

func (d *director) run(ctx context.Context) (*rehearsal.Play, error) { //nolint:contextcheck // the stage's context is made of ctx, and ends too when a server stops
	visiting, leave := context.WithCancel(d.stage.ctx)
	defer leave()
	var visitors sync.WaitGroup
	defer visitors.Wait()
	defer leave()
	random := rehearsal.Random(d.options.Seed, 1<<42)
	for number := range d.options.Visitors {
		v := d.stage.newVisitor(number, d.options.Seed, d.log)
		after := rehearsal.Between(random, 0, d.stage.p.Period)
		visitors.Go(func() {
			if v.Kind != visit.ComesLate || d.awaitMove(visiting) {
				v.Run(visiting, d.stage.clock.Now()+after)
			}
		})
	}
	if err := d.phases(ctx); err != nil {
		return nil, err
	}
	leave()
	visitors.Wait()
	d.play.Ended, d.play.Effective = d.stage.clock.Now(), d.stage.clock.effective()
	d.finish()
	return d.play, nil
}

// awaitMove waits until DNS has moved or home is healed; false if the context ends.
func (d *director) awaitMove(ctx context.Context) bool {
	select {
	case <-d.moved:
		return true
	case <-ctx.Done():
		return false
	}
}

func (d *director) phases(ctx context.Context) error {
	c, p := d.stage.clock, d.stage.p
	// The outage begins at any moment of a visitor's second.
	calm := calmLength + rehearsal.Between(rehearsal.Random(d.options.Seed, 1<<43), 0, p.Period)
	if err := d.wait(ctx, phase{name: "all is well", length: calm}); err != nil {
		return err
	}
	d.play.Began = c.Now()
	d.stage.struck.Store(int64(d.play.Began))
	d.event(d.play.Began, d.options.Outage.Title())
	length := p.Length
	if !d.moves {
		length = min(length, time.Minute)
	}
	if err := d.wait(ctx, phase{name: "outage", length: length, settled: d.settledAway, each: d.strike(length)}); err != nil {
		return err
	}
	d.play.Healed = c.Now()
	if d.failback != nil && d.options.Outage == rehearsal.BySwitch {
		d.failback.exists = false // the operator deletes the switch, also if the state machine wrote it again
	}
	d.set(rehearsal.Fine, rehearsal.Fine, false)
	d.event(d.play.Healed, map[bool]string{true: "the switch is removed", false: "home is healed"}[d.options.Outage == rehearsal.BySwitch])
	return d.comeHome(ctx)
}

// A phase of a play goes on for a time, or until it is settled.
type phase struct {
	name    string
	length  time.Duration
	settled func() bool               // nil: for the whole time
	each    func(after time.Duration) // called at each step, if not nil
}

// wait lets a phase of the play pass.
func (d *director) wait(ctx context.Context, p phase) error {
	c := d.stage.clock
	d.phase = p.name
	began := c.Now()
	for step := 0; ; step++ {
		after := c.Now() - began
		if p.each != nil {
			p.each(after)
		}
		d.stepFailback()
		d.letIn()
		if step%10 == 0 {
			d.progress()
		}
		if after >= p.length || p.settled != nil && step%10 == 9 && p.settled() {
			return nil
		}
		if !c.Sleep(d.stage.ctx, 100*time.Millisecond) { //nolint:contextcheck // the stage's context is made of ctx, and ends too when a server stops
			if err := ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("a server of the play stopped")
		}
	}
}

// letIn lets late visitors come when DNS has moved, or home is healed.
func (d *director) letIn() {
	select {
	case <-d.moved:
	default:
		if d.play.Healed > 0 || d.stage.route53.current(d.model.Leading()).Failover == "SECONDARY" {
			close(d.moved)
		}
	}
}

// strike returns a function that, at each step of the play, puts both load
// balancers into the condition that the outage gives them by then.
func (d *director) strike(length time.Duration) func(after time.Duration) {
	type state struct {
		home, standby rehearsal.Condition
		exists        bool
	}
	var last state
	return func(after time.Duration) {
		o := d.options.Outage
		now := state{o.Home(after, length, d.stage.p), o.Standby(after, length), o.SwitchExists(after, length)}
		if now != last {
			last = now
			d.set(now.home, now.standby, now.exists)
		}
	}
}

func (d *director) set(home, standby rehearsal.Condition, exists bool) {
	d.stage.home().set(home)
	if d.stage.standby() != d.stage.home() {
		d.stage.standby().set(standby)
	}
	if d.stage.switched != nil {
		d.stage.switched.exists.Store(exists || d.failback != nil && d.failback.exists)
	}
}

// settledAway reports whether nothing more will change in this outage: DNS has
// moved, and for five seconds every visitor has read and written at the standby,
// those who follow DNS where it leads. Visitors who keep a connection that never
// gets there are not waited for.
func (d *director) settledAway() bool {
	if !d.moves || d.options.Outage == rehearsal.Flapping || !d.failbackShown() {
		return false
	}
	leads := "edge"
	if front := d.stage.route53.current(d.model.Pairs[0]); front.Failover == "SECONDARY" {
		leads = "standby"
	}
	moving := func(k visit.Kind) bool { return k != visit.Keeps || !d.stuck }
	return d.everybody(moving, func(r rehearsal.Request) bool {
		return r.Good() && r.By == "standby" && (r.Kept || r.To == leads)
	})
}

// settledHome reports whether home has served everybody for five seconds, and
// no older answer of DNS leads elsewhere.
func (d *director) settledHome() bool {
	now := d.stage.clock.Now()
	if now-d.play.FailbackFrom() < 10*time.Second || d.failback != nil && d.failback.pending() {
		return false
	}
	for _, pair := range d.model.AllPairs() {
		if record := d.stage.route53.current(pair); record.Failover != "PRIMARY" {
			return false
		}
	}
	if d.moves && !d.stage.route53.cameHome(d.play.FailbackFrom()) {
		return false
	}
	if d.options.guests != nil && !d.options.guests() {
		return false
	}
	every := func(visit.Kind) bool { return true }
	return d.everybody(every, func(r rehearsal.Request) bool { return r.Good() && r.By == "home" })
}

// cameHome reports whether the PRIMARY record has been unhealthy and is healthy
// again since a moment, or never left.
func (r *route53) cameHome(since time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status && (len(r.primary) == 0 || r.primary[len(r.primary)-1].At > since)
}

// everybody reports whether all requests of the last five seconds fulfil ok, and
// each visitor of the kinds that count has an answer to a read and to a write.
func (d *director) everybody(counts func(visit.Kind) bool, ok func(rehearsal.Request) bool) bool {
	return d.log.Everybody(d.stage.clock.Now()-5*time.Second, d.options.Visitors, true, counts, ok)
}

func (d *director) event(at time.Duration, what string) {
	d.play.Events = append(d.play.Events, rehearsal.Event{At: at, What: what})
}

// progress rewrites the line that shows the phase, who serves, and the errors
// so far.
func (d *director) progress() {
	if d.options.Progress == nil {
		return
	}
	since := d.stage.clock.Now() - 3*time.Second
	by, lost := map[string]int{}, 0
	for _, r := range d.log.All() {
		if !r.Good() {
			lost++
		}
		if r.Sent >= since {
			by[cmp.Or(r.By, "nobody")]++
		}
	}
	serves := "nobody"
	for _, who := range []string{"home", "standby", "nobody"} {
		if by[who] > by[serves] {
			serves = who
		}
	}
	fmt.Fprintf(d.options.Progress, "\r%6.1f s  %-12s  served by %-8s  %d errors ", d.stage.clock.Now().Seconds(), d.phase, serves, lost)
}
