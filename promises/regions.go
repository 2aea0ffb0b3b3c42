package promises

import (
	"strconv"

	"twinsite/assembly"
	"twinsite/site"
)

// regionPromises are what site.yaml says of both regions beside the article.
func regionPromises() []Promise {
	return []Promise{
		{Name: "NAT gateways: one a zone, or one", check: (*reader).checkGateways},
		{Name: "connections stay open longer at the load balancer than at the edge", check: (*reader).checkIdleConnections},
		{Name: "measurements as often as the alarms look", check: (*reader).checkMonitoring},
		{Name: "the site's tags", when: withTags, check: (*reader).checkTags},
	}
}

func (in *reader) checkGateways() {
	for _, t := range in.tiers() {
		want := len(t.AvailabilityZones)
		if t.NATGateways == site.NATSingle {
			want = 1
		}
		if gateways := t.group.Stack.Resources("AWS::EC2::NatGateway"); len(gateways) != want {
			fail(t.group, "", "has %d NAT gateways, want %d", len(gateways), want)
		}
	}
}

// checkIdleConnections demands that CloudFront, and not the load balancer, ends
// idle connections: a request on one that has just been closed would fail.
func (in *reader) checkIdleConnections() {
	for _, t := range in.tiers() {
		const name = "idle_timeout.timeout_seconds"
		seconds, err := strconv.Atoi(attribute(t.balancer, name))
		if err != nil || float64(seconds) <= in.site.Edge.KeepAlive.Seconds() {
			fail(t.balancer, "LoadBalancerAttributes", "has %s %q: closes idle connections after %d s, the edge after %s",
				name, attribute(t.balancer, name), seconds, in.site.Edge.KeepAlive)
		}
	}
}

func (in *reader) checkMonitoring() {
	for _, t := range in.tiers() {
		expect(t.template, "LaunchTemplateData.Monitoring.Enabled", t.CPU.Period.Minutes() < 5)
	}
}

func (in *reader) checkTags() {
	for _, t := range in.tiers() {
		for _, r := range []*assembly.Resource{t.balancer, t.group, t.targetGroup} {
			for _, key := range sorted(in.site.Tags) {
				checkTag(r, key, in.site.Tags[key])
			}
		}
	}
}
