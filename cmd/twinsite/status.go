package main

import (
	"errors"

	"github.com/spf13/cobra"

	"twinsite/account/ask"
	"twinsite/account/report"
	"twinsite/account/status"
)

// newStatus returns the command that says how a deployed site is. It changes nothing
// and needs no synthesis.
func newStatus() *cobra.Command {
	var o asking
	var server string
	command := &cobra.Command{
		Use:   "status",
		Short: "Say who serves a deployed site, and how both regions are",
		Long: `Ask a deployed site, as docs/operations.md does "At three in the morning": who serves,
by DNS; whether both regions answer by their own names; how their servers and the
health checks are; whether the failover switch is on; and which alarms are on, in
every region of the site. It changes nothing.

The first line says what that means and what to do first. The exit status is 1 if an
item is red. What cannot be asked is a warning; the rest is asked all the same.`,
		Example: `  twinsite status
  twinsite status -site examples/low-cost.yaml -account 123456789012 -json`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			from, err := dnsOf(server)
			if err != nil {
				return err
			}
			s, opened, err := o.open(command.Context())
			if err != nil {
				return err
			}
			items, err := status.New(s, status.Of(opened), &ask.Names{Resolver: from}).Look(command.Context(), report.Asking{Progress: command.ErrOrStderr()})
			if err = errors.Join(err, command.Context().Err()); err != nil {
				return err
			}
			return o.answer(command, &report.Report{Site: s.Name, Account: opened.ID, Items: items})
		},
	}
	o.flags(command)
	resolverFlag(command, &server)
	return command
}
