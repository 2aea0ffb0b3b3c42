package security

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
)

// An allowance is a wildcard that a policy may have, on resources of a type.
type allowance struct{ resourceType, action, why string }

// wideActions are the actions with a wildcard that somebody may do.
var wideActions = []allowance{
	{"AWS::KMS::Key", "kms:*", "the account's own, in the key's own policy: without it, nobody could change the key again"},
	{"AWS::IAM::Policy", "s3:GetObject*", "the CDK's grants to its function that uploads static files"},
	{"AWS::IAM::Policy", "s3:GetBucket*", "likewise"},
	{"AWS::IAM::Policy", "s3:List*", "likewise"},
	{"AWS::IAM::Policy", "s3:DeleteObject*", "likewise"},
	{"AWS::IAM::Policy", "s3:Abort*", "likewise"},
	{"AWS::S3::BucketPolicy", "s3:DeleteObject*", "retention delete: the CDK's function empties that one bucket"},
	{"AWS::S3::BucketPolicy", "s3:GetBucket*", "likewise"},
	{"AWS::S3::BucketPolicy", "s3:List*", "likewise"},
}

// wideResources are the actions that somebody may do to every resource.
var wideResources = []allowance{
	{"AWS::KMS::Key", "kms:*", "in a key's policy, every resource is the key"},
	{"AWS::KMS::Key", "kms:Decrypt", "likewise"},
	{"AWS::KMS::Key", "kms:GenerateDataKey", "likewise"},
	{"AWS::IAM::Policy", "ssm:UpdateInstanceInformation", "a server that registers itself has no name yet"},
	{"AWS::IAM::Policy", "ssmmessages:CreateControlChannel", "IAM has no resource for channels"},
	{"AWS::IAM::Policy", "ssmmessages:CreateDataChannel", "likewise"},
	{"AWS::IAM::Policy", "ssmmessages:OpenControlChannel", "likewise"},
	{"AWS::IAM::Policy", "ssmmessages:OpenDataChannel", "likewise"},
	{"AWS::IAM::Policy", "logs:CreateLogDelivery", "IAM has no resource for log deliveries"},
	{"AWS::IAM::Policy", "logs:DeleteLogDelivery", "likewise"},
	{"AWS::IAM::Policy", "logs:DescribeLogGroups", "likewise"},
	{"AWS::IAM::Policy", "logs:DescribeResourcePolicies", "likewise"},
	{"AWS::IAM::Policy", "logs:GetLogDelivery", "likewise"},
	{"AWS::IAM::Policy", "logs:ListLogDeliveries", "likewise"},
	{"AWS::IAM::Policy", "logs:PutResourcePolicy", "likewise"},
	{"AWS::IAM::Policy", "logs:UpdateLogDelivery", "likewise"},
	{"AWS::IAM::Policy", "ec2:DescribeManagedPrefixLists", "IAM has no resource for descriptions"},
	{"AWS::IAM::Policy", "ec2:DescribeNetworkAcls", "likewise"},
	{"AWS::IAM::Policy", "ec2:DescribeSubnets", "likewise"},
	{"AWS::IAM::Policy", "elasticloadbalancing:DescribeTargetHealth", "likewise"},
	{"AWS::IAM::Policy", "ec2:DescribeVpcs", "likewise"},
	{"AWS::IAM::Policy", "autoscaling:DescribeAutoScalingGroups", "likewise"},
	{"AWS::IAM::Policy", "cloudwatch:PutMetricData", "IAM has no resource for metrics; another statement denies other namespaces"},
}

// ofExtensions are the actions that an extension may allow on every resource.
var ofExtensions = []allowance{
	{"AWS::IAM::ManagedPolicy", "ecr:GetAuthorizationToken", "IAM has no resource for tokens"},
}

// managedPolicy is the one policy of AWS's that somebody may have beside the
// site's own for its servers: the CDK's own functions write their logs with it.
const managedPolicy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

