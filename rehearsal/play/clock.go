package play

import (
	"container/heap"
	"context"
	"io"
	"os"
	"sync"
	"time"
)

// A clock is the time of a play. It runs faster than real time, and waits when the
// machine is busy: it goes forward in small steps, each at most longestStep of real
// time, and not before a message has been through the kernel and back. So neither a
// pause of the machine nor a crowd of goroutines makes anything in the play late.
type clock struct {
	speed float64
	began time.Time
	pulse *pulse

	mu      sync.Mutex
	time    time.Duration
	waiters waiters
	stopped chan struct{}
	ended   sync.WaitGroup
}

// longestStep is longer than what an idle machine takes between two steps.
const longestStep = 2 * time.Millisecond

// startClock starts a clock, which has to be stopped.
func startClock(speed float64) (*clock, error) {
	pulse, err := newPulse()
	if err != nil {
		return nil, err
	}
	c := &clock{speed: speed, began: time.Now(), pulse: pulse, stopped: make(chan struct{})}
	c.ended.Go(pulse.echo)
	c.ended.Go(c.run)
	return c, nil
}

func (c *clock) run() {
	ticker := time.NewTicker(500 * time.Microsecond)
	defer ticker.Stop()
	defer c.pulse.close()
	last := time.Now()
	for {
		select {
		case <-ticker.C:
		case <-c.stopped:
			return
		}
		if c.pulse.beat() != nil {
			return
		}
		now := time.Now()
		c.advance(time.Duration(float64(min(now.Sub(last), longestStep)) * c.speed))
		last = now
	}
}

// A pulse sends a byte through one pipe, and gets it back through another. That
// takes as long as one step of a server takes: both wait for the kernel, and for
// the goroutines that were ready before.
type pulse struct{ outRead, outWrite, backRead, backWrite *os.File }

func newPulse() (*pulse, error) {
	p := &pulse{}
	var err error
	if p.outRead, p.outWrite, err = os.Pipe(); err != nil {
		return nil, err
	}
	if p.backRead, p.backWrite, err = os.Pipe(); err != nil {
		_ = p.outRead.Close()
		_ = p.outWrite.Close()
	}
	return p, err
}

// beat sends a byte and waits until it is back.
func (p *pulse) beat() error {
	b := []byte{0}
	if _, err := p.outWrite.Write(b); err != nil {
		return err
	}
	_, err := p.backRead.Read(b)
	return err
}

// echo sends back what comes, until close.
func (p *pulse) echo() { _, _ = io.Copy(writeOnly{p.backWrite}, readOnly{p.outRead}) }

// readOnly and writeOnly keep io.Copy from having the kernel do it, which would
// show nothing of the goroutines.
type (
	readOnly  struct{ io.Reader }
	writeOnly struct{ io.Writer }
)

func (p *pulse) close() {
	for _, file := range []*os.File{p.outWrite, p.outRead, p.backWrite, p.backRead} {
		_ = file.Close()
	}
}

func (c *clock) advance(step time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time += step
	for len(c.waiters) > 0 && c.waiters[0].at <= c.time {
		heap.Pop(&c.waiters).(*waiter).wake()
	}
}

func (c *clock) stop() {
	close(c.stopped)
	c.ended.Wait()
}

// Now is the time since the play began.
func (c *clock) Now() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.time
}

// real is how long a duration of the play takes on an idle machine.
func (c *clock) real(d time.Duration) time.Duration { return time.Duration(float64(d) / c.speed) }

// effective returns how many times faster than real time the clock has run.
func (c *clock) effective() float64 { return float64(c.Now()) / float64(time.Since(c.began)) }

// Sleep waits, and reports whether the whole time passed.
func (c *clock) Sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	woken := make(chan struct{})
	c.wakeAfter(d, func() { close(woken) })
	select {
	case <-woken:
		return true
	case <-ctx.Done():
		return false
	}
}

// Timeout is context.WithTimeout in the play's time; the context's cause is
// context.DeadlineExceeded then.
func (c *clock) Timeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(ctx)
	c.wakeAfter(d, func() { cancel(context.DeadlineExceeded) })
	return limited, func() { cancel(context.Canceled) }
}

func (c *clock) wakeAfter(d time.Duration, wake func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	heap.Push(&c.waiters, &waiter{c.time + d, wake})
}

// A waiter is woken at its time. wake must not block.
type waiter struct {
	at   time.Duration
	wake func()
}

// waiters is a heap, the earliest first.
type waiters []*waiter

func (w waiters) Len() int           { return len(w) }
func (w waiters) Less(i, j int) bool { return w[i].at < w[j].at }
func (w waiters) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }

// Push is for package heap.
func (w *waiters) Push(x any) { *w = append(*w, x.(*waiter)) }

// Pop is for package heap.
func (w *waiters) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}
