// Package drill moves a deployed site to the standby on purpose, and home again, while
// visitors read and write: those of the rehearsal, so that what they measure can be held
// against what was predicted.
//
// What a drill has put, it removes: also after Ctrl-C, when a visitor breaks and when the
// network fails. If that fails too, its error has the command that does it.
package drill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// A Lever moves the site while it is put.
type Lever interface {
	// Put moves the site. It returns when it has begun to.
	Put(ctx context.Context) error

	// Remove lets the site come home. It is no error if nothing is put.
	Remove(ctx context.Context) error

	// State says whether it is put, and by a text of what: another text means that somebody
	// has put it again.
	State(ctx context.Context) (put bool, version string, err error)

	// What names it, as "the failover switch s3://bucket/failover-switch".
	What() string

	// Undo is the command line that removes it by hand; "" before anything is put.
	Undo() string
}

// A Drill is a drill to be run. Fields are required unless they say otherwise.
type Drill struct {
	Site  string // "ticketing"
	Model *rehearsal.Model

	// Parameters are those of the prediction, whose Period and Patience visitors keep.
	Parameters rehearsal.Parameters

	// World is the deployed site. Its NameOf and Broken are replaced.
	World *visit.World

	Lever  Lever
	Outage rehearsal.Outage // what the lever does: BySwitch, or Hang of a practice

	// Switch is the failover switch, which the site's own alarms may put: manual failback's,
	// and that on errors. It may be the lever itself. Default: nil, for sites without both.
	Switch Lever

	// Observe returns the last answers that a health check's checkers got. Default: nil, and
	// what depends on them is not measured.
	Observe func(ctx context.Context, check *rehearsal.HealthCheck) ([]rehearsal.Observation, error)

	Visitors int       // a multiple of four. Default: 4
	Seed     uint64    // of their phases
	Out      io.Writer // gets a line about each phase

	// Begun is called just before anything is put, with [Drill.Undo]; what it returns, when
	// all is removed. Default: nothing.
	Begun func(undo func() string) (ended func())

	log       *visit.Log
	watch     *watch
	play      *rehearsal.Play
	lengthsOf phases

	saying   sync.Mutex // Out is written by several goroutines
	mu       sync.Mutex
	inferred bool  // answers do not name their region
	broken   error // the first visitor's panic
	cancel   context.CancelCauseFunc
	notes    []string
	timing   timing
}

// phases are the lengths of a drill's phases.
type phases struct{ calm, away, home time.Duration }

// ErrUnchanged is the error of a drill that has changed nothing.
var ErrUnchanged = errors.New("nothing was changed")

// ErrLeft is the error of a drill that could not remove what it had put. Its text ends with
// the command that does.
var ErrLeft = errors.New("something is left")

// Run runs the drill and returns what it measured. An error that is ErrUnchanged means
// that nothing was put; with every other one, the drill has been broken off, and what was
// put is removed, unless the error says that this failed.
func (d *Drill) Run(ctx context.Context) (*rehearsal.Drill, error) {
	d.Visitors = cmp.Or(d.Visitors, 4)
	d.log, d.play = &visit.Log{}, &rehearsal.Play{Outage: d.Outage, Speed: 1, Visitors: d.Visitors, Effective: 1}
	d.lengthsOf = d.lengths()
	began := time.Now()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d.cancel = cancel
	d.watch = newWatch(d)
	if err := d.watch.learn(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrUnchanged)
	}
	var visiting sync.WaitGroup
	defer visiting.Wait()
	defer cancel(nil)
	d.visit(ctx, &visiting)
	d.watch.run(ctx, &visiting)
	if err := d.phases(ctx); err != nil {
		return nil, err
	}
	cancel(nil)
	visiting.Wait()
	d.play.Ended = d.World.Clock.Now()
	result := d.result()
	result.At = began
	return result, nil
}

