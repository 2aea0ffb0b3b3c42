package security

import (
	"fmt"
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/site/aws"
)

// firewallCopies break the promises of firewall.go.
var firewallCopies = map[string][]brokencopy.Copy{
	"both entrances refuse the same": {
		{"less at the standby", func(in *read.Reader) {
			standbyACL(in).Delete(aclRule(standbyACL(in), "AWSManagedRulesKnownBadInputsRuleSet"))
		}, "Name is AWSManagedRulesCommonRuleSet, want"},
		{"less at the edge", func(in *read.Reader) {
			edgeACL(in).Delete(aclRule(edgeACL(in), "AWSManagedRulesCommonRuleSet"))
		}, "Rules are 5, want 4"},
		{"more visitors", func(in *read.Reader) {
			standbyACL(in).Set(aclRule(standbyACL(in), "RateLimit")+".Statement.RateBasedStatement.Limit", 20000)
		}, "Limit is \"20000\""},
		{"what CloudFront forwards is not limited", func(in *read.Reader) {
			standbyACL(in).Delete(aclRule(standbyACL(in), forwardedLimit))
		}, "want ForwardedRateLimit"},
		{"what CloudFront forwards is counted only", func(in *read.Reader) {
			standbyACL(in).Set(aclRule(standbyACL(in), forwardedLimit)+".Action", map[string]any{"Count": map[string]any{}})
		}, "Action.Block is"},
		{"a proxy that hides its visitors is refused", func(in *read.Reader) {
			standbyACL(in).Set(aclRule(standbyACL(in), forwardedLimit)+".Statement.RateBasedStatement.ForwardedIPConfig.FallbackBehavior", "MATCH")
		}, "FallbackBehavior is \"MATCH\""},
		{"nothing unless a rule lets it through", func(in *read.Reader) {
			standbyACL(in).Set("DefaultAction", map[string]any{"Block": map[string]any{}})
		}, "DefaultAction is map[Block"},
		{"in another order", func(in *read.Reader) { edgeACL(in).Set("Rules.1.Priority", 9) }, "Priority is not above"},
	},
	"rules that the site names only count": {
		{"one blocks at the edge", func(in *read.Reader) {
			edgeACL(in).Delete(countedRules(edgeACL(in)) + ".0")
		}, "RuleActionOverrides"},
		{"one blocks at the standby", func(in *read.Reader) {
			standbyACL(in).Set(countedRules(standbyACL(in))+".0.ActionToUse", map[string]any{"Block": map[string]any{}})
		}, "does not count SizeRestrictions_BODY"},
		{"one of another group", func(in *read.Reader) {
			edgeACL(in).Add(aclRule(edgeACL(in), aws.ReputationRules)+".Statement.ManagedRuleGroupStatement.RuleActionOverrides",
				[]any{map[string]any{"Name": "AWSManagedIPDDoSList", "ActionToUse": map[string]any{"Count": map[string]any{}}}})
		}, "AWSManagedIPDDoSList"},
		{"another counts", func(in *read.Reader) {
			edgeACL(in).Set(countedRules(edgeACL(in))+".0.Name", "GenericLFI_BODY")
		}, "GenericLFI_BODY"},
	},
	"the rate limit spares the ranges that the site names, and nobody else": {
		{"one less at the edge", func(in *read.Reader) { unlimitedSet(in, site.GlobalStack).Delete("Addresses.0") }, "spares"},
		{"one more at the standby", func(in *read.Reader) {
			unlimitedSet(in, site.SecondaryStack).Set("Addresses.0", "0.0.0.0/1")
		}, "0.0.0.0/1"},
		{"a limit that spares nobody", func(in *read.Reader) {
			acl := edgeACL(in)
			for i := range read.Length(acl, "Rules") {
				if limit := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement", i); acl.Has(limit) {
					acl.Delete(limit + ".ScopeDownStatement")
				}
			}
		}, "ScopeDownStatement"},
		{"a set for load balancers at the edge", func(in *read.Reader) { unlimitedSet(in, site.GlobalStack).Set("Scope", "REGIONAL") }, "Scope is REGIONAL"},
		{"by the visitor's own word", func(in *read.Reader) {
			acl := standbyACL(in)
			acl.Set(aclRule(acl, forwardedLimit)+".Statement.RateBasedStatement.ScopeDownStatement.AndStatement.Statements.2"+
				".NotStatement.Statement.IPSetReferenceStatement.IPSetForwardedIPConfig.Position", "FIRST")
		}, "Position is FIRST"},
	},
	"web ACLs log what they block or count, and nothing else": {
		{"everything", func(in *read.Reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[0].Set("LoggingFilter.DefaultBehavior", "KEEP")
		}, "DefaultBehavior is KEEP"},
		{"nothing", func(in *read.Reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Set("LoggingFilter.Filters.0.Behavior", "DROP")
		}, "Behavior is DROP"},
		{"what is both", func(in *read.Reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Set("LoggingFilter.Filters.0.Requirement", "MEETS_ALL")
		}, "Requirement is MEETS_ALL"},
		{"not what is counted", func(in *read.Reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[0].Delete("LoggingFilter.Filters.0.Conditions.1")
		}, "keep what is answered with [BLOCK]"},
	},
	"what web ACLs refuse is kept as long as what they let through": {
		{"for a week", func(in *read.Reader) {
			logging := in.Referrers(edgeACL(in), "AWS::WAFv2::LoggingConfiguration")[0]
			read.Follow(logging, "LogDestinationConfigs.0").Set("RetentionInDays", 7)
		}, "RetentionInDays is 7, want"},
		{"for ever", func(in *read.Reader) {
			logging := in.Referrers(standbyACL(in), "AWS::WAFv2::LoggingConfiguration")[0]
			read.Follow(logging, "LogDestinationConfigs.0").Delete("RetentionInDays")
		}, "RetentionInDays"},
	},
}

// countedRules is the path of those of the common rules that only count.
func countedRules(acl *assembly.Resource) string {
	return aclRule(acl, aws.CommonRuleSet) + ".Statement.ManagedRuleGroupStatement.RuleActionOverrides"
}

// unlimitedSet is the first set of ranges that the web ACL of a stack spares.
func unlimitedSet(in *read.Reader, stack string) *assembly.Resource {
	return must.Get(in.Stack(stack)).Resources("AWS::WAFv2::IPSet")[0]
}
