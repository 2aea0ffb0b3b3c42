package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/account/cost"
)

const costsPage = "docs/costs.md"

// TestCostsPage holds docs/costs.md against what "twinsite cost" says of the shipped
// sites. With -update it rewrites the page.
func TestCostsPage(t *testing.T) {
	page := writeCosts(t, nil)
	if *update {
		if err := os.WriteFile(costsPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(costsPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(written), page); diff != "" {
		t.Errorf("%s is not what the sites cost, run make golden:\n%s", costsPage, diff)
	}
	dearer := writeCosts(t, func(s *synthesized) *synthesized {
		broken := *s
		broken.assembly = s.assembly.Clone()
		stack, err := broken.assembly.Stack("Primary")
		if err != nil {
			t.Fatal(err)
		}
		stack.Put("AnotherGateway", map[string]any{"Type": "AWS::EC2::NatGateway"})
		return &broken
	})
	if dearer == page {
		t.Errorf("%s: nobody noticed a NAT gateway more", costsPage)
	}
}

// TestCostTypes wants every resource type of every shipped site counted, free, or said
// to cost by use: a new one must not come without its price.
func TestCostTypes(t *testing.T) {
	prices, err := cost.Prices()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sites {
		for _, r := range s.assembly.Resources() {
			if !prices.Knows(r.Type) {
				t.Errorf("%s: %s: account/cost does not know what a %s costs", s.name, r, r.Type)
			}
		}
	}
	if prices.Knows("AWS::RDS::DBCluster") {
		t.Error("nobody would notice a database")
	}
}

func estimate(t *testing.T, s *synthesized, use cost.Use) *cost.Estimate {
	t.Helper()
	e, err := cost.Of(s.assembly, use)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return e
}

// writeCosts returns the page, of sites that were changed before, if they are to be.
func writeCosts(t *testing.T, changed func(*synthesized) *synthesized) string {
	t.Helper()
	var page strings.Builder
	cited := &cost.Citations{}
	page.WriteString(costsHead)
	var rows []string
	for _, s := range sites {
		if s.name == "everything" {
			continue // which is for tests
		}
		if changed != nil {
			s = changed(s)
		}
		if s.name == "site" {
			e := estimate(t, s, cost.Use{Visits: 100_000, GB: 200, Pages: 5, Files: 20, Written: 1})
			page.WriteString("| when nobody visits | region | quantity | price | month |\n|---|---|---|---|---|\n")
			page.WriteString(costItems(cited, e.Fixed, e.Total, e.Undated))
			page.WriteString(costsCounted)
			page.WriteString("| 100000 visits, 200 GB, 1 GB written | region | quantity | price | month |\n|---|---|---|---|---|\n")
			page.WriteString(costItems(cited, e.Use, e.UseTotal, e.UseUndated))
			page.WriteString(costsByUse)
		}
		rows = append(rows, siteCosts(s.name, estimate(t, s, cost.Use{})))
	}
	page.WriteString(costsCompared + strings.Join(rows, ""))
	page.WriteString(costsSources)
	for i, source := range cited.Sources {
		date := source.Date
		if !source.Dated() {
			date = "no date"
		}
		fmt.Fprintf(&page, "%d. %s, %s: <%s>\n", i+1, source.What, date, source.URL)
	}
	return page.String()
}

func costItems(cited *cost.Citations, items []cost.Item, total, undated cost.Cents) string {
	var rows strings.Builder
	for _, item := range items {
		month := item.USD.String()
		if item.Price == nil {
			month = "**?**"
		}
		price := strings.Replace(cited.Cite(item.Price), "?", "**?**", 1)
		fmt.Fprintf(&rows, "| %s | %s | %s | %s | %s |\n", item.What, item.Region, item.Amount(), price, month)
	}
	fmt.Fprintf(&rows, "| **total** | | | | **%s** |\n", total)
	fmt.Fprintf(&rows, "| not in it: prices without a date | | | **?** | %s |\n| both together | | | | %s |\n", undated, total+undated)
	return rows.String()
}

// siteCosts is a site's row in the comparison.
func siteCosts(name string, e *cost.Estimate) string {
	groups := map[string]cost.Cents{}
	var regions []string
	for _, item := range e.Fixed {
		if item.Price != nil && item.Price.Source.Dated() {
			groups[item.Group] += item.USD
		}
		if item.Group == "servers" && !slices.Contains(regions, item.Region) {
			regions = append(regions, item.Region)
		}
	}
	var missing []string
	for _, item := range cost.WithoutPrice(e.Fixed) {
		missing = append(missing, item.What+" in "+item.Region)
	}
	for _, line := range e.Unread {
		if strings.Contains(line, "disks of their image") && !slices.Contains(missing, "disks of own images") {
			missing = append(missing, "disks of own images")
		}
	}
	rest := groups["delivery"] + groups["names"] + groups["files"]
	return fmt.Sprintf("| `%s.yaml` | %s | %s | %s | %s | %s | %s | **%s** | %s | %s | %s |\n", name, strings.Join(regions, ", "),
		groups["servers"], groups["network"], rest, groups["protection"], groups["operation"], e.Total, e.Undated, e.Total+e.Undated, strings.Join(missing, "; "))
}

const (
	costsHead = `# What it costs to run

An estimate in US dollars for a month of 730 hours, on demand, without taxes and free tiers. It is made from the
templates of the shipped sites and the dated prices in [prices.yaml](../account/cost/prices.yaml); ` + "`make golden`" + `
rewrites this page, and a test holds it. For your own site:

` + "```sh" + `
make cost                                           # site.yaml, when nobody visits
make cost SITE=examples/low-cost.yaml
go run ./cmd/twinsite cost -visits 100000 -gb 200   # what was synthesized last, with visitors
go run ./cmd/twinsite cost -compare OTHER           # beside the templates in another folder
` + "```" + `

AWS is asked nothing, and no price here was read from AWS itself: each stands in a stored copy of a page or price list,
whose date is the [source's](#sources). **?** marks a price without a date, or none at all. Neither is in a total. For
an offer, use the AWS Pricing Calculator.

## The default site

`
	costsCounted = `
How it is counted:

- Web servers run at their group's minimum. What recurring schedules add is averaged over a year; those that happen
  once are left out, and so are the minutes until the alarm for low CPU has removed servers.
- A public address is each Elastic IP, and one for each zone of a load balancer that faces the internet.
- Alarms are billed by the metrics that they read, queries by those that they find: one each here.
- A health check of a name that leads to the site counts as one of an AWS endpoint: HTTPS, a string in the answer, the
  fast interval and latency are optional features of it. Whether AWS bills checks of CloudFront distributions so is not
  confirmed. As checks of other endpoints, they cost 0.75, and 2.00 for each feature.
- Health checkers ask CloudFront and the standby's load balancer also when nobody visits: about once a second at the fast
  interval, every two seconds at the slow one, and web ACLs judge that. The bytes of the answers are not counted.
- With ` + "`standby.web.follow`" + `, two state machines run every five minutes. A run that changes nothing has as many steps as
  states on its way, and one to its end.
- An account's first three dashboards with at most 50 metrics, ten alarms and 10 million requests to CloudFront are free;
  they are counted here all the same.

## By use

`
	costsByUse = `
The assumptions, which flags of ` + "`twinsite cost`" + ` change: a visit makes 5 requests to the web servers (` + "`-pages`" + `), none of
them answered from a cache, and 20 for static files (` + "`-files`" + `), all of them answered from CloudFront's cache; visitors are
near the home region; the bytes are spread evenly over the requests; a request leaves 500 bytes in each log, and access
logs are kept for as long as the template says (` + "`retention.days`" + `, 90 here: three months of 30 days); files that are
written stay for the month, in both buckets, without earlier versions.

These are not counted:

- what an outage costs: visitors at the standby's load balancer, whose data out costs what EC2's does, and the steps of
  state machines, if ` + "`failover.failback`" + ` is manual;
- ` + "`standby.web.follow`" + `: the servers of the standby while home is larger than the standby's minimum, which is what it is for;
- health checkers' load balancer capacity units;
- DNS queries: those for aliases are free, those for ` + "`origin.<domain>`" + ` are CloudFront's own;
- requests to S3, its replication metrics, which are billed like custom metrics, and the blocked requests that web ACLs
  log;
- data through NAT gateways, which servers fetch or send by themselves, and between zones;
- a practised outage: 0.10 a minute, 1.00 for all ten **?**;
- rotation of the keys, every year: 1.00 a month more for each earlier version of a key, two at most **?**;
- more servers than the minimum, and the surplus CPU credits of t3 and t4g;
- the functions that deployments run, and the CDK's own asset buckets.
`
	costsCompared = `
## The shipped sites compared

When nobody visits, by dated prices up to the total. Delivery is CloudFront and names; protection is web ACLs, keys and
secrets.

| site | regions | servers | network | delivery | protection | operation | total | without a date **?** | together | no price **?** |
|---|---|---|---|---|---|---|---|---|---|---|
`
	costsSources = `
## Sources

What an alarm is billed by:
<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html>. What counts as an address:
<https://aws.amazon.com/blogs/networking-and-content-delivery/identify-and-optimize-public-ipv4-address-usage-on-aws/>.
The sources of other prices stand in [prices.yaml](../account/cost/prices.yaml).

`
)
