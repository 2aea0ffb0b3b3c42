package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"twinsite/internal/cli"
	"twinsite/promises"
)

// newPromises returns the command that holds the templates of an assembly to
// what Twinsite promises of them, one line for each promise that is broken.
// Somebody who adds to the application, in Go, finds out what that breaks.
func newPromises() *cobra.Command {
	var directory, file string
	command := &cobra.Command{
		Use:   "promises",
		Short: "Hold the templates of a site to what Twinsite promises of them",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return judge(command.OutOrStdout(), directory, file)
		},
	}
	assemblyFlag(command, &directory)
	siteFlag(command, &file)
	return command
}

func judge(out io.Writer, directory, file string) error {
	a, s, err := load(directory, file)
	if err != nil {
		return err
	}
	all, broken := len(promises.For(s)), promises.Check(a, s)
	for _, b := range broken {
		fmt.Fprintln(out, b.String()) // Println alone would leave out the promise, as Broken is an error too
	}
	if len(broken) > 0 {
		return cli.Failed{Err: fmt.Errorf("%d of %d promises are broken", len(broken), all)}
	}
	fmt.Fprintf(out, "all %d promises are kept\n", all)
	return nil
}
