package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"twinsite/assembly"
	"twinsite/internal/cli"
	"twinsite/topology"
)

// newSummary returns the command that prints one line for each stack, in the
// order of their deployment: its name, its region and how many resources it has;
// and what the site needs of the account's quotas.
func newSummary() *cobra.Command {
	var directory string
	command := &cobra.Command{
		Use:   "summary [DIRECTORY]",
		Short: "List the stacks of a cloud assembly in the order of their deployment, and the quotas they need",
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
	if err := table.Flush(); err != nil {
		return err
	}
	needs, err := topology.AllNeeds(a)
	if err != nil {
		fmt.Fprintf(w, "\nwhat the site needs of quotas cannot be read: %v\n", cli.OneLine(err))
		return nil
	}
	return writeNeeds(w, needs)
}

// writeNeeds prints what a site needs of each region's quotas at most, beside what
// a new account has.
func writeNeeds(w io.Writer, needs []topology.Needs) error {
	needs = slices.DeleteFunc(needs, func(n topology.Needs) bool {
		return n.VCPUs+n.ElasticIPs+n.VPCs+len(n.UnknownTypes) == 0
	})
	if len(needs) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what string, has int, of func(topology.Needs) string) {
		fmt.Fprint(table, what)
		for _, n := range needs {
			fmt.Fprint(table, "\t"+of(n))
		}
		fmt.Fprintf(table, "\t%d\n", has)
	}
	fmt.Fprint(table, "\nneeded at most")
	for _, n := range needs {
		fmt.Fprint(table, "\t"+n.Region)
	}
	fmt.Fprintln(table, "\ta new account has")
	row("vCPUs", topology.NewAccountVCPUs, vCPUs)
	row("Elastic IPs", topology.NewAccountElasticIPs, func(n topology.Needs) string { return strconv.Itoa(n.ElasticIPs) })
	row("VPCs", topology.NewAccountVPCs, func(n topology.Needs) string { return strconv.Itoa(n.VPCs) })
	if err := table.Flush(); err != nil {
		return err
	}
	for _, n := range needs {
		if n.VCPUs > topology.NewAccountVCPUs {
			fmt.Fprintf(w, "ask for %d vCPUs in %s: https://console.aws.amazon.com/servicequotas/home/services/ec2/quotas/L-1216C47A\n", n.VCPUs, n.Region)
		}
	}
	return nil
}

// vCPUs is how many run from the beginning, and how many at most.
func vCPUs(n topology.Needs) string {
	text := fmt.Sprintf("%d to %d", n.LeastVCPUs, n.VCPUs)
	if len(n.UnknownTypes) > 0 {
		text += " without " + strings.Join(n.UnknownTypes, ", ")
	}
	return text
}
