package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/account/deploy"
	"twinsite/internal/cli"
	"twinsite/site"
)

// newDeploy returns the command that deploys a site by the stock "cdk deploy", so
// that a first deployment that fails can be repeated. It asks for credentials before
// anything is synthesized.
func newDeploy() *cobra.Command {
	var file string
	var accept bool
	command := &cobra.Command{
		Use:   "deploy [STACK...]",
		Short: "Deploy a site by the CDK, so that a first try that fails can be repeated",
		Long: `Deploy all stacks of a site, or these with those that they read from, by "cdk deploy".

Stacks that do not exist yet are deployed without termination protection and
without deletion protection of their load balancers; when all stand, a second
pass switches both on. What an earlier first creation has left is removed first.

Where stacks stand, the deployment is rehearsed first: see "twinsite rehearse
change". That of all takes the stacks in the order that costs visitors least, and
where one deployment would cost them something and two do not, it makes two. Else
it is not begun if it costs them anything, unless you accept that.
Environment variables of the CDK apply: CDK_REQUIRE_APPROVAL=never asks nothing.`,
		Example: `  twinsite deploy Domain                         # the zone alone, for its name servers
  twinsite deploy -site examples/low-cost.yaml   # everything`,
		RunE: func(command *cobra.Command, stacks []string) error {
			s, err := site.Load(file)
			if err != nil {
				return err
			}
			if err := s.CheckStacks(stacks); err != nil {
				return err
			}
			opened, err := account.Open(command.Context())
			if err != nil {
				return err
			}
			deployment := &deploy.Deployment{
				Site:  s,
				Cloud: deploy.Of(opened),
				Out:   command.OutOrStdout(),

				Rehearse: true,
				Assembly: synthesized(),
				Accept:   accept,
				CDK: func(ctx context.Context, args ...string) error {
					return cdk(ctx, command, command.OutOrStdout(), append(args, "--context", "site="+file)...)
				},
				Changed: changed(command, command.OutOrStdout(), file),
			}
			err = deployment.Run(command.Context(), stacks...)
			if errors.Is(err, deploy.ErrFailed) || errors.Is(err, deploy.ErrCosts) {
				return cli.Failed{Err: err}
			}
			return err
		},
	}
	command.Flags().BoolVar(&accept, "accept", false, "deploy also what costs visitors something")
	command.Flags().StringVar(&file, "site", "site.yaml", "site to deploy")
	return command
}

// changed runs the CDK for a site's file with some fields changed, as
// [deploy.Deployment] asks for it.
func changed(command *cobra.Command, out io.Writer, file string) func(map[string]string) (func(context.Context, ...string) error, func() error, error) {
	return func(fields map[string]string) (func(context.Context, ...string) error, func() error, error) {
		written, err := deploy.WriteChanged(file, fields)
		run := func(ctx context.Context, args ...string) error {
			return cdk(ctx, command, out, append(args, "--context", "site="+written)...)
		}
		return run, func() error { return os.Remove(written) }, err
	}
}

// synthesized is the folder of an assembly that the CDK's variable CDK_APP names, "" if
// it names an app or nothing.
func synthesized() string {
	app := os.Getenv("CDK_APP")
	if info, err := os.Stat(app); err == nil && info.IsDir() {
		return app
	}
	return ""
}

// cdk runs the CDK's command line, which may ask before it widens permissions.
// After Ctrl-C it has a moment to say where it stopped.
func cdk(ctx context.Context, command *cobra.Command, out io.Writer, args ...string) error {
	run := exec.CommandContext(ctx, "npx", append([]string{"cdk"}, args...)...)
	run.Stdin, run.Stdout, run.Stderr = command.InOrStdin(), out, command.ErrOrStderr()
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 2 * time.Second
	return run.Run()
}
