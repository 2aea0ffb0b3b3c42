package main

import (
	"context"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/internal/cli"
	"twinsite/site"
)

// Asking is what every command that asks an account takes.
type asking struct {
	site    string // its file
	account string // the only one that may be asked
	json    bool

	named func() bool // whether account was given; otherwise any may be asked
}

// accountNumber is the form of an account's number.
var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// flags adds the flags.
func (a *asking) flags(command *cobra.Command) {
	command.Flags().StringVar(&a.site, "site", "site.yaml", "the site")
	command.Flags().StringVar(&a.account, "account", "", "refuse credentials of another account than this one, as 123456789012")
	command.Flags().BoolVar(&a.json, "json", false, "answer with one JSON object")
	a.named = func() bool { return command.Flags().Changed("account") }
}

// open reads the site and opens the account, in this order, before anything else is
// done: bad input and wrong credentials change nothing. An empty -account, as of a
// pipeline whose variable is not set, would let any account pass.
func (a *asking) open(ctx context.Context) (*site.Site, *account.Account, error) {
	if a.named() && !accountNumber.MatchString(a.account) {
		return nil, nil, fmt.Errorf("-account %q: give an account's number, as 123456789012", a.account)
	}
	s, err := site.Load(a.site)
	if err != nil {
		return nil, nil, err
	}
	opened, err := account.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, opened, opened.Is(a.account)
}

// answer writes a report, and fails if an item is red.
func (a *asking) answer(command *cobra.Command, r *report.Report) error {
	write := r.WriteText
	if a.json {
		write = r.WriteJSON
	}
	if err := write(command.OutOrStdout()); err != nil {
		return err
	}
	if r.Count(report.Red) > 0 {
		return cli.Failed{}
	}
	return nil
}
