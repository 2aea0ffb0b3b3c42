package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

func (in *reader) checkBalancers() {
	for _, t := range in.tiers() {
		expect(t.balancer, "Scheme", "internet-facing")
		expect(t.balancer, "Type", "application")
		in.checkSubnets(t.balancer, "Subnets", t, "AWS::EC2::InternetGateway")
	}
}

func (in *reader) checkTargetGroups() {
	for _, t := range in.tiers() {
		expectAll(t.targetGroup, "", map[string]any{
			"Protocol": "HTTP", "Port": 80, "HealthCheckProtocol": "HTTP", "HealthCheckPath": t.HealthPath,
			"TargetType": "instance", "Matcher.HttpCode": "200",
		})
	}
}

// checkSecurityGroups demands that only the load balancer and the site's SSH
// ranges reach the servers, and that the load balancer reaches nothing else.
func (in *reader) checkSecurityGroups() {
	for _, t := range in.tiers() {
		want := []string{"tcp 80-80 from " + t.balancerSecurity.String()}
		for _, addressRange := range t.SSH {
			want = append(want, "tcp 22-22 from "+addressRange.String())
		}
		in.checkAdmits(t.webSecurity, want...)
		for _, egress := range in.Referrers(t.balancerSecurity, "AWS::EC2::SecurityGroupEgress") {
			leads(egress, "DestinationSecurityGroupId", t.webSecurity)
		}
		if t.balancerSecurity.Has("SecurityGroupEgress") {
			fail(t.balancerSecurity, "SecurityGroupEgress", "has other ways out")
		}
	}
}

// checkAdmits demands that these and no others may reach a security group.
func (in *reader) checkAdmits(group *assembly.Resource, want ...string) {
	slices.Sort(want)
	if got := in.ingress(group); !slices.Equal(got, want) {
		fail(group, "", "admits %q, want %q", got, want)
	}
}

// ingress says who may reach a security group: one line a rule, as
// "tcp 80-80 from 0.0.0.0/0", sorted.
func (in *reader) ingress(group *assembly.Resource) []string {
	var rules []string
	rule := func(r *assembly.Resource, path string) {
		from := "nobody"
		for _, source := range []string{"CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"} {
			if r.Has(path + source) {
				from = strings.TrimSuffix(text(r, path+source), ".GroupId}")
				from = strings.TrimPrefix(from, "${")
			}
		}
		rules = append(rules, fmt.Sprintf("%s %d-%d from %s", text(r, path+"IpProtocol"),
			integer(r, path+"FromPort"), integer(r, path+"ToPort"), from))
	}
	if group.Has("SecurityGroupIngress") {
		for i := range length(group, "SecurityGroupIngress") {
			rule(group, fmt.Sprintf("SecurityGroupIngress.%d.", i))
		}
	}
	for _, r := range in.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
		if follow(r, "GroupId") == group {
			rule(r, "")
		}
	}
	slices.Sort(rules)
	return rules
}

// everybody are the address ranges of all visitors.
func (in *reader) everybody() []string {
	if in.site.IPv6 {
		return []string{"0.0.0.0/0", "::/0"}
	}
	return []string{"0.0.0.0/0"}
}

func (in *reader) listeners(balancer *assembly.Resource) []topology.Listener {
	return must.Get(topology.Listeners(in.Assembly, balancer))
}

// listener is a load balancer's listener on a port.
func (in *reader) listener(balancer *assembly.Resource, port int) *assembly.Resource {
	var found []*assembly.Resource
	for _, listener := range in.listeners(balancer) {
		if listener.Port == port {
			found = append(found, listener.Resource)
		}
	}
	return only(fmt.Sprintf("listeners on port %d of %s", port, balancer), found...)
}

// checkPorts demands that a load balancer listens on these ports and no others.
func (in *reader) checkPorts(balancer *assembly.Resource, want ...int) {
	var ports []int
	for _, listener := range in.listeners(balancer) {
		ports = append(ports, listener.Port)
	}
	if !slices.Equal(ports, want) {
		fail(balancer, "", "listens on %v, want %v", ports, want)
	}
}

// attribute is one of a load balancer's attributes, "" if it has none of the
// name.
func attribute(balancer *assembly.Resource, name string) string {
	for _, attribute := range objects(balancer, "LoadBalancerAttributes") {
		if attribute["Key"] == name {
			return fmt.Sprint(attribute["Value"])
		}
	}
	return ""
}

// expectAttributes demands values of a load balancer's attributes.
func expectAttributes(balancer *assembly.Resource, want map[string]string) {
	for _, name := range sorted(want) {
		if got := attribute(balancer, name); got != want[name] {
			fail(balancer, "LoadBalancerAttributes", "has %s %q, want %q", name, got, want[name])
		}
	}
}

// checkStrictBalancers demands that load balancers refuse what is no HTTP, and
// stay.
func (in *reader) checkStrictBalancers() {
	for _, t := range in.tiers() {
		expectAttributes(t.balancer, map[string]string{
			"routing.http.drop_invalid_header_fields.enabled": "true",
			"routing.http.desync_mitigation_mode":             "defensive",
			"deletion_protection.enabled":                     fmt.Sprint(in.site.Retention.TerminationProtection),
		})
	}
}
