package edge

import (
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/internal/edgefunction"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
	"twinsite/topology"
	"twinsite/web"
)

// servingPromises are about CloudFront's own way to the region that serves, and about what must never take it.
func servingPromises() []read.Promise {
	return []read.Promise{{
		Name:  "writes follow the health check behind CloudFront",
		When:  when.WriteFailover,
		Check: checkWriteFailover,
	}, {
		Name:  "CloudFront's name for who serves moves as the health check does",
		When:  when.OriginTLS,
		Check: checkServingPair,
	}, {
		Name:  "visitors stay at CloudFront while either region answers through it",
		When:  when.FrontEdge,
		Check: checkFront,
	}, {
		Name:  "no health check asks for what moves with it",
		Check: checkNoSwing,
	}}
}

// checkWriteFailover demands that all that is no read goes where the health check says, and is not asked for too often.
func checkWriteFailover(in *read.Reader) {
	d := in.SiteDistribution()
	read.Expect(d, read.DefaultBehavior+"TargetOriginId", servingOrigin)
	origin := read.Origin(d, servingOrigin)
	checkServes(in, origin)
	checkPatience(origin, patience{2, in.Site.Edge.ResponseTimeout})
}

// checkServes demands of an origin the name that follows the health check from home to the standby.
func checkServes(in *read.Reader, origin topology.Origin) {
	d := origin.Distribution
	if origin.Domain != in.Site.ServingHost() {
		read.Fail(d, origin.At("DomainName"), "is %s, which does not follow the health check, want %s", origin.Domain, in.Site.ServingHost())
	}
	way := must.Get(origin.FollowBalancers(in.Assembly))
	if way.Pair == nil || way.Primary != in.HomeBalancer() || way.Secondary != in.StandbyBalancer() {
		read.Fail(d, origin.At("DomainName"), "leads to %v, want %s and then %s", way.Resources(), in.HomeBalancer(), in.StandbyBalancer())
	}
}

// checkServingPair demands the pair of names that never move, below a name that CloudFront asks for anew every ten seconds:
// an alias would last a minute. Without a health check of the standby's, the name would lead there when both regions are
// down, and visitors' records home.
func checkServingPair(in *read.Reader) {
	primary, secondary := in.ServingPair()
	for _, half := range []struct {
		record   assembly.Record
		failover string
		region   string
		leads    *assembly.Resource
	}{
		{primary, "PRIMARY", in.Site.Home.Region.Name, in.HomeBalancer()},
		{secondary, "SECONDARY", in.Site.Standby.Region.Name, in.StandbyBalancer()},
	} {
		r := half.record
		read.Expect(r.Resource, r.At("Failover"), half.failover)
		if want := in.Site.OriginHost(half.region) + "."; !slices.Equal(r.Values, []string{want}) {
			read.Fail(r.Resource, r.At("ResourceRecords"), "of %s %s is %q, want %q", r.Name, r.Failover, r.Values, want)
		}
		in.LeadsTo(in.Site.OriginHost(half.region), half.leads)
		read.Expect(r.Resource, r.At("TTL"), int(site.ServingTTL.Seconds()))
	}
	if front := in.Front(); in.Site.Failover.Front == site.FrontHome && in.Followed(primary) != front {
		read.Fail(primary.Resource, primary.At("HealthCheckId"), "leads to %s, want %s as visitors' records do", primary.HealthCheck, front)
	}
	standby := must.Get(topology.ReadHealthCheck(in.Followed(secondary)))
	if asked := must.Get(standby.Asks(in.Assembly)); asked != in.StandbyBalancer() {
		read.Fail(standby.Resource, "HealthCheckConfig.FullyQualifiedDomainName", "asks %s, want %s", asked, in.StandbyBalancer())
	}
}

// checkFront demands of visitors' records that they leave CloudFront only when neither region answers through it: then it
// is CloudFront that fails.
func checkFront(in *read.Reader) {
	front := in.Front()
	in.Pairs(func(primary, _ assembly.Record) {
		if in.Followed(primary) != front {
			read.Fail(primary.Resource, primary.At("HealthCheckId"), "leads to %s, want %s", primary.HealthCheck, front)
		}
	})
	checkCalculated(front, 1)
	home := in.EndpointCheck(in.Serves())
	if endpoint := in.EndpointCheck(front); endpoint != home {
		read.Fail(front, "HealthCheckConfig.ChildHealthChecks", "has %s for the home region, want %s", endpoint, home)
	}
	check := standbyThroughEdge(front)
	read.Leads(check, "HealthCheckConfig.FullyQualifiedDomainName", in.SiteDistribution())
	for _, property := range []string{"RequestInterval", "FailureThreshold"} {
		read.Expect(check, "HealthCheckConfig."+property, read.Value(home, "HealthCheckConfig."+property))
	}
	behavior := must.Get(topology.BehaviorFor(in.SiteDistribution(), site.StandbyCheckPath))
	checkAsked(behavior)
	origin := must.Get(behavior.Origin())
	if way := must.Get(origin.FollowBalancers(in.Assembly)); way.Pair != nil || way.Primary != in.StandbyBalancer() {
		read.Fail(behavior.Distribution, behavior.At("TargetOriginId"), "leads to %v, want %s", way.Resources(), in.StandbyBalancer())
	}
	function := viewerFunction(behavior)
	result := run(function, edgefunction.Request{Method: "GET", URI: site.StandbyCheckPath})
	if result.URI != in.Site.Failover.Path || result.Group != nil || result.Status != 0 {
		read.Fail(function, "FunctionCode", "asks for %s, of %+v, want %s", result.URI, result.Group, in.Site.Failover.Path)
	}
	if read.Text(function, "FunctionCode") != web.StandbyFunction(in.Site.Failover.Path) {
		read.Fail(function, "FunctionCode", "is not the function that package web tests")
	}
}

