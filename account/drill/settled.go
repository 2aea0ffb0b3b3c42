package drill

import (
	"context"
	"fmt"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

const (
	calmLength = 8 * time.Second  // how long visitors come before anything is put, at least
	calmMost   = 40 * time.Second // and at most
	spare      = 2 * time.Minute  // beyond the worst case, so that something slower is measured too

	// repair is what Auto Scaling may take to replace the servers that a practice cost:
	// docs/operations.md, "Practise a failover".
	repair = 20 * time.Minute

	// practised is when a practice is ended, before it ends by itself after ten minutes.
	practised = 9*time.Minute + 30*time.Second
)

// lengths are how long the phases last at most, from the prediction's worst cases.
func (d *Drill) lengths() phases {
	worst := func(quantities ...rehearsal.Quantity) time.Duration {
		longest := time.Minute
		for _, q := range quantities {
			if bound := rehearsal.Bound(d.Model, d.Parameters, d.Outage, q); !bound.Never() {
				longest = max(longest, time.Duration(bound))
			}
		}
		return longest + spare
	}
	// By the switch, visitors are served all the time: what takes long is DNS.
	moved := rehearsal.Bound(d.Model, d.Parameters, d.Outage, rehearsal.DNSMoved)
	p := phases{calm: calmMost, away: worst(rehearsal.WritesBack, rehearsal.WritesKept), home: worst(rehearsal.HomeAgain, rehearsal.HomeKept)}
	if !moved.Never() {
		p.away = max(p.away, time.Duration(moved)+d.Parameters.AliasTTL+spare)
	}
	if f := d.Model.Failback; f != nil {
		p.away += time.Duration(f.Periods)*f.Period + d.Parameters.AlarmMax
	}
	if d.Outage != rehearsal.BySwitch {
		p.away, p.home = min(p.away, practised), p.home+repair
	}
	return p
}

// Longest is how long the drill takes at most, without the removal of what it put.
func (d *Drill) Longest() time.Duration {
	p := d.lengths()
	return p.calm + p.away + p.home
}

// window is how long all must have been well: every visitor has an answer in it.
func (d *Drill) window() time.Duration {
	return max(5*time.Second, 5*d.Parameters.Period/2)
}

func (d *Drill) everybody(counts func(visit.Kind) bool, ok func(rehearsal.Request) bool) bool {
	return d.log.Everybody(d.World.Clock.Now()-d.window(), d.Visitors, d.World.Write != "", counts, ok)
}

// calm lets visitors come until home has served all of them for a while. Its error says
// why the site cannot be drilled.
func (d *Drill) calm(ctx context.Context) error {
	what := "read " + d.World.Read
	if d.World.Write != "" {
		what += " and write (POST " + d.World.Write + ")"
	}
	d.say("%d visitors %s: home has to serve all of them first", d.Visitors*3/4, what)
	from := d.World.Clock.Now()
	early := func(k visit.Kind) bool { return k != visit.ComesLate }
	settled, err := d.wait(ctx, calmMost, func() bool {
		return d.World.Clock.Now()-from >= calmLength && d.everybody(early, func(r rehearsal.Request) bool { return r.Good() && r.By == "home" })
	})
	switch {
	case err != nil:
		return err
	case settled:
		return nil
	}
	return d.notCalm()
}

// notCalm says what is wrong before anything is put, by the last request that was.
func (d *Drill) notCalm() error {
	if d.watch.isAway() {
		return fmt.Errorf("DNS leads to the standby already: let the site come home first, see docs/operations.md")
	}
	requests := d.log.All()
	for i := len(requests) - 1; i >= 0; i-- {
		r := requests[i]
		what := "reads (GET " + d.World.Read + ")"
		if r.Write {
			what = "writes (POST " + d.World.Write + ")"
		}
		switch {
		case r.Status == 0:
			return fmt.Errorf("%s get no answer through the %s", what, r.To)
		case !r.Good() && r.Write:
			return fmt.Errorf("%s are answered with %d: give by -write a path that takes a POST without harm", what, r.Status)
		case !r.Good():
			return fmt.Errorf("%s are answered with %d: mend that first", what, r.Status)
		case r.By == "standby":
			return fmt.Errorf("%s are answered by the standby: let the site come home first, see docs/operations.md", what)
		}
	}
	return fmt.Errorf("no visitor got an answer within %s: is the site reached from this machine?", seconds(calmMost))
}

// gone reports whether the lever is not put any more, though the drill has not removed it:
// an alarm stops practices, and people remove switches.
func (d *Drill) gone(ctx context.Context) bool {
	now := d.World.Clock.Now()
	if now-d.watch.asked < stateEvery {
		return d.watch.gone
	}
	d.watch.asked = now
	put, version, err := d.state(ctx, d.Lever)
	if err == nil && !put {
		d.watch.gone = true
		d.remark("%s was removed by somebody else, or ended by itself (%s)", d.Lever.What(), version)
	}
	return d.watch.gone
}

// failbackShown reports whether manual failback has put the switch, if there is manual
// failback: removed earlier, the switch would come back.
func (d *Drill) failbackShown(ctx context.Context) bool {
	if d.Switch == nil || d.Model.Failback == nil || d.watch.shown {
		return true
	}
	put, version, err := d.state(ctx, d.Switch)
	if err == nil && put && d.Switch == d.Lever && d.watch.put == "" { // it could not be asked before
		d.watch.put = version
	}
	if err == nil && put && (d.Switch != d.Lever || version != d.watch.put) {
		d.watch.shown = true
		d.watch.switchPut = d.World.Clock.Now()
		d.event(d.watch.switchPut, "manual failback puts the switch")
		d.say("manual failback has put the switch")
	}
	return d.watch.shown
}

// settledAway reports whether DNS has moved, and for a while every visitor has read and
// written at the standby, those who follow DNS where it leads.
func (d *Drill) settledAway() bool {
	if !d.watch.isAway() {
		return false
	}
	leads := "edge"
	if d.watch.frontAway() {
		leads = "standby"
	}
	stuck := len(d.Model.Serving) == 0 // nothing moves behind the edge
	moving := func(k visit.Kind) bool { return k != visit.Keeps || !stuck }
	return d.everybody(moving, func(r rehearsal.Request) bool {
		return r.Good() && r.By == "standby" && (r.Kept || r.To == leads)
	})
}

// settledHome reports whether DNS leads home, and home has served everybody for a while.
func (d *Drill) settledHome() bool {
	if d.World.Clock.Now()-d.play.FailbackFrom() < 2*d.window() || d.watch.isAway() || d.watch.frontAway() {
		return false
	}
	return d.everybody(func(visit.Kind) bool { return true }, func(r rehearsal.Request) bool { return r.Good() && r.By == "home" })
}
