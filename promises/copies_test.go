package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

func ref(r *assembly.Resource) any { return map[string]any{"Ref": r.LogicalID} }

func refs(resources []*assembly.Resource) []any {
	var refs []any
	for _, r := range resources {
		refs = append(refs, ref(r))
	}
	return refs
}

func getAtt(r *assembly.Resource, attribute string) any {
	return map[string]any{"Fn::GetAtt": []string{r.LogicalID, attribute}}
}

// getStackOutput refers from another stack to the output of r's stack whose
// value is text.
func getStackOutput(r *assembly.Resource, text string) any {
	for _, output := range r.Stack.Outputs() {
		if must.Get(output.Text()) == text {
			return map[string]any{"Fn::GetStackOutput": map[string]any{
				"StackName": r.Stack.Name, "Region": r.Stack.Region, "OutputName": output.Name,
			}}
		}
	}
	fail(nil, "", "%s has no output %s", r.Stack.ID, text)
	return nil
}

func remove(r *assembly.Resource) { r.Stack.Remove(r.LogicalID) }

// rewrite changes a text, in which placeholders stay as they are: they are read
// as references all the same.
func rewrite(r *assembly.Resource, path, from, to string) {
	text := text(r, path)
	if !strings.Contains(text, from) {
		fail(r, path, "has no %q", from)
	}
	r.Set(path, strings.ReplaceAll(text, from, to))
}

func redescribe(alarm *assembly.Resource, from, to string) {
	rewrite(alarm, "AlarmDescription", from, to)
}

func redefine(machine *assembly.Resource, from, to string) {
	rewrite(machine, definitionPath, from, to)
}

func requery(alarm *assembly.Resource, from, to string) {
	rewrite(alarm, "Metrics.0.Expression", from, to)
}

// redraw rewrites the first of a text in the dashboard's body.
func (in *reader) redraw(from, to string) {
	dashboard, _ := in.dashboard()
	body := text(dashboard, bodyPath)
	if !strings.Contains(body, from) {
		fail(dashboard, bodyPath, "has no %q", from)
	}
	dashboard.Set(bodyPath, strings.Replace(body, from, to, 1))
}

func setAttribute(balancer *assembly.Resource, key, value string) {
	for i, attribute := range objects(balancer, "LoadBalancerAttributes") {
		if attribute["Key"] == key {
			balancer.Set(fmt.Sprintf("LoadBalancerAttributes.%d.Value", i), value)
			return
		}
	}
	fail(balancer, "LoadBalancerAttributes", "has no %s", key)
}

// open lets everybody reach a port of a security group.
func open(group *assembly.Resource, port int) {
	rule := map[string]any{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}
	if !group.Has("SecurityGroupIngress") {
		group.Add("SecurityGroupIngress", []any{rule})
		return
	}
	group.Add(fmt.Sprintf("SecurityGroupIngress.%d", length(group, "SecurityGroupIngress")), rule)
}

func zone(in *reader) *assembly.Resource {
	return only("hosted zones", in.Resources(topology.ZoneType)...)
}

