package security

import (
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// forwardedCopies break the promise of forwarded.go.
var forwardedCopies = map[string][]brokencopy.Copy{
	"the standby takes a forwarded address from our own distribution only": {
		{"no replica", func(in *read.Reader) { forwardedSecrets(in)[0].Delete("ReplicaRegions") }, "0 secrets of the standby are replicated"},
		{"a replica elsewhere", func(in *read.Reader) {
			forwardedSecrets(in)[0].Set("ReplicaRegions.0.Region", "eu-west-1")
		}, "ReplicaRegions is"},
		{"whoever sends the header", func(in *read.Reader) {
			forwardedScope(in, ".ByteMatchStatement.FieldToMatch.SingleHeader.Name", "x-forwarded-for")
		}, "x-forwarded-for"},
		{"a known word", func(in *read.Reader) { forwardedScope(in, ".ByteMatchStatement.SearchString", "open sesame") }, "open sesame"},
		{"what begins as the secret", func(in *read.Reader) {
			forwardedScope(in, ".ByteMatchStatement.PositionalConstraint", "CONTAINS")
		}, "CONTAINS"},
		{"not what the name that moves leads to", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Delete(read.DefaultOrigin(d).At("OriginCustomHeaders"))
		}, "sends \"\""},
		{"not what reads are retried at", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.Origin(d, "standby").At("OriginCustomHeaders.0.HeaderName"), "X-Other")
		}, "sends \"\""},
		{"a secret of the other region", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.Origin(d, "standby").At("OriginCustomHeaders.0.HeaderValue"), "{{resolve:secretsmanager:ticketing-secret:SecretString:::}}")
		}, "want the replica of"},
		{"home learns it", func(in *read.Reader) {
			d := in.SiteDistribution()
			home := must.Get(topology.OriginByID(d, "home"))
			d.Set(home.At("OriginCustomHeaders.0.HeaderName"), forwardedHeader)
		}, "shows home"},
	},
}

// forwardedScope replaces a value in what the standby's web ACL knows CloudFront by.
func forwardedScope(in *read.Reader, property string, value any) {
	acl := standbyACL(in)
	acl.Set(aclRule(acl, forwardedLimit)+".Statement.RateBasedStatement.ScopeDownStatement.AndStatement.Statements.1"+property, value)
}
