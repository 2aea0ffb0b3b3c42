package rehearsal

import (
	"context"
	"time"
)

// A clock runs faster than the wall's: all durations of a play are those of the
// play, and only the clock knows real ones.
type clock struct {
	start time.Time
	speed float64
}

// now is the time since the play began.
func (c *clock) now() time.Duration {
	return time.Duration(float64(time.Since(c.start)) * c.speed)
}

// real is how long a duration of the play really takes.
func (c *clock) real(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// sleep waits, and reports whether the whole time passed.
func (c *clock) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(c.real(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// timeout is context.WithTimeout in the play's time.
func (c *clock) timeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.real(d))
}
