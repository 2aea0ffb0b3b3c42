package constructs

import (
	"slices"
	"strings"

	waf "github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// webACLRules are evaluated in their order, the cheap ones first.
func webACLRules(scope constructs.Construct, wafScope string, props *WebACLProps) []any {
	unlimited := newIPSets(scope, wafScope, props.UnlimitedRanges)
	block := &waf.CfnWebACL_RuleActionProperty{Block: map[string]any{}}
	managed := func(name string) *waf.CfnWebACL_RuleProperty { return managed(name, props.Counted[name]) }
	common := managed("AWSManagedRulesCommonRuleSet")
	if !props.BlockCommon {
		common.OverrideAction = &waf.CfnWebACL_OverrideActionProperty{Count: map[string]any{}}
	}
	rules := []*waf.CfnWebACL_RuleProperty{
		managed("AWSManagedRulesAmazonIpReputationList"),
		{Name: jsii.String("RateLimit"), Action: block, Statement: rateLimit(props, unlimited)},
	}
	if props.Forwarded {
		rules = append(rules, &waf.CfnWebACL_RuleProperty{
			Name: jsii.String("ForwardedRateLimit"), Action: block, Statement: forwardedRateLimit(props, unlimited),
		})
	}
	rules = append(rules, managed("AWSManagedRulesKnownBadInputsRuleSet"), common)
	var numbered []any
	for i, rule := range rules {
		rule.Priority = jsii.Number(i)
		rule.VisibilityConfig = visibility(*rule.Name)
		numbered = append(numbered, rule)
	}
	return numbered
}

// managed is a group of rules that AWS keeps up to date, of which some only count.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
func managed(name string, counted []string) *waf.CfnWebACL_RuleProperty {
	group := &waf.CfnWebACL_ManagedRuleGroupStatementProperty{VendorName: jsii.String("AWS"), Name: &name}
	if len(counted) > 0 {
		var overrides []any
		for _, rule := range counted {
			overrides = append(overrides, &waf.CfnWebACL_RuleActionOverrideProperty{
				Name: &rule, ActionToUse: &waf.CfnWebACL_RuleActionProperty{Count: map[string]any{}},
			})
		}
		group.RuleActionOverrides = overrides
	}
	return &waf.CfnWebACL_RuleProperty{
		Name:           &name,
		OverrideAction: &waf.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
		Statement:      &waf.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: group},
	}
}

// rateLimit counts requests by the address that they come from. Requests for the
// health checkers' path are not counted: the checkers' addresses change, and a rule
// that allows the path would let attacks on it pass the other rules.
//
// Where CloudFront forwards requests too, as it does with every read while the home
// region is down, its few addresses stand for all visitors: such requests are
// counted by forwardedRateLimit instead.
func rateLimit(props *WebACLProps, unlimited []*string) *waf.CfnWebACL_StatementProperty {
	counted := limitedPaths(props)
	for _, set := range unlimited {
		counted = append(counted, not(isFrom(set, nil)))
	}
	if props.Forwarded {
		counted = append(counted, not(isForwarded(props.ForwardedSecrets)))
	}
	return rate(&waf.CfnWebACL_RateBasedStatementProperty{AggregateKeyType: jsii.String("IP"), ScopeDownStatement: all(counted)}, props)
}

// forwardedRateLimit counts requests by the address in X-Forwarded-For, of those that
// show a secret. Without secrets, a visitor who comes directly can set this header to
// anything and so avoid both limits: only a secret proves that a request comes from
// CloudFront, whose addresses are everybody's.
func forwardedRateLimit(props *WebACLProps, unlimited []*string) *waf.CfnWebACL_StatementProperty {
	counted := limitedPaths(props)
	for _, set := range unlimited {
		counted = append(counted, not(isFrom(set, &waf.CfnWebACL_IPSetForwardedIPConfigurationProperty{
			HeaderName: jsii.String("X-Forwarded-For"), FallbackBehavior: jsii.String("NO_MATCH"),
			// CloudFront puts the visitor's address last. What stands before it is the visitor's own word.
			Position: jsii.String("LAST"),
		})))
	}
	if len(props.ForwardedSecrets) > 0 {
		counted = append(counted, isForwarded(props.ForwardedSecrets))
	}
	return rate(&waf.CfnWebACL_RateBasedStatementProperty{
		AggregateKeyType: jsii.String("FORWARDED_IP"),
		ForwardedIpConfig: &waf.CfnWebACL_ForwardedIPConfigurationProperty{
			HeaderName: jsii.String("X-Forwarded-For"),
			// A header without an address, as the "unknown" of some proxies, is not
			// limited: WAF would refuse the visitor's first request.
			FallbackBehavior: jsii.String("NO_MATCH"),
		},
		ScopeDownStatement: all(counted),
	}, props)
}

// limitedPaths are the statements that a path is none of the unlimited ones.
func limitedPaths(props *WebACLProps) []any {
	var statements []any
	for _, path := range props.UnlimitedPaths {
		statements = append(statements, not(pathIs(path)))
	}
	return statements
}

