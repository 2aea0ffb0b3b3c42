package promises

import (
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

func (in *reader) checkEdgeACL() {
	acl := in.edgeACL()
	inRegion(acl, site.GlobalRegion)
	in.checkACL(acl, "CLOUDFRONT")
}

func (in *reader) edgeACL() *assembly.Resource {
	return target(in.siteDistribution(), "DistributionConfig.WebACLId", "AWS::WAFv2::WebACL")
}

func (in *reader) checkStandbyACL() {
	acl := in.standbyACL()
	inRegion(acl, in.site.Standby.Region.Name)
	in.checkACL(acl, "REGIONAL")
	if !in.site.Edge.ReadFailover {
		return
	}
	// CloudFront's addresses stand for all visitors when it retries reads here.
	aclRule(acl, "ForwardedRateLimit")
	path := aclRule(acl, "RateLimit") + ".Statement.RateBasedStatement.ScopeDownStatement"
	if !strings.Contains(show(acl, path), "x-forwarded-for") {
		fail(acl, path, "counts CloudFront as one visitor")
	}
}

func (in *reader) standbyACL() *assembly.Resource {
	balancer := in.standbyBalancer()
	association := only("web ACLs of "+balancer.String(), in.Referrers(balancer, "AWS::WAFv2::WebACLAssociation")...)
	leads(association, "ResourceArn", balancer)
	return target(association, "WebACLArn", "AWS::WAFv2::WebACL")
}

// aclRule is the path of a web ACL's rule.
func aclRule(acl *assembly.Resource, name string) string {
	for i, rule := range objects(acl, "Rules") {
		if rule["Name"] == name {
			return fmt.Sprintf("Rules.%d", i)
		}
	}
	fail(acl, "Rules", "has no rule %s", name)
	return ""
}

// checkACL demands the rules that either entrance has.
func (in *reader) checkACL(acl *assembly.Resource, scope string) {
	expect(acl, "Scope", scope)
	common := "Count"
	if in.site.WAFRules.CommonRules == site.CommonBlock {
		common = "None"
	}
	overrides := map[string]string{
		"AWSManagedRulesAmazonIpReputationList": "None",
		"AWSManagedRulesKnownBadInputsRuleSet":  "None",
		"AWSManagedRulesCommonRuleSet":          common,
	}
	for _, group := range sorted(overrides) {
		rule := aclRule(acl, group)
		expect(acl, rule+".Statement.ManagedRuleGroupStatement.Name", group)
		if !acl.Has(rule + ".OverrideAction." + overrides[group]) {
			fail(acl, rule+".OverrideAction", "is not %s, for %s", overrides[group], group)
		}
	}
	limit := aclRule(acl, "RateLimit")
	if !acl.Has(limit + ".Action.Block") {
		fail(acl, limit+".Action", "of RateLimit is not Block")
	}
	limit += ".Statement.RateBasedStatement."
	expect(acl, limit+"Limit", in.site.WAFRules.RequestsPerAddress)
	for i := range length(acl, "Rules") {
		path := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement", i)
		if !acl.Has(path) {
			continue
		}
		scope := show(acl, path+".ScopeDownStatement")
		if !strings.Contains(scope, "NotStatement:map[Statement:map[ByteMatchStatement:") || !strings.Contains(scope, "SearchString:"+in.site.Failover.Path+" ") {
			fail(acl, path+".ScopeDownStatement", "limits health checkers")
		}
	}
}

// checkACLLogs demands that what web ACLs see is logged, but no header that
// lets somebody in.
func (in *reader) checkACLLogs() {
	for _, acl := range in.Resources("AWS::WAFv2::WebACL") {
		logging := only("logging configurations of "+acl.String(), in.Referrers(acl, "AWS::WAFv2::LoggingConfiguration")...)
		group := target(logging, "LogDestinationConfigs.0", "AWS::Logs::LogGroup")
		if name := text(group, "LogGroupName"); !strings.HasPrefix(name, "aws-waf-logs-") {
			fail(group, "LogGroupName", "is %s: WAF writes to no group of that name", name)
		}
		redacted := show(logging, "RedactedFields")
		for _, header := range []string{"authorization", "cookie"} {
			if !strings.Contains(redacted, "SingleHeader:map[Name:"+header+"]") {
				fail(logging, "RedactedFields", "shows the header %s", header)
			}
		}
		for i := range length(acl, "Rules") {
			expect(acl, fmt.Sprintf("Rules.%d.VisibilityConfig.SampledRequestsEnabled", i), false)
		}
	}
}
