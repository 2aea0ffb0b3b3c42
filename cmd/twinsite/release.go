package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/account/ask"
	"twinsite/account/deploy"
	"twinsite/account/release"
	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/account/status"
	"twinsite/internal/cli"
	"twinsite/site"
)

// A releaseOrder is what the command line asks to release.
type releaseOrder struct {
	asking

	server                     string // of DNS; "": the machine's
	accept                     bool
	bake, patience, delegation time.Duration
}

// newRelease returns the command that deploys a site region by region and asks it
// between. It asks for credentials before anything is synthesized.
func newRelease() *cobra.Command {
	var o releaseOrder
	command := &cobra.Command{
		Use:   "release",
		Short: "Deploy a site region by region, and go on only where it answers",
		Long: `Deploy all stacks of a site, one by one, by "cdk deploy", and ask the site between them:

  the change is rehearsed first, where stacks stand (see "twinsite rehearse change")
  Domain, then the delegation is waited for
  Global, Secondary, then the standby: servers, its own name by HTTPS, its alarms,
    all good for -bake since its last change
  Primary, then home: the health path through CloudFront, servers
  Failover, then the records, by DNS

What is taken away goes the other way round, as "twinsite deploy" does it; then the
standby is asked before Primary all the same.

It stops where an answer is wrong, and says how to go back. The same command goes on:
it keeps nothing, the CDK passes over what is up to date. It does not begin while the
standby serves. The exit status is 1 where it stopped.
Environment variables of the CDK apply: CDK_REQUIRE_APPROVAL=never asks nothing.`,
		Example: `  twinsite release
  twinsite release -bake 15m -account 123456789012 -json   # in a pipeline`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command) },
	}
	o.flags(command)
	resolverFlag(command, &o.server)
	flags := command.Flags()
	flags.BoolVar(&o.accept, "accept", false, "release also what costs visitors something, and while the standby serves")
	flags.DurationVar(&o.bake, "bake", 5*time.Minute, "how long the standby must have been good before the home region is changed")
	flags.DurationVar(&o.patience, "patience", 10*time.Minute, "how long a region or a record may be wrong without a break before the release stops")
	flags.DurationVar(&o.delegation, "delegation", time.Hour, "how long to wait for the delegation of the domain")
	return command
}

// check returns an error if a flag cannot be followed.
func (o *releaseOrder) check() error {
	for name, given := range map[string]time.Duration{"bake": o.bake, "patience": o.patience, "delegation": o.delegation} {
		if given < 0 || given > 24*time.Hour {
			return fmt.Errorf("-%s %s: give a time from 0s to 24h", name, given)
		}
	}
	return nil
}

func (o *releaseOrder) run(command *cobra.Command) error {
	if err := o.check(); err != nil {
		return err
	}
	from, err := dnsOf(o.server)
	if err != nil {
		return err
	}
	s, opened, err := o.open(command.Context())
	if err != nil {
		return err
	}
	out := command.OutOrStdout()
	if o.json {
		out = command.ErrOrStderr() // the answer has standard output for itself
	}
	items, err := o.release(command, s, opened, from, out).Run(command.Context())
	var answered error
	if len(items) > 0 {
		answered = o.answer(command, &report.Report{Site: s.Name, Account: opened.ID, Items: items})
	}
	if errors.Is(err, release.ErrStopped) || errors.Is(err, deploy.ErrFailed) || errors.Is(err, deploy.ErrCosts) {
		return cli.Failed{Err: err}
	}
	if err == nil {
		return answered
	}
	return err // which says why, rather than that an item is red
}

func (o *releaseOrder) release(command *cobra.Command, s *site.Site, opened *account.Account, from *resolver.Resolver, out io.Writer) *release.Release {
	variables := ""
	if o.site != "site.yaml" {
		variables = "SITE=" + o.site
	}
	return &release.Release{
		Site:  s,
		Cloud: status.Of(opened),
		Names: &ask.Names{Resolver: from}, Resolver: from,
		Out: out, Make: variables, Accept: o.accept,
		Bake: o.bake, Patience: o.patience, DelegationPatience: o.delegation,
		Deployment: &deploy.Deployment{
			Site: s, Cloud: deploy.Of(opened), Out: out,
			Rehearse: true, Assembly: synthesized(), Accept: o.accept,
			Changed: changed(command, out, o.site),
			CDK: func(ctx context.Context, args ...string) error {
				return cdk(ctx, command, out, append(args, "--context", "site="+o.site)...)
			},
		},
	}
}
