// Package check asks an AWS account whether a site can be deployed to it and live
// there: what the site needs against what the account has. It changes nothing.
//
// Each item is asked for by itself: one that may not be asked, or that AWS does not
// answer, is a warning that names the permission, and the others are asked all the
// same. Nothing is synthesized: what the site needs follows from its description.
package check

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/site"
)

// A Check asks an account about a site.
type Check struct {
	// Site is the site. Required.
	Site *site.Site

	// Account is the account. Required.
	Account *account.Account

	// Resolver asks DNS. Required.
	Resolver *resolver.Resolver

	// Progress is told what takes long. Default: nobody is.
	Progress io.Writer

	own   map[string]func(context.Context) (stack, error) // by the stack's id, asked for once
	found func(context.Context) (zone, error)             // the site's zone
}

// An item is one question of a check.
type item struct {
	name string

	// in are the regions, or stacks, of which each gets an item of its own. Nil: it is
	// asked once, of "".
	in func(*Check) []string

	ask func(c *Check, ctx context.Context, in string) (report.Finding, error)
}

// items are the items in the order of the report: that of a first deployment.
var items = []item{
	{"credentials", nil, (*Check).credentials},
	{"regions", nil, (*Check).regions},
	{"zones of", (*Check).halves, (*Check).zones},
	{"instance type in", (*Check).halves, (*Check).offered},
	{"image in", (*Check).halves, (*Check).image},
	{"policies", nil, (*Check).policies},
	{"vCPUs in", (*Check).halves, (*Check).vCPUs},
	{"Elastic IPs in", (*Check).halves, (*Check).addresses},
	{"VPCs in", (*Check).halves, (*Check).networks},
	{"load balancers in", (*Check).halves, (*Check).balancers},
	{"bootstrap in", (*Check).everywhere, (*Check).bootstrap},
	{"execution role in", (*Check).everywhere, (*Check).executionRole},
	{"hosted zone", nil, (*Check).zone},
	{"delegation", nil, (*Check).delegation},
	{"CAA", nil, (*Check).authorities},
	{"records", nil, (*Check).records},
	{"CloudFront names", nil, (*Check).aliases},
	{"prefix list", nil, (*Check).prefixList},
	{"certificates in", (*Check).everywhere, (*Check).certificates},
	{"stack", (*Check).stackIDs, (*Check).stackState},
	{"left buckets", nil, (*Check).leftBuckets},
	{"alarm names in", (*Check).everywhere, (*Check).alarmNames},
	{"dashboard name", nil, (*Check).dashboardName},
	{"function names", nil, (*Check).functionNames},
	{"event bus names in", (*Check).everywhere, (*Check).busNames},
	{"e-mail consents in", (*Check).everywhere, (*Check).consents},
}

// Run asks everything, side by side, and returns the report. Its error is that it was
// interrupted.
func (c *Check) Run(ctx context.Context) (*report.Report, error) {
	c.own = map[string]func(context.Context) (stack, error){}
	for _, id := range c.Site.StackIDs() {
		c.own[id] = once(func(ctx context.Context) (stack, error) { return c.askStack(ctx, id) })
	}
	c.found = once(c.findZone)
	var questions []report.Question
	for _, i := range items {
		places := []string{""}
		if i.in != nil {
			places = i.in(c)
		}
		for _, place := range places {
			questions = append(questions, report.Question{
				Name: strings.TrimSpace(i.name + " " + place),
				Ask:  func(ctx context.Context) (report.Finding, error) { return i.ask(c, ctx, place) },
			})
		}
	}
	found := report.Asking{Progress: c.Progress}.Ask(ctx, questions)
	return &report.Report{Site: c.Site.Name, Account: c.Account.ID, Items: found}, ctx.Err()
}

// once asks at the first call and answers every later one the same. A question that
// was given up is asked again.
func once[T any](ask func(context.Context) (T, error)) func(context.Context) (T, error) {
	var asked sync.Mutex
	var answer *T
	return func(ctx context.Context) (T, error) {
		asked.Lock()
		defer asked.Unlock()
		if answer != nil {
			return *answer, nil
		}
		got, err := ask(ctx)
		if err == nil {
			answer = &got
		}
		return got, err
	}
}

// halves are the two regions of the site.
func (c *Check) halves() []string {
	return []string{c.Site.Home.Region.Name, c.Site.Standby.Region.Name}
}

// everywhere are the regions in which the site has stacks.
func (c *Check) everywhere() []string {
	regions := append([]string{site.GlobalRegion}, c.halves()...)
	slices.Sort(regions)
	return slices.Compact(regions)
}

func (c *Check) stackIDs() []string { return c.Site.StackIDs() }

// half is the site's half in a region, and the field of the site's file that describes it.
func (c *Check) half(region string) (half site.Region, field string) {
	if region == c.Site.Home.Region.Name {
		return c.Site.Home.Region, "home"
	}
	return c.Site.Standby.Region, "standby"
}

// web is the description of a region's web servers, and the field with their type.
func (c *Check) web(region string) (web site.Web, field string) {
	switch {
	case region == c.Site.Home.Region.Name:
		return c.Site.Web, "web.instanceType"
	case c.Site.Standby.Web.InstanceType != "":
		return c.Site.StandbyWeb(), "standby.web.instanceType"
	}
	return c.Site.StandbyWeb(), "web.instanceType"
}

// red is a red finding with its remedy; both are formatted.
func red(remedy, said string, values ...any) report.Finding {
	return report.Finding{Colour: report.Red, Said: fmt.Sprintf(said, values...), Remedy: remedy}
}

// warning is a warning with its remedy.
func warning(remedy, said string, values ...any) report.Finding {
	return report.Finding{Colour: report.Warning, Said: fmt.Sprintf(said, values...), Remedy: remedy}
}

// listed is a list for people.
func listed(names []string) string { return strings.Join(names, ", ") }

func (c *Check) credentials(context.Context, string) (report.Finding, error) {
	if strings.HasSuffix(c.Account.ARN, ":root") {
		return warning("give credentials of a role or user of it", "account %s, asked as its root user", c.Account.ID), nil
	}
	return report.Good("account %s, asked as %s", c.Account.ID, c.Account.ARN), nil
}
