// Package regions holds the promises about what a site says of both its regions beside the article.
package regions

import (
	"strconv"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
)

// Promises are what site.yaml says of both regions beside the article.
func Promises() []read.Promise {
	return []read.Promise{
		{Name: "NAT gateways: one a zone, or one", Check: checkGateways},
		{Name: "connections stay open longer at the load balancer than at the edge", Check: checkIdleConnections},
		{Name: "measurements as often as the alarms look", Check: checkMonitoring},
		{Name: "the site's tags", When: when.WithTags, Check: checkTags},
	}
}

func checkGateways(in *read.Reader) {
	for _, t := range in.Tiers() {
		want := len(t.AvailabilityZones)
		if t.NATGateways == site.NATSingle {
			want = 1
		}
		if gateways := t.Group.Stack.Resources("AWS::EC2::NatGateway"); len(gateways) != want {
			read.Fail(t.Group, "", "has %d NAT gateways, want %d", len(gateways), want)
		}
	}
}

// checkIdleConnections demands that CloudFront, and not the load balancer, ends
// idle connections: a request on one that has just been closed would fail.
func checkIdleConnections(in *read.Reader) {
	for _, t := range in.Tiers() {
		const name = "idle_timeout.timeout_seconds"
		seconds, err := strconv.Atoi(read.Attribute(t.Balancer, name))
		if err != nil || float64(seconds) <= in.Site.Edge.KeepAlive.Seconds() {
			read.Fail(t.Balancer, "LoadBalancerAttributes", "has %s %q: closes idle connections after %d s, the edge after %s",
				name, read.Attribute(t.Balancer, name), seconds, in.Site.Edge.KeepAlive)
		}
	}
}

func checkMonitoring(in *read.Reader) {
	for _, t := range in.Tiers() {
		read.Expect(t.Template, "LaunchTemplateData.Monitoring.Enabled", t.CPU.Period.Minutes() < 5)
	}
}

func checkTags(in *read.Reader) {
	for _, t := range in.Tiers() {
		for _, r := range []*assembly.Resource{t.Balancer, t.Group, t.TargetGroup} {
			for _, key := range read.Sorted(in.Site.Tags) {
				read.CheckTag(r, key, in.Site.Tags[key])
			}
		}
	}
}
