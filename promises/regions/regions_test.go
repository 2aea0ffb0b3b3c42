package regions

import (
	"fmt"
	"strconv"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// regionCopies break the promises of regions.go.
var regionCopies = map[string][]brokencopy.Copy{
	"NAT gateways: one a zone, or one": {{"one is missing", func(in *read.Reader) {
		stack := in.Home().Group.Stack
		stack.Remove(stack.Resources("AWS::EC2::NatGateway")[0].LogicalID)
	}, "NAT gateways, want"}},
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
	"measurements as often as the alarms look": {{"the other choice", func(in *read.Reader) {
		template := in.Home().Template
		template.Set("LaunchTemplateData.Monitoring.Enabled", !read.Bool(template, "LaunchTemplateData.Monitoring.Enabled"))
	}, "Monitoring.Enabled is"}},
	"the site's tags": {{"forgotten", func(in *read.Reader) { in.Home().Balancer.Set("Tags", []any{}) }, "lacks the tag"}},
}
