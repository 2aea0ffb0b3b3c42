package promises

import (
	"slices"
	"strconv"
	"testing"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
	"twinsite/web"
)

// TestCombinations holds what no golden site has, reads or writes alone failing over at the edge, to the promises: the
// default site's templates, edited into what such a site would get, keep them all, and break one each in one point.
func TestCombinations(t *testing.T) {
	type breach struct {
		promise string // that the edit breaks
		edit    func(a *assembly.Assembly, d *assembly.Resource)
	}
	unasked := breach{"no health check asks for what moves with it", func(a *assembly.Assembly, d *assembly.Resource) {
		d.Delete("DistributionConfig.CacheBehaviors")
	}}
	tests := []struct {
		name     string
		make     func(s *site.Site, d *assembly.Resource)
		breaches []breach
	}{
		{"reads alone", readsAlone, []breach{unasked, {"the health path cannot fail over at the edge", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Set(origin(d, "home").At("DomainName"), "origin.ticketing.pw")
		}}, {"reads fail over at the edge", func(a *assembly.Assembly, d *assembly.Resource) {
			function := must.Get(must.Get(topology.DefaultBehavior(d)).Function("viewer-request"))
			function.Set("FunctionCode", web.EdgeFunction("serving-reads"))
		}}}},
		{"writes alone", writesAlone, []breach{unasked, {"writes follow the health check behind CloudFront", func(a *assembly.Assembly, d *assembly.Resource) {
			d.Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", "home")
		}}, {"both entrances refuse the same", func(a *assembly.Assembly, d *assembly.Resource) {
			for _, acl := range must.Get(a.Stack(site.SecondaryStack)).Resources("AWS::WAFv2::WebACL") {
				acl.Delete("Rules.2") // that counts by visitor what CloudFront forwards
			}
		}}}},
	}
	golden := brokencopy.GoldenSites(t)[0]
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, s := golden.Assembly.Clone(), *golden.Site
			test.make(&s, must.Get(topology.SiteDistribution(a)))
			if broken := Check(a, &s); broken != nil {
				t.Fatalf("broken: %v", broken)
			}
			for _, b := range test.breaches {
				changed := a.Clone()
				b.edit(changed, must.Get(topology.SiteDistribution(changed)))
				promises := For(&s)
				i := slices.IndexFunc(promises, func(p Promise) bool { return p.Name == b.promise })
				if i < 0 || promises[i].broken(read.New(changed, &s)) == nil {
					t.Errorf("nobody noticed that this is broken: %s", b.promise)
				}
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
