package assembly

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// state resolves everything of an assembly.
func state(t *testing.T, a *Assembly) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, r := range a.Resources() {
		all[r.String()] = []any{r.Type, must[any](t)(r.Value("")), must[any](t)(r.Value(""))}
	}
	return all
}

func TestClone(t *testing.T) {
	a := site(t)
	before := state(t, a)
	c := a.Clone()
	if diff := cmp.Diff(before, state(t, c)); diff != "" {
		t.Fatalf("clone differs (-original +clone):\n%s", diff)
	}
	edge := find(t, a, "Primary.Edge").In(c)
	edge.Set("DistributionConfig.Origins.0.DomainName", map[string]any{"Ref": "Nobody"})
	edge.Set("DistributionConfig.Aliases", []string{"x"})
	edge.Add("DistributionConfig.Comment", "x")
	edge.Delete("DistributionConfig.Origins.1")
	edge.Stack.Remove("Vpc")
	find(t, c, "Domain.Zone").Delete(".DeletionPolicy")
	if diff := cmp.Diff(before, state(t, a)); diff != "" {
		t.Errorf("editing a clone changes the original (-before +after):\n%s", diff)
	}
	if got := find(t, a, "Domain.Zone").DeletionPolicy(); got != "Retain" {
		t.Errorf("editing a clone changes the original's deletion policy to %s", got)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	// References inside the clone stay inside it, also those across stacks.
	balancer := must[*Resource](t)(find(t, c, "Failover.Records").Target("RecordSets.1.AliasTarget.DNSName"))
	if balancer != find(t, c, "Secondary.Balancer") {
		t.Error("a reference of the clone leads to the original")
	}
	wantError(t, c.Check(), `Primary.BalancerGroup.VpcId: Ref: no resource or parameter "Vpc"
Primary.Block6.VpcId: Ref: no resource or parameter "Vpc"
Primary.Edge.DistributionConfig.Origins.0.DomainName: Ref: no resource or parameter "Nobody"
Primary.Subnet.Ipv6CidrBlock: Fn::GetAtt: no resource "Vpc"
Primary.Subnet.VpcId: Ref: no resource or parameter "Vpc"
Primary.TargetGroup.VpcId: Ref: no resource or parameter "Vpc"
Primary.WebGroup.VpcId: Ref: no resource or parameter "Vpc"`)
}

func TestEdit(t *testing.T) {
	tests := []struct {
		name string
		edit func(r *Resource)
		want string // of P, or the panic
	}{
		{"set", func(r *Resource) { r.Set("P.List.1", 7) }, "map[List:[a 7] Map:map[K:v]]"},
		{"set reference", func(r *Resource) { r.Set("P.Map", map[string]any{"Ref": "AWS::Region"}) }, "map[List:[a b] Map:us-east-1]"},
		{"set below reference", func(r *Resource) { r.Set("P.Map", map[string]any{"Ref": "A"}); r.Set("P.Map.Ref", "AWS::Region") }, "map[List:[a b] Map:us-east-1]"},
		{"add key", func(r *Resource) { r.Add("P.Map.L", true) }, "map[List:[a b] Map:map[K:v L:true]]"},
		{"add element", func(r *Resource) { r.Add("P.List.2", "c") }, "map[List:[a b c] Map:map[K:v]]"},
		{"delete key", func(r *Resource) { r.Delete("P.Map.K") }, "map[List:[a b] Map:map[]]"},
		{"delete element", func(r *Resource) { r.Delete("P.List.0") }, "map[List:[b] Map:map[K:v]]"},

		{"set nothing", func(r *Resource) { r.Set("P.Mop", 1) }, "assembly: Set: A.R.P.Mop is not there"},
		{"set no element", func(r *Resource) { r.Set("P.List.2", 1) }, "assembly: Set: A.R.P.List.2 is not there"},
		{"set below nothing", func(r *Resource) { r.Set("P.Mop.K", 1) }, `assembly: there is nothing to hold "K"`},
		{"set below text", func(r *Resource) { r.Set("P.List.0.K", 1) }, `assembly: there is no "K" to edit, nor an object or list to hold it`},
		{"set bad index", func(r *Resource) { r.Set("P.List.x", 1) }, `assembly: there is no "x" to edit, nor an object or list to hold it`},
		{"set no JSON", func(r *Resource) { r.Set("P.Map", func() {}) }, "assembly: json: unsupported type: func()"},
		{"set no type", func(r *Resource) { r.Set(".Type", 1) }, "assembly: Set: A.R.Type would leave no resource"},
		{"add what is there", func(r *Resource) { r.Add("P.Map", 1) }, "assembly: Add: A.R.P.Map is there already"},
		{"add far element", func(r *Resource) { r.Add("P.List.3", 1) }, `assembly: there is no "3" to edit, nor an object or list to hold it`},
		{"delete nothing", func(r *Resource) { r.Delete("P.Mop") }, "assembly: Delete: A.R.P.Mop is not there"},
		{"delete no element", func(r *Resource) { r.Delete("P.List.2") }, "assembly: Delete: A.R.P.List.2 is not there"},
		{"delete type", func(r *Resource) { r.Delete(".Type") }, "assembly: Delete: A.R.Type would leave no resource"},
		{"remove nothing", func(r *Resource) { r.Stack.Remove("Nobody") }, "assembly: Remove: A.Nobody is not there"},
		{"in another", func(r *Resource) { r.In(r.Stack.assembly).Stack.Remove("R"); r.In(r.Stack.assembly) }, `assembly: In: A: no resource "R"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := assemble(t, stackFile{id: "A", template: `{"Resources": {"R": {"Type": "T", "Properties": {"P": {"List": ["a", "b"], "Map": {"K": "v"}}}}}}`})
			r := find(t, a, "A.R")
			got := func() (got string) {
				defer func() {
					if p := recover(); p != nil {
						got = fmt.Sprint(p)
					}
				}()
				test.edit(r)
				return fmt.Sprint(must[any](t)(r.Value("P")))
			}()
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestSetTypeAndSections(t *testing.T) {
	a := site(t).Clone()
	zone := find(t, a, "Domain.Zone")
	zone.Set(".Type", "AWS::Route53::Other")
	zone.Set(".DeletionPolicy", "Snapshot")
	zone.Add(".DependsOn", []string{"A", "B"})
	if zone.DeletionPolicy() != "Snapshot" || len(a.Resources("AWS::Route53::Other")) != 1 || !cmp.Equal(zone.DependsOn(), []string{"A", "B"}) {
		t.Errorf("edits beside the properties do not show: %s %s %s", zone.Type, zone.DeletionPolicy(), zone.DependsOn())
	}
}

// TestSetKeepsItsOwnCopy holds that a value set twice is not shared.
func TestSetKeepsItsOwnCopy(t *testing.T) {
	a := site(t).Clone()
	value := map[string]any{"K": "old"}
	zone, balancer := find(t, a, "Domain.Zone"), find(t, a, "Secondary.Balancer")
	zone.Set("Name", value)
	balancer.Set("Scheme", value)
	zone.Set("Name.K", "new")
	if got := must[string](t)(balancer.Text("Scheme.K")); got != "old" || value["K"] != "old" {
		t.Errorf("the edit of one value shows in another: %q, %v", got, value)
	}
}

// TestEditsAreFollowed holds that nothing which was found before an edit is taken for what is there after it.
func TestEditsAreFollowed(t *testing.T) {
	a := assemble(t,
		stackFile{id: "A", template: `{"Resources": {"R": {"Type": "T"}, "S": {"Type": "T"}}, "Outputs": {"O": {"Value": {"Ref": "R"}}}}`},
		stackFile{id: "B", dependencies: []string{"A"}, template: `{"Resources": {"U": {"Type": "T", "Properties": {
			"P": {"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "O"}}}}}}`})
	to, other, from := find(t, a, "A.R"), find(t, a, "A.S"), find(t, a, "B.U")
	refers := func(r *Resource) bool { return len(a.Referrers(r)) > 0 }
	steps := []struct {
		name        string
		edit        func()
		first, then bool // whether somebody refers to R, and to S
		text        string
	}{
		{"nothing", func() {}, true, false, "${A.R}"},
		{"the output", func() { must[*Output](t)(must[*Stack](t)(a.Stack("A")).Output("O")).Set(map[string]any{"Ref": "S"}) }, false, true, "${A.S}"},
		{"the property", func() { from.Set("P", "x") }, false, false, "x"},
		{"back again", func() {
			from.Set("P", map[string]any{"Fn::GetStackOutput": map[string]any{"StackName": "app-A", "OutputName": "O"}})
		}, false, true, "${A.S}"},
		{"the way is gone", func() { from.Stack.Remove("U") }, false, false, "${A.S}"},
	}
	for _, step := range steps {
		step.edit()
		if refers(to) != step.first || refers(other) != step.then {
			t.Errorf("%s: somebody refers to R: %t, to S: %t; want %t and %t", step.name, refers(to), refers(other), step.first, step.then)
		}
		if got := must[string](t)(from.Text("P")); got != step.text {
			t.Errorf("%s: P is %q, want %q", step.name, got, step.text)
		}
	}
}
