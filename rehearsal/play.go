package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// PlayOptions say what to play.
type PlayOptions struct {
	Outage     Outage      // default: Dark
	Speed      float64     // how many times faster than the clock on the wall; default 1
	Seed       uint64      // of phases and delays; real sockets add their own
	Visitors   int         // default 6
	Progress   io.Writer   // gets a line that is rewritten, if not nil
	Parameters *Parameters // default: DefaultParameters, with a Length of 130 s at most, and an operator after a minute
}

// A Play is what happened.
type Play struct {
	Outage    Outage
	Speed     float64
	Visitors  int
	Began     time.Duration // of the outage, since the play began
	Healed    time.Duration
	Removed   time.Duration // when an operator removed what manual failback had put; 0 if nobody had to
	Ended     time.Duration
	Events    []Event // in order
	Requests  []Request
	Sample    Sample  // the median over the visitors
	Effective float64 // the speed that this machine managed
}

// MinSpeed and MaxSpeed bound PlayOptions.Speed: beyond them, time-outs are
// shorter than what the machine needs.
const (
	MinSpeed = 1
	MaxSpeed = 50
)

// RunPlay lets an outage happen between real sockets on the loopback interface,
// and heals it. Nothing of it is left when it returns, also when the context
// ends, which is then the error.
func RunPlay(ctx context.Context, m *Model, options PlayOptions) (*Play, error) {
	d, err := newDirector(ctx, m, options)
	if err != nil {
		return nil, err
	}
	defer d.stage.close()
	return d.run()
}

// A director leads a play through its phases.
type director struct {
	options PlayOptions
	model   *Model
	stage   *stage
	log     *requestLog
	play    *Play
	phase   string
	moves   bool    // whether DNS is expected to move
	keeper  *keeper // nil if failback is automatic
	ctx     context.Context
}

func newDirector(ctx context.Context, m *Model, options PlayOptions) (*director, error) {
	options.Outage = cmp.Or(options.Outage, Dark)
	options.Speed = cmp.Or(options.Speed, 1)
	options.Visitors = cmp.Or(options.Visitors, 6)
	if options.Speed < MinSpeed || options.Speed > MaxSpeed {
		return nil, fmt.Errorf("speed %g is not between %d and %d", options.Speed, MinSpeed, MaxSpeed)
	}
	if options.Outage == BySwitch && m.Switch == nil {
		return nil, fmt.Errorf("the site has no failover switch: no PRIMARY record of %s depends on a health check of an object in a bucket", m.Hosts()[0])
	}
	p := DefaultParameters()
	p.Length, p.OperatorAfter = 130*time.Second, time.Minute
	if f := m.Failback; f != nil { // the outage is to outlast the alarm
		p.Length = atLeast(p.Length, Bound(m, p, Dark, WritesBack)) + time.Duration(f.Periods)*f.Period + p.AlarmMax
	}
	if options.Parameters != nil {
		p = *options.Parameters
	}
	c := startClock(options.Speed)
	stage, err := newStage(ctx, m, p, c, options.Seed)
	if err != nil {
		return nil, err
	}
	return &director{options: options, model: m, stage: stage, log: &requestLog{}, ctx: ctx,
		keeper: newKeeper(m, p, options.Seed),
		moves:  !Bound(m, p, options.Outage, DNSMoved).Never(),
		play:   &Play{Outage: options.Outage, Speed: options.Speed, Visitors: options.Visitors}}, nil
}

// calmLength is how long a play shows the site while all is well.
const calmLength = 8 * time.Second

