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
	"errors"
	"fmt"
	"os"

	"twinsite/internal/cli"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	interrupted, err := cli.Run(newCommand(), args)
	switch {
	case interrupted:
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
