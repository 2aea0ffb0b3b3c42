package regions

import (
	"fmt"
	"strconv"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// regionCopies break the promises of regions.go.
var regionCopies = map[string][]brokencopy.Copy{
	"NAT gateways: one a zone, one, or none": {
		{"one is missing", func(in *read.Reader) {
			stack := in.Home().Group.Stack
			stack.Remove(stack.Resources("AWS::EC2::NatGateway")[0].LogicalID)
		}, "NAT gateways, want"},
		{"no way out by IPv6 in their place", func(in *read.Reader) {
			in.Site.Home.NATGateways = site.NATNone
			for _, route := range in.Home().Group.Stack.Resources("AWS::EC2::Route") {
				if route.Has("EgressOnlyInternetGatewayId") {
					route.Stack.Remove(route.LogicalID)
				}
			}
		}, "leads nowhere by IPv6"},
		{"no way to S3 in their place", func(in *read.Reader) {
			in.Site.Home.NATGateways = site.NATNone
			for _, endpoint := range in.Home().Group.Stack.Resources("AWS::EC2::VPCEndpoint") {
				endpoint.Stack.Remove(endpoint.LogicalID)
			}
		}, "NAT gateway"},
	},
	"connections stay open longer at the load balancer than at the edge": {
		{"the load balancer closes first", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Home().Balancer, "idle_timeout.timeout_seconds", "1")
		}, "closes idle connections after 1s"},
		{"before the answer", func(in *read.Reader) {
			seconds := int(max(in.Site.Edge.KeepAlive, in.Site.Edge.ResponseTimeout).Seconds())
			brokencopy.SetAttribute(in.Standby().Balancer, "idle_timeout.timeout_seconds", strconv.Itoa(seconds+4))
		}, "waits"},
	},
	"no connection outlives a failover by more than a minute": {
		{"an hour", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Home().Balancer, "client_keep_alive.seconds", "3600")
		}, "keeps connections for 1h0m0s"},
		{"AWS's default at the standby", func(in *read.Reader) {
			for i, attribute := range read.Objects(in.Standby().Balancer, "LoadBalancerAttributes") {
				if attribute["Key"] == "client_keep_alive.seconds" {
					in.Standby().Balancer.Delete(fmt.Sprintf("LoadBalancerAttributes.%d", i))
				}
			}
		}, "keeps connections for 1h0m0s"},
	},
	"one command leads visitors away from a zone": {
		{"not from the load balancer at the standby", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Standby().Balancer, "zonal_shift.config.enabled", "false")
		}, `zonal_shift.config.enabled "false", want "true"`},
		{"not the group", func(in *read.Reader) { in.Home().Group.Delete(impairmentPolicy) }, impairmentPolicy},
		{"the zone's servers are replaced", func(in *read.Reader) {
			in.Standby().Group.Set(impairmentPolicy+".ImpairedZoneHealthCheckBehavior", "ReplaceUnhealthy")
		}, "is ReplaceUnhealthy"},
	},
	"no zonal shift unless the site has one": {
		{"the load balancer", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Home().Balancer, "zonal_shift.config.enabled", "true")
		}, `zonal_shift.config.enabled "true", want "false"`},
		{"a group that AWS would refuse to create", func(in *read.Reader) {
			in.Home().Group.Add(impairmentPolicy, map[string]any{"ZonalShiftEnabled": false, "ImpairedZoneHealthCheckBehavior": "IgnoreUnhealthy"})
		}, "is given"},
	},
	"measurements as often as the alarms look": {{"the other choice", func(in *read.Reader) {
		template := in.Home().Template
		template.Set("LaunchTemplateData.Monitoring.Enabled", !read.Bool(template, "LaunchTemplateData.Monitoring.Enabled"))
	}, "Monitoring.Enabled is"}},
	"the site's tags": {{"forgotten", func(in *read.Reader) { in.Home().Balancer.Set("Tags", []any{}) }, "lacks the tag"}},
}
