package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

func accessLogs(s *site.Site) bool { return s.AccessLogs }

// sessionManager are the actions that Session Manager needs of a server.
const sessionManager = "[ssm:UpdateInstanceInformation ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel" +
	" ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel]"

// attributes are a load balancer's attributes.
func attributes(balancer *assembly.Resource) map[string]string {
	attributes := map[string]string{}
	for _, attribute := range must(balancer.Value("LoadBalancerAttributes")).([]any) {
		attribute := attribute.(map[string]any)
		attributes[attribute["Key"].(string)] = attribute["Value"].(string)
	}
	return attributes
}

func setAttribute(balancer *assembly.Resource, key, value string) {
	for i, attribute := range must(balancer.Value("LoadBalancerAttributes")).([]any) {
		if attribute.(map[string]any)["Key"] == key {
			balancer.Set(fmt.Sprintf("LoadBalancerAttributes.%d.Value", i), value)
			return
		}
	}
	fail("%s has no attribute %s", balancer, key)
}

// logBucket is the bucket for the access logs of a tier's region.
func (w *walk) logBucket(t *tier) *assembly.Resource {
	var found []*assembly.Resource
	for _, bucket := range t.balancer.Stack.Resources("AWS::S3::Bucket") {
		if bucket != w.bucket(t.Region.Name) {
			found = append(found, bucket)
		}
	}
	return only("log buckets in "+t.Region.Name, found...)
}

// topic is what a tier's group sends notifications to.
func (w *walk) topic(t *tier) *assembly.Resource {
	return target(t.group, "NotificationConfigurations.0.TopicARN", "AWS::SNS::Topic")
}

func (w *walk) budget() *assembly.Resource {
	return only("budgets", w.Resources("AWS::Budgets::Budget")...)
}

func (w *walk) serverRole() *assembly.Resource {
	profile := must(w.home().template.Target("LaunchTemplateData.IamInstanceProfile.Arn"))
	return must(profile.Target("Roles.0"))
}

func (w *walk) edgeACL() *assembly.Resource {
	return must(w.siteDistribution().Target("DistributionConfig.WebACLId"))
}

func (w *walk) standbyACL() *assembly.Resource {
	association := only("web ACLs of "+w.standbyBalancer().String(),
		w.Referrers(w.standbyBalancer(), "AWS::WAFv2::WebACLAssociation")...)
	leads(association, "ResourceArn", w.standbyBalancer())
	return target(association, "WebACLArn", "AWS::WAFv2::WebACL")
}

// webACLRule is the path of a web ACL's rule.
func webACLRule(acl *assembly.Resource, name string) (string, error) {
	for i := range must(acl.Value("Rules")).([]any) {
		if path := fmt.Sprintf("Rules.%d", i); must(acl.Text(path+".Name")) == name {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s has no rule %s", acl, name)
}

// keepsWebACL demands the rules that either entrance has.
func (w *walk) keepsWebACL(acl *assembly.Resource, scope string) {
	expect(acl, "Scope", scope)
	common := "Count"
	if w.site.WAFRules.CommonRules == site.CommonBlock {
		common = "None"
	}
	for group, override := range map[string]string{
		"AWSManagedRulesAmazonIpReputationList": "None",
		"AWSManagedRulesKnownBadInputsRuleSet":  "None",
		"AWSManagedRulesCommonRuleSet":          common,
	} {
		rule := must(webACLRule(acl, group))
		expect(acl, rule+".Statement.ManagedRuleGroupStatement.Name", group)
		expect(acl, rule+".Statement.ManagedRuleGroupStatement.VendorName", "AWS")
		if !acl.Has(rule + ".OverrideAction." + override) {
			fail("%s: %s does not answer with %s", acl, group, override)
		}
	}
	limit := must(webACLRule(acl, "RateLimit"))
	if !acl.Has(limit + ".Action.Block") {
		fail("%s: the Action of RateLimit is not Block", acl)
	}
	limit += ".Statement.RateBasedStatement."
	expect(acl, limit+"AggregateKeyType", "IP")
	expect(acl, limit+"Limit", w.site.WAFRules.RequestsPerAddress)
	expect(acl, limit+"EvaluationWindowSec", 300)
	for i := range must(acl.Value("Rules")).([]any) {
		path := fmt.Sprintf("Rules.%d.Statement.RateBasedStatement", i)
		if !acl.Has(path) {
			continue
		}
		scope := fmt.Sprint(must(acl.Value(path + ".ScopeDownStatement")))
		if !strings.Contains(scope, "NotStatement:map[Statement:map[ByteMatchStatement:") || !strings.Contains(scope, "SearchString:"+w.site.Failover.Path+" ") {
			fail("%s: rule %d limits health checkers", acl, i)
		}
	}
}

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
	{"AWS::IAM::Policy", "ec2:DescribeVpcs", "likewise"},
	{"AWS::IAM::Policy", "cloudwatch:PutMetricData", "IAM has no resource for metrics; another statement denies other namespaces"},
}

// managedPolicy is the one policy of AWS's that somebody may have: the CDK's
// own functions write their logs with it.
const managedPolicy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

// keepsLeastPrivilege reads every policy of every stack.
func (w *walk) keepsLeastPrivilege() {
	for _, r := range w.Resources() {
		for _, path := range policyPaths(r) {
			for _, statement := range asList(must(r.Value(path + ".Statement"))) {
				if statement := statement.(map[string]any); statement["Effect"] == "Allow" {
					keepsNarrow(r, statement)
				}
			}
		}
		if r.Type == "AWS::IAM::Role" && r.Has("ManagedPolicyArns") {
			for _, policy := range must(r.Texts("ManagedPolicyArns")) {
				if policy != managedPolicy {
					fail("%s has the policy %s", r, policy)
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
		for i := range must(r.Value("Policies")).([]any) {
			paths = append(paths, fmt.Sprintf("Policies.%d.PolicyDocument", i))
		}
	}
	return paths
}

func keepsNarrow(r *assembly.Resource, statement map[string]any) {
	actions := asList(statement["Action"])
	for _, action := range actions {
		if action := action.(string); strings.Contains(action, "*") && !allowed(wideActions, r, action) {
			fail("%s allows the action %s", r, action)
		}
	}
	if slices.Contains(asList(statement["Resource"]), any("*")) {
		for _, action := range actions {
			if !allowed(wideResources, r, action.(string)) {
				fail("%s allows %s on every resource", r, action)
			}
		}
	}
	principal := statement["Principal"]
	if of, ok := principal.(map[string]any); ok {
		principal = of["AWS"]
	}
	if principal == "*" && statement["Condition"] == nil {
		fail("%s is for everybody: %v", r, statement)
	}
	if statement["NotAction"] != nil || statement["NotResource"] != nil || statement["NotPrincipal"] != nil {
		fail("%s says what it does not mean: %v", r, statement)
	}
}

func allowed(allowances []allowance, r *assembly.Resource, action string) bool {
	return slices.ContainsFunc(allowances, func(a allowance) bool { return a.resourceType == r.Type && a.action == action })
}

// asList is a value that policies may write without its list.
func asList(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}