func (d *director) run() (*Play, error) {
	visiting, leave := context.WithCancel(d.stage.ctx)
	defer leave()
	var visitors sync.WaitGroup
	defer visitors.Wait()
	defer leave()
	random := seeded(d.options.Seed, 1<<42)
	for number := range d.options.Visitors {
		v := d.stage.newVisitor(number, d.options.Seed, d.log)
		first := d.stage.clock.now() + between(random, 0, d.stage.p.Period)
		visitors.Go(func() { v.run(visiting, first) })
	}
	if err := d.phases(); err != nil {
		return nil, err
	}
	leave()
	visitors.Wait()
	d.play.Ended, d.play.Effective = d.stage.clock.now(), d.stage.clock.effective()
	d.finish()
	return d.play, nil
}

func (d *director) phases() error {
	c, p := d.stage.clock, d.stage.p
	// The outage begins at any moment of a visitor's second.
	calm := calmLength + between(seeded(d.options.Seed, 1<<43), 0, p.Period)
	if err := d.wait("all is well", calm, nil); err != nil {
		return err
	}
	d.play.Began = c.now()
	d.event(d.play.Began, d.options.Outage.Title())
	length := p.Length
	if !d.moves {
		length = min(length, time.Minute)
	}
	if err := d.wait("outage", length, d.settledAway); err != nil {
		return err
	}
	d.play.Healed = c.now()
	if d.keeper != nil && d.options.Outage == BySwitch {
		d.keeper.exists = false // whoever put the switch removes it, whoever put it since
	}
	d.set(d.play.Healed, fine, fine, false)
	d.event(d.play.Healed, map[bool]string{true: "the switch is removed", false: "home is healed"}[d.options.Outage == BySwitch])
	return d.comeHome()
}

// wait lets the play go on for a time, or until it is settled. In an outage, it
// brings about what the outage is.
func (d *director) wait(phase string, length time.Duration, settled func() bool) error {
	c := d.stage.clock
	d.phase = phase
	began := c.now()
	state, standby, exists := fine, fine, false
	for step := 0; ; step++ {
		after := c.now() - began
		if phase == "outage" {
			p := d.stage.p
			s, b, e := d.options.Outage.home(after, length, p), d.options.Outage.standby(after, length), d.options.Outage.switched(after, length)
			if s != state || b != standby || e != exists {
				state, standby, exists = s, b, e
				d.set(c.now(), s, b, e)
			}
		}
		d.keep()
		if step%10 == 0 {
			d.progress()
		}
		if after >= length || settled != nil && step%10 == 9 && settled() {
			return nil
		}
		if !c.sleep(d.stage.ctx, 100*time.Millisecond) {
			if err := d.ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("a server of the play stopped")
		}
	}
}

func (d *director) set(_ time.Duration, home, standby condition, exists bool) {
	d.stage.home().set(home)
	if d.stage.standby() != d.stage.home() {
		d.stage.standby().set(standby)
	}
	if d.stage.switched != nil {
		d.stage.switched.exists.Store(exists || d.keeper != nil && d.keeper.exists)
	}
}

// settledAway reports whether the outage has shown all it will: for five
// seconds, DNS has moved and every visitor reads and writes at the standby.
func (d *director) settledAway() bool {
	if !d.moves || d.options.Outage == Flapping || !d.keeps() {
		return false
	}
	return d.everybody(func(r Request) bool { return r.Good() && r.To == "standby" })
}

// settledHome reports whether home has served everybody for five seconds, and
// no older answer of DNS leads elsewhere.
func (d *director) settledHome() bool {
	now := d.stage.clock.now()
	if now-d.play.homeward() < 10*time.Second || d.keeper != nil && d.keeper.due != never {
		return false
	}
	for _, pair := range d.model.Pairs {
		if record := d.stage.route53.current(pair); record.Failover != "PRIMARY" {
			return false
		}
	}
	if d.moves && !d.stage.route53.cameHome(d.play.homeward()) {
		return false
	}
	return d.everybody(func(r Request) bool { return r.Good() && r.By == "home" })
}

// cameHome reports whether the PRIMARY record has been unhealthy and is healthy
// again since a moment, or never left.
func (r *route53) cameHome(since time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.status && (len(r.primary) == 0 || r.primary[len(r.primary)-1].At > since)
}

