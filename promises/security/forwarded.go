package security

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// forwardedHeader is what CloudFront shows the standby's web ACL.
const forwardedHeader = "X-Twinsite-Forwarded"

// forwardedPromises are about the visitors whom CloudFront forwards to the standby.
func forwardedPromises() []read.Promise {
	return []read.Promise{{
		Name:  "the standby takes a forwarded address from our own distribution only",
		When:  when.Forwarded,
		Check: checkForwarded,
	}}
}

// forwardedSecrets are the secrets that are replicated from the standby to the home region, in the order of the site's.
func forwardedSecrets(in *read.Reader) []*assembly.Resource {
	return slices.DeleteFunc(in.StandbyBalancer().Stack.Resources("AWS::SecretsManager::Secret"), func(r *assembly.Resource) bool {
		return !r.Has("ReplicaRegions")
	})
}

// checkForwarded demands that CloudFront shows the standby a secret that nobody else knows, wherever an origin's name may
// lead there, and that the web ACL knows it. A dynamic reference reaches secrets of its own region only, so that CloudFront's,
// of the home region, leads to the secret's replica.
func checkForwarded(in *read.Reader) {
	secrets := forwardedSecrets(in)
	if len(secrets) != len(in.Site.Edge.OriginSecrets) {
		read.Fail(nil, "", "%d secrets of the standby are replicated, want %d", len(secrets), len(in.Site.Edge.OriginSecrets))
	}
	for _, secret := range secrets {
		read.Expect(secret, "ReplicaRegions", []any{map[string]any{"Region": in.Site.Home.Region.Name}})
	}
	shows := isForwarded(in)
	limit := aclRule(standbyACL(in), forwardedLimit) + ".Statement.RateBasedStatement.ScopeDownStatement.AndStatement.Statements"
	last := read.Objects(standbyACL(in), limit)
	is, want := map[string]string{}, map[string]string{}
	read.Flatten(is, "", last[len(last)-1])
	read.Flatten(want, "", shows)
	for _, at := range read.Sorted(read.Union(is, want)) {
		if is[at] != want[at] {
			read.Fail(standbyACL(in), limit, "asks for %s %q, want %q", at, is[at], want[at])
		}
	}
	d := in.SiteDistribution()
	for _, origin := range must.Get(topology.Origins(d)) {
		way := must.Get(origin.FollowBalancers(in.Assembly))
		ends := way.Resources()
		sent := headerOf(d, origin.At("OriginCustomHeaders"))
		if ends[len(ends)-1] != in.StandbyBalancer() {
			if sent != "" {
				read.Fail(d, origin.At("OriginCustomHeaders"), "shows home the standby's secret")
			}
			continue
		}
		begin := "{{resolve:secretsmanager:arn:aws:secretsmanager:" + in.Site.Home.Region.Name + ":${AWS::AccountId}:secret:${"
		if !strings.HasPrefix(sent, begin) || !strings.HasSuffix(sent, "}:SecretString:::}}") || !strings.Contains(sent, secrets[0].String()+".Id") {
			read.Fail(d, origin.At("OriginCustomHeaders"), "sends %q in %s, want the replica of %s", sent, forwardedHeader, secrets[0])
		}
	}
}

// headerOf is the standby's secret among the headers that CloudFront adds, "" if it is not.
func headerOf(d *assembly.Resource, headers string) string {
	if !d.Has(headers) {
		return ""
	}
	for _, header := range read.Objects(d, headers) {
		if header["HeaderName"] == forwardedHeader {
			return read.As[string](d, headers, header["HeaderValue"], "a header's value")
		}
	}
	return ""
}
