// Package cli is how a command ends: by a signal, and with which exit status.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

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

// Run runs a command until it ends, or until Ctrl-C or SIGTERM, which cancel
// its context. It writes the error, if there is one, to the command's standard
// error, and returns the exit status.
func Run(command *cobra.Command, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.SetArgs(longFlags(args))
	ran, err := command.ExecuteContextC(ctx)
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
