package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"twinsite/account/check"
	"twinsite/account/resolver"
)

// newCheck returns the command that asks an account whether a site can be deployed to
// it. It changes nothing and synthesizes nothing.
func newCheck() *cobra.Command {
	var a asking
	var server string
	command := &cobra.Command{
		Use:   "check",
		Short: "Ask the account whether the site can be deployed to it; changes nothing",
		Long: `Ask the AWS account of the credentials whether it has what the site needs: regions
and zones, quotas, the CDK's bootstrap, the domain's delegation, names that are
free, stacks that have failed, and more.

Each item is a line: green, warning or red, with what to do. What may not be asked
is a warning that names the permission; docs/operations.md lists all of them. The
exit status is 1 when an item is red.`,
		Example: `  twinsite check
  twinsite check -site examples/low-cost.yaml -account 123456789012 -json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			names, err := dnsOf(server)
			if err != nil {
				return err
			}
			s, opened, err := a.open(command.Context())
			if err != nil {
				return err
			}
			c := &check.Check{Site: s, Account: opened, Resolver: names, Progress: command.ErrOrStderr()}
			found, err := c.Run(command.Context())
			if err != nil {
				return err
			}
			return a.answer(command, found)
		},
	}
	a.flags(command)
	resolverFlag(command, &server)
	return command
}

// resolverFlag adds the flag for the DNS server to ask.
func resolverFlag(command *cobra.Command, server *string) {
	command.Flags().StringVar(server, "resolver", "", "DNS server to ask, as 192.0.2.1:53, where no other is let out (default the machine's, and the zones' own)")
}

// dnsOf is the resolver at an address, or the machine's.
func dnsOf(address string) (*resolver.Resolver, error) {
	if address != "" {
		return resolver.At(address)
	}
	names, err := resolver.System()
	if err != nil {
		return nil, fmt.Errorf("%w: give one as -resolver 192.0.2.1", err)
	}
	return names, nil
}
