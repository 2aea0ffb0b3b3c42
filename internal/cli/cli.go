// Package cli is what the project's command lines have in common.
package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Run runs a command until it ends, or until Ctrl-C or SIGTERM, which cancel
// its context; interrupted says that one of them did.
func Run(command *cobra.Command, args []string) (interrupted bool, err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.SetArgs(LongFlags(args))
	err = command.ExecuteContext(ctx)
	return ctx.Err() != nil, err
}

// LongFlags lets flags be written with one dash, as Go's own commands take
// them, where cobra wants two. No flag of the project's has a short form.
func LongFlags(args []string) []string {
	var long []string
	for _, arg := range args {
		if len(arg) > 2 && arg[0] == '-' && !strings.HasPrefix(arg, "--") {
			arg = "-" + arg
		}
		long = append(long, arg)
	}
	return long
}
