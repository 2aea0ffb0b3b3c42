package edgefunction

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
)

// ErrLimit is the error of a function that does not end, or takes too much
// memory.
var ErrLimit = errors.New("the function exceeds a limit")

// limitError is an [ErrLimit] in the words of the limit.
type limitError string

func (e limitError) Error() string        { return string(e) }
func (e limitError) Is(target error) bool { return target == ErrLimit }

// The limits of one run. CloudFront's own are tighter, about a millisecond and
// 2 MB; these only keep whoever runs the function alive.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
const (
	longestRun = time.Second
	mostMemory = 256 << 20 // bytes more than when the run began

	// grace is how long an interrupted run may take to end. The engine looks for
	// the interruption between two of its instructions.
	grace = 100 * time.Millisecond
)

// limited runs JavaScript, and ends it when it takes too long or too much
// memory. Where the engine does not end, as in a regular expression that tries
// for hours, the run is left behind and the function is of no more use.
func (f *Function) limited(run func() error) error {
	if f.lost != nil {
		return f.lost
	}
	ended := make(chan error, 1)
	go func() {
		defer func() {
			if caught := recover(); caught != nil { // a mistake of the engine's
				first, _, _ := strings.Cut(fmt.Sprint(caught), "\n")
				ended <- fmt.Errorf("the engine fails: %s", first)
			}
		}()
		ended <- run()
	}()
	err := wait(ended)
	if !errors.Is(err, ErrLimit) {
		return err
	}
	f.vm.Interrupt(err)
	select {
	case <-ended: //nolint:errcheck // of a run that was interrupted
		f.vm.ClearInterrupt()
	case <-time.After(grace):
		f.lost = err
	}
	return err
}

// wait returns the run's error, or the limit that it reaches before it ends.
func wait(ended <-chan error) error {
	end := time.NewTimer(longestRun)
	defer end.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	var before uint64
	for {
		select {
		case err := <-ended:
			return err
		case <-end.C:
			return limitError(fmt.Sprintf("the function does not end within %s", longestRun))
		case <-look.C:
			used := heap()
			if before == 0 {
				before = used
			}
			if used > before+mostMemory {
				return limitError(fmt.Sprintf("the function takes more than %d MiB of memory", mostMemory>>20))
			}
		}
	}
}

// heap is the memory in use, in bytes.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
