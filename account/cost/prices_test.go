package cost

import (
	"strings"
	"testing"
)

// TestPrices reads the table that is built in, and wants each price of a kind that
// something is counted as.
func TestPrices(t *testing.T) {
	prices, err := Prices()
	if err != nil {
		t.Fatal(err)
	}
	for name := range prices.sources {
		if !strings.Contains(string(priceTable), "source: "+name+"}") {
			t.Errorf("no price is of the source %s", name)
		}
	}
	for resourceType := range counters {
		if prices.free[resourceType] {
			t.Errorf("%s is counted, and prices.yaml says that it is free", resourceType)
		}
	}
}

// TestBrokenPrices breaks the table in one point after the other.
func TestBrokenPrices(t *testing.T) {
	for _, broken := range []struct{ old, new, want string }{
		{"    date: 2026-10-01\n", "", `source seoul has the date ""`},
		{"    date: 2026-10-01\n", "    date: last autumn\n", `the date "last autumn"`},
		{"    date: none", `    date: ""`, `has the date ""`},
		{"    url: https://aws.amazon.com/route53/pricing/\n", "", "route53 lacks its url"},
		{"{usd: 0.059, source: seoul}", "{usd: 0.059}", `natGateway in ap-northeast-2 names no source under sources: ""`},
		{"{usd: 0.059, source: seoul}", "{source: seoul}", "natGateway in ap-northeast-2 has no price"},
		{"{usd: 0.059, source: seoul}", "{usd: -1, source: seoul}", "natGateway in ap-northeast-2 has no price"},
		{"{usd: 0.059, source: seoul}", "{usd: .nan, source: seoul}", "natGateway in ap-northeast-2 has no price"},
		{"{usd: 0.059, source: seoul}", "{usd: 0.059, source: somebody}", "names no source"},
		{"{usd: 0.0116, source: virginia-servers-july}", "{usd: 0.0116, source: somebody}", "t2.micro in us-east-1 names no source"},
		{"{usd: 0.059, source: seoul}", "{usd: 0.059, from: seoul}", `unknown field "from"`},
		{"    group: network\n    unit: hour", "    group: cables\n    unit: hour", "natGateway lacks a name, a unit, or a group"},
		{"    unit: hour\n", "", "natGateway lacks a name, a unit"},
	} {
		table := strings.Replace(string(priceTable), broken.old, broken.new, 1)
		if table == string(priceTable) {
			t.Fatalf("the table has no %q", broken.old)
		}
		if _, err := parseTable([]byte(table)); err == nil || !strings.Contains(err.Error(), broken.want) {
			t.Errorf("%q for %q: got %v, want %q", broken.new, broken.old, err, broken.want)
		}
	}
}
