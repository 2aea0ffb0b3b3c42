// Package cli is how a command ends: by a signal, and with which exit status.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// The exit statuses of every command.
const (
	Good        = 0
	Bad         = 1   // judged, and failed: see [Failed]
	Unusable    = 2   // bad input, or nothing to judge: every other error
	Interrupted = 130 // Ctrl-C or SIGTERM
)

// Failed is the error of a command that did its work, and whose verdict is that
// something failed.
type Failed struct {
	Err error // nil: the command has said why
}

// Error returns the reason, "failed" if the command has said it.
func (f Failed) Error() string {
	if f.Err == nil {
		return "failed"
	}
	return f.Err.Error()
}

// Unwrap returns the reason.
func (f Failed) Unwrap() error { return f.Err }

// patience is how long an interrupted command may tidy up before it is left
// behind.
const patience = 3 * time.Second

// Run runs a command until it ends, or until Ctrl-C or SIGTERM, which cancel
// its context; a command that does not look at that is left behind, unless it has
// something to tidy up: see [Tidy]. Run writes the error, if there is one, to the
// command's standard error, and returns the exit status.
func Run(command *cobra.Command, args []string) int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	t := &tidying{}
	ctx, stop := context.WithCancel(context.WithValue(context.Background(), tidyingKey{}, t))
	defer stop()
	command.SetArgs(longFlags(args))
	ended := make(chan int, 1)
	go func() {
		ran, err := command.ExecuteContextC(ctx)
		ended <- status(ctx, ran, err)
	}()
	select {
	case result := <-ended:
		return result
	case <-signals:
		stop()
	}
	left := time.After(patience)
	for {
		select {
		case result := <-ended:
			return result
		case <-left:
			if t.left() != "" {
				left = time.After(patience)
				continue
			}
			fmt.Fprintln(command.ErrOrStderr(), "\ninterrupted")
			return Interrupted
		case <-signals:
			if undo := t.left(); undo != "" {
				fmt.Fprintln(command.ErrOrStderr(), "\ninterrupted while tidying up; what may be left is removed by: "+undo)
				return Interrupted
			}
		}
	}
}

// Tidy tells Run that a command has something to tidy up, which takes its time: after
// Ctrl-C, Run waits until done is called. A second Ctrl-C leaves the command behind, and
// prints what undo returns: the command line that tidies up by hand. From then on, output
// without a reader is an error of its writer's and no longer the command's end, as the
// Ctrl-C that stops twinsite stops the "tee" behind it too.
func Tidy(ctx context.Context, undo func() string) (done func()) {
	t, ok := ctx.Value(tidyingKey{}).(*tidying)
	if !ok {
		return func() {}
	}
	signal.Ignore(syscall.SIGPIPE)
	t.set(undo)
	return func() { t.set(nil) }
}

// A tidying is what a command has to tidy up.
type tidying struct {
	mu   sync.Mutex
	undo func() string // nil: nothing
}

type tidyingKey struct{}

func (t *tidying) set(undo func() string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.undo = undo
}

// left is the command line that tidies up by hand; "" if there is nothing to tidy up.
func (t *tidying) left() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.undo == nil {
		return ""
	}
	return t.undo()
}

// status writes the error of a command that has ended, and returns its exit
// status.
func status(ctx context.Context, ran *cobra.Command, err error) int {
	var failed Failed
	switch stderr := ran.ErrOrStderr(); {
	case err == nil:
		return Good
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "\ninterrupted")
		return Interrupted
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "\ninterrupted: %v\n", err)
		return Interrupted
	case errors.As(err, &failed):
		if failed.Err != nil {
			fmt.Fprintf(stderr, "%s: %v\n", ran.CommandPath(), err)
		}
		return Bad
	default:
		fmt.Fprintf(stderr, "%s: %v\n", ran.CommandPath(), err)
		return Unusable
	}
}

// longFlags lets flags be written with one dash, as Go's own commands take
// them, where cobra wants two. No flag of the project's has a short form but
// -h. A number with a minus is no flag.
func longFlags(args []string) []string {
	var long []string
	for _, arg := range args {
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && (arg[1] < '0' || arg[1] > '9') {
			arg = "-" + arg
		}
		long = append(long, arg)
	}
	return long
}
