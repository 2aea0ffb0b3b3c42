// Rehearse plays the failover of a site on this machine, from nothing but the
// templates of its cloud assembly, and compares it with the site's targets.
//
//	go run ./cmd/rehearse -outage black-hole -speed 20
//
// It writes rehearsal.html and rehearsal.json. Its exit status is 0 when every
// target was met, 1 when not, 2 when there was nothing to rehearse, and 130
// after Ctrl-C. docs/rehearsal.md explains it.
package main

import (
	"context"
	"errors"
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
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "\ninterrupted")
		return 130
	case errors.Is(err, errMissed):
		return 1
	case err != nil:
		fmt.Fprintln(os.Stderr, "rehearse:", err)
		return 2
	}
	return 0
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
