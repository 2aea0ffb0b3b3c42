package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// acknowledge suppresses findings of one rule of cdk-nag in one resource and says
// why. Rule is the rule's id, as "AwsSolutions-IAM5". A rule may find several
// things in one resource: findings names those to suppress, as "Resource::*", or as
// a regular expression between slashes. Without findings, all are suppressed.
//
// It writes the metadata that cdk-nag reads, so the product does not depend on
// cdk-nag. The CDK's own Validations.acknowledge is no substitute: it suppresses
// annotations only, and cdk-nag 2.38 does not read it.
// https://github.com/cdklabs/cdk-nag#suppressing-a-rule
func acknowledge(resource constructs.IConstruct, rule, reason string, findings ...string) {
	if child := resource.Node().DefaultChild(); child != nil {
		resource = child
	}
	entry := map[string]any{"id": rule, "reason": reason}
	var appliesTo []any
	for _, finding := range findings {
		if strings.HasPrefix(finding, "/") {
			appliesTo = append(appliesTo, map[string]any{"regex": finding})
			continue
		}
		appliesTo = append(appliesTo, finding)
	}
	if len(appliesTo) > 0 {
		entry["applies_to"] = appliesTo
	}
	cfn := resource.(awscdk.CfnResource)
	var entries []any
	if before, ok := cfn.GetMetadata(&nagMetadata).(map[string]any); ok {
		entries = before["rules_to_suppress"].([]any)
	}
	cfn.AddMetadata(&nagMetadata, map[string]any{"rules_to_suppress": append(entries, entry)})
}

// nagMetadata is the key of the metadata that cdk-nag reads.
var nagMetadata = "cdk_nag"

// acknowledgeFunction is acknowledge for the role of one of the CDK's own
// functions, which a stack has once. It returns the role.
func acknowledgeFunction(stack awscdk.Stack, function string) constructs.IConstruct {
	role := stack.Node().FindChild(&function).Node().FindChild(jsii.String("ServiceRole"))
	acknowledge(role, "AwsSolutions-IAM4", "The CDK's own function: AWS's policy lets it write its log, and nothing else.",
		"Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
	return role
}

// acknowledgePolicy is acknowledge for the policy that the CDK adds to a role.
func acknowledgePolicy(role constructs.IConstruct, reason string, findings ...string) {
	policy := "DefaultPolicy"
	acknowledge(role.Node().FindChild(&policy), "AwsSolutions-IAM5", reason, findings...)
}
