// Summary prints one line for each stack of a cloud assembly, in the order of
// their deployment: its name, its region and how many resources it has.
//
//	go run ./cmd/summary cdk.out
package main

import (
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"twinsite/assembly"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: summary DIRECTORY, such as cdk.out")
		os.Exit(2)
	}
	if err := summarize(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func summarize(w io.Writer, dir string) error {
	a, err := assembly.Load(dir)
	if err != nil {
		return err
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
