package constructs

import (
	"regexp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newServerRole lets Session Manager open a shell, which needs neither a port nor a
// key. AWS's own policy for it, AmazonSSMManagedInstanceCore, would also let the
// servers read every parameter of the account. What the application needs beside
// it, props says.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
func newServerRole(scope constructs.Construct, props *WebServersOptions) awsiam.Role {
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("ec2.amazonaws.com"), nil),
	})
	role.AddToPolicy(allow("*", "ssm:UpdateInstanceInformation",
		"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
		"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"))
	acknowledgePolicy(role, "Session Manager's channels are no resources that a policy could name.", "Resource::*")
	if len(props.Policies) > 0 {
		addPolicies(role, props.Policies)
	}
	if props.Uploads.Prefix != "" {
		allowUploads(role, props.Uploads)
	}
	return role
}

// addPolicies gives a role managed policies.
func addPolicies(role awsiam.Role, arns []string) {
	for _, arn := range arns {
		role.AddManagedPolicy(awsiam.ManagedPolicy_FromManagedPolicyArn(role, &arn, &arn))
		if strings.HasPrefix(arn, "arn:aws:iam::aws:") {
			acknowledge(role, "AwsSolutions-IAM4", "The owner of the site chose this policy for the application.", "Policy::"+arn)
		}
	}
}

// allowUploads lets a role use the objects of a prefix, and see their keys: without
// that, S3 answers 403 and not 404 for one that is missing. Versions that were
// overwritten or deleted stay, so that a server that is broken into cannot take them
// away.
func allowUploads(role awsiam.Role, uploads Uploads) {
	role.AddToPolicy(allow(*uploads.Bucket.ArnForObjects(jsii.String(uploads.Prefix + "*")),
		"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"))
	list := allow(*uploads.Bucket.BucketArn(), "s3:ListBucket")
	list.AddCondition(jsii.String("StringLike"), map[string]any{"s3:prefix": uploads.Prefix + "*"})
	role.AddToPolicy(list)
	acknowledgePolicy(role, "The keys of uploads are the application's to choose, below one prefix.",
		`/^Resource::<\w+\.Arn>\/`+strings.ReplaceAll(regexp.QuoteMeta(uploads.Prefix), "/", `\/`)+`\*$/`)
}
