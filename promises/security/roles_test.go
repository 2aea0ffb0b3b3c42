package security

import (
	"fmt"

	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// roleCopies break the promises of roles.go.
var roleCopies = map[string][]brokencopy.Copy{
	"a role is assumed by who uses it, and by nobody else": {
		{"another service", func(in *read.Reader) {
			serverRole(in.Home()).Set("AssumeRolePolicyDocument.Statement.0.Principal.Service", "lambda.amazonaws.com")
		}, "lets [lambda.amazonaws.com] assume it, want [ec2.amazonaws.com]"},
		{"one service more", func(in *read.Reader) {
			serverRole(in.Standby()).Add("AssumeRolePolicyDocument.Statement.1", map[string]any{
				"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": map[string]any{"Service": "s3.amazonaws.com"},
			})
		}, "lets [ec2.amazonaws.com s3.amazonaws.com] assume it"},
		{"another account", func(in *read.Reader) {
			serverRole(in.Home()).Set("AssumeRolePolicyDocument.Statement.0.Principal", map[string]any{"AWS": "arn:aws:iam::123456789012:root"})
		}, "Principal is map[AWS:arn:aws:iam::123456789012:root], want a service"},
		{"everybody", func(in *read.Reader) { replicationRole(in).Set("AssumeRolePolicyDocument.Statement.0.Principal", "*") }, "want a service"},
		{"nobody", func(in *read.Reader) { replicationRole(in).Set("AssumeRolePolicyDocument.Statement.0.Effect", "Deny") }, "Effect is Deny"},
		{"anybody, for the way back", func(in *read.Reader) {
			wayBack(in).Set("AssumeRolePolicyDocument.Statement.0.Principal", map[string]any{"AWS": "*"})
		}, "want a service"},
		{"whom an identity provider knows", func(in *read.Reader) {
			replicationRole(in).Set("AssumeRolePolicyDocument.Statement.0.Action", "sts:AssumeRoleWithWebIdentity")
		}, "Action is sts:AssumeRoleWithWebIdentity"},
	},
	"a role may do its job, and nothing else": {
		{"an action less", func(in *read.Reader) {
			in.PolicyOf(replicationRole(in)).Set("PolicyDocument.Statement.2.Action", []string{"s3:ReplicateObject", "s3:ReplicateTags"})
		}, "lacks s3:ReplicateDelete on"},
		{"an action more", func(in *read.Reader) {
			in.PolicyOf(replicationRole(in)).Set("PolicyDocument.Statement.0.Action.0", "s3:PutReplicationConfiguration")
		}, "lacks s3:GetReplicationConfiguration on"},
		{"a statement more", func(in *read.Reader) {
			policy := in.PolicyOf(serverRole(in.Standby()))
			policy.Add(fmt.Sprintf("PolicyDocument.Statement.%d", read.Length(policy, "PolicyDocument.Statement")), map[string]any{
				"Action": "s3:GetObject", "Effect": "Allow", "Resource": "arn:aws:s3:::elsewhere/*",
			})
		}, "grants s3:GetObject on arn:aws:s3:::elsewhere/*, which nobody needs"},
		{"another bucket", func(in *read.Reader) {
			in.PolicyOf(replicationRole(in)).Set("PolicyDocument.Statement.2.Resource", "arn:aws:s3:::elsewhere/*")
		}, "lacks s3:ReplicateDelete on ${Secondary."},
		{"anything in S3", func(in *read.Reader) {
			in.PolicyOf(serverRole(in.Home())).Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "lacks ssm:"},
		{"the way back from any bucket", func(in *read.Reader) {
			in.PolicyOf(wayBack(in)).Set("PolicyDocument.Statement.0.Resource", "*")
		}, "lacks s3:GetReplicationConfiguration on ${"},
		{"the rule of any bucket", func(in *read.Reader) {
			custom := append(in.Resources("Custom::BucketReplication"), in.Resources("Custom::CDKBucketDeployment")...) // the article has no way back
			in.PolicyOf(functionRole(custom[0])).Set("PolicyDocument.Statement.0.Resource", "*")
		}, "lacks s3:"},
		{"denied", func(in *read.Reader) {
			in.PolicyOf(serverRole(in.Home())).Set("PolicyDocument.Statement.0.Effect", "Deny")
		}, "lacks ssm:"},
		{"only at times", func(in *read.Reader) {
			in.PolicyOf(serverRole(in.Home())).Add("PolicyDocument.Statement.0.Condition", map[string]any{"Bool": map[string]any{"aws:SecureTransport": "true"}})
		}, "lacks ssm:"},
		{"of the role itself", func(in *read.Reader) {
			serverRole(in.Home()).Add("Policies", []any{map[string]any{"PolicyName": "More", "PolicyDocument": map[string]any{
				"Statement": []any{map[string]any{"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}},
			}}})
		}, "grants ec2:RunInstances on *, which nobody needs"},
		{"other security groups", func(in *read.Reader) {
			functionRole(in.Resources("Custom::VpcRestrictDefaultSG")[0]).Set("Policies.0.PolicyDocument.Statement.0.Resource", "*")
		}, "lacks ec2:AuthorizeSecurityGroup"},
		{"other files", func(in *read.Reader) {
			in.PolicyOf(functionRole(in.Resources("Custom::CDKBucketDeployment")[0])).Set("PolicyDocument.Statement.1.Resource", "*")
		}, "lacks s3:Abort* on"},
	},
	"policies are written in IAM's current language": {
		{"the old one", func(in *read.Reader) { in.PolicyOf(serverRole(in.Home())).Set("PolicyDocument.Version", "2008-10-17") }, "Version is 2008-10-17"},
		{"none, which is the old one", func(in *read.Reader) { replicationRole(in).Delete("AssumeRolePolicyDocument.Version") }, "Version"},
	},
}

// replicationRole is the role with which S3 replicates the home bucket.
func replicationRole(in *read.Reader) *assembly.Resource {
	return read.Target(in.HomeBucket(), "ReplicationConfiguration.Role", "AWS::IAM::Role")
}

// wayBack is the role with which S3 replicates the standby's bucket, where it does; otherwise that of the way there.
func wayBack(in *read.Reader) *assembly.Resource {
	for _, r := range in.Resources("Custom::BucketReplication") {
		for _, to := range read.Targets(r, "Create") {
			if to.Type == "AWS::IAM::Role" {
				return to
			}
		}
	}
	return replicationRole(in)
}

// functionRole is the role of the function that answers for a custom resource.
func functionRole(custom *assembly.Resource) *assembly.Resource {
	return read.Target(read.Target(custom, "ServiceToken", "AWS::Lambda::Function"), "Role", "AWS::IAM::Role")
}