func certificate(in *reader) *assembly.Resource {
	return follow(in.siteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn")
}

// cpuAlarm is one that every site has.
func (in *reader) cpuAlarm() *assembly.Resource {
	return in.scalingAlarm(in.home(), "GreaterThanOrEqualToThreshold")
}

// schedule is the home group's first scheduled action that recurs.
func (in *reader) schedule() *assembly.Resource {
	actions := in.Referrers(in.home().group, "AWS::AutoScaling::ScheduledAction")
	return actions[slices.IndexFunc(actions, func(r *assembly.Resource) bool { return r.Has("Recurrence") })]
}

func originSecret(in *reader) *assembly.Resource {
	return in.Resources("AWS::SecretsManager::Secret")[0]
}

func (in *reader) listenerRule() *assembly.Resource {
	return only("listener rules", in.Resources(topology.ListenerRuleType)...)
}

func (in *reader) practicePolicy() *assembly.Resource {
	return in.policyOf(follow(in.experiment(), "RoleArn"))
}

// readStatement is the path of the statement by which a distribution reads.
func readStatement(policy *assembly.Resource) string {
	for i := range length(policy, "PolicyDocument.Statement") {
		path := fmt.Sprintf("PolicyDocument.Statement.%d", i)
		if policy.Has(path + ".Principal.Service") {
			return path
		}
	}
	fail(policy, "", "lets no service in")
	return ""
}

func distributionCopy(path string, value any) func(*reader) {
	return func(in *reader) { in.siteDistribution().Set("DistributionConfig."+path, value) }
}

func healthCheckCopy(property string, value any) func(*reader) {
	return func(in *reader) { in.endpointCheck(in.serves()).Set("HealthCheckConfig."+property, value) }
}

func servesCopy(property string, value any) func(*reader) {
	return func(in *reader) { in.serves().Set("HealthCheckConfig."+property, value) }
}

func replicationCopy(breaks, path string, value any) brokenCopy {
	return brokenCopy{breaks, func(in *reader) { in.homeBucket().Set(rule+path, value) }, path + " is " + fmt.Sprint(value)}
}

// reverseCopy changes the text of the call that creates the rule.
func reverseCopy(breaks, from, to, want string) brokenCopy {
	return brokenCopy{breaks, func(in *reader) { rewrite(in.reverseReplication(), "Create", from, to) }, want}
}

// staticCopies break the static files of a region.
func staticCopies(region func(*site.Site) string) []brokenCopy {
	bucket := func(in *reader) *assembly.Resource { return in.bucket(region(in.site)) }
	policy := func(in *reader) *assembly.Resource { return in.bucketPolicy(bucket(in)) }
	return []brokenCopy{
		{"by its global domain name", func(in *reader) {
			d := in.staticDistribution(region(in.site))
			d.Set(defaultOrigin(d).At("DomainName"), getAtt(bucket(in), "DomainName"))
		}, "want its regional domain name"},
		{"without versions", func(in *reader) { bucket(in).Set("VersioningConfiguration.Status", "Suspended") }, "Status is Suspended"},
		{"public policies", func(in *reader) {
			bucket(in).Set("PublicAccessBlockConfiguration.BlockPublicPolicy", false)
		}, "BlockPublicPolicy is false"},
		{"everybody reads", func(in *reader) { policy(in).Set(readStatement(policy(in))+".Principal", "*") }, "lets others in"},
		{"any distribution reads", func(in *reader) { policy(in).Delete(readStatement(policy(in)) + ".Condition") }, "lets others in"},
		{"deleted with the stack", func(in *reader) { bucket(in).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
	}
}

// aclCopies break a web ACL.
func aclCopies(acl func(*reader) *assembly.Resource) []brokenCopy {
	edit := func(rule, path string, value any) func(*reader) {
		return func(in *reader) {
			acl := acl(in)
			acl.Set(aclRule(acl, rule)+path, value)
		}
	}
	return []brokenCopy{
		{"known attacks are counted only", edit("AWSManagedRulesKnownBadInputsRuleSet", ".OverrideAction", map[string]any{"Count": map[string]any{}}), "KnownBadInputs"},
		{"no reputation", edit("AWSManagedRulesAmazonIpReputationList", ".Statement.ManagedRuleGroupStatement.Name", "Other"), "Name is Other"},
		{"common rules do otherwise", func(in *reader) {
			in.site.WAFRules.CommonRules = map[site.CommonRules]site.CommonRules{
				site.CommonCount: site.CommonBlock, site.CommonBlock: site.CommonCount,
			}[in.site.WAFRules.CommonRules]
		}, "AWSManagedRulesCommonRuleSet"},
		{"another limit", edit("RateLimit", ".Statement.RateBasedStatement.Limit", 10), "Limit is 10"},
		{"the limit is counted only", edit("RateLimit", ".Action", map[string]any{"Count": map[string]any{}}), "Action"},
		{"health checkers are limited", edit("RateLimit", ".Statement.RateBasedStatement.ScopeDownStatement", map[string]any{}), "limits health checkers"},
	}
}
