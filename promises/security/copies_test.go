package security

import (
	"encoding/json"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// aclCopies break a web ACL.
func aclCopies(acl func(*read.Reader) *assembly.Resource) []brokencopy.Copy {
	edit := func(rule, path string, value any) func(*read.Reader) {
		return func(in *read.Reader) {
			acl := acl(in)
			acl.Set(aclRule(acl, rule)+path, value)
		}
	}
	return []brokencopy.Copy{
		{"known attacks are counted only", edit("AWSManagedRulesKnownBadInputsRuleSet", ".OverrideAction", map[string]any{"Count": map[string]any{}}), "KnownBadInputs"},
		{"no reputation", edit("AWSManagedRulesAmazonIpReputationList", ".Statement.ManagedRuleGroupStatement.Name", "Other"), "Name is Other"},
		{"common rules do otherwise", func(in *read.Reader) {
			in.Site.WAFRules.CommonRules = map[site.CommonRules]site.CommonRules{
				site.CommonCount: site.CommonBlock, site.CommonBlock: site.CommonCount,
			}[in.Site.WAFRules.CommonRules]
		}, "AWSManagedRulesCommonRuleSet"},
		{"another limit", edit("RateLimit", ".Statement.RateBasedStatement.Limit", 10), "Limit is 10"},
		{"the limit is counted only", edit("RateLimit", ".Action", map[string]any{"Count": map[string]any{}}), "Action"},
		{"one kind of health checkers is limited", func(in *read.Reader) {
			acl, asked := acl(in), in.Site.Failover.Path
			if in.Site.Failover.Front == site.FrontEdge {
				asked = site.StandbyCheckPath
			}
			path := aclRule(acl, "RateLimit") + ".Statement.RateBasedStatement.ScopeDownStatement"
			data := must.Get(json.Marshal(read.Value(acl, path)))
			acl.Set(path, json.RawMessage(strings.ReplaceAll(string(data), asked, "/elsewhere")))
		}, "limits health checkers, who ask for"},
		{"health checkers are limited", edit("RateLimit", ".Statement.RateBasedStatement.ScopeDownStatement", map[string]any{}), "limits health checkers"},
	}
}

// attach gives a role one more managed policy.
func attach(role *assembly.Resource, policy string) {
	const path = "ManagedPolicyArns"
	if !role.Has(path) {
		role.Add(path, []string{policy})
		return
	}
	role.Set(path, append(read.List(role, path), policy))
}
