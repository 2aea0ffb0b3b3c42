package security

import (
	"twinsite/assembly"
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
		{"health checkers are limited", edit("RateLimit", ".Statement.RateBasedStatement.ScopeDownStatement", map[string]any{}), "limits health checkers"},
	}
}
