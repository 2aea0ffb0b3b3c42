package assembly

import (
	"os"
	"testing"
	"testing/fstest"
)

// FuzzResolve holds that no template makes the package panic or hang. The template is that of two stacks, the second
// after the first, in two regions.
func FuzzResolve(f *testing.F) {
	for _, name := range []string{"Domain", "Primary", "Secondary", "Failover"} {
		data, err := os.ReadFile("testdata/site/" + name + ".template.json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, template := range []string{
		`{"Resources": {"R": {"Type": "T", "Properties": {"P": [{"Fn::Sub": ["${R}${!x}${V.A}", {"V.A": {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}}]}]}}}, "Conditions": {"C": {"Fn::Or": [{"Condition": "D"}, {"Fn::Equals": [1, "1"]}]}, "D": {"Fn::Not": [{"Condition": "C"}]}}}`,
		`{"Outputs": {"O": {"Value": {"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "O", "Region": "us-east-1"}}, "Export": {"Name": {"Fn::ImportValue": "O"}}}, "Q": {"Value": {"Fn::ImportValue": "Q"}, "Export": {"Name": "Q"}}}}`,
		`{"Mappings": {"M": {"a": {"b": ["x"]}}}, "Parameters": {"L": {"Type": "CommaDelimitedList", "Default": "a,b"}}, "Resources": {"R": {"Type": "AWS::Route53::RecordSet", "DependsOn": "R", "Properties": {"Name": {"Fn::Select": [0, {"Fn::FindInMap": ["M", {"Fn::Select": [0, {"Ref": "L"}]}, "b", {"DefaultValue": 1}]}]}, "Type": "A", "AliasTarget": {"DNSName": {"Fn::Join": ["", {"Fn::Cidr": [{"Fn::Base64": "x"}, 2, 8]}]}}}}}}`,
		`{"Resources": {"R": {"Type": "AWS::Route53::RecordSetGroup", "Properties": {"RecordSets": [null, {"Fn::Transform": 1}, {"Name": {"Fn::Split": [",", {"Fn::GetAZs": ""}]}}]}}}}`,
	} {
		f.Add([]byte(template))
	}
	f.Fuzz(func(t *testing.T, template []byte) {
		fsys := files(
			stackFile{id: "A", region: "us-east-1"},
			stackFile{id: "B", region: "eu-west-1", dependencies: []string{"A"}},
		)
		fsys["A.json"], fsys["B.json"] = &fstest.MapFile{Data: template}, &fstest.MapFile{Data: template}
		a, err := load(fsys)
		if err != nil {
			return
		}
		checked := a.Check()
		c := a.Clone()
		for _, r := range c.Resources() {
			_, valueError := r.Value("")
			if checked == nil && r.Has("") && valueError != nil {
				t.Errorf("Check finds no error in %v: %v", r, valueError)
			}
			for _, reference := range c.ReferencesTo(r) {
				if _, err := reference.From.Value(reference.Path); err != nil {
					t.Errorf("%v refers to %v at %q, which is an error: %v", reference.From, r, reference.Path, err)
				}
			}
			_, _ = r.Texts("P")
			_, _ = r.Target("P.0")
			_, _ = r.Int("P.0.V")
		}
		records, _ := c.Records("")
		for _, record := range records {
			_, _ = c.Lookup(record.Name)
		}
	})
}
