package constructs

import (
	waf "github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/jsii-runtime-go"
)

// webACLRules are evaluated in their order, the cheap ones first.
func webACLRules(props *WebACLProps) []any {
	block := &waf.CfnWebACL_RuleActionProperty{Block: map[string]any{}}
	managed := func(name string) *waf.CfnWebACL_RuleProperty { return managed(name, props.Counted[name]) }
	common := managed("AWSManagedRulesCommonRuleSet")
	if !props.BlockCommon {
		common.OverrideAction = &waf.CfnWebACL_OverrideActionProperty{Count: map[string]any{}}
	}
	rules := []*waf.CfnWebACL_RuleProperty{
		managed("AWSManagedRulesAmazonIpReputationList"),
		{Name: jsii.String("RateLimit"), Action: block, Statement: rateLimit(props)},
	}
	if props.Forwarded {
		rules = append(rules, &waf.CfnWebACL_RuleProperty{
			Name: jsii.String("ForwardedRateLimit"), Action: block, Statement: forwardedRateLimit(props),
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
func rateLimit(props *WebACLProps) *waf.CfnWebACL_StatementProperty {
	counted := limitedPaths(props)
	if props.Forwarded {
		counted = append(counted, not(isForwarded()))
	}
	return rate(&waf.CfnWebACL_RateBasedStatementProperty{AggregateKeyType: jsii.String("IP"), ScopeDownStatement: all(counted)}, props)
}

// forwardedRateLimit counts requests by the address in X-Forwarded-For. A visitor
// who comes directly can set this header to anything and so avoid both limits: only
// a shared secret could prove that a request comes from CloudFront, and secrets do
// not cross regions.
func forwardedRateLimit(props *WebACLProps) *waf.CfnWebACL_StatementProperty {
	return rate(&waf.CfnWebACL_RateBasedStatementProperty{
		AggregateKeyType: jsii.String("FORWARDED_IP"),
		ForwardedIpConfig: &waf.CfnWebACL_ForwardedIPConfigurationProperty{
			HeaderName: jsii.String("X-Forwarded-For"),
			// A header without an address, as the "unknown" of some proxies, is not
			// limited: WAF would refuse the visitor's first request.
			FallbackBehavior: jsii.String("NO_MATCH"),
		},
		ScopeDownStatement: all(limitedPaths(props)),
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

// isForwarded matches a request that has the header, whatever its value.
func isForwarded() *waf.CfnWebACL_StatementProperty {
	return &waf.CfnWebACL_StatementProperty{SizeConstraintStatement: &waf.CfnWebACL_SizeConstraintStatementProperty{
		FieldToMatch:        &waf.CfnWebACL_FieldToMatchProperty{SingleHeader: map[string]any{"Name": "x-forwarded-for"}},
		ComparisonOperator:  jsii.String("GE"),
		Size:                jsii.Number(0),
		TextTransformations: untransformed(),
	}}
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
