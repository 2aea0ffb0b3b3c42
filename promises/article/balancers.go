package article

import (
	"fmt"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
)

func checkBalancers(in *read.Reader) {
	for _, t := range in.Tiers() {
		read.Expect(t.Balancer, "Scheme", "internet-facing")
		read.Expect(t.Balancer, "Type", "application")
		checkSubnets(in, t.Balancer, "Subnets", t, "AWS::EC2::InternetGateway")
	}
}

func checkTargetGroups(in *read.Reader) {
	for _, t := range in.Tiers() {
		read.ExpectAll(t.TargetGroup, "", map[string]any{
			"Protocol": "HTTP", "Port": t.Port, "HealthCheckProtocol": "HTTP", "HealthCheckPath": t.HealthPath,
			"TargetType": "instance", "Matcher.HttpCode": "200",
		})
	}
}

// checkSecurityGroups demands that only the load balancer and the site's SSH
// ranges reach the servers, and that the load balancer reaches nothing else.
func checkSecurityGroups(in *read.Reader) {
	for _, t := range in.Tiers() {
		want := []string{fmt.Sprintf("tcp %[1]d-%[1]d from %s", t.Port, t.BalancerSecurity)}
		for _, addressRange := range t.SSH {
			want = append(want, "tcp 22-22 from "+addressRange.String())
		}
		in.CheckAdmits(t.WebSecurity, want...)
		for _, egress := range in.Referrers(t.BalancerSecurity, "AWS::EC2::SecurityGroupEgress") {
			read.Leads(egress, "DestinationSecurityGroupId", t.WebSecurity)
		}
		checkNoWayOut(in, t.BalancerSecurity)
	}
}

// checkNoWayOut demands that a group's own outbound rules lead nowhere. With none, the group gets two that lead everywhere.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
func checkNoWayOut(in *read.Reader, group *assembly.Resource) {
	ranges := map[string]string{"CidrIp": "127.0.0.1/32"}
	if in.Site.IPv6 {
		ranges["CidrIpv6"] = "::1/128"
	}
	rules := read.Objects(group, "SecurityGroupEgress")
	for _, rule := range rules {
		for _, key := range read.Sorted(rule) {
			if key != "Description" && key != "IpProtocol" && rule[key] != ranges[key] {
				read.Fail(group, "SecurityGroupEgress", "has other ways out: %s %v", key, rule[key])
			}
		}
	}
	if len(rules) != len(ranges) {
		read.Fail(group, "SecurityGroupEgress", "are %d, want %d that lead nowhere", len(rules), len(ranges))
	}
}

// everybody are the address ranges of all visitors.
func everybody(in *read.Reader) []string {
	if in.Site.IPv6 {
		return []string{"0.0.0.0/0", "::/0"}
	}
	return []string{"0.0.0.0/0"}
}