// checkLeastPrivilege reads every policy of every stack.
func checkLeastPrivilege(in *read.Reader) {
	for _, r := range in.Resources() {
		for _, path := range policyPaths(r) {
			for _, statement := range policyStatements(r, path) {
				if statement["Effect"] == "Allow" {
					checkNarrow(r, path, statement)
				}
			}
		}
		if r.Type == "AWS::IAM::Role" && r.Has("ManagedPolicyArns") {
			servers := len(in.Referrers(r, "AWS::IAM::InstanceProfile")) > 0
			for _, policy := range read.Texts(r, "ManagedPolicyArns") {
				if policy != managedPolicy && !(servers && slices.Contains(in.Site.Web.Policies, policy)) {
					read.Fail(r, "ManagedPolicyArns", "has the policy %s", policy)
				}
			}
		}
	}
}

// policyPaths are where a resource has policies.
func policyPaths(r *assembly.Resource) []string {
	var paths []string
	for _, path := range []string{"PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument"} {
		if r.Has(path + ".Statement") {
			paths = append(paths, path)
		}
	}
	if r.Type == "AWS::IAM::Role" && r.Has("Policies") {
		for i := range read.Length(r, "Policies") {
			paths = append(paths, fmt.Sprintf("Policies.%d.PolicyDocument", i))
		}
	}
	return paths
}

// policyStatements are the statements of a policy, which may be one without its
// list.
func policyStatements(r *assembly.Resource, path string) []map[string]any {
	path += ".Statement"
	var all []map[string]any
	for _, statement := range read.AsList(read.Value(r, path)) {
		all = append(all, read.As[map[string]any](r, path, statement, "an object"))
	}
	return all
}

func checkNarrow(r *assembly.Resource, path string, statement map[string]any) {
	actions := read.AsList(statement["Action"])
	for _, action := range actions {
		if action := fmt.Sprint(action); strings.Contains(action, "*") && !allowed(wideActions, r, action) {
			read.Fail(r, path, "allows the action %s", action)
		}
	}
	if slices.Contains(read.AsList(statement["Resource"]), any("*")) {
		for _, action := range actions {
			if !allowed(wideResources, r, fmt.Sprint(action)) && !allowed(ofExtensions, r, fmt.Sprint(action)) {
				read.Fail(r, path, "allows %v on every resource", action)
			}
		}
	}
	principal := statement["Principal"]
	if of, ok := principal.(map[string]any); ok {
		principal = of["AWS"]
	}
	if principal == "*" && statement["Condition"] == nil {
		read.Fail(r, path, "is for everybody: %v", statement)
	}
	for _, key := range []string{"NotAction", "NotResource", "NotPrincipal"} {
		if statement[key] != nil {
			read.Fail(r, path, "has %s, which allows what it does not name: %v", key, statement)
		}
	}
}

func allowed(allowances []allowance, r *assembly.Resource, action string) bool {
	return slices.ContainsFunc(allowances, func(a allowance) bool { return a.resourceType == r.Type && a.action == action })
}

// sessionManager are the actions that Session Manager needs of a server.
var sessionManager = []string{
	"ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
	"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
}

// checkShell demands that nobody needs a key to log in, and that the servers' role
// has no managed policy but the site's own: AWS's for Session Manager reads every
// parameter of the account.
func checkShell(in *read.Reader) {
	for _, t := range in.Tiers() {
		if t.Template.Has("LaunchTemplateData.KeyName") {
			read.Fail(t.Template, "LaunchTemplateData.KeyName", "is there: it has a key")
		}
		role := serverRole(t)
		var policies []string
		if role.Has("ManagedPolicyArns") {
			policies = read.Texts(role, "ManagedPolicyArns")
		}
		if !slices.Equal(policies, t.Policies) {
			read.Fail(role, "ManagedPolicyArns", "has other people's policies: %q, want %q", policies, t.Policies)
		}
	}
}

func serverRole(t *read.Tier) *assembly.Resource {
	profile := read.Target(t.Template, "LaunchTemplateData.IamInstanceProfile.Arn", "AWS::IAM::InstanceProfile")
	return read.Target(profile, "Roles.0", "AWS::IAM::Role")
}
