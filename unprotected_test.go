package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

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
	app.Node().SetContext(jsii.String("unprotected"), "Secondary,Failover")
	var err error
	if assets.Unprotected, err = unprotected(app, s); err != nil {
		t.Fatal(err)
	}
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

// TestUnprotectedMistake holds that a stack that is not there is named.
func TestUnprotectedMistake(t *testing.T) {
	app, s, _ := defaultSite(t, t.TempDir())
	if ids, err := unprotected(app, s); err != nil || ids != nil {
		t.Errorf("without the context: got %v, %v", ids, err)
	}
	app.Node().SetContext(jsii.String("unprotected"), "Secondary,Third")
	_, err := unprotected(app, s)
	if err == nil || !strings.Contains(err.Error(), `the site has no stack "Third"; its stacks are Domain, Global, Secondary, Primary, Failover`) {
		t.Errorf("got %v", err)
	}
}
