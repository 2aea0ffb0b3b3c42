package brokencopy

import (
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
)

// Ref is a reference to a resource of the same stack.
func Ref(r *assembly.Resource) any { return map[string]any{"Ref": r.LogicalID} }

// GetAtt is a reference to an attribute of a resource of the same stack.
func GetAtt(r *assembly.Resource, attribute string) any {
	return map[string]any{"Fn::GetAtt": []string{r.LogicalID, attribute}}
}

// GetStackOutput refers from another stack to the output of r's stack whose
// value is text.
func GetStackOutput(r *assembly.Resource, text string) any {
	for _, output := range r.Stack.Outputs() {
		if must.Get(output.Text()) == text {
			return map[string]any{"Fn::GetStackOutput": map[string]any{
				"StackName": r.Stack.Name, "Region": r.Stack.Region, "OutputName": output.Name,
			}}
		}
	}
	read.Fail(nil, "", "%s has no output %s", r.Stack.ID, text)
	return nil
}

// Rewrite changes a text, in which placeholders stay as they are: they are read
// as references all the same.
func Rewrite(r *assembly.Resource, path, from, to string) {
	text := read.Text(r, path)
	if !strings.Contains(text, from) {
		read.Fail(r, path, "has no %q", from)
	}
	r.Set(path, strings.ReplaceAll(text, from, to))
}

// SetAttribute replaces one of a load balancer's attributes.
func SetAttribute(balancer *assembly.Resource, key, value string) {
	for i, attribute := range read.Objects(balancer, "LoadBalancerAttributes") {
		if attribute["Key"] == key {
			balancer.Set(fmt.Sprintf("LoadBalancerAttributes.%d.Value", i), value)
			return
		}
	}
	read.Fail(balancer, "LoadBalancerAttributes", "has no %s", key)
}

// Open lets everybody reach a port of a security group.
func Open(group *assembly.Resource, port int) {
	rule := map[string]any{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": port, "ToPort": port}
	if !group.Has("SecurityGroupIngress") {
		group.Add("SecurityGroupIngress", []any{rule})
		return
	}
	group.Add(fmt.Sprintf("SecurityGroupIngress.%d", read.Length(group, "SecurityGroupIngress")), rule)
}

// Certificate is that of the site's distribution.
func Certificate(in *read.Reader) *assembly.Resource {
	return read.Follow(in.SiteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn")
}

// DistributionCopy replaces a value of the site's distribution.
func DistributionCopy(path string, value any) func(*read.Reader) {
	return func(in *read.Reader) { in.SiteDistribution().Set("DistributionConfig."+path, value) }
}

// HealthCheckCopy replaces a value of the home endpoint's health check.
func HealthCheckCopy(property string, value any) func(*read.Reader) {
	return func(in *read.Reader) { in.EndpointCheck(in.Serves()).Set("HealthCheckConfig."+property, value) }
}

// ReplicationCopy replaces a value of the home bucket's replication rule.
func ReplicationCopy(breaks, path string, value any) Copy {
	return Copy{breaks, func(in *read.Reader) { in.HomeBucket().Set(read.Rule+path, value) }, path + " is " + fmt.Sprint(value)}
}

// ReadStatement is the path of the statement by which a distribution reads.
func ReadStatement(policy *assembly.Resource) string {
	for i := range read.Length(policy, "PolicyDocument.Statement") {
		path := fmt.Sprintf("PolicyDocument.Statement.%d", i)
		if policy.Has(path + ".Principal.Service") {
			return path
		}
	}
	read.Fail(policy, "", "lets no service in")
	return ""
}
