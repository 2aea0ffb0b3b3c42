package docs

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	extensionast "github.com/yuin/goldmark/extension/ast"

	"twinsite/assembly"
)

// TestStackSizes holds the stacks that the READMEs show after "make synth"
// against the default site's.
func TestStackSizes(t *testing.T) {
	atTop(t)
	for _, file := range []string{english, korean} {
		page := read(t, file)
		for _, stack := range golden(t).Stacks() {
			line := regexp.MustCompile(`(?m)^` + stack.Name + ` +` + stack.Region + ` +(\d+) resources?$`)
			holds := func(page string) bool {
				said := line.FindStringSubmatch(page)
				return said != nil && said[1] == strconv.Itoa(len(stack.Resources()))
			}
			if !holds(page) {
				t.Errorf("%s: %q is not what %s has: %d resources", file, line.FindString(page), stack.Name, len(stack.Resources()))
			}
			if holds(line.ReplaceAllString(page, stack.Name+" "+stack.Region+" 47 resources")) {
				t.Errorf("%s: nobody noticed another number of resources in %s", file, stack.Name)
			}
		}
	}
}

// TestNeeds holds the quotas that the READMEs show after "make synth" against what
// our command says of the default site.
func TestNeeds(t *testing.T) {
	atTop(t)
	for _, file := range glob(t, "cmd/twinsite/*.go", "topology/*.go") {
		read(t, file)
	}
	golden(t)
	_, needs, found := strings.Cut(output(t, "go", "run", "./cmd/twinsite", "summary", "testdata/site"), "\n\n")
	needs, _, _ = strings.Cut(needs, "ask for ")
	if !found || strings.Count(needs, "\n") != 4 {
		t.Fatalf("the needs of the default site are %q", needs)
	}
	for _, file := range []string{english, korean} {
		page := read(t, file)
		if !strings.Contains(page, "\n"+needs+"```\n") {
			t.Errorf("%s lacks what our command says:\n%s", file, needs)
		}
		if strings.Contains(strings.Replace(page, "4 to 14", "4 to 12", 1), "\n"+needs+"```\n") {
			t.Errorf("%s: nobody noticed other vCPUs", file)
		}
	}
}

// TestCosts holds the quantities of docs/costs.md against the default site's
// templates, and its totals against their parts.
func TestCosts(t *testing.T) {
	atTop(t)
	page := read(t, "docs/costs.md")
	site := golden(t)
	without := site.Clone()
	for _, stack := range without.Stacks() {
		for _, r := range stack.Resources() {
			stack.Remove(r.LogicalID)
		}
	}
	nothing := quantities(without)
	for i, quantity := range quantities(site) {
		if !strings.Contains(page, quantity) {
			t.Errorf("docs/costs.md lacks %q", quantity)
		}
		if quantity == nothing[i] {
			t.Errorf("%q is said of a site without resources too", quantity)
		}
	}
	if err := checkTotals(page); err != nil {
		t.Errorf("docs/costs.md: %v", err)
	}
	if checkTotals(strings.Replace(page, "| 32.85 |", "| 33.85 |", 1)) == nil {
		t.Error("docs/costs.md: nobody noticed another price of the load balancers")
	}
}

// quantities are what the page must say of a site, in the page's own words.
func quantities(site *assembly.Assembly) []string {
	count := func(resource string, onlyHome bool) (n int) {
		for _, r := range site.Resources(resource) {
			if isHome := r.Stack.Region == "ap-northeast-2"; isHome == onlyHome {
				n++
			}
		}
		return n
	}
	row := func(what, resource string) string {
		return fmt.Sprintf("| %s | %d + %d |", what, count(resource, true), count(resource, false))
	}
	metrics, queries, alarms := 0, 0, site.Resources("AWS::CloudWatch::Alarm")
	for _, alarm := range alarms {
		read := metricsOf(alarm)
		if read == 0 {
			queries++
		}
		metrics += read
	}
	return []string{
		row("NAT gateways", "AWS::EC2::NatGateway"),
		row("Application Load Balancers", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
		row("secret in Secrets Manager", "AWS::SecretsManager::Secret"),
		row("… and the composite ones that page", "AWS::CloudWatch::CompositeAlarm"),
		row("keys: each region's notifications, and the pages", "AWS::KMS::Key"),
		fmt.Sprintf("%d alarms, %d metrics |", len(alarms)-queries, metrics),
		fmt.Sprintf("%d queries", queries),
		fmt.Sprintf("%d health checks", count("AWS::Route53::HealthCheck", false)),
		fmt.Sprintf("%d web ACLs", count("AWS::WAFv2::WebACL", false)),
	}
}

// metricsOf counts the metrics that an alarm reads: none when it finds them by
// a query.
func metricsOf(alarm *assembly.Resource) (n int) {
	if !alarm.Has("Metrics") {
		return 1
	}
	for i := 0; alarm.Has(fmt.Sprintf("Metrics.%d", i)); i++ {
		if alarm.Has(fmt.Sprintf("Metrics.%d.MetricStat", i)) {
			n++
		}
	}
	return n
}

var amount = regexp.MustCompile(`\d+\.\d\d`)

// checkTotals adds up the prices of the default site, and of the two columns
// that compare it with the article's.
func checkTotals(page string) error {
	p := newPage("docs/costs.md", page)
	var tables [][]*extensionast.TableRow
	each(p.root, func(table *extensionast.Table) {
		tables = append(tables, nil)
		each(table, func(row *extensionast.TableRow) { tables[len(tables)-1] = append(tables[len(tables)-1], row) })
	})
	for _, sum := range []struct{ table, column int }{{0, 4}, {1, 1}, {1, 2}} {
		total, said := 0.0, 0.0
		for _, row := range tables[sum.table] {
			cell := row.FirstChild()
			for range sum.column {
				cell = cell.NextSibling()
			}
			text := string(cell.Lines().Value(p.source))
			price, _ := strconv.ParseFloat(amount.FindString(text), 64)
			if strings.HasPrefix(text, "**") {
				said = price
			} else {
				total += price
			}
		}
		if math.Abs(total-said) > 0.005 || said == 0 {
			return fmt.Errorf("table %d, column %d: the parts make %.2f, the total says %.2f", sum.table+1, sum.column+1, total, said)
		}
	}
	return nil
}