// everybody reports whether all requests of the last five seconds fulfil ok,
// and each visitor made some.
func (d *director) everybody(ok func(Request) bool) bool {
	since := d.stage.clock.now() - 5*time.Second
	seen := map[int]bool{}
	for _, r := range d.log.all() {
		if r.Sent < since {
			continue
		}
		if !ok(r) {
			return false
		}
		seen[r.Visitor] = true
	}
	return len(seen) == d.options.Visitors
}

func (d *director) event(at time.Duration, what string) {
	d.play.Events = append(d.play.Events, Event{at, what})
}

// progress rewrites the line that shows the phase, who serves, and the errors
// so far.
func (d *director) progress() {
	if d.options.Progress == nil {
		return
	}
	since := d.stage.clock.now() - 3*time.Second
	by, lost := map[string]int{}, 0
	for _, r := range d.log.all() {
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
	fmt.Fprintf(d.options.Progress, "\r%6.1f s  %-12s  served by %-8s  %d errors ", d.stage.clock.now().Seconds(), d.phase, serves, lost)
}

// finish gathers events and measures.
func (d *director) finish() {
	r := d.stage.route53
	r.mu.Lock()
	d.play.Events = append(d.play.Events, r.primary...)
	sample := nothing()
	if d.keeper != nil && d.keeper.put != never {
		sample.Put = d.keeper.put - d.play.Began
	}
	for _, pair := range d.model.Pairs {
		for _, answer := range r.answers[pair][1:] {
			if pair == d.model.Pairs[0] {
				d.event(answer.at, "DNS answers "+answer.record.Failover)
				keep(d.play, &sample.DNSMoved, &sample.DNSHome, answer.at, answer.record.Failover == "SECONDARY")
			}
		}
	}
	for _, event := range r.primary {
		keep(d.play, &sample.Detect, &sample.DetectHome, event.At, event.What == "PRIMARY unhealthy")
	}
	r.mu.Unlock()
	slices.SortStableFunc(d.play.Events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	d.play.Requests = d.log.all()
	slices.SortStableFunc(d.play.Requests, func(a, b Request) int { return cmp.Compare(a.Sent, b.Sent) })
	d.play.Sample = measure(d.play, sample)
	if d.options.Progress != nil {
		fmt.Fprintln(d.options.Progress)
	}
}

func keep(play *Play, away, home *time.Duration, at time.Duration, isAway bool) {
	switch {
	case isAway && at >= play.Began && *away == never:
		*away = at - play.Began
	case !isAway && *away != never && at >= play.homeward() && *home == never:
		*home = at - play.homeward()
	}
}

// measure takes the visitors' times, and keeps the median of each.
func measure(play *Play, sample Sample) Sample {
	reads, writes, home := make([]back, play.Visitors), make([]back, play.Visitors), make([]back, play.Visitors)
	for _, r := range play.Requests {
		switch {
		case r.Sent < play.Began:
		case r.Sent >= play.Healed:
			sample.LostComingHome += count(!r.Good())
			if r.Write && r.Sent >= play.homeward() {
				home[r.Visitor].note(r.Good() && r.By == "home", r.Sent+r.Took-play.homeward())
			}
		case r.Write:
			sample.LostWrites += count(!r.Good())
			writes[r.Visitor].note(r.Good(), r.Sent+r.Took-play.Began)
		default:
			sample.LostReads += count(!r.Good())
			reads[r.Visitor].note(r.Good(), r.Sent+r.Took-play.Began)
		}
	}
	sample.Reads, sample.Writes, sample.Home = median(reads), median(writes), median(home)
	return sample
}

func median(times []back) time.Duration {
	slices.SortFunc(times, func(a, b back) int { return cmp.Compare(a.done, b.done) })
	middle := times[len(times)/2]
	if !middle.set {
		return never
	}
	return middle.done
}
