package drill

import (
	"context"
	"errors"
	"time"

	"twinsite/rehearsal"
)

// errBlind ends the questions about checkers.
var errBlind = errors.New("checkers cannot be seen")

// askCheckers asks what the checkers of the leading PRIMARY record saw last, and notes a
// change of its health.
func (w *watch) askCheckers(ctx context.Context) error {
	leading := w.d.Model.Leading()
	for _, check := range leading.Checks() {
		if check.Children != nil {
			continue
		}
		seen, err := w.d.Observe(ctx, check)
		if err != nil {
			if ctx.Err() == nil && !w.everSaw() {
				w.mu.Lock()
				w.blind = err
				w.mu.Unlock()
				return errBlind
			}
			return err // of this once
		}
		w.hear(check, seen)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if leading.Primary == nil {
		return nil
	}
	healthy := leading.Primary.Healthy(rehearsal.Health{Endpoint: w.says, Target: func(string) bool { return true }})
	if healthy != w.healthy {
		w.healthy = healthy
		w.noteHealth(healthy)
	}
	return nil
}

// noteHealth notes that the leading PRIMARY record changed its health: when the last
// checker changed its mind.
func (w *watch) noteHealth(healthy bool) {
	var at time.Duration
	for _, minds := range w.minds {
		for _, m := range minds {
			at = max(at, m.last)
		}
	}
	at = min(at, w.d.World.Clock.Now())
	w.changes = append(w.changes, change{at: at, away: !healthy, before: at - healthEvery})
	what := map[bool]string{true: "PRIMARY healthy", false: "PRIMARY unhealthy"}[healthy]
	w.d.play.Events = append(w.d.play.Events, rehearsal.Event{At: at, What: what})
	w.d.say("%s, as the health checkers say", what)
}

func (w *watch) everSaw() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.minds) > 0
}

// hear takes what checkers saw. One changes its mind after as many answers of the other
// kind as the check's threshold says.
func (w *watch) hear(check *rehearsal.HealthCheck, seen []rehearsal.Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.minds[check] == nil {
		w.minds[check] = map[string]*mind{}
	}
	for _, o := range seen {
		m := w.minds[check][o.Checker]
		switch {
		case m == nil:
			w.minds[check][o.Checker] = &mind{good: o.Good, last: o.At}
			continue
		case o.At <= m.last:
			continue // seen before
		case o.Good == m.good:
			m.streak = 0
		default:
			if m.streak++; m.streak >= check.Threshold {
				m.good, m.streak = o.Good, 0
			}
		}
		m.last = o.At
	}
}

// says reports whether enough checkers call an endpoint's answers good.
func (w *watch) says(check *rehearsal.HealthCheck) bool {
	healthy := 0
	for _, m := range w.minds[check] {
		if m.good {
			healthy++
		}
	}
	p := w.d.Parameters
	p.Checkers = len(w.minds[check])
	return p.Enough(healthy)
}
