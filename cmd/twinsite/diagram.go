package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"twinsite/assembly"
	"twinsite/diagram"
	"twinsite/internal/cli"
)

// newDiagram returns the command that writes the architecture as D2 text.
// "make diagram" makes the picture of it.
func newDiagram() *cobra.Command {
	var directory string
	command := &cobra.Command{
		Use:   "diagram",
		Short: "Write the architecture of a site as text for D2, which draws it",
		Example: `  twinsite diagram | go run -C diagram/d2svg . >architecture.svg
  make diagram                           # the same, of the default site, to docs/architecture.svg`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			a, err := assembly.Load(directory)
			if err != nil {
				return cli.OneLine(err)
			}
			text, err := diagram.D2(a)
			if err != nil {
				return cli.OneLine(err)
			}
			_, err = fmt.Fprint(command.OutOrStdout(), text)
			return err
		},
	}
	assemblyFlag(command, &directory)
	return command
}
