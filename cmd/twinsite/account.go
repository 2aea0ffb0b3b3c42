package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/site"
)

// An accountOrder is what every command takes that asks an account about a site.
type accountOrder struct {
	file string // of the site
	only string // the account's number; empty: whichever the credentials are of
	json bool
}

// flags adds the order's flags.
func (o *accountOrder) flags(command *cobra.Command, site string) {
	command.Flags().StringVar(&o.file, "site", "site.yaml", site)
	command.Flags().StringVar(&o.only, "account", "", "refuse credentials of another account than this, as 123456789012")
	command.Flags().BoolVar(&o.json, "json", false, "answer as JSON")
}

// open reads the site's file and asks whose the credentials are. Its error is one line,
// and comes before anything is synthesized or asked.
func (o *accountOrder) open(ctx context.Context) (*site.Site, *account.Account, error) {
	s, err := site.Load(o.file)
	if err != nil {
		return nil, nil, err
	}
	if o.only != "" {
		if err := account.CheckNumber(o.only); err != nil {
			return nil, nil, fmt.Errorf("-account: %w", err)
		}
	}
	a, err := account.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, a, a.CheckIs(o.only)
}
