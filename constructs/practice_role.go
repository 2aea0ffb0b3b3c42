package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newPracticeRole makes the experiment's role. It allows what this one action needs
// of AWS's own policy for network actions, AWSFaultInjectionSimulatorNetworkAccess,
// and on no other subnets than those that are cut off.
func newPracticeRole(scope constructs.Construct, vpc awsec2.IVpc, subnets []*string) awsiam.Role {
	conditions := sentFrom(awscdk.Stack_Of(scope), "fis", "experiment/*")
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("fis.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			// https://docs.aws.amazon.com/fis/latest/userguide/getting-started-iam-service-role.html
			Conditions: &conditions,
		}),
	})
	networkACLs := *ec2ARN(scope, "network-acl", "*") // those that the experiment creates
	own := map[string]any{"aws:RequestTag/managedByFIS": "true"}
	role.AddToPolicy(allow("*", "ec2:DescribeManagedPrefixLists", "ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeVpcs"))
	role.AddToPolicy(allow(*ec2ARN(scope, "prefix-list", "*"), "ec2:GetManagedPrefixListEntries"))
	role.AddToPolicy(allow(*vpc.VpcArn(), "ec2:CreateNetworkAcl"))
	role.AddToPolicy(allowIf(own, networkACLs, "ec2:CreateNetworkAcl"))
	role.AddToPolicy(allowIf(map[string]any{"ec2:CreateAction": "CreateNetworkAcl", "aws:RequestTag/managedByFIS": "true"}, networkACLs, "ec2:CreateTags"))
	role.AddToPolicy(allowIf(map[string]any{"ec2:ResourceTag/managedByFIS": "true"}, networkACLs, "ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"))
	replace := allow(networkACLs, "ec2:ReplaceNetworkAclAssociation")
	replace.AddResources(subnets...)
	role.AddToPolicy(replace)
	role.AddToPolicy(allow("*", "logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"))
	acknowledgePolicy(role, "Network ACLs do not exist before the experiment makes them; what describes and logs names no resource.",
		"Resource::*", `/^Resource::arn:aws:ec2:[^:]+:<AWS::AccountId>:(network-acl|prefix-list)\/\*$/`)
	return role
}

func ec2ARN(scope constructs.Construct, resource, name string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("ec2"), Resource: &resource, ResourceName: &name,
	})
}

// allowIf is allow under a condition.
func allowIf(equals map[string]any, resource string, actions ...string) awsiam.PolicyStatement {
	statement := allow(resource, actions...)
	statement.AddCondition(jsii.String("StringEquals"), equals)
	return statement
}
