package main

import (
	"github.com/spf13/cobra"

	"twinsite/account/cost"
	"twinsite/assembly"
	"twinsite/internal/cli"
)

// A costOrder is what the command line asks of costs.
type costOrder struct {
	assembly, compare string
	json              bool
	use               cost.Use
}

// newCost returns the command that says what a site costs in a month.
// docs/costs.md is of its output.
func newCost() *cobra.Command {
	o := &costOrder{}
	command := &cobra.Command{
		Use:   "cost",
		Short: "Say what a site costs in a month, from its templates and dated prices",
		Long: `Say what a site costs in a month, from its templates and dated prices.

The total is what runs when nobody visits. Prices keep their source and date: those
without a date, and what has no price, are not in it and are named. AWS is asked
nothing. docs/costs.md says what is counted and what is not.`,
		Example: `  twinsite cost                                # when nobody visits
  twinsite cost -visits 100000 -gb 200         # and by use
  twinsite cost -compare ../cdk.out.low-cost   # beside another site`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command) },
	}
	flags := command.Flags()
	assemblyFlag(command, &o.assembly)
	flags.StringVar(&o.compare, "compare", "", "cloud assembly of another site, to be shown beside this one")
	flags.BoolVar(&o.json, "json", false, "answer with one JSON object")
	flags.Float64Var(&o.use.Visits, "visits", 0, "visits a month, by visitors near the home region")
	flags.Float64Var(&o.use.GB, "gb", 0, "GB a month that CloudFront sends visitors, spread evenly over their requests")
	flags.Float64Var(&o.use.Pages, "pages", 5, "requests of a visit to the web servers, none of them answered from a cache")
	flags.Float64Var(&o.use.Files, "files", 20, "requests of a visit for static files, all of them answered from CloudFront's cache")
	flags.Float64Var(&o.use.Written, "written", 0, "GB a month of static files that are put into the home region's bucket, and kept")
	return command
}

func (o *costOrder) run(command *cobra.Command) error {
	var estimates []*cost.Estimate
	for _, folder := range []string{o.assembly, o.compare} {
		if folder == "" && len(estimates) > 0 {
			continue
		}
		a, err := assembly.Load(folder)
		if err != nil {
			return cli.OneLine(err)
		}
		estimate, err := cost.Of(a, o.use)
		if err != nil {
			return err
		}
		estimates = append(estimates, estimate)
	}
	out := command.OutOrStdout()
	switch {
	case o.json:
		return cost.WriteJSON(out, estimates...)
	case len(estimates) == 2:
		return cost.WriteComparison(out, estimates[0], estimates[1])
	}
	return estimates[0].WriteText(out)
}
