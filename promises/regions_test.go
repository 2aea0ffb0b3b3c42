package promises

// regionCopies break the promises of regions.go.
var regionCopies = map[string][]brokenCopy{
	"NAT gateways: one a zone, or one": {{"one is missing", func(in *reader) {
		stack := in.home().group.Stack
		stack.Remove(stack.Resources("AWS::EC2::NatGateway")[0].LogicalID)
	}, "NAT gateways, want"}},
	"connections stay open longer at the load balancer than at the edge": {
		{"the load balancer closes first", func(in *reader) { setAttribute(in.home().balancer, "idle_timeout.timeout_seconds", "1") }, "closes idle connections after 1 s"},
	},
	"measurements as often as the alarms look": {{"the other choice", func(in *reader) {
		template := in.home().template
		template.Set("LaunchTemplateData.Monitoring.Enabled", !boolean(template, "LaunchTemplateData.Monitoring.Enabled"))
	}, "Monitoring.Enabled is"}},
	"the site's tags": {{"forgotten", func(in *reader) { in.home().balancer.Set("Tags", []any{}) }, "lacks the tag"}},
}
