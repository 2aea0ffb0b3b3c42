// Twinsite is what is done with a site: it deploys, sums up, judges,
// rehearses and draws the templates of a cloud assembly, and moves a deployed
// site.
//
//	go run ./cmd/twinsite summary
//	go run ./cmd/twinsite promises
//	go run ./cmd/twinsite deploy Domain
//	go run ./cmd/twinsite release -bake 15m
//	go run ./cmd/twinsite status
//	go run ./cmd/twinsite rehearse -outage black-hole -speed 20
//	go run ./cmd/twinsite switch on -site examples/tokyo-and-ireland.yaml
//
// It imports no CDK, so that it builds in seconds and needs no Node.js; the first
// build on a machine compiles the AWS SDK too, which takes a minute or two. Flags
// have one dash or two. The exit status is 0 for good, 1 for judged and failed,
// 2 for bad input or nothing to judge, and 130 after Ctrl-C.
package main

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"twinsite/internal/cli"
)

func main() { os.Exit(cli.Run(newCommand(), os.Args[1:])) }

// newCommand returns the command with all its subcommands.
func newCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "twinsite",
		Short: "Deploy a site, move it, and judge, rehearse and draw its templates",
		Long: `Deploy a site, move it, and judge, rehearse and draw its templates.

Flags have one dash or two. The exit status is 0 for good, 1 for judged and
failed, 2 for bad input or nothing to judge, and 130 after Ctrl-C.`,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		SilenceUsage:      true, SilenceErrors: true,
		RunE: func(command *cobra.Command, _ []string) error {
			command.SetOut(command.ErrOrStderr())
			return errors.Join(errors.New("give a command, one of those above"), command.Help())
		},
	}
	command.AddCommand(newSummary(), newCheck(), newDeploy(), newRelease(), newRehearse(), newSwitch(), newDrill(), newStatus(), newDiagram(), newPromises(), newCost())
	return command
}

// assemblyFlag adds the flag for the cloud assembly's directory.
func assemblyFlag(command *cobra.Command, directory *string) {
	command.Flags().StringVar(directory, "assembly", "cdk.out", "cloud assembly, as \"make synth\" writes it")
}

// siteFlag adds the flag for the site of the assembly.
func siteFlag(command *cobra.Command, file *string) {
	command.Flags().StringVar(file, "site", "site.yaml", "site that the assembly was synthesized from")
}
