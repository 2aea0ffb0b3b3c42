package edge

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// cacheCopies break the promise of cache_paths.go.
var cacheCopies = map[string][]brokencopy.Copy{
	"the application says what CloudFront keeps": {
		{"a pattern has no behavior", func(in *read.Reader) { cacheBehavior(in, "PathPattern", "/elsewhere/*") }, "has none for"},
		{"by home's fixed name", func(in *read.Reader) { cacheBehavior(in, "TargetOriginId", homeOrigin) }, "TargetOriginId"},
		{"takes writes", func(in *read.Reader) {
			cacheBehavior(in, "AllowedMethods", []string{"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"})
		}, "want reads alone"},
		{"cookies reach the application", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Add(cached(in).At("OriginRequestPolicyId"), read.AllViewer)
		}, "OriginRequestPolicyId is there"},
		{"for a day unless told", func(in *read.Reader) { cachePolicy(in).Set("CachePolicyConfig.DefaultTTL", 86400) }, "DefaultTTL is 86400"},
		{"never", func(in *read.Reader) { cachePolicy(in).Set("CachePolicyConfig.MaxTTL", 0) }, "MaxTTL is 0"},
		{"for a second whatever is said", func(in *read.Reader) { cachePolicy(in).Set("CachePolicyConfig.MinTTL", 1) }, "MinTTL is 1"},
		{"one host's pages for another", func(in *read.Reader) {
			cachePolicy(in).Set(cacheKey+"HeadersConfig.HeaderBehavior", "none")
		}, "HeaderBehavior is none"},
		{"by Authorization", func(in *read.Reader) {
			cachePolicy(in).Set(cacheKey+"HeadersConfig.Headers", []string{"Host", "Authorization"})
		}, "Headers is"},
		{"whatever the query", func(in *read.Reader) {
			cachePolicy(in).Set(cacheKey+"QueryStringsConfig.QueryStringBehavior", "none")
		}, "QueryStringBehavior is none"},
		{"by cookie", func(in *read.Reader) { cachePolicy(in).Set(cacheKey+"CookiesConfig.CookieBehavior", "all") }, "CookieBehavior is all"},
		{"the health path is kept", func(in *read.Reader) {
			d, policy := in.SiteDistribution(), read.Value(in.SiteDistribution(), cached(in).At("CachePolicyId"))
			d.Set(must.Get(topology.BehaviorFor(d, in.Site.Failover.Path)).At("CachePolicyId"), policy)
		}, "CachePolicyId"},
	},
}

const cacheKey = "CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin."

// cached is the first behavior that keeps answers.
func cached(in *read.Reader) topology.Behavior {
	for _, b := range must.Get(topology.Behaviors(in.SiteDistribution())) {
		if b.Pattern == in.Site.Edge.CachePaths[0] {
			return b
		}
	}
	panic("no behavior keeps answers")
}

// cacheBehavior replaces a value of that behavior.
func cacheBehavior(in *read.Reader, property string, value any) {
	in.SiteDistribution().Set(cached(in).At(property), value)
}

func cachePolicy(in *read.Reader) *assembly.Resource {
	return read.Follow(in.SiteDistribution(), cached(in).At("CachePolicyId"))
}
