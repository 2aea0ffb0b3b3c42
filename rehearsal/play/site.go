package play

import (
	"context"
	"fmt"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// A Site is a played site without visitors of its own: what a drill is tried against.
type Site struct{ stage *stage }

// Open starts a site on the loopback interface, which has to be closed. Of the options,
// it takes Speed, Seed, Visitors and Parameters.
func Open(ctx context.Context, m *rehearsal.Model, options Options) (*Site, error) {
	d, err := newDirector(ctx, m, options)
	if err != nil {
		return nil, err
	}
	return &Site{d.stage}, nil
}

// Close ends everything of the site, and waits for it.
func (s *Site) Close() { s.stage.close() }

// World is where the site's visitors live.
func (s *Site) World() *visit.World { return s.stage.world() }

// Strike begins an outage, or ends it.
func (s *Site) Strike(outage rehearsal.Outage, begins bool) {
	if outage == rehearsal.BySwitch {
		s.stage.switched.exists.Store(begins)
		return
	}
	state := rehearsal.Fine
	if begins {
		state = outage.Home(0, 1, s.stage.p)
	}
	s.stage.home().set(state)
}

// Observations are the last answers that a health check's checkers got.
func (s *Site) Observations(check *rehearsal.HealthCheck) []rehearsal.Observation {
	r := s.stage.route53
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []rehearsal.Observation
	for n, last := range r.seen[check] {
		last.Checker = fmt.Sprint(n)
		all = append(all, last)
	}
	return all
}
