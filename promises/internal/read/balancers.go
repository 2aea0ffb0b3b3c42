package read

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// CheckAdmits demands that these and no others may reach a security group.
func (in *Reader) CheckAdmits(group *assembly.Resource, want ...string) {
	slices.Sort(want)
	if got := in.ingress(group); !slices.Equal(got, want) {
		Fail(group, "", "admits %q, want %q", got, want)
	}
}

// ingress says who may reach a security group: one line a rule, as
// "tcp 80-80 from 0.0.0.0/0", sorted.
func (in *Reader) ingress(group *assembly.Resource) []string {
	var rules []string
	rule := func(r *assembly.Resource, path string) {
		from := "nobody"
		for _, source := range []string{"CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"} {
			if r.Has(path + source) {
				from = strings.TrimSuffix(Text(r, path+source), ".GroupId}")
				from = strings.TrimPrefix(from, "${")
			}
		}
		rules = append(rules, fmt.Sprintf("%s %d-%d from %s", Text(r, path+"IpProtocol"),
			Int(r, path+"FromPort"), Int(r, path+"ToPort"), from))
	}
	if group.Has("SecurityGroupIngress") {
		for i := range Length(group, "SecurityGroupIngress") {
			rule(group, fmt.Sprintf("SecurityGroupIngress.%d.", i))
		}
	}
	for _, r := range in.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
		if Follow(r, "GroupId") == group {
			rule(r, "")
		}
	}
	slices.Sort(rules)
	return rules
}

// Listeners are those of a load balancer, by port.
func (in *Reader) Listeners(balancer *assembly.Resource) []topology.Listener {
	return must.Get(topology.Listeners(in.Assembly, balancer))
}

// Listener is a load balancer's listener on a port.
func (in *Reader) Listener(balancer *assembly.Resource, port int) *assembly.Resource {
	var found []*assembly.Resource
	for _, listener := range in.Listeners(balancer) {
		if listener.Port == port {
			found = append(found, listener.Resource)
		}
	}
	return Only(fmt.Sprintf("listeners on port %d of %s", port, balancer), found...)
}

// CheckPorts demands that a load balancer listens on these ports and no others.
func (in *Reader) CheckPorts(balancer *assembly.Resource, want ...int) {
	var ports []int
	for _, listener := range in.Listeners(balancer) {
		ports = append(ports, listener.Port)
	}
	if !slices.Equal(ports, want) {
		Fail(balancer, "", "listens on %v, want %v", ports, want)
	}
}

// Attribute is one of a load balancer's attributes, "" if it has none of the
// name.
func Attribute(balancer *assembly.Resource, name string) string {
	for _, attribute := range Objects(balancer, "LoadBalancerAttributes") {
		if attribute["Key"] == name {
			return fmt.Sprint(attribute["Value"])
		}
	}
	return ""
}
