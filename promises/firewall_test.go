package promises

// firewallCopies break the promises of firewall.go.
var firewallCopies = map[string][]brokenCopy{
	"both entrances refuse the same": {
		{"less at the standby", func(in *reader) {
			in.standbyACL().Delete(aclRule(in.standbyACL(), "AWSManagedRulesKnownBadInputsRuleSet"))
		}, "Name is AWSManagedRulesCommonRuleSet, want"},
		{"less at the edge", func(in *reader) {
			in.edgeACL().Delete(aclRule(in.edgeACL(), "AWSManagedRulesCommonRuleSet"))
		}, "Rules are 5, want 4"},
		{"more visitors", func(in *reader) {
			in.standbyACL().Set(aclRule(in.standbyACL(), "RateLimit")+".Statement.RateBasedStatement.Limit", 20000)
		}, "Limit is \"20000\""},
		{"what CloudFront forwards is not limited", func(in *reader) {
			in.standbyACL().Delete(aclRule(in.standbyACL(), forwardedLimit))
		}, "want ForwardedRateLimit"},
		{"what CloudFront forwards is counted only", func(in *reader) {
			in.standbyACL().Set(aclRule(in.standbyACL(), forwardedLimit)+".Action", map[string]any{"Count": map[string]any{}})
		}, "Action.Block is"},
		{"who forwards nothing may say so", func(in *reader) {
			in.standbyACL().Set(aclRule(in.standbyACL(), forwardedLimit)+".Statement.RateBasedStatement.ForwardedIPConfig.FallbackBehavior", "NO_MATCH")
		}, "FallbackBehavior is \"NO_MATCH\""},
		{"nothing unless a rule lets it through", func(in *reader) {
			in.standbyACL().Set("DefaultAction", map[string]any{"Block": map[string]any{}})
		}, "DefaultAction is map[Block"},
		{"in another order", func(in *reader) { in.edgeACL().Set("Rules.1.Priority", 9) }, "Priority is not above"},
	},
	"web ACLs log what they block or count, and nothing else": {
		{"everything", func(in *reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[0].Set("LoggingFilter.DefaultBehavior", "KEEP")
		}, "DefaultBehavior is KEEP"},
		{"nothing", func(in *reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Set("LoggingFilter.Filters.0.Behavior", "DROP")
		}, "Behavior is DROP"},
		{"what is both", func(in *reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Set("LoggingFilter.Filters.0.Requirement", "MEETS_ALL")
		}, "Requirement is MEETS_ALL"},
		{"not what is counted", func(in *reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[0].Delete("LoggingFilter.Filters.0.Conditions.1")
		}, "keep what is answered with [BLOCK]"},
	},
	"what web ACLs refuse is kept as long as what they let through": {
		{"for a week", func(in *reader) {
			logging := in.Referrers(in.edgeACL(), "AWS::WAFv2::LoggingConfiguration")[0]
			follow(logging, "LogDestinationConfigs.0").Set("RetentionInDays", 7)
		}, "RetentionInDays is 7, want 90"},
		{"for ever", func(in *reader) {
			logging := in.Referrers(in.standbyACL(), "AWS::WAFv2::LoggingConfiguration")[0]
			follow(logging, "LogDestinationConfigs.0").Delete("RetentionInDays")
		}, "RetentionInDays"},
	},
}
