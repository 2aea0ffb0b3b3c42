package aws

import (
	"maps"
	"slices"
)

// The groups of rules that AWS keeps up to date and both web ACLs have.
const (
	ReputationRules = "AWSManagedRulesAmazonIpReputationList"
	BadInputRules   = "AWSManagedRulesKnownBadInputsRuleSet"
	CommonRuleSet   = "AWSManagedRulesCommonRuleSet"
)

// ManagedRules are the groups' rules:
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html
func ManagedRules() map[string][]string {
	return map[string][]string{
		ReputationRules: {"AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList"},
		BadInputRules: {
			"JavaDeserializationRCE_HEADER", "JavaDeserializationRCE_BODY", "JavaDeserializationRCE_URIPATH",
			"JavaDeserializationRCE_QUERYSTRING", "Host_localhost_HEADER", "PROPFIND_METHOD", "ExploitablePaths_URIPATH",
			"Log4JRCE_HEADER", "Log4JRCE_QUERYSTRING", "Log4JRCE_BODY", "Log4JRCE_URIPATH", "ReactJSRCE_BODY",
		},
		CommonRuleSet: {
			"NoUserAgent_HEADER", "UserAgent_BadBots_HEADER",
			"SizeRestrictions_QUERYSTRING", "SizeRestrictions_Cookie_HEADER", "SizeRestrictions_BODY", "SizeRestrictions_URIPATH",
			"EC2MetaDataSSRF_BODY", "EC2MetaDataSSRF_COOKIE", "EC2MetaDataSSRF_URIPATH", "EC2MetaDataSSRF_QUERYARGUMENTS",
			"GenericLFI_QUERYARGUMENTS", "GenericLFI_URIPATH", "GenericLFI_BODY",
			"RestrictedExtensions_URIPATH", "RestrictedExtensions_QUERYARGUMENTS",
			"GenericRFI_QUERYARGUMENTS", "GenericRFI_BODY", "GenericRFI_URIPATH",
			"CrossSiteScripting_COOKIE", "CrossSiteScripting_QUERYARGUMENTS", "CrossSiteScripting_BODY", "CrossSiteScripting_URIPATH",
		},
	}
}

// ManagedRuleNames are the names of all rules, sorted.
func ManagedRuleNames() []string {
	return slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(ManagedRules()))...)))
}

// Counted returns the names of rules by the group of which they are rules.
func Counted(names []string) map[string][]string {
	counted := map[string][]string{}
	for group, rules := range ManagedRules() {
		for _, name := range names {
			if slices.Contains(rules, name) {
				counted[group] = append(counted[group], name)
			}
		}
	}
	return counted
}
