package edge

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/web"
)

// readCopies break the promises of reads.go.
var readCopies = map[string][]brokencopy.Copy{
	"reads fail over at the edge": {
		{"no standby origin", originCopy(standbyOrigin, "Id", "elsewhere"), `no origin "standby"`},
		{"the standby origin is home", func(in *read.Reader) {
			originCopy(standbyOrigin, "DomainName", in.Site.OriginHost(in.Site.Home.Region.Name))(in)
		}, "retries at Primary."},
		{"the standby origin moves", func(in *read.Reader) {
			originCopy(standbyOrigin, "DomainName", in.Site.ServingHost())(in)
		}, "retries at Primary."},
		{"reads stay at home", func(in *read.Reader) {
			originCopy(readsOrigin, "DomainName", in.Site.OriginHost(in.Site.Home.Region.Name))(in)
		}, "which does not follow the health check"},
		{"no function", func(in *read.Reader) {
			in.SiteDistribution().Delete(read.DefaultBehavior + "FunctionAssociations")
		}, "FunctionAssociations"},
		{"the function runs too late", func(in *read.Reader) {
			in.SiteDistribution().Set(read.DefaultBehavior+"FunctionAssociations.0.EventType", "viewer-response")
		}, "EventType is viewer-response"},
		{"ten seconds for a dead region", originCopy(readsOrigin, "ConnectionTimeout", 10), "ConnectionTimeout is 10"},
		{"asked twice", originCopy(readsOrigin, "ConnectionAttempts", 2), "ConnectionAttempts is 2"},
		{"a hang costs a minute", originCopy(readsOrigin, "CustomOriginConfig.OriginReadTimeout", 59), "OriginReadTimeout is 59"},
		{"reads begin at home", func(in *read.Reader) {
			edgeFunction(in).Set("FunctionCode", web.EdgeFunction(homeOrigin))
		}, `groups ["home" "standby"] for GET, want ["serving-reads" "standby"]`},
		{"writes are done twice", func(in *read.Reader) {
			brokencopy.Rewrite(edgeFunction(in), "FunctionCode", "const READS = [", "const READS = ['POST', ")
		}, "for POST, which would be done twice"},
		{"another function", func(in *read.Reader) {
			brokencopy.Rewrite(edgeFunction(in), "FunctionCode", "text/event-stream", "text/events")
		}, "is not the function that package web tests"},
		{"no code at all", func(in *read.Reader) { edgeFunction(in).Set("FunctionCode", "soon") }, "cannot be run"},
		{"the old runtime", func(in *read.Reader) {
			edgeFunction(in).Set("FunctionConfig.Runtime", "cloudfront-js-1.0")
		}, "Runtime is cloudfront-js-1.0"},
	},
}