// all is one statement of several. WAF refuses an AndStatement of one.
func all(statements []any) *waf.CfnWebACL_StatementProperty {
	if len(statements) == 1 {
		return statements[0].(*waf.CfnWebACL_StatementProperty)
	}
	return &waf.CfnWebACL_StatementProperty{AndStatement: &waf.CfnWebACL_AndStatementProperty{Statements: statements}}
}

func rate(statement *waf.CfnWebACL_RateBasedStatementProperty, props *WebACLProps) *waf.CfnWebACL_StatementProperty {
	statement.Limit = jsii.Number(props.RequestsPerAddress)
	statement.EvaluationWindowSec = jsii.Number(300)
	return &waf.CfnWebACL_StatementProperty{RateBasedStatement: statement}
}

func not(statement *waf.CfnWebACL_StatementProperty) *waf.CfnWebACL_StatementProperty {
	return &waf.CfnWebACL_StatementProperty{NotStatement: &waf.CfnWebACL_NotStatementProperty{Statement: statement}}
}

func pathIs(path string) *waf.CfnWebACL_StatementProperty {
	return &waf.CfnWebACL_StatementProperty{ByteMatchStatement: &waf.CfnWebACL_ByteMatchStatementProperty{
		FieldToMatch:         &waf.CfnWebACL_FieldToMatchProperty{UriPath: map[string]any{}},
		PositionalConstraint: jsii.String("EXACTLY"),
		SearchString:         &path,
		TextTransformations:  untransformed(),
	}}
}

// newIPSets makes a set for each of the two address families of which there are
// ranges, and returns the sets' ARNs: a set holds one family only.
// https://docs.aws.amazon.com/waf/latest/developerguide/waf-ip-set-creating.html
func newIPSets(scope constructs.Construct, wafScope string, ranges []string) []*string {
	var sets []*string
	for _, family := range []string{"IPV4", "IPV6"} {
		of := slices.DeleteFunc(slices.Clone(ranges), func(r string) bool { return strings.Contains(r, ":") != (family == "IPV6") })
		if len(of) == 0 {
			continue
		}
		set := waf.NewCfnIPSet(scope, jsii.String("Unlimited"+family), &waf.CfnIPSetProps{
			Scope: &wafScope, IpAddressVersion: &family, Addresses: jsii.Strings(of...),
			Description: jsii.String("Whom the rate limit spares"),
		})
		sets = append(sets, set.AttrArn())
	}
	return sets
}

// isFrom matches a request from the addresses of a set: by the connection, or as a
// header says.
func isFrom(set *string, header *waf.CfnWebACL_IPSetForwardedIPConfigurationProperty) *waf.CfnWebACL_StatementProperty {
	statement := &waf.CfnWebACL_IPSetReferenceStatementProperty{Arn: set}
	if header != nil {
		statement.IpSetForwardedIpConfig = header
	}
	return &waf.CfnWebACL_StatementProperty{IpSetReferenceStatement: statement}
}

// isForwarded matches a request that shows one of the secrets or, where there are
// none, has the header X-Forwarded-For, whatever its value.
func isForwarded(secrets []string) *waf.CfnWebACL_StatementProperty {
	if len(secrets) == 0 {
		return &waf.CfnWebACL_StatementProperty{SizeConstraintStatement: &waf.CfnWebACL_SizeConstraintStatementProperty{
			FieldToMatch:        singleHeader("x-forwarded-for"),
			ComparisonOperator:  jsii.String("GE"),
			Size:                jsii.Number(0),
			TextTransformations: untransformed(),
		}}
	}
	var shows []any
	for _, secret := range secrets {
		shows = append(shows, &waf.CfnWebACL_StatementProperty{ByteMatchStatement: &waf.CfnWebACL_ByteMatchStatementProperty{
			FieldToMatch:         singleHeader(strings.ToLower(ForwardedSecretHeader)),
			PositionalConstraint: jsii.String("EXACTLY"),
			SearchString:         &secret,
			TextTransformations:  untransformed(),
		}})
	}
	if len(shows) == 1 { // WAF refuses an OrStatement of one
		return shows[0].(*waf.CfnWebACL_StatementProperty)
	}
	return &waf.CfnWebACL_StatementProperty{OrStatement: &waf.CfnWebACL_OrStatementProperty{Statements: shows}}
}

func singleHeader(name string) *waf.CfnWebACL_FieldToMatchProperty {
	return &waf.CfnWebACL_FieldToMatchProperty{SingleHeader: map[string]any{"Name": name}}
}

func untransformed() []any {
	return []any{&waf.CfnWebACL_TextTransformationProperty{Priority: jsii.Number(0), Type: jsii.String("NONE")}}
}

func visibility(metric string) *waf.CfnWebACL_VisibilityConfigProperty {
	return &waf.CfnWebACL_VisibilityConfigProperty{
		MetricName:               &metric,
		CloudWatchMetricsEnabled: jsii.Bool(true),
		// Samples would show the cookies that the logs leave out.
		SampledRequestsEnabled: jsii.Bool(false),
	}
}
