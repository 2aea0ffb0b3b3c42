package security

import (
	"fmt"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
)

// expectAttributes demands values of a load balancer's attributes.
func expectAttributes(balancer *assembly.Resource, want map[string]string) {
	for _, name := range read.Sorted(want) {
		if got := read.Attribute(balancer, name); got != want[name] {
			read.Fail(balancer, "LoadBalancerAttributes", "has %s %q, want %q", name, got, want[name])
		}
	}
}

// checkStrictBalancers demands that load balancers refuse what is no HTTP, and
// stay.
func checkStrictBalancers(in *read.Reader) {
	for _, t := range in.Tiers() {
		expectAttributes(t.Balancer, map[string]string{
			"routing.http.drop_invalid_header_fields.enabled": "true",
			"routing.http.desync_mitigation_mode":             "defensive",
			"deletion_protection.enabled":                     fmt.Sprint(in.Site.Retention.TerminationProtection),
		})
	}
}
