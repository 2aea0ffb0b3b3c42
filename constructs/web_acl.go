package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	waf "github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// WebACLProps describes what is refused at one entrance.
type WebACLProps struct {
	// LoadBalancer is what the web ACL stands before. Default: a distribution
	// that names the web ACL; its stack is then in us-east-1.
	LoadBalancer elb.IApplicationLoadBalancer

	// UnlimitedPath is the path whose requests are not counted, as "/healthz".
	// Required.
	UnlimitedPath string

	// RequestsPerAddress is how many requests in five minutes one address may
	// make, from 10. Required.
	RequestsPerAddress int

	// Forwarded says that a distribution forwards requests here too, beside
	// visitors who come themselves. Default: everybody comes himself.
	Forwarded bool

	// BlockCommon blocks what AWS's common rules find fault with. Default: it is
	// counted only.
	BlockCommon bool

	// LogsRemoval is what happens to the logs with the stack. Default: the CDK's
	// own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// WebACL is a web ACL of AWS WAF and its logs. It is L1 throughout: the CDK has
// no L2 for WAF.
type WebACL struct {
	constructs.Construct

	// ARN is what a distribution names it by.
	ARN string
}

// NewWebACL makes the web ACL of one entrance.
func NewWebACL(scope constructs.Construct, id string, props *WebACLProps) *WebACL {
	w := &WebACL{Construct: constructs.NewConstruct(scope, &id)}
	wafScope := "CLOUDFRONT"
	if props.LoadBalancer != nil {
		wafScope = "REGIONAL"
	}
	acl := waf.NewCfnWebACL(w.Construct, jsii.String("Acl"), &waf.CfnWebACLProps{
		Scope:            &wafScope,
		Description:      jsii.String("What is refused before it reaches the site"),
		DefaultAction:    &waf.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
		Rules:            webACLRules(props),
		VisibilityConfig: visibility("All"),
	})
	w.ARN = *acl.AttrArn()
	if props.LoadBalancer != nil {
		waf.NewCfnWebACLAssociation(w.Construct, jsii.String("Association"), &waf.CfnWebACLAssociationProps{
			ResourceArn: props.LoadBalancer.LoadBalancerArn(),
			WebAclArn:   &w.ARN,
		})
	}
	w.addLogs(props.LogsRemoval)
	return w
}

// addLogs logs the requests that a rule blocks or counts; the access logs have
// all the others. Of the headers, those that let somebody in are left out.
func (w *WebACL) addLogs(removal awscdk.RemovalPolicy) {
	stack := awscdk.Stack_Of(w.Construct)
	// WAF writes to groups with this prefix only. The end of the stack's id makes
	// the name unique: a group that outlives its stack must not stand in the way
	// of the next. https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
	stackUUID := awscdk.Fn_Select(jsii.Number(2), awscdk.Fn_Split(jsii.String("/"), stack.StackId(), nil))
	group := awslogs.NewLogGroup(w.Construct, jsii.String("Logs"), &awslogs.LogGroupProps{
		LogGroupName:  jsii.String("aws-waf-logs-" + *stackUUID),
		Retention:     awslogs.RetentionDays_THREE_MONTHS,
		RemovalPolicy: removal,
	})
	kept := func(action string) any {
		return map[string]any{"ActionCondition": map[string]any{"Action": action}}
	}
	waf.NewCfnLoggingConfiguration(w.Construct, jsii.String("Logging"), &waf.CfnLoggingConfigurationProps{
		ResourceArn: &w.ARN,
		// In the form of WAF's documents: the group's own ARN ends in ":*".
		// https://github.com/aws/aws-cdk/issues/18253
		LogDestinationConfigs: &[]any{stack.FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("logs"), Resource: jsii.String("log-group"), ResourceName: group.LogGroupName(),
			ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		})},
		RedactedFields: []any{redacted("authorization"), redacted("cookie")},
		LoggingFilter: map[string]any{
			"DefaultBehavior": "DROP",
			"Filters": []any{map[string]any{
				"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": []any{kept("BLOCK"), kept("COUNT")},
			}},
		},
	})
}

func redacted(header string) any {
	return &waf.CfnLoggingConfiguration_FieldToMatchProperty{SingleHeader: map[string]any{"Name": header}}
}
