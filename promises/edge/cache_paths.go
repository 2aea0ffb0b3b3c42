package edge

import (
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// checkCachePaths demands of what CloudFront keeps that the application says so, that no visitor gets another's answer, and
// that what is not kept goes the way of all requests. A health checker must never get a kept answer.
func checkCachePaths(in *read.Reader) {
	d := in.SiteDistribution()
	behaviors := must.Get(topology.Behaviors(d))
	usual := behaviors[len(behaviors)-1]
	for _, pattern := range in.Site.Edge.CachePaths {
		i := slices.IndexFunc(behaviors, func(b topology.Behavior) bool { return b.Pattern == pattern })
		if i < 0 {
			read.Fail(d, "DistributionConfig.CacheBehaviors", "has none for %s", pattern)
		}
		b := behaviors[i]
		agree(d, b.Path, usual.Path, "TargetOriginId", "FunctionAssociations", "ResponseHeadersPolicyId", "ViewerProtocolPolicy", "Compress")
		methods := read.Texts(d, b.At("AllowedMethods"))
		if slices.Sort(methods); !slices.Equal(methods, []string{"GET", "HEAD", "OPTIONS"}) {
			read.Fail(d, b.At("AllowedMethods"), "is %v, want reads alone", methods)
		}
		if d.Has(b.At("OriginRequestPolicyId")) {
			read.Fail(d, b.At("OriginRequestPolicyId"), "is there: the application would get what tells visitors apart, and others its answer")
		}
		checkCachePolicy(read.Target(d, b.At("CachePolicyId"), "AWS::CloudFront::CachePolicy"))
	}
	path := read.Text(in.EndpointCheck(in.Serves()), "HealthCheckConfig.ResourcePath")
	health := must.Get(topology.BehaviorFor(d, path))
	read.Expect(d, health.At("CachePolicyId"), read.CachingDisabled)
}

// checkCachePolicy demands that answers are kept by host, path and query, and for as long as the application says.
func checkCachePolicy(policy *assembly.Resource) {
	const config, key = "CachePolicyConfig.", "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin."
	read.Expect(policy, config+"MinTTL", 0)
	read.Expect(policy, config+"DefaultTTL", 0)
	if read.Int(policy, config+"MaxTTL") == 0 {
		read.Fail(policy, config+"MaxTTL", "is 0: nothing is kept, whatever the application says")
	}
	read.Expect(policy, key+"HeadersConfig.HeaderBehavior", "whitelist")
	read.Expect(policy, key+"HeadersConfig.Headers", []any{"Host"})
	read.Expect(policy, key+"QueryStringsConfig.QueryStringBehavior", "all")
	read.Expect(policy, key+"CookiesConfig.CookieBehavior", "none")
}
