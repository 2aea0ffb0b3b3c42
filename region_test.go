package main

import (
	"slices"
	"strconv"

	"twinsite/assembly"
	"twinsite/site"
)

// regionPromises are what site.yaml says of both regions beside the article.
var regionPromises = []promise{{
	row: "NAT gateways: one a zone, or one",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			want := len(t.AvailabilityZones)
			if t.NATGateways == site.NATSingle {
				want = 1
			}
			if gateways := t.group.Stack.Resources("AWS::EC2::NatGateway"); len(gateways) != want {
				fail("%s has %d NAT gateways, want %d", t.group.Stack.ID, len(gateways), want)
			}
		}
	},
	twins: []twin{{"one is missing", func(w *walk) {
		stack := w.home().group.Stack
		stack.Remove(stack.Resources("AWS::EC2::NatGateway")[0].LogicalID)
	}, "NAT gateways, want"}},
}, {
	row: "connections stay open longer at the load balancer than at the edge",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			seconds := must(strconv.Atoi(attributes(t.balancer)["idle_timeout.timeout_seconds"]))
			if float64(seconds) <= w.site.Edge.KeepAlive.Seconds() {
				fail("%s closes idle connections after %d s, the edge after %s", t.balancer, seconds, w.site.Edge.KeepAlive)
			}
		}
	},
	twins: []twin{
		{"the load balancer closes first", func(w *walk) { setAttribute(w.home().balancer, "idle_timeout.timeout_seconds", "1") }, "closes idle connections after 1 s"},
	},
}, {
	row: "measurements as often as the alarms look",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			expect(t.template, "LaunchTemplateData.Monitoring.Enabled", t.CPU.Period.Minutes() < 5)
		}
	},
	twins: []twin{{"the other choice", func(w *walk) {
		template := w.home().template
		template.Set("LaunchTemplateData.Monitoring.Enabled", !must(template.Bool("LaunchTemplateData.Monitoring.Enabled")))
	}, "Monitoring.Enabled is"}},
}, {
	row: "the site's tags",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			for _, r := range []*assembly.Resource{t.balancer, t.group, t.targetGroup} {
				tags := must(r.Value("Tags")).([]any)
				for key, value := range w.site.Tags {
					if !slices.ContainsFunc(tags, func(tag any) bool {
						return tag.(map[string]any)["Key"] == key && tag.(map[string]any)["Value"] == value
					}) {
						fail("%s lacks the tag %s", r, key)
					}
				}
			}
		}
	},
	when:  func(s *site.Site) bool { return len(s.Tags) > 0 },
	twins: []twin{{"forgotten", func(w *walk) { w.home().balancer.Set("Tags", []any{}) }, "lacks the tag"}},
}}
