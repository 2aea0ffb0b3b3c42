package topology_test

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

func TestPairs(t *testing.T) {
	describe := func(pairs []topology.Pair) string {
		var lines []string
		for _, p := range pairs {
			var halves []string
			for _, r := range p.Records() {
				if r.Alias == nil {
					halves = append(halves, r.Values...)
					continue
				}
				halves = append(halves, fmt.Sprint(r.Alias))
			}
			lines = append(lines, p.Name+" "+p.Type+" "+strings.Join(halves, " "))
		}
		return strings.Join(lines, "\n")
	}
	ends := " " + siteEdge + " " + standbyBalancer
	visitors := "ticketing.pw A" + ends + "\nticketing.pw AAAA" + ends + "\nwww.ticketing.pw A" + ends + "\nwww.ticketing.pw AAAA" + ends
	const serving = "origin.ticketing.pw CNAME origin-ap-northeast-2.ticketing.pw. origin-us-east-1.ticketing.pw."
	all := visitors + "\n" + serving
	read := got[[]topology.Pair](t)
	site := load(t, "site")
	same(t, "pairs", describe(read(topology.Pairs(site))), all)
	same(t, "visitors' pairs", describe(read(topology.VisitorPairs(site))), visitors)
	same(t, "serving pairs", describe(read(topology.ServingPairs(site))), serving)
	same(t, "visitors' pairs of the article", describe(read(topology.VisitorPairs(load(t, "article")))), strings.Join([]string{"ticketing.pw A" + ends, "www.ticketing.pw A" + ends}, "\n"))
	same(t, "serving pairs of the article", len(read(topology.ServingPairs(load(t, "article")))), 0)

	halved := load(t, "site", func(a *assembly.Assembly) { find(a, apexRecords).Delete("RecordSets.3") })
	same(t, "half a pair", describe(read(topology.Pairs(halved))), strings.Replace(all, "AAAA"+ends, "AAAA "+siteEdge, 1))

	doubled := load(t, "site", func(a *assembly.Assembly) { find(a, apexRecords).Set("RecordSets.3.Failover", "PRIMARY") })
	refused[[]topology.Pair](t, apexRecords+".RecordSets.3: ticketing.pw has a second PRIMARY record of type AAAA")(topology.Pairs(doubled))
	refused[*assembly.Resource](t, "second PRIMARY")(topology.SiteDistribution(doubled))

	behind := load(t, "site", func(a *assembly.Assembly) {
		for i := range 4 {
			find(a, wwwRecords).Set(fmt.Sprintf("RecordSets.%d.Name", i), "Origin.ticketing.pw.")
		}
		find(a, siteEdge).Set("DistributionConfig.Origins.0.DomainName", "origin.ticketing.pw")
	})
	same(t, "pairs behind the distribution, by A and AAAA", len(read(topology.ServingPairs(behind))), 3)
	same(t, "visitors' pairs beside them", describe(read(topology.VisitorPairs(behind))), visitors[:strings.Index(visitors, "\nwww")])

	asks := func(name string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			for _, origin := range []int{0, 2} {
				find(a, siteEdge).Set(fmt.Sprintf("DistributionConfig.Origins.%d.DomainName", origin), name)
			}
		}
	}
	unused := load(t, "site", asks("origin-ap-northeast-2.ticketing.pw"))
	same(t, "a pair that stands ready", describe(read(topology.ServingPairs(unused))), serving)
	chosen := load(t, "site", asks("origin-ap-northeast-2.ticketing.pw"), func(a *assembly.Assembly) {
		find(a, siteEdge).Set("DistributionConfig.Aliases", []string{"ticketing.pw", "Origin.ticketing.pw"})
	})
	same(t, "CNAMEs that visitors ask for", len(read(topology.ServingPairs(chosen))), 0)
}
