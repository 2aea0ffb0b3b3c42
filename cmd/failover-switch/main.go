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
	"fmt"
	"os"

	"twinsite/internal/cli"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	interrupted, err := cli.Run(newCommand(), args)
	switch {
	case err == nil:
		return 0
	case interrupted:
		fmt.Fprintln(os.Stderr, "\ninterrupted: whether the switch has moved is not known; run it again")
		return 130
	}
	fmt.Fprintln(os.Stderr, "failover-switch:", err)
	return 1
}
