package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	waf "github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// WebACLProps describes a web ACL.
type WebACLProps struct {
	// LoadBalancer is the load balancer that the web ACL protects. Default: the web
	// ACL is for a distribution, which has to name it, and its stack must be in
	// us-east-1.
	LoadBalancer elb.IApplicationLoadBalancer

	// UnlimitedPaths are the paths whose requests are not counted, as "/healthz".
	// Required.
	UnlimitedPaths []string

	// RequestsPerAddress is how many requests one address may make in five
	// minutes, from 10. Required.
	RequestsPerAddress int

	// UnlimitedRanges are the address ranges whose requests are not counted, IPv4 and
	// IPv6, as "203.0.113.0/24". Default: none.
	UnlimitedRanges []string

	// Forwarded says that requests arrive through CloudFront too, and not only from
	// visitors directly. Those are counted by the address that CloudFront forwards
	// them for. Default: all come directly.
	Forwarded bool

	// ForwardedSecrets are the values of which CloudFront sends one in the header
	// [ForwardedSecretHeader]. Default: whoever sends X-Forwarded-For is taken for
	// forwarded.
	ForwardedSecrets []string

	// BlockCommon blocks requests that match AWS's common rules. Default: they are
	// counted and logged only.
	BlockCommon bool

	// Counted are the names of rules in groups of AWS's that only count, by the
	// group's name. Default: none.
	Counted map[string][]string

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// NewWebACL makes a web ACL of AWS WAF and its logs, and returns its ARN. It is L1
// throughout: the CDK has no L2 for WAF.
func NewWebACL(scope constructs.Construct, id string, props *WebACLProps) (arn string) {
	require(id, "UnlimitedPaths", props.UnlimitedPaths)
	require(id, "RequestsPerAddress", props.RequestsPerAddress)
	scope = constructs.NewConstruct(scope, &id)
	wafScope := "CLOUDFRONT"
	if props.LoadBalancer != nil {
		wafScope = "REGIONAL"
	}
	acl := waf.NewCfnWebACL(scope, jsii.String("Acl"), &waf.CfnWebACLProps{
		Scope:            &wafScope,
		Description:      jsii.String("What is refused before it reaches the site"),
		DefaultAction:    &waf.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
		Rules:            webACLRules(scope, wafScope, props),
		VisibilityConfig: visibility("All"),
	})
	arn = *acl.AttrArn()
	if props.LoadBalancer != nil {
		waf.NewCfnWebACLAssociation(scope, jsii.String("Association"), &waf.CfnWebACLAssociationProps{
			ResourceArn: props.LoadBalancer.LoadBalancerArn(),
			WebAclArn:   &arn,
		})
	}
	addWebACLLogs(scope, arn, props.LogsRemoval)
	return arn
}

// addWebACLLogs logs the requests that a rule blocks or counts; the access logs
// have all the others. Authorization and Cookie are left out: whoever reads them
// could act as the visitor. The secrets that CloudFront sends are left out, too.
func addWebACLLogs(scope constructs.Construct, arn string, removal awscdk.RemovalPolicy) {
	stack := awscdk.Stack_Of(scope)
	// WAF writes to groups with this prefix only. The end of the stack's id makes
	// the name unique: without it, a group that outlives its stack would fail the
	// next deployment under the same name. https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
	stackUUID := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil))
	group := newNamedLogGroup(scope, "Logs", jsii.String("aws-waf-logs-"+*stackUUID), removal)
	action := func(action string) any {
		return map[string]any{"ActionCondition": map[string]any{"Action": action}}
	}
	waf.NewCfnLoggingConfiguration(scope, jsii.String("Logging"), &waf.CfnLoggingConfigurationProps{
		ResourceArn: &arn,
		// WAF expects the ARN without the ":*" in which the group's own one ends.
		// https://github.com/aws/aws-cdk/issues/18253
		LogDestinationConfigs: &[]any{stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: group.LogGroupName(),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})},
		RedactedFields: []any{
			redacted("authorization"), redacted("cookie"),
			redacted(strings.ToLower(OriginSecretHeader)), redacted(strings.ToLower(ForwardedSecretHeader)),
		},
		LoggingFilter: map[string]any{
			"DefaultBehavior": "DROP",
			"Filters": []any{map[string]any{
				"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": []any{action("BLOCK"), action("COUNT")},
			}},
		},
	})
}

func redacted(header string) any {
	return &waf.CfnLoggingConfiguration_FieldToMatchProperty{SingleHeader: map[string]any{"Name": header}}
}
