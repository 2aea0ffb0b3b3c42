package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// confine lets a service assume a role of the CDK's for resources of one type of the role's account and region only, as
// for "rule/*" of "events". Otherwise somebody else's resource could name the role, and the service would act by it.
// Only for services of which AWS says that they send both keys: for others, nobody could assume the role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func confine(role constructs.IConstruct, service, resource string) {
	role.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(
		jsii.String("AssumeRolePolicyDocument.Statement.0.Condition"),
		sentFrom(awscdk.Stack_Of(role), service, resource+"/*"))
}

// sentFrom is the condition that a service acts for resources of the stack's account and region.
func sentFrom(stack awscdk.Stack, service, resources string) map[string]any {
	return map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
		"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
			Service: &service, Resource: &resources, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
		})},
	}
}
