package stacks_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"twinsite/assembly"
	"twinsite/site"
	"twinsite/stacks"
	"twinsite/topology"
)

// TestUnprotected holds that the stacks that the context names, and their load
// balancers, are unprotected, and no others.
func TestUnprotected(t *testing.T) {
	dir := t.TempDir()
	app, s, assets := defaultSite(t, dir)
	assets.Unprotected = []string{site.SecondaryStack, site.FailoverStack}
	stacks.Add(app, s, assets)
	for _, id := range s.StackIDs() {
		named := slices.Contains(assets.Unprotected, id)
		if protected := *app.Node().FindChild(&id).(awscdk.Stack).TerminationProtection(); protected == named {
			t.Errorf("%s: termination protection is %t", id, protected)
		}
	}
	app.Synth(nil)
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, balancer := range a.Resources(topology.BalancerType) {
		want := "true"
		if balancer.Stack.ID == site.SecondaryStack {
			want = "false"
		}
		attributes, err := balancer.Value("LoadBalancerAttributes")
		found := slices.ContainsFunc(attributes.([]any), func(attribute any) bool {
			pair := attribute.(map[string]any)
			return pair["Key"] == "deletion_protection.enabled" && pair["Value"] == want
		})
		if err != nil || !found {
			t.Errorf("%s has no deletion protection that is %s: %v, %v", balancer, want, attributes, err)
		}
	}
}
