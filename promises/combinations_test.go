package promises

import (
	"slices"
	"strconv"
	"testing"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/site"
	"twinsite/topology"
	"twinsite/web"
)

// TestCombinations holds what no golden site has, reads or writes alone failing over at the edge, to the promises: the
// default site's templates, edited into what such a site would get, keep them all, and break one each in one point.
func TestCombinations(t *testing.T) {
	tests := []struct {
		name string
		make func(s *site.Site, d *assembly.Resource)

		breaks string // the promise that the edit breaks
		edit   func(a *assembly.Assembly, d *assembly.Resource)
	}{
		{"reads alone", readsAlone, "the health path cannot fail over at the edge", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Set(origin(d, "home").At("DomainName"), "origin.ticketing.pw")
		}},
		{"reads alone", readsAlone, "reads fail over at the edge", func(a *assembly.Assembly, d *assembly.Resource) {
			function := must.Get(must.Get(topology.DefaultBehavior(d)).Function("viewer-request"))
			function.Set("FunctionCode", web.EdgeFunction("serving-reads"))
		}},
		{"reads alone", readsAlone, "no health check asks for what moves with it", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Delete("DistributionConfig.CacheBehaviors")
		}},
		{"writes alone", writesAlone, "writes follow the health check behind CloudFront", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", "home")
		}},
		{"writes alone", writesAlone, "no health check asks for what moves with it", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Delete("DistributionConfig.CacheBehaviors")
		}},
		{"writes alone", writesAlone, "both entrances refuse the same", func(a *assembly.Assembly, d *assembly.Resource) {
			for _, acl := range must.Get(a.Stack(site.SecondaryStack)).Resources("AWS::WAFv2::WebACL") {
				acl.Delete("Rules.2") // that counts by visitor what CloudFront forwards
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name+"/"+test.breaks, func(t *testing.T) {
			golden := brokencopy.GoldenSites(t)[0]
			a, s := golden.Assembly.Clone(), *golden.Site
			d := must.Get(topology.SiteDistribution(a))
			test.make(&s, d)
			if broken := Check(a, &s); broken != nil {
				t.Fatalf("broken: %v", broken)
			}
			test.edit(a, d)
			if !slices.ContainsFunc(Check(a, &s), func(b Broken) bool { return b.Promise == test.breaks }) {
				t.Error("nobody noticed")
			}
		})
	}
}

// readsAlone makes a site with edge.readFailover and without edge.writeFailover.
func readsAlone(s *site.Site, d *assembly.Resource) {
	s.Edge.WriteFailover = false
	removeOrigins(d, "serving", "serving-reads")
	d.Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", "home")
	for _, id := range []string{"home", "standby"} {
		d.Set(origin(d, id).At("ConnectionAttempts"), 2)
		d.Set(origin(d, id).At("CustomOriginConfig.OriginReadTimeout"), int(s.Edge.ResponseTimeout.Seconds()))
	}
	function := must.Get(must.Get(topology.DefaultBehavior(d)).Function("viewer-request"))
	function.Set("FunctionCode", web.EdgeFunction("home"))
}

// writesAlone makes a site with edge.writeFailover and without edge.readFailover.
func writesAlone(s *site.Site, d *assembly.Resource) {
	s.Edge.ReadFailover = false
	removeOrigins(d, "serving-reads", "standby")
	d.Delete("DistributionConfig.DefaultCacheBehavior.FunctionAssociations")
}

func removeOrigins(d *assembly.Resource, ids ...string) {
	for _, id := range ids {
		origins := must.Get(topology.Origins(d))
		i := slices.IndexFunc(origins, func(o topology.Origin) bool { return o.ID == id })
		d.Delete("DistributionConfig.Origins." + strconv.Itoa(i))
	}
}

func origin(d *assembly.Resource, id string) topology.Origin {
	return must.Get(topology.OriginByID(d, id))
}
