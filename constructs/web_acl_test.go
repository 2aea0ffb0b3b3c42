package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
)

func newTestWebACL(stage awscdk.Stage, id string, mutate func(awscdk.Stack, *WebACLProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &WebACLProps{UnlimitedPaths: []string{"/healthz"}, RequestsPerAddress: 2000}
	mutate(stack, props)
	NewWebACL(stack, "WebAcl", props)
	return stack
}

func TestWebACL(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestWebACL(stage, "Minimal", func(awscdk.Stack, *WebACLProps) {})
	exhaustive := newTestWebACL(stage, "Exhaustive", func(stack awscdk.Stack, props *WebACLProps) {
		props.LoadBalancer = elb.NewApplicationLoadBalancer(stack, jsii.String("Balancer"),
			&elb.ApplicationLoadBalancerProps{Vpc: testVpc(stack)})
		props.UnlimitedPaths = []string{"/status"}
		props.RequestsPerAddress = 100
		props.UnlimitedRanges = []string{"203.0.113.0/24", "2001:db8::/32", "198.51.100.7/32"}
		props.Forwarded = true
		props.BlockCommon = true
		props.Counted = map[string][]string{"AWSManagedRulesCommonRuleSet": {"SizeRestrictions_BODY"}}
		props.LogsRemoval = awscdk.RemovalPolicy_DESTROY
	})
	known := newTestWebACL(stage, "Known", func(stack awscdk.Stack, props *WebACLProps) {
		props.LoadBalancer = elb.NewApplicationLoadBalancer(stack, jsii.String("Balancer"),
			&elb.ApplicationLoadBalancerProps{Vpc: testVpc(stack)})
		props.Forwarded = true
		props.ForwardedSecrets = []string{"{{resolve:secretsmanager:new}}", "{{resolve:secretsmanager:old}}"}
	})
	none := newTestStack(stage, "None")
	testVpc(none)

	const acl = "AWS::WAFv2::WebACL"
	rules := func(rules ...any) assertion { return has(acl, object{"Rules": listLike(rules...)}) }
	group := func(name, override string) object {
		return object{
			"Name": name, "OverrideAction": exactly(object{override: object{}}),
			"Statement": object{"ManagedRuleGroupStatement": object{"VendorName": "AWS", "Name": name}},
		}
	}
	notPath := func(path string) object {
		return object{"NotStatement": object{"Statement": object{"ByteMatchStatement": object{
			"FieldToMatch": object{"UriPath": object{}}, "PositionalConstraint": "EXACTLY", "SearchString": path,
		}}}}
	}
	notForwarded := object{"NotStatement": object{"Statement": object{"SizeConstraintStatement": object{
		"FieldToMatch": object{"SingleHeader": object{"Name": "x-forwarded-for"}}, "ComparisonOperator": "GE", "Size": 0,
	}}}}
	notFrom := func(set string, header any) object {
		return object{"NotStatement": object{"Statement": object{"IPSetReferenceStatement": object{
			"Arn": att("WebAcl"+set, "Arn"), "IPSetForwardedIPConfig": header,
		}}}}
	}
	last := exactly(object{"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH", "Position": "LAST"})
	secret := func(name string) object {
		return object{"ByteMatchStatement": object{
			"FieldToMatch": object{"SingleHeader": object{"Name": "x-twinsite-forwarded"}}, "PositionalConstraint": "EXACTLY",
			"SearchString": "{{resolve:secretsmanager:" + name + "}}", "TextTransformations": list{object{"Priority": 0, "Type": "NONE"}},
		}}
	}
	shows := object{"OrStatement": object{"Statements": list{secret("new"), secret("old")}}}
	limit := func(name string, statement object) object {
		statement["EvaluationWindowSec"] = 300
		return object{
			"Name": name, "Action": exactly(object{"Block": object{}}),
			"Statement": object{"RateBasedStatement": statement},
		}
	}
	checkPromises(t, []promise{
		{"before distributions", has(acl, object{"Scope": "CLOUDFRONT"}), minimal, exhaustive},
		{"before the load balancer", every(
			has(acl, object{"Scope": "REGIONAL"}),
			has("AWS::WAFv2::WebACLAssociation", object{"ResourceArn": ref("Balancer"), "WebACLArn": att("WebAcl", "Arn")}),
		), exhaustive, minimal},
		{"what no rule refuses may pass", has(acl, object{"DefaultAction": exactly(object{"Allow": object{}})}), minimal, none},
		{"addresses of bad reputation are refused", rules(group("AWSManagedRulesAmazonIpReputationList", "None")), minimal, none},
		{"known attacks are refused", rules(group("AWSManagedRulesKnownBadInputsRuleSet", "None")), minimal, none},
		{"common rules count", rules(group("AWSManagedRulesCommonRuleSet", "Count")), minimal, exhaustive},
		{"common rules block", rules(group("AWSManagedRulesCommonRuleSet", "None")), exhaustive, minimal},
		{"but for one that counts", rules(object{
			"Name": "AWSManagedRulesCommonRuleSet",
			"Statement": object{"ManagedRuleGroupStatement": object{"RuleActionOverrides": list{exactly(object{
				"Name": "SizeRestrictions_BODY", "ActionToUse": object{"Count": object{}},
			})}}},
		}), exhaustive, minimal},
		{"in no other group", rules(object{
			"Name":      "AWSManagedRulesKnownBadInputsRuleSet",
			"Statement": object{"ManagedRuleGroupStatement": object{"RuleActionOverrides": absent()}},
		}), exhaustive, none},
		{"a rate limit an address, but not for health checkers", rules(limit("RateLimit", object{
			"AggregateKeyType": "IP", "Limit": 2000, "ScopeDownStatement": notPath("/healthz"),
		})), minimal, exhaustive},
		{"a distribution is no visitor", rules(
			limit("RateLimit", object{"AggregateKeyType": "IP", "Limit": 100, "ScopeDownStatement": object{
				"AndStatement": object{"Statements": list{
					notPath("/status"), notFrom("UnlimitedIPV4", absent()), notFrom("UnlimitedIPV6", absent()), notForwarded,
				}},
			}}),
			limit("ForwardedRateLimit", object{
				"AggregateKeyType": "FORWARDED_IP", "Limit": 100, "ScopeDownStatement": object{
					"AndStatement": object{"Statements": list{notPath("/status"), notFrom("UnlimitedIPV4", last), notFrom("UnlimitedIPV6", last)}},
				},
				"ForwardedIPConfig": object{"HeaderName": "X-Forwarded-For", "FallbackBehavior": "NO_MATCH"},
			}),
		), exhaustive, minimal},
		{"who shows a secret is forwarded, whatever others claim", rules(
			limit("RateLimit", object{"AggregateKeyType": "IP", "ScopeDownStatement": object{
				"AndStatement": object{"Statements": list{notPath("/healthz"), object{"NotStatement": object{"Statement": shows}}}},
			}}),
			limit("ForwardedRateLimit", object{"AggregateKeyType": "FORWARDED_IP", "ScopeDownStatement": object{
				"AndStatement": object{"Statements": list{notPath("/healthz"), shows}},
			}}),
		), known, exhaustive},
		{"a set of ranges for each family", every(
			has("AWS::WAFv2::IPSet", object{"Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": list{"203.0.113.0/24", "198.51.100.7/32"}}),
			has("AWS::WAFv2::IPSet", object{"Scope": "REGIONAL", "IPAddressVersion": "IPV6", "Addresses": list{"2001:db8::/32"}}),
		), exhaustive, minimal},
		{"each rule in its turn", rules(
			object{"Priority": 0, "Name": "AWSManagedRulesAmazonIpReputationList"}, object{"Priority": 1, "Name": "RateLimit"},
			object{"Priority": 2, "Name": "AWSManagedRulesKnownBadInputsRuleSet"}, object{"Priority": 3, "Name": "AWSManagedRulesCommonRuleSet"},
		), minimal, exhaustive},
		{"no samples", has(acl, object{
			"VisibilityConfig": object{"SampledRequestsEnabled": false, "CloudWatchMetricsEnabled": true},
			"Rules":            listLike(object{"VisibilityConfig": object{"SampledRequestsEnabled": false}}),
		}), minimal, none},

		{"logs under the name that WAF demands", every(
			has("AWS::Logs::LogGroup", object{"RetentionInDays": 90, "LogGroupName": object{"Fn::Join": list{"", list{
				"aws-waf-logs-", object{"Fn::Select": list{2, assertions.Match_AnyValue()}},
			}}}}),
			has(logging, object{
				"ResourceArn":           att("WebAcl", "Arn"),
				"LogDestinationConfigs": list{object{"Fn::Join": list{"", listWith(":log-group:", ref("WebAclLogs"))}}},
			}),
		), minimal, none},
		{"but for what lets in", has(logging, object{"RedactedFields": list{
			object{"SingleHeader": object{"Name": "authorization"}}, object{"SingleHeader": object{"Name": "cookie"}},
			object{"SingleHeader": object{"Name": "x-twinsite-origin"}}, object{"SingleHeader": object{"Name": "x-twinsite-forwarded"}},
		}}), minimal, none},
		{"logs retained", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Retain"}), minimal, exhaustive},
		{"logs deleted with the stack", allWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete"}), exhaustive, minimal},
	})
}

const logging = "AWS::WAFv2::LoggingConfiguration"
