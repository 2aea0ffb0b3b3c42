package drill

import (
	"context"
	"time"
)

// A wall is the clock on the wall.
type wall struct{ began time.Time }

func newWall() wall { return wall{time.Now()} }

// Now is the time since the drill was made.
func (w wall) Now() time.Duration { return time.Since(w.began) }

// Sleep waits, and reports whether the whole time passed.
func (wall) Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// Timeout is context.WithTimeout.
func (wall) Timeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, d, context.DeadlineExceeded)
}