// visit lets the visitors come.
func (d *Drill) visit(ctx context.Context, visiting *sync.WaitGroup) {
	w := *d.World
	w.Period, w.Patience = d.Parameters.Period, d.Model.Patience(d.Parameters)
	w.NameOf, w.Broken, w.Dial, w.By = d.watch.nameOf, d.breaks, d.timing.dial(d.World.Clock, d.World.Dial, d.watch.nameOf), d.by
	random := rehearsal.Random(d.Seed, 1<<42)
	for number := range d.Visitors {
		v := visit.New(&w, number, d.Seed, d.log)
		after := rehearsal.Between(random, 0, w.Period)
		visiting.Go(func() {
			defer v.Close()
			if v.Kind != visit.ComesLate || d.watch.awaitMove(ctx) {
				v.Run(ctx, w.Clock.Now()+after)
			}
		})
	}
}

// breaks ends the drill when a visitor broke.
func (d *Drill) breaks(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken == nil {
		d.broken = err
	}
	d.cancel(err)
}

// say writes a line with the time since the drill began.
func (d *Drill) say(format string, args ...any) {
	d.saying.Lock()
	defer d.saying.Unlock()
	if d.Out != nil {
		fmt.Fprintf(d.Out, "%6.1f s  %s\n", d.World.Clock.Now().Seconds(), fmt.Sprintf(format, args...))
	}
}

// phases runs the drill's phases. From the moment at which it puts something, it goes on
// to the removal whatever happens.
func (d *Drill) phases(ctx context.Context) error {
	if err := d.calm(ctx); err != nil {
		return fmt.Errorf("%w: %w", err, ErrUnchanged)
	}
	if d.Begun != nil {
		defer d.Begun(d.Undo)()
	}
	away := d.away(ctx)
	if away != nil {
		d.say("broken off: %v", away)
	}
	if err := d.remove(ctx); err != nil {
		return errors.Join(away, err)
	}
	if away != nil {
		d.say("%s is removed: visitors come home by themselves", d.Lever.What())
		return errors.Join(away, d.stillPut(context.WithoutCancel(ctx)))
	}
	return d.comeHome(ctx)
}

// away puts the lever and waits until the standby serves. It returns also when it
// panics: what is put has to be removed.
func (d *Drill) away(ctx context.Context) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the drill broke: %v", reason)
		}
	}()
	d.say("putting %s", d.Lever.What())
	if err := d.Lever.Put(ctx); err != nil {
		return fmt.Errorf("%s cannot be put: %w", d.Lever.What(), err)
	}
	d.watch.begin(d.World.Clock.Now())
	d.event(d.play.Began, d.Outage.Title())
	d.say("%s is put: the standby has to serve within %s", d.Lever.What(), seconds(d.lengthsOf.away))
	_, d.watch.put, _ = d.state(ctx, d.Lever) // failbackShown asks again if this is not answered
	settled, err := d.wait(ctx, d.lengthsOf.away, func() bool { return d.gone(ctx) || d.settledAway() && d.failbackShown(ctx) })
	switch {
	case err != nil:
		return err
	case !settled:
		d.remark("after %s, the standby did not serve everybody yet", seconds(d.lengthsOf.away))
	}
	return nil
}

// comeHome waits until home serves everybody. Manual failback may put the switch again.
func (d *Drill) comeHome(ctx context.Context) error {
	d.say("%s is removed: home has to serve within %s", d.Lever.What(), seconds(d.lengthsOf.home))
	asked := d.World.Clock.Now()
	settled, err := d.wait(ctx, d.lengthsOf.home, func() bool {
		if now := d.World.Clock.Now(); d.Switch != nil && now-asked > stateEvery {
			asked = now
			if put, _, err := d.state(ctx, d.Switch); err == nil && put {
				d.say("an alarm of the site has put the switch")
				if d.remove(ctx) == nil {
					d.watch.removed(d.World.Clock.Now())
				}
			}
		}
		return d.settledHome()
	})
	switch {
	case err != nil:
		return err
	case settled:
		d.say("home serves everybody")
	default:
		d.remark("after %s, home did not serve everybody yet", seconds(d.lengthsOf.home))
	}
	return d.stillPut(ctx)
}

