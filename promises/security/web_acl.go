package security

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/site/aws"
)

func checkEdgeACL(in *read.Reader) {
	acl := edgeACL(in)
	read.InRegion(acl, site.GlobalRegion)
	checkACL(in, acl, "CLOUDFRONT")
}

func edgeACL(in *read.Reader) *assembly.Resource {
	return read.Target(in.SiteDistribution(), "DistributionConfig.WebACLId", "AWS::WAFv2::WebACL")
}

func checkStandbyACL(in *read.Reader) {
	acl := standbyACL(in)
	read.InRegion(acl, in.Site.Standby.Region.Name)
	checkACL(in, acl, "REGIONAL")
	if !in.Site.Edge.ReadFailover && !in.Site.Edge.WriteFailover {
		return
	}
	// CloudFront's addresses stand for all visitors when it asks here.
	aclRule(acl, "ForwardedRateLimit")
	path := aclRule(acl, "RateLimit") + ".Statement.RateBasedStatement.ScopeDownStatement"
	if scope := read.Show(acl, path); !strings.Contains(scope, "x-forwarded-for") && !strings.Contains(scope, strings.ToLower(forwardedHeader)) {
		read.Fail(acl, path, "counts CloudFront as one visitor")
	}
}

func standbyACL(in *read.Reader) *assembly.Resource {
	balancer := in.StandbyBalancer()
	association := read.Only("web ACLs of "+balancer.String(), in.Referrers(balancer, "AWS::WAFv2::WebACLAssociation")...)
	read.Leads(association, "ResourceArn", balancer)
	return read.Target(association, "WebACLArn", "AWS::WAFv2::WebACL")
}

// aclRule is the path of a web ACL's rule.
func aclRule(acl *assembly.Resource, name string) string {
	for i, rule := range read.Objects(acl, "Rules") {
		if rule["Name"] == name {
			return fmt.Sprintf("Rules.%d", i)
		}
	}
	read.Fail(acl, "Rules", "has no rule %s", name)
	return ""
}

// checkACL demands the rules that either entrance has.
func checkACL(in *read.Reader, acl *assembly.Resource, scope string) {
	read.Expect(acl, "Scope", scope)
	common := "Count"
	if in.Site.WAFRules.CommonRules == site.CommonBlock {
		common = "None"
	}
	overrides := map[string]string{
		"AWSManagedRulesAmazonIpReputationList": "None",
		"AWSManagedRulesKnownBadInputsRuleSet":  "None",
		"AWSManagedRulesCommonRuleSet":          common,
	}
	for _, group := range read.Sorted(overrides) {
		rule := aclRule(acl, group)
		read.Expect(acl, rule+".Statement.ManagedRuleGroupStatement.Name", group)
		if !acl.Has(rule + ".OverrideAction." + overrides[group]) {
			read.Fail(acl, rule+".OverrideAction", "is not %s, for %s", overrides[group], group)
		}
	}
	limit := aclRule(acl, "RateLimit")
	if !acl.Has(limit + ".Action.Block") {
		read.Fail(acl, limit+".Action", "of RateLimit is not Block")
	}
	limit += ".Statement.RateBasedStatement."
	read.Expect(acl, limit+"Limit", in.Site.WAFRules.RequestsPerAddress)
	for i := range read.Length(acl, "Rules") {
		path := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement", i)
		if !acl.Has(path) {
			continue
		}
		scope := read.Show(acl, path+".ScopeDownStatement")
		asked := []string{in.Site.Failover.Path}
		if in.Site.Failover.Front == site.FrontEdge {
			asked = append(asked, site.StandbyCheckPath)
		}
		for _, asked := range asked {
			if !strings.Contains(scope, "NotStatement:map[Statement:map[ByteMatchStatement:") || !strings.Contains(scope, "SearchString:"+asked+" ") {
				read.Fail(acl, path+".ScopeDownStatement", "limits health checkers, who ask for %s", asked)
			}
		}
	}
}

// checkCounted demands of both entrances that the rules that the site names only count, and no others.
func checkCounted(in *read.Reader) {
	for _, acl := range []*assembly.Resource{edgeACL(in), standbyACL(in)} {
		wanted := aws.Counted(in.Site.WAFRules.Count)
		for group := range aws.ManagedRules() {
			names, overrides := wanted[group], aclRule(acl, group)+".Statement.ManagedRuleGroupStatement.RuleActionOverrides"
			if names == nil && !acl.Has(overrides) {
				continue
			}
			var counted []string
			for i, override := range read.Objects(acl, overrides) {
				counted = append(counted, fmt.Sprint(override["Name"]))
				if at := fmt.Sprintf("%s.%d.ActionToUse", overrides, i); !acl.Has(at + ".Count") {
					read.Fail(acl, at, "does not count %s", counted[i])
				}
			}
			if !slices.Equal(counted, names) {
				read.Fail(acl, overrides, "are for %q, want %q", counted, names)
			}
		}
	}
}

// checkACLLogs demands that what web ACLs see is logged, but no header that
// lets somebody in.
func checkACLLogs(in *read.Reader) {
	for _, acl := range in.Resources("AWS::WAFv2::WebACL") {
		logging := read.Only("logging configurations of "+acl.String(), in.Referrers(acl, "AWS::WAFv2::LoggingConfiguration")...)
		group := read.Target(logging, "LogDestinationConfigs.0", "AWS::Logs::LogGroup")
		if name := read.Text(group, "LogGroupName"); !strings.HasPrefix(name, "aws-waf-logs-") {
			read.Fail(group, "LogGroupName", "is %s: WAF writes to no group of that name", name)
		}
		redacted := read.Show(logging, "RedactedFields")
		for _, header := range []string{"authorization", "cookie", "x-twinsite-origin", "x-twinsite-forwarded"} {
			if !strings.Contains(redacted, "SingleHeader:map[Name:"+header+"]") {
				read.Fail(logging, "RedactedFields", "shows the header %s", header)
			}
		}
		for i := range read.Length(acl, "Rules") {
			read.Expect(acl, fmt.Sprintf("Rules.%d.VisibilityConfig.SampledRequestsEnabled", i), false)
		}
	}
}
