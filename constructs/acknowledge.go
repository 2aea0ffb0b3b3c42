package constructs

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// acknowledge says why what cdk-nag finds in one resource is as it should be.
// Rule is its id, as "AwsSolutions-IAM5"; findings are those of the rule's
// findings that are meant, as "Resource::*", or as regular expressions between
// slashes. Without any, all are.
//
// It writes the metadata that cdk-nag reads, so that the product does not need
// cdk-nag. The CDK's own Validations.acknowledge suppresses warnings of
// annotations only, and cdk-nag 2.38 does not ask it.
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

// nagMetadata is the key of what cdk-nag reads.
var nagMetadata = "cdk_nag"

// acknowledgeFunction is acknowledge for the role of one of the CDK's own
// functions, which stands once in a stack.
func acknowledgeFunction(stack awscdk.Stack, function string) constructs.IConstruct {
	role := stack.Node().FindChild(&function).Node().FindChild(jsii.String("ServiceRole"))
	acknowledge(role, "AwsSolutions-IAM4", "The CDK's own function: AWS's policy lets it write its log, and nothing else.",
		"Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
	return role
}

// acknowledgePolicy is acknowledge for what the CDK grants to a role.
func acknowledgePolicy(role constructs.IConstruct, reason string, findings ...string) {
	policy := "DefaultPolicy"
	acknowledge(role.Node().FindChild(&policy), "AwsSolutions-IAM5", reason, findings...)
}
