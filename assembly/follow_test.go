package assembly

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFollow goes the way of a visitor from the record to the security groups, which is what the package is for.
func TestFollow(t *testing.T) {
	a := site(t)
	target := must[*Resource](t)
	records := must[[]Record](t)(a.Records("ticketing.pw", "A"))
	if len(records) != 2 {
		t.Fatalf("%d records, want the pair", len(records))
	}
	edge := records[0].Alias
	if edge == nil || edge.Type != "AWS::CloudFront::Distribution" {
		t.Fatalf("the primary record leads to %v", edge)
	}
	balancer := target(a.Lookup(must[string](t)(edge.Text("DistributionConfig.Origins.0.DomainName"))))
	listeners := a.Referrers(balancer, "AWS::ElasticLoadBalancingV2::Listener")
	if names(listeners) != "Primary.Listener" {
		t.Fatalf("listeners of %s are %s", balancer, names(listeners))
	}
	targetGroup := target(listeners[0].Target("DefaultActions.0.TargetGroupArn"))
	groups := a.Referrers(targetGroup, "AWS::AutoScaling::AutoScalingGroup")
	if names(groups) != "Primary.Group" {
		t.Fatalf("groups behind %s are %s", targetGroup, names(groups))
	}
	template := target(groups[0].Target("LaunchTemplate.LaunchTemplateId"))
	webGroup := must[[]*Resource](t)(template.Targets("LaunchTemplateData.SecurityGroupIds"))
	if names(webGroup) != "Primary.WebGroup" {
		t.Fatalf("security groups of %s are %s", template, names(webGroup))
	}
	want := []Reference{
		{find(t, a, "Primary.Template"), "LaunchTemplateData.SecurityGroupIds.0", webGroup[0]},
		{find(t, a, "Primary.WebIngress"), "GroupId", webGroup[0]},
	}
	if diff := cmp.Diff(want, a.ReferencesTo(webGroup[0]), cmp.Comparer(func(a, b *Resource) bool { return a == b })); diff != "" {
		t.Errorf("references to %s (-want +got):\n%s", webGroup[0], diff)
	}
	ingress := find(t, a, "Primary.WebIngress")
	if got := target(ingress.Target("SourceSecurityGroupId")); got.String() != "Primary.BalancerGroup" {
		t.Errorf("web servers are reached from %s", got)
	}
}

