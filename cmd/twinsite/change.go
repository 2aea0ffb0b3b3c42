package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"twinsite/assembly"
	"twinsite/internal/cli"
	"twinsite/rehearsal/change"
)

// newChange returns the command that rehearses the deployment of an assembly over
// another. docs/rehearsal.md explains it.
func newChange() *cobra.Command {
	var from, to string
	command := &cobra.Command{
		Use:   "change",
		Short: "Say what a deployment would cost visitors, before it runs",
		Example: `  twinsite rehearse change -from deployed      # cdk.out over the assembly in the folder "deployed"
  make rehearse-change FROM=v1.2.0             # the site over itself, as a git revision had it`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return rehearseChange(from, to, command.OutOrStdout())
		},
	}
	command.Flags().StringVar(&from, "from", "", "cloud assembly that is deployed")
	assemblyFlag(command, &to)
	return command
}

func rehearseChange(from, to string, out io.Writer) error {
	if from == "" {
		return fmt.Errorf("-from is missing: give the folder of the assembly that is deployed")
	}
	deployed, err := loadAssembly(from)
	if err != nil {
		return err
	}
	a, err := loadAssembly(to)
	if err != nil {
		return err
	}
	verdict, err := change.Judge(deployed, a)
	if err != nil {
		return cli.OneLine(err)
	}
	verdict.App = to
	if err := verdict.WriteText(out); err != nil {
		return err
	}
	if !verdict.Good() {
		return cli.Failed{} // the verdict has said why
	}
	return nil
}

// loadAssembly reads the assembly in a folder.
func loadAssembly(directory string) (*assembly.Assembly, error) {
	if _, err := os.Stat(filepath.Join(directory, "manifest.json")); err != nil {
		return nil, fmt.Errorf("%s holds no cloud assembly; synthesize one with: make synth", directory)
	}
	a, err := assembly.Load(directory)
	if err != nil {
		return nil, cli.OneLine(err)
	}
	return a, nil
}
