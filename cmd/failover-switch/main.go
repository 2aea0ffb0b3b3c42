// Failover-switch moves a site to the standby region by hand, and lets it come
// home: it puts or removes the failover switch, an object in the standby's
// bucket, with the AWS CLI.
//
//	go run ./cmd/failover-switch on
//	go run ./cmd/failover-switch off -site examples/tokyo-and-ireland.yaml
//
// It needs neither Node.js nor a synthesis, only the site's file and
// credentials that may write to the bucket. Its exit status is 0 when the
// object was put or removed, 1 when not, and 130 after Ctrl-C.
// docs/operations.md explains what follows.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := newCommand()
	command.SetArgs(longFlags(args))
	err := command.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "\ninterrupted: whether the switch has moved is not known; run it again")
		return 130
	}
	fmt.Fprintln(os.Stderr, "failover-switch:", err)
	return 1
}

// longFlags lets flags be written with one dash, as Go's own commands take
// them: no flag of this command has a short form.
func longFlags(args []string) []string {
	var long []string
	for _, arg := range args {
		if len(arg) > 2 && arg[0] == '-' && !strings.HasPrefix(arg, "--") {
			arg = "-" + arg
		}
		long = append(long, arg)
	}
	return long
}