func TestReferencesAcrossStacks(t *testing.T) {
	a := site(t)
	if got, want := names(a.Referrers(find(t, a, "Secondary.Balancer"))), "Primary.Edge Failover.Direct Failover.Records"; got != want {
		t.Errorf("referrers are %s, want %s", got, want)
	}
	var paths []string
	for _, reference := range a.ReferencesTo(find(t, a, "Secondary.Balancer")) {
		paths = append(paths, reference.From.String()+" "+reference.Path)
		if _, err := reference.From.Target(reference.Path); err != nil {
			t.Errorf("the path of a reference does not lead back: %v", err)
		}
	}
	want := []string{
		"Primary.Edge DistributionConfig.Origins.1.DomainName",
		"Failover.Direct ResourceRecords.0",
		"Failover.Records RecordSets.1.AliasTarget.DNSName",
		"Failover.Records RecordSets.1.AliasTarget.HostedZoneId",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

func TestReferencesOfSectionsAndDespiteErrors(t *testing.T) {
	a := assemble(t, stackFile{id: "A", template: `{"Resources": {
		"To": {"Type": "T"},
		"From": {
			"Type": "T",
			"Properties": {"Broken": {"Ref": "Nobody"}, "a.b": {"Ref": "To"}},
			"UpdatePolicy": {"P": [{"Fn::Sub": "${To.Arn} and ${To}"}]}
		}
	}}`})
	var paths []string
	for _, reference := range a.ReferencesTo(find(t, a, "A.To")) {
		paths = append(paths, reference.Path)
		if got, err := reference.From.Target(reference.Path); err != nil || got != reference.To {
			t.Errorf("the path %s leads to %v, %v", reference.Path, got, err)
		}
	}
	if diff := cmp.Diff([]string{`a\.b`, ".UpdatePolicy.P.0"}, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func TestReferencesToOtherAssembly(t *testing.T) {
	a := site(t)
	defer func() {
		if got, want := recover(), "assembly: Domain.Zone is of another assembly, or removed: look it up with Find or In"; got != want {
			t.Errorf("panic is %v, want %q", got, want)
		}
	}()
	a.Clone().ReferencesTo(find(t, a, "Domain.Zone"))
}

func TestResource(t *testing.T) {
	a := site(t)
	group, subnet, zone := find(t, a, "Primary.Group"), find(t, a, "Primary.Subnet"), find(t, a, "Domain.Zone")
	if got := must[int](t)(group.Int("MinSize")); got != 2 {
		t.Errorf("MinSize of %q is %d, want 2", "2", got)
	}
	if got := must[int](t)(find(t, a, "Primary.Listener").Int("Port")); got != 80 {
		t.Errorf("Port is %d, want 80", got)
	}
	if got := must[string](t)(find(t, a, "Primary.Listener").Text("Port")); got != "80" {
		t.Errorf("Port is %q, want 80", got)
	}
	if got := must[int](t)(group.Int(".UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize")); got != 1 {
		t.Errorf("MaxBatchSize is %d, want 1", got)
	}
	if must[bool](t)(find(t, a, "Failover.Check").Bool("HealthCheckConfig.Inverted")) {
		t.Errorf(`"false" is true`)
	}
	if !must[bool](t)(find(t, a, "Primary.Block6").Bool("AmazonProvidedIpv6CidrBlock")) {
		t.Errorf(`true is false`)
	}
	if zone.DeletionPolicy() != "Retain" || zone.UpdateReplacePolicy() != "Retain" || group.DeletionPolicy() != "Delete" {
		t.Error("deletion policies are not those of the template")
	}
	if diff := cmp.Diff([]string{"Block6"}, subnet.DependsOn()); diff != "" {
		t.Errorf("DependsOn (-want +got):\n%s", diff)
	}
	if !zone.Has("Name") || zone.Has("VPCs") || zone.Has("Name.0") || !zone.Has(".DeletionPolicy") || !zone.Has("") {
		t.Error("Has is wrong")
	}
	if got := must[[]string](t)(find(t, a, "Primary.Edge").Texts("DistributionConfig.Aliases")); !cmp.Equal(got, []string{"ticketing.pw", "www.ticketing.pw"}) {
		t.Errorf("aliases are %q", got)
	}
	want := map[string]any{"LaunchTemplateId": "${Primary.Template}", "Version": "${Primary.Template.LatestVersionNumber}"}
	if diff := cmp.Diff(any(want), must[any](t)(group.Value("LaunchTemplate"))); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if got := names(a.Resources("AWS::EC2::VPC", "AWS::Route53::HostedZone")); got != "Domain.Zone Primary.Vpc" {
		t.Errorf("resources of two types are %s", got)
	}
	if got, want := must[string](t)(subnet.Text("Ipv6CidrBlock")), "${Fn::Cidr(Primary.Vpc.Ipv6CidrBlocks[0], 4, 64)[2]}"; got != want {
		t.Errorf("IPv6 block is %q, want %q", got, want)
	}
	if got := must[*Resource](t)(subnet.Target("Ipv6CidrBlock")); got.String() != "Primary.Vpc" {
		t.Errorf("IPv6 block leads to %s", got)
	}
	if got, want := must[string](t)(find(t, a, "Primary.Template").Text("LaunchTemplateData.UserData")), "#!/bin/bash\nregion=ap-northeast-2\necho ${region}\n"; got != want {
		t.Errorf("user data is %q, want %q", got, want)
	}
}

func TestResourceErrors(t *testing.T) {
	a := site(t)
	edge, group, template := find(t, a, "Primary.Edge"), find(t, a, "Primary.Group"), find(t, a, "Primary.Template")
	tests := []struct {
		name string
		call func() error
		want string
	}{
		{"no property", func() error { _, err := edge.Text("DistributionConfig.Comment"); return err }, "Primary.Edge.DistributionConfig.Comment: no such property"},
		{"no element", func() error { _, err := edge.Text("DistributionConfig.Aliases.2"); return err }, "Primary.Edge.DistributionConfig.Aliases.2: no such element: the list has 2"},
		{"no index", func() error { _, err := edge.Text("DistributionConfig.Aliases.-1"); return err }, "Primary.Edge.DistributionConfig.Aliases.-1: no such element: the list has 2"},
		{"below text", func() error { _, err := edge.Text("DistributionConfig.Aliases.0.Name"); return err }, "Primary.Edge.DistributionConfig.Aliases.0.Name: no such property"},
		{"text of list", func() error { _, err := edge.Text("DistributionConfig.Aliases"); return err }, "Primary.Edge.DistributionConfig.Aliases: is a list, not text"},
		{"text of all", func() error { _, err := edge.Text(""); return err }, "Primary.Edge: is an object, not text"},
		{"int", func() error { _, err := edge.Int("DistributionConfig.Aliases.0"); return err }, `Primary.Edge.DistributionConfig.Aliases.0: is "ticketing.pw", not an integer`},
		{"bool", func() error { _, err := group.Bool(".UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize"); return err }, `Primary.Group.UpdatePolicy.AutoScalingRollingUpdate.MaxBatchSize: is "1", not a boolean`},
		{"texts of text", func() error { _, err := group.Texts("MinSize"); return err }, "Primary.Group.MinSize: is text, not a list"},
		{"texts of objects", func() error { _, err := edge.Texts("DistributionConfig.Origins"); return err }, "Primary.Edge.DistributionConfig.Origins.0: is an object, not text"},
		{"no target", func() error { _, err := group.Target("MinSize"); return err }, `Primary.Group.MinSize: "2" leads to no resource`},
		{"target of list", func() error { _, err := edge.Target("DistributionConfig.Aliases"); return err }, "Primary.Edge.DistributionConfig.Aliases: a list that leads to no resource"},
		{"two targets", func() error { _, err := find(t, a, "Primary.Balancer").Target(""); return err }, "Primary.Balancer: leads to 2 resources, not one: Primary.BalancerGroup, Primary.Subnet"},
		{"image", func() error { _, err := template.Target("LaunchTemplateData.ImageId"); return err }, `Primary.Template.LaunchTemplateData.ImageId: "${resolve:ssm:/aws/service/ami}" leads to no resource`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantError(t, test.call(), test.want) })
	}
}
