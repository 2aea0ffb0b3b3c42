package play

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/capacity"
)

// fullLoadLength is how long the play at full load shows: it takes most groups longer to
// grow.
const fullLoadLength = 5 * time.Minute

// A bound is how many requests a second the servers of a tier answer, all together.
type bound struct {
	rate func(now time.Duration) float64

	mu    sync.Mutex
	begun bool
	left  float64
	at    time.Duration
}

// take reports whether the servers answer one request more at a time. What they have
// left, at most of a second, is not lost; they begin with as much.
func (b *bound) take(now time.Duration) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	rate := b.rate(now)
	if !b.begun {
		b.begun, b.left = true, rate
	}
	b.left = min(max(1, rate), b.left+rate*(now-b.at).Seconds())
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// newBounds returns those of both tiers: home at its maximum, and the standby as it
// grows once home is gone. The edge's retries of reads come to it at once, and are load
// enough to grow by, so that it does not wait for DNS. Where the edge retries nothing,
// this is early by the time until DNS moves.
func (s *stage) newBounds(visitors int) (map[*rehearsal.Balancer]*bound, error) {
	home, standby, err := capacity.FullLoad(s.model, s.p)
	if err != nil {
		return nil, err
	}
	each := s.p.ServerAnswers
	if each == 0 { // every visitor reads and writes once a period
		each = 2 * float64(visitors) / s.p.Period.Seconds() / float64(max(1, home))
	}
	return map[*rehearsal.Balancer]*bound{
		s.model.Home: {rate: func(time.Duration) float64 { return each * float64(home) }},
		s.model.Standby: {rate: func(now time.Duration) float64 {
			began, servers := time.Duration(s.struck.Load()), standby[0].Servers
			for _, step := range standby {
				if began > 0 && now-began >= step.At {
					servers = step.Servers
				}
			}
			return each * float64(servers)
		}},
	}, nil
}

// refuses returns the status with which a web server refuses a request for a path, 0 if
// it does not: in errors, and at full load.
func (t *tier) refuses(path string) int {
	health := t.stage.isHealthPath(path)
	if rehearsal.Condition(t.state.Load()) == rehearsal.Erring && !health {
		if n := uint64(t.asked.Add(1)); rehearsal.Random(n, 5).Float64() < t.stage.p.ErrorShare {
			return http.StatusInternalServerError
		}
	}
	if t.bound != nil && !(health && t.stage.p.HealthSpared) && !t.bound.take(t.stage.clock.Now()) {
		return http.StatusServiceUnavailable
	}
	return 0
}

// isHealthPath reports whether a load balancer or a health check asks for a path.
func (s *stage) isHealthPath(path string) bool {
	if path == s.model.Home.Targets.Path || path == s.model.Standby.Targets.Path {
		return true
	}
	return slices.ContainsFunc(s.model.Checks(), func(c *rehearsal.HealthCheck) bool { return c.Path == path })
}