// standbyThroughEdge is the child of visitors' health check that asks for the standby.
func standbyThroughEdge(front *assembly.Resource) *assembly.Resource {
	return read.Child(front, "of the standby at "+site.StandbyCheckPath, func(path string) bool { return path == site.StandbyCheckPath })
}

// healthSilence is how long CloudFront waits for home's answer to a health checker, which itself waits two seconds.
const healthSilence = 3 * time.Second

// checkHealthPath demands a way of its own for health checkers' requests, which leads home whatever the rest does, and is
// taken before any other. It takes no writes: they would not fail over.
func checkHealthPath(in *read.Reader) {
	d := in.SiteDistribution()
	path := read.Text(in.EndpointCheck(in.Serves()), "HealthCheckConfig.ResourcePath")
	behavior := must.Get(topology.BehaviorFor(d, path))
	if first := must.Get(topology.Behaviors(d))[0]; behavior.Pattern != path || behavior.Path != first.Path {
		read.Fail(d, behavior.At("PathPattern"), "is %q, which takes %s, want a behavior of that alone, the first", behavior.Pattern, path)
	}
	checkAsked(behavior)
	if associations := behavior.At("FunctionAssociations"); read.LengthOrNone(d, associations) != 0 {
		read.Fail(d, associations, "is there: a function could lead %s elsewhere", path)
	}
	read.Expect(d, behavior.At("TargetOriginId"), homeOrigin)
	origin := read.Origin(d, homeOrigin)
	way := must.Get(origin.FollowBalancers(in.Assembly))
	if way.Pair != nil || way.Primary != in.HomeBalancer() {
		read.Fail(d, origin.At("DomainName"), "is %s, which leads to %v, want %s alone", origin.Domain, way.Resources(), in.HomeBalancer())
	}
	if in.Site.Edge.WriteFailover {
		checkPatience(origin, patience{1, min(healthSilence, in.Site.Edge.ResponseTimeout)})
	}
}

// checkAsked demands of a behavior for health checkers that it answers them as the default behavior answers visitors.
func checkAsked(behavior topology.Behavior) {
	d := behavior.Distribution
	methods := read.Texts(d, behavior.At("AllowedMethods"))
	if slices.Sort(methods); !slices.Equal(methods, []string{"GET", "HEAD"}) {
		read.Fail(d, behavior.At("AllowedMethods"), "is %v, want GET and HEAD", methods)
	}
	agree(d, behavior.Path, must.Get(topology.DefaultBehavior(d)).Path,
		"CachePolicyId", "OriginRequestPolicyId", "ResponseHeadersPolicyId", "ViewerProtocolPolicy", "Compress")
}

// checkNoSwing demands that no health check asks for what moves with it. One that did would find home healthy as soon as the
// standby serves, lead everybody back, and so on without end. The one that asks for the standby through CloudFront is meant
// to, and moves nothing but visitors.
func checkNoSwing(in *read.Reader) {
	for _, r := range in.Resources(topology.HealthCheckType) {
		check := must.Get(topology.ReadHealthCheck(r))
		if check.Path == "" { // calculated
			continue
		}
		const host = "HealthCheckConfig.FullyQualifiedDomainName"
		way := must.Get(topology.Follow(in.Assembly, r, host))
		if way.Pair != nil {
			read.Fail(r, host, "is %s, which moves with it", way.Pair.Name)
		}
		if way.Primary == in.SiteDistribution() && !asksStandby(in, r) {
			checkStays(in, r, check.Path)
		}
	}
}

// asksStandby reports whether a health check is the one that asks for the standby through CloudFront.
func asksStandby(in *read.Reader, check *assembly.Resource) bool {
	return in.Site.Failover.Front == site.FrontEdge && check == standbyThroughEdge(in.Front())
}

// checkStays demands that the site's distribution asks home alone for a path.
func checkStays(in *read.Reader, check *assembly.Resource, path string) {
	d := in.SiteDistribution()
	behavior := must.Get(topology.BehaviorFor(d, path))
	origins := must.Get(behavior.Origins())
	if function := must.Get(behavior.Function("viewer-request")); function != nil {
		if group := run(function, edgefunction.Request{Method: "GET", URI: path}).Group; group != nil {
			origins = nil
			for _, id := range group.Origins {
				origins = append(origins, read.Origin(d, id))
			}
		}
	}
	for _, origin := range origins {
		if way := must.Get(origin.Follow(in.Assembly)); way.Pair != nil || way.Primary != in.HomeBalancer() || way.Primary == in.StandbyBalancer() {
			read.Fail(check, "HealthCheckConfig.ResourcePath", "is %s, which leads to the origin %s and so to %v, want home alone", path, origin.ID, way.Resources())
		}
	}
}
