package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"twinsite/assembly"
	"twinsite/internal/cli"
)

// newSummary returns the command that prints one line for each stack, in the
// order of their deployment: its name, its region and how many resources it has.
func newSummary() *cobra.Command {
	var directory string
	command := &cobra.Command{
		Use:   "summary [DIRECTORY]",
		Short: "List the stacks of a cloud assembly in the order of their deployment",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			if len(args) == 1 {
				if command.Flags().Changed("assembly") {
					return errors.New("the assembly is given twice: give the directory or -assembly")
				}
				directory = args[0]
			}
			return summarize(command.OutOrStdout(), directory)
		},
	}
	assemblyFlag(command, &directory)
	return command
}

func summarize(w io.Writer, directory string) error {
	a, err := assembly.Load(directory)
	if err != nil {
		return cli.OneLine(err)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, stack := range a.Stacks() {
		noun := "resources"
		if len(stack.Resources()) == 1 {
			noun = "resource"
		}
		fmt.Fprintf(table, "%s\t%s\t%d %s\n", stack.Name, stack.Region, len(stack.Resources()), noun)
	}
	return table.Flush()
}
