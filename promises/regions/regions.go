// Package regions holds the promises about what a site says of both its regions beside the article.
package regions

import (
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
	"twinsite/topology"
)

// Promises are what site.yaml says of both regions beside the article.
func Promises() []read.Promise {
	return append(applicationPromises(), []read.Promise{
		{Name: "NAT gateways: one a zone, one, or none", Check: checkGateways},
		{Name: "connections stay open longer at the load balancer than at the edge", Check: checkIdleConnections},
		{Name: "no connection outlives a failover by more than a minute", Check: checkClientKeepAlive},
		{Name: "one command leads visitors away from a zone", When: when.ZonalShift, Check: checkZonalShift},
		{Name: "no zonal shift unless the site has one", When: when.NoZonalShift, Check: checkNoZonalShift},
		{Name: "measurements as often as the alarms look", Check: checkMonitoring},
		{Name: "the site's tags", When: when.WithTags, Check: checkTags},
	}...)
}

func checkGateways(in *read.Reader) {
	for _, t := range in.Tiers() {
		want := len(t.AvailabilityZones)
		switch t.NATGateways {
		case site.NATSingle:
			want = 1
		case site.NATNone:
			want = 0
			checkWayOut(in, t)
		}
		if gateways := t.Group.Stack.Resources("AWS::EC2::NatGateway"); len(gateways) != want {
			read.Fail(t.Group, "", "has %d NAT gateways, want %d", len(gateways), want)
		}
	}
}

// checkWayOut demands that servers without NAT gateways reach the internet by IPv6,
// which lets nobody in, and S3 by its endpoint.
func checkWayOut(in *read.Reader, t *read.Tier) {
	for _, subnet := range read.Targets(t.Group, "VPCZoneIdentifier") {
		table := in.RouteTable(subnet)
		out := slices.ContainsFunc(in.Referrers(table, "AWS::EC2::Route"), func(route *assembly.Resource) bool {
			return route.Has("EgressOnlyInternetGatewayId") && route.Has("DestinationIpv6CidrBlock")
		})
		if !out {
			read.Fail(table, "", "leads nowhere by IPv6, and there is no NAT gateway")
		}
		if len(in.Referrers(table, "AWS::EC2::VPCEndpoint")) == 0 {
			read.Fail(table, "", "does not lead to S3, and there is no NAT gateway")
		}
	}
}

// idleMargin is how much later than CloudFront a load balancer ends a connection on which nothing happens.
const idleMargin = 5 * time.Second

// checkIdleConnections demands that CloudFront, and not the load balancer, ends
// idle connections: a request on one that has just been closed would fail. It also
// demands that the load balancer waits for an answer as long as CloudFront does.
func checkIdleConnections(in *read.Reader) {
	least := max(in.Site.Edge.KeepAlive, in.Site.Edge.ResponseTimeout) + idleMargin
	for _, t := range in.Tiers() {
		if times := must.Get(topology.Times(t.Balancer)); times.Idle < least {
			read.Fail(t.Balancer, "LoadBalancerAttributes", "closes idle connections after %s, want %s or more: the edge waits %s for an answer, and keeps connections for %s",
				times.Idle, least, in.Site.Edge.ResponseTimeout, in.Site.Edge.KeepAlive)
		}
	}
}

// checkClientKeepAlive demands that a load balancer ends connections after the least time that there is: whoever holds one
// does not ask DNS again, and stays where the site no longer is.
func checkClientKeepAlive(in *read.Reader) {
	for _, t := range in.Tiers() {
		if times := must.Get(topology.Times(t.Balancer)); times.KeepAlive != time.Minute {
			read.Fail(t.Balancer, "LoadBalancerAttributes", "keeps connections for %s, want 1m0s: until then, nobody leaves", times.KeepAlive)
		}
	}
}

// The names of what makes zonal shifts possible.
const (
	zonalShift       = "zonal_shift.config.enabled"
	impairmentPolicy = "AvailabilityZoneImpairmentPolicy"
)

// checkZonalShift demands that load balancers and groups of both regions are registered for zonal shifts, and that a
// shift does not end the servers of the zone that it leaves.
func checkZonalShift(in *read.Reader) {
	for _, t := range in.Tiers() {
		expectBalancerAttribute(t, zonalShift, "true")
		read.Expect(t.Group, impairmentPolicy+".ZonalShiftEnabled", true)
		read.Expect(t.Group, impairmentPolicy+".ImpairedZoneHealthCheckBehavior", "IgnoreUnhealthy")
	}
}

// checkNoZonalShift demands that a group says nothing: AWS takes "false" from a group that is registered only.
func checkNoZonalShift(in *read.Reader) {
	for _, t := range in.Tiers() {
		expectBalancerAttribute(t, zonalShift, "false")
		if t.Group.Has(impairmentPolicy) {
			read.Fail(t.Group, impairmentPolicy, "is given, and zonalShift is false")
		}
	}
}

// expectBalancerAttribute demands a value of an attribute that the template writes.
func expectBalancerAttribute(t *read.Tier, name, want string) {
	got := ""
	for _, attribute := range read.Objects(t.Balancer, "LoadBalancerAttributes") {
		if attribute["Key"] == name {
			got = fmt.Sprint(attribute["Value"])
		}
	}
	if got != want {
		read.Fail(t.Balancer, "LoadBalancerAttributes", "has %s %q, want %q", name, got, want)
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
