package edge

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

// servingCopies break the promises of serving.go.
var servingCopies = map[string][]brokencopy.Copy{
	"writes follow the health check behind CloudFront": {
		{"home", brokencopy.DistributionCopy("DefaultCacheBehavior.TargetOriginId", homeOrigin), "TargetOriginId is home"},
		{"by home's fixed name", func(in *read.Reader) {
			originCopy(servingOrigin, "DomainName", in.Site.OriginHost(in.Site.Home.Region.Name))(in)
		}, "which does not follow the health check"},
		{"once", originCopy(servingOrigin, "ConnectionAttempts", 1), "ConnectionAttempts is 1"},
		{"ten seconds for a dead region", originCopy(servingOrigin, "ConnectionTimeout", 10), "ConnectionTimeout is 10"},
		{"cut short", originCopy(servingOrigin, "CustomOriginConfig.OriginReadTimeout", 3), "OriginReadTimeout is 3"},
	},
	"CloudFront's name for who serves moves as the health check does": {
		{"a minute later", func(in *read.Reader) { servingRecord(in, "SECONDARY", "TTL", "60") }, "TTL is 60"},
		{"always", func(in *read.Reader) { servingRecord(in, "PRIMARY", "Failover", "MULTIVALUE") }, "Failover is MULTIVALUE"},
		{"PRIMARY is the standby", func(in *read.Reader) {
			servingRecord(in, "PRIMARY", "ResourceRecords.0", in.Site.OriginHost(in.Site.Standby.Region.Name)+".")
		}, "PRIMARY is"},
		{"SECONDARY is home", func(in *read.Reader) {
			servingRecord(in, "SECONDARY", "ResourceRecords.0", in.Site.OriginHost(in.Site.Home.Region.Name)+".")
		}, "SECONDARY is"},
		{"there is none", func(in *read.Reader) {
			primary, _ := in.ServingPair()
			primary.Resource.Stack.Remove(primary.Resource.LogicalID)
		}, "has no pair of records"},
		{"without the standby's health", func(in *read.Reader) {
			_, secondary := in.ServingPair()
			secondary.Resource.Delete(secondary.At("HealthCheckId"))
		}, "has no health check"},
		{"by home's health", func(in *read.Reader) {
			primary, secondary := in.ServingPair()
			secondary.Resource.Set(secondary.At("HealthCheckId"), brokencopy.Ref(in.EndpointCheck(primary.HealthCheck)))
		}, "FullyQualifiedDomainName asks"},
		{"as visitors do not", func(in *read.Reader) {
			if in.Site.Failover.Front == site.FrontEdge { // visitors' records have a check of their own there
				_, secondary := in.ServingPair()
				secondary.Resource.Set(secondary.At("HealthCheckId"), brokencopy.Ref(in.Front()))
				in.Site.Failover.Front = site.FrontHome
				return
			}
			servingRecord(in, "PRIMARY", "HealthCheckId", brokencopy.Ref(in.EndpointCheck(in.Front())))
		}, "want Failover."},
	},
	"visitors stay at CloudFront while either region answers through it": {
		{"both have to", func(in *read.Reader) { in.Front().Set("HealthCheckConfig.HealthThreshold", 2) }, "HealthThreshold is 2"},
		{"the standby is not asked", func(in *read.Reader) {
			in.Front().Set("HealthCheckConfig.ChildHealthChecks", []any{brokencopy.Ref(in.EndpointCheck(in.Front()))})
		}, "from 1 health checks"},
		{"one name follows home", func(in *read.Reader) {
			primary, _ := in.Pair(in.Site.HostNames()[1], "A")
			primary.Resource.Set(primary.At("HealthCheckId"), brokencopy.Ref(in.Serves()))
		}, "HealthCheckId leads to"},
		{"the standby is asked itself", func(in *read.Reader) {
			standbyThroughEdge(in.Front()).Set("HealthCheckConfig.FullyQualifiedDomainName", standbyName(in))
		}, "FullyQualifiedDomainName leads to Secondary."},
		{"asked later", func(in *read.Reader) {
			standbyThroughEdge(in.Front()).Set("HealthCheckConfig.FailureThreshold", 10)
		}, "FailureThreshold is 10"},
		{"the path leads home", func(in *read.Reader) { checkBehavior(in, site.StandbyCheckPath, "TargetOriginId", homeOrigin) }, "TargetOriginId leads to"},
		{"the path follows who serves", func(in *read.Reader) {
			checkBehavior(in, site.StandbyCheckPath, "TargetOriginId", servingOrigin)
		}, "TargetOriginId leads to"},
		{"the path is written to", func(in *read.Reader) {
			checkBehavior(in, site.StandbyCheckPath, "AllowedMethods", []string{"GET", "HEAD", "OPTIONS"})
		}, "AllowedMethods is"},
		{"the standby does not know the path", func(in *read.Reader) {
			function := standbyFunction(in)
			brokencopy.Rewrite(function, "FunctionCode", `"`+in.Site.Failover.Path+`"`, `"/elsewhere"`)
		}, "asks for /elsewhere"},
		{"another function", func(in *read.Reader) {
			brokencopy.Rewrite(standbyFunction(in), "FunctionCode", "return request;", "request.method = 'HEAD'; return request;")
		}, "is not the function that package web tests"},
	},
	"the health path cannot fail over at the edge": {
		{"another path is checked", brokencopy.HealthCheckCopy("ResourcePath", "/login"), `is "", which takes /login`},
		{"it goes where all goes", func(in *read.Reader) { checkBehavior(in, in.Site.Failover.Path, "PathPattern", "/elsewhere") }, "which takes"},
		{"another behavior takes it first", func(in *read.Reader) {
			const path = "DistributionConfig.CacheBehaviors"
			d := in.SiteDistribution()
			first := read.Objects(d, path)[0]
			first["PathPattern"] = "/*"
			d.Set(path, append([]any{first}, read.List(d, path)...))
		}, `is "/*", which takes`},
		{"it follows who serves", func(in *read.Reader) {
			checkBehavior(in, in.Site.Failover.Path, "TargetOriginId", servingOrigin)
		}, "TargetOriginId is serving"},
		{"its origin moves", func(in *read.Reader) { originCopy(homeOrigin, "DomainName", in.Site.ServingHost())(in) }, "want Primary."},
		{"its origin is the standby", func(in *read.Reader) {
			originCopy(homeOrigin, "DomainName", in.Site.OriginHost(in.Site.Standby.Region.Name))(in)
		}, "want Primary."},
		{"asked twice", originCopy(homeOrigin, "ConnectionAttempts", 2), "ConnectionAttempts is 2"},
		{"waits", originCopy(homeOrigin, "CustomOriginConfig.OriginReadTimeout", 30), "OriginReadTimeout is 30"},
		{"takes writes", func(in *read.Reader) {
			checkBehavior(in, in.Site.Failover.Path, "AllowedMethods", []string{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})
		}, "AllowedMethods is"},
		{"cached", func(in *read.Reader) {
			checkBehavior(in, in.Site.Failover.Path, "CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6")
		}, "CachePolicyId is 658327ea"},
		{"a function sees it", func(in *read.Reader) {
			d := in.SiteDistribution()
			associations := read.Value(d, read.DefaultBehavior+"FunctionAssociations")
			d.Add(must.Get(topology.BehaviorFor(d, in.Site.Failover.Path)).At("FunctionAssociations"), associations)
		}, "a function could lead"},
	},
	"no health check asks for what moves with it": {
		{"by the name that moves", func(in *read.Reader) {
			check, name := in.EndpointCheck(in.Serves()), in.FirstName()
			if in.Site.Edge.OriginTLS {
				name = in.Site.ServingHost()
			}
			check.Set("HealthCheckConfig.FullyQualifiedDomainName", name)
		}, "which moves with it"},
		{"by visitors' name", func(in *read.Reader) {
			in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.FullyQualifiedDomainName", in.FirstName())
		}, "which moves with it"},
		{"for a path that follows who serves", func(in *read.Reader) {
			if !in.Site.Edge.WriteFailover { // the article's site has no name that follows
				d := in.SiteDistribution()
				d.Set(read.DefaultOrigin(d).At("DomainName"), standbyName(in))
				return
			}
			in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.ResourcePath", "/login")
		}, "which leads to the origin"},
		{"through the group of reads", func(in *read.Reader) {
			if !in.Site.Edge.WriteFailover {
				d := in.SiteDistribution()
				d.Set(read.DefaultOrigin(d).At("DomainName"), standbyName(in))
				return
			}
			d := in.SiteDistribution()
			d.Delete("DistributionConfig.CacheBehaviors")
			d.Set(read.DefaultBehavior+"TargetOriginId", homeOrigin)
		}, "which leads to the origin"},
		{"by its path for the standby", func(in *read.Reader) {
			if in.Site.Failover.Front != site.FrontEdge {
				in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.FullyQualifiedDomainName", in.FirstName())
				return
			}
			in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.ResourcePath", site.StandbyCheckPath)
		}, ""},
	},
}

// standbyName is the standby load balancer's own name, as other stacks read it.
func standbyName(in *read.Reader) any {
	standby := in.StandbyBalancer()
	return brokencopy.GetStackOutput(standby, read.Placeholder(standby, "DNSName"))
}

// servingRecord replaces a value of one of the records that CloudFront follows.
func servingRecord(in *read.Reader, failover, property string, value any) {
	primary, secondary := in.ServingPair()
	record := map[string]assembly.Record{"PRIMARY": primary, "SECONDARY": secondary}[failover]
	record.Resource.Set(record.At(property), value)
}

// checkBehavior replaces a value of the behavior that the site's distribution has for a path.
func checkBehavior(in *read.Reader, path, property string, value any) {
	d := in.SiteDistribution()
	d.Set(must.Get(topology.BehaviorFor(d, path)).At(property), value)
}

// standbyFunction is the function that turns one health checkers' path into the other.
func standbyFunction(in *read.Reader) *assembly.Resource {
	return viewerFunction(must.Get(topology.BehaviorFor(in.SiteDistribution(), site.StandbyCheckPath)))
}