// stillPut says by its error that the switch is put after all. Where nobody knows, it is
// a remark.
func (d *Drill) stillPut(ctx context.Context) error {
	for _, lever := range d.levers() {
		put, _, err := d.state(ctx, lever)
		if err != nil {
			d.remark("whether %s is gone is not known: %v", lever.What(), err)
		}
		if put {
			if err := d.remove(ctx); err != nil {
				return err
			}
			d.remark("%s was put again after the drill had removed it; it is removed once more", lever.What())
		}
	}
	return nil
}

// levers are what has to be gone at the end.
func (d *Drill) levers() []Lever {
	if d.Switch == nil || d.Switch == d.Lever {
		return []Lever{d.Lever}
	}
	return []Lever{d.Lever, d.Switch}
}

// Undo is what removes by hand whatever may be put: command lines. The site's own alarms
// may have put the switch beside the lever.
func (d *Drill) Undo() string {
	var all []string
	for _, lever := range d.levers() {
		all = append(all, lever.Undo())
	}
	return strings.Join(all, "; and: ")
}

const (
	removal  = 90 * time.Second // how long a drill tries to remove what it put
	attempt  = 20 * time.Second // how long one try may take
	stateMax = 10 * time.Second // how long a question about it may take

	stateEvery = 5 * time.Second // how often that is asked, in the visitors' time
)

// remove removes what was put, in a context of its own: Ctrl-C has ended the other. It
// tries again while the network fails. Its error has the command that does it by hand.
func (d *Drill) remove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removal)
	defer cancel()
	var failed []string
	for _, lever := range d.levers() {
		if err := d.tryRemoval(ctx, lever); err != nil {
			failed = append(failed, fmt.Sprintf("%s COULD NOT BE REMOVED (%v): remove it by: %s", lever.What(), err, lever.Undo()))
		}
	}
	if d.play.Healed == 0 {
		d.watch.heal(d.World.Clock.Now())
		d.event(d.play.Healed, map[bool]string{true: "the switch is removed", false: "home is healed"}[d.Outage == rehearsal.BySwitch])
	}
	if len(failed) > 0 {
		return fmt.Errorf("%w: %s", ErrLeft, strings.Join(failed, "; "))
	}
	return nil
}

// tryRemoval removes one lever, again and again until the context ends.
func (d *Drill) tryRemoval(ctx context.Context, lever Lever) error {
	for pause := time.Second; ; pause *= 2 {
		limited, cancel := context.WithTimeout(ctx, attempt)
		err := guarded(func() error { return lever.Remove(limited) })
		cancel()
		if err == nil {
			return nil
		}
		if deadline, _ := ctx.Deadline(); errors.Is(err, ErrFinal) || time.Until(deadline) < pause {
			return err
		}
		d.say("%s cannot be removed yet: %v; once more in %s", lever.What(), err, pause)
		time.Sleep(pause)
	}
}

// ErrFinal is what an error of a lever is that no further attempt would mend.
var ErrFinal = errors.New("refused")

// guarded makes a panic an error.
func guarded(do func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("it broke: %v", reason)
		}
	}()
	return do()
}

// state asks for a lever's state, not for long.
func (d *Drill) state(ctx context.Context, lever Lever) (put bool, version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, stateMax)
	defer cancel()
	return lever.State(ctx)
}

// wait waits until something is settled, or for so long. Its error is that the drill is
// broken off.
func (d *Drill) wait(ctx context.Context, length time.Duration, settled func() bool) (bool, error) {
	c := d.World.Clock
	for until := c.Now() + length; c.Now() < until; {
		if settled() {
			return true, nil
		}
		if !c.Sleep(ctx, 500*time.Millisecond) {
			break
		}
	}
	return false, d.endOf(ctx)
}

// endOf is why a context has ended; nil if it has not.
func (d *Drill) endOf(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken != nil {
		return fmt.Errorf("a visitor broke: %w", d.broken)
	}
	return ctx.Err()
}

func (d *Drill) event(at time.Duration, what string) {
	d.watch.mu.Lock()
	defer d.watch.mu.Unlock()
	d.play.Events = append(d.play.Events, rehearsal.Event{At: at, What: what})
}

func (d *Drill) remark(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
	d.say(format, args...)
}

func seconds(d time.Duration) rehearsal.Seconds { return rehearsal.Seconds(d.Round(time.Second)) }
