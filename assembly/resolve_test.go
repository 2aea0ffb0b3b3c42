package assembly

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// reader returns an assembly whose stack Reader, in eu-west-1, has a resource X with the property P. It stands among
// what the expressions of the tests below refer to.
func reader(t *testing.T, property string) *Assembly {
	t.Helper()
	other := `{
		"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Vpc": {"Type": "AWS::EC2::VPC"}},
		"Outputs": {
			"Name": {"Value": {"Ref": "Bucket"}},
			"Port": {"Value": 8080},
			"Blocks": {"Value": {"Fn::Join": ["||", {"Fn::GetAtt": ["Vpc", "Ipv6CidrBlocks"]}]}},
			"List": {"Value": ["x"]},
			"Lost": {"Value": {"Ref": "Nobody"}},
			"Ping": {"Value": {"Fn::GetStackOutput": {"StackName": "app-Chain", "OutputName": "Pong", "Region": "us-east-1"}}},
			"Remote": {"Value": {"Fn::GetStackOutput": {"StackName": "app-Chain", "OutputName": "Name", "Region": "us-east-1"}}},
			"Here": {"Value": {"Ref": "AWS::Region"}}
		}
	}`
	chain := `{
		"Resources": {"Key": {"Type": "AWS::KMS::Key"}},
		"Outputs": {
			"Name": {"Value": {"Fn::GetAtt": "Key.Arn"}},
			"Pong": {"Value": {"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Ping", "Region": "eu-west-1"}}}
		}
	}`
	template := fmt.Sprintf(`{
		"Parameters": {
			"Size": {"Type": "Number", "Default": 3},
			"Names": {"Type": "CommaDelimitedList", "Default": "a, b"},
			"Empty": {"Type": "String"},
			"Odd": {"Type": "String", "Default": ["x"]},
			"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/image"}
		},
		"Mappings": {"Map": {"eu-west-1": {"ami": "ami-1", "list": ["x", "y"]}}},
		"Resources": {
			"X": {"Type": "T", "Properties": {"P": %s}},
			"A": {"Type": "T"}, "B": {"Type": "T"}
		}
	}`, property)
	return assemble(t,
		stackFile{id: "Chain", template: chain},
		stackFile{id: "Other", region: "eu-west-1", template: other, dependencies: []string{"Chain"}},
		stackFile{id: "Reader", region: "eu-west-1", template: template, dependencies: []string{"Other"}},
	)
}

func TestResolve(t *testing.T) {
	tests := []struct {
		property string
		want     any
		targets  string
	}{
		{`"text"`, "text", ""},
		{`""`, "", ""},
		{`1.5`, 1.5, ""},
		{`true`, true, ""},
		{`"{{resolve:secretsmanager:x}} ${A}"`, "{{resolve:secretsmanager:x}} ${A}", ""},
		{`{"Condition": "x"}`, map[string]any{"Condition": "x"}, ""},
		{`{"Ref": "x", "Other": "y"}`, map[string]any{"Ref": "x", "Other": "y"}, ""},

		{`{"Ref": "A"}`, "${Reader.A}", "Reader.A"},
		{`{"Ref": "Size"}`, "3", ""},
		{`{"Ref": "Names"}`, []any{"a", "b"}, ""},
		{`{"Ref": "Image"}`, "${resolve:ssm:/image}", ""},
		{`{"Ref": "AWS::Region"}`, "eu-west-1", ""},
		{`{"Ref": "AWS::StackName"}`, "app-Reader", ""},
		{`{"Ref": "AWS::Partition"}`, "aws", ""},
		{`{"Ref": "AWS::URLSuffix"}`, "amazonaws.com", ""},
		{`{"Ref": "AWS::AccountId"}`, "${AWS::AccountId}", ""},
		{`{"Ref": "AWS::StackId"}`, "${Reader.AWS::StackId}", ""},
		{`["a", {"Ref": "AWS::NoValue"}, "c"]`, []any{"a", "c"}, ""},
		{`{"K": {"Ref": "AWS::NoValue"}, "L": "l"}`, map[string]any{"L": "l"}, ""},

		{`{"Fn::GetAtt": ["A", "Arn"]}`, "${Reader.A.Arn}", "Reader.A"},
		{`{"Fn::GetAtt": "A.Endpoint.Port"}`, "${Reader.A.Endpoint.Port}", "Reader.A"},
		{`{"Fn::GetAtt": ["A", {"Fn::Sub": "V${Size}"}]}`, "${Reader.A.V3}", "Reader.A"},

		{`{"Fn::Sub": "plain"}`, "plain", ""},
		{`{"Fn::Sub": "a ${A} ${B.Arn} ${AWS::Region} ${!Keep} ${Size} $x {y}"}`, "a ${Reader.A} ${Reader.B.Arn} eu-west-1 ${Keep} 3 $x {y}", "Reader.A Reader.B"},
		{`{"Fn::Sub": ["${V}-${V}-${A}", {"V": {"Ref": "B"}, "A": "own"}]}`, "${Reader.B}-${Reader.B}-own", "Reader.B"},

		{`{"Fn::Join": ["/", ["a", 1, true, {"Ref": "A"}, {"Ref": "AWS::NoValue"}, "z"]]}`, "a/1/true/${Reader.A}/z", "Reader.A"},
		{`{"Fn::Join": [",", {"Ref": "Names"}]}`, "a,b", ""},
		{`{"Fn::Join": [",", {"Fn::GetAtt": ["A", "List"]}]}`, `${Fn::Join(",", Reader.A.List)}`, "Reader.A"},
		{`{"Fn::Join": ["", []]}`, "", ""},

		{`{"Fn::Split": [",", "a,b,"]}`, []any{"a", "b", ""}, ""},
		{`{"Fn::Split": ["::", {"Fn::Join": ["", ["a:", ":b"]]}]}`, []any{"a", "b"}, ""},
		{`{"Fn::Split": [",", {"Fn::Join": [",", {"Fn::GetAtt": ["A", "List"]}]}]}`, "${Reader.A.List}", "Reader.A"},
		{`{"Fn::Split": [";", {"Fn::Join": [",", {"Fn::GetAtt": ["A", "List"]}]}]}`, `${Fn::Split(";", Fn::Join(",", Reader.A.List))}`, "Reader.A"},
		{`{"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::Sub": "https://${A}.example.com/${B}/"}]}]}`, "${Reader.A}.example.com", "Reader.A"},
		{`{"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "A"}]}]}`, `${Fn::Split("/", Reader.A)[1]}`, "Reader.A"},
		{`{"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Sub": "x${A}y"}]}]}`, `${Fn::Split("/", "x${Reader.A}y")[1]}`, "Reader.A"},

		{`{"Fn::Select": ["1", ["a", "b"]]}`, "b", ""},
		{`{"Fn::Select": [0, [{"Ref": "A"}, {"Ref": "B"}]]}`, "${Reader.A}", "Reader.A"},
		{`{"Fn::Select": [0, {"Fn::GetAtt": ["A", "List"]}]}`, "${Reader.A.List[0]}", "Reader.A"},
		{`{"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}`, "${Fn::Cidr(10.0.0.0/16, 2, 8)[1]}", ""},
		{`{"Fn::Cidr": [{"Fn::GetAtt": ["A", "CidrBlock"]}, 2]}`, "${Fn::Cidr(Reader.A.CidrBlock, 2)}", "Reader.A"},

		{`{"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "ami"]}`, "ami-1", ""},
		{`{"Fn::FindInMap": ["Map", "eu-west-1", "list"]}`, []any{"x", "y"}, ""},
		{`{"Fn::FindInMap": ["Map", "eu-west-2", "ami", {"DefaultValue": {"Ref": "A"}}]}`, "${Reader.A}", "Reader.A"},
		{`{"Fn::FindInMap": ["Map", "eu-west-1", "ami", {"DefaultValue": "x"}]}`, "ami-1", ""},

		{`{"Fn::Base64": {"Fn::Sub": "echo ${A}"}}`, "echo ${Reader.A}", "Reader.A"},

		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Name"}}`, "${Other.Bucket}", "Other.Bucket"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Name", "Region": {"Ref": "AWS::Region"}, "RoleArn": "r"}}`, "${Other.Bucket}", "Other.Bucket"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Chain", "OutputName": "Name", "Region": "us-east-1"}}`, "${Chain.Key.Arn}", "Chain.Key"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Remote"}}`, "${Chain.Key.Arn}", "Chain.Key"},
		{`{"Fn::Select": [1, {"Fn::Split": ["||", {"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Blocks"}}]}]}`, "${Other.Vpc.Ipv6CidrBlocks[1]}", "Other.Vpc"},
	}
	for _, test := range tests {
		t.Run(test.property, func(t *testing.T) {
			x := find(t, reader(t, test.property), "Reader.X")
			if diff := cmp.Diff(test.want, must[any](t)(x.Value("P"))); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			if got := names(must[[]*Resource](t)(x.Targets("P"))); got != test.targets {
				t.Errorf("leads to %q, want %q", got, test.targets)
			}
		})
	}
}

func TestResolveErrors(t *testing.T) {
	tests := []struct{ property, want string }{
		{`null`, "null, which CloudFormation refuses"},
		{`{"Ref": "Nobody"}`, `Ref: no resource or parameter "Nobody"`},
		{`{"Ref": "Empty"}`, `Ref: parameter "Empty" has no default`},
		{`{"Ref": "Odd"}`, `Ref: the default of parameter "Odd" is a list, not text or a number`},
		{`{"Ref": "AWS::Regoin"}`, `Ref: no pseudo parameter "AWS::Regoin"`},
		{`{"Ref": ["A"]}`, "Ref: wants a name, not a list"},
		{`{"Fn::GetAtt": ["Nobody", "Arn"]}`, `Fn::GetAtt: no resource "Nobody"`},
		{`{"Fn::GetAtt": ["Size", "Arn"]}`, `Fn::GetAtt: no resource "Size"`},
		{`{"Fn::GetAtt": "A"}`, `Fn::GetAtt: "A" wants the form Resource.Attribute`},
		{`{"Fn::GetAtt": ["A"]}`, "Fn::GetAtt: wants [resource, attribute], not a list of 1"},
		{`{"Fn::GetAtt": {"A": "Arn"}}`, "Fn::GetAtt: wants [resource, attribute], not an object"},
		{`{"Fn::GetAtt": [1, "Arn"]}`, "Fn::GetAtt: the resource is a number, not text"},
		{`{"Fn::GetAtt": ["A", {"Ref": "B"}]}`, "Fn::GetAtt: the attribute is known only at deployment: ${Reader.B}"},
		{`{"Fn::GetAtt": ["A", ""]}`, `Fn::GetAtt: no attribute of "A" is named`},
		{`{"Fn::Sub": "${Nobody}"}`, `Fn::Sub: no resource, parameter or variable "Nobody"`},
		{`{"Fn::Sub": "${Nobody.Arn}"}`, `Fn::Sub: no resource "Nobody"`},
		{`{"Fn::Sub": "${A"}`, `Fn::Sub: "${A" is not closed`},
		{`{"Fn::Sub": "${Names}"}`, `Fn::Sub: "Names" is a list, not text`},
		{`{"Fn::Sub": "${AWS::NoValue}"}`, `Fn::Sub: "AWS::NoValue" is AWS::NoValue, not text`},
		{`{"Fn::Sub": ["${V}", {"V": ["x"]}]}`, `Fn::Sub: the variable "V" is a list, not text`},
		{`{"Fn::Sub": ["${V}", []]}`, "Fn::Sub: the variables are a list, not an object"},
		{`{"Fn::Sub": [1, {}]}`, "Fn::Sub: the text is a number"},
		{`{"Fn::Sub": ["x"]}`, `Fn::Sub: wants "text" or ["text", {variables}], not a list of 1`},
		{`{"Fn::Join": ["/"]}`, "Fn::Join: wants [delimiter, [values]], not a list of 1"},
		{`{"Fn::Join": ["/", "text"]}`, "Fn::Join: the second argument is text, not a list"},
		{`{"Fn::Join": ["/", ["a", ["b"]]]}`, "Fn::Join: value 1 is a list, not text"},
		{`{"Fn::Join": [{"Ref": "A"}, ["a"]]}`, "Fn::Join: the delimiter is known only at deployment: ${Reader.A}"},
		{`{"Fn::Split": ["", "text"]}`, "Fn::Split: the delimiter is empty"},
		{`{"Fn::Split": ["/", ["text"]]}`, "Fn::Split: the second argument is a list, not text"},
		{`{"Fn::Split": "/"}`, "Fn::Split: wants [delimiter, text], not text"},
		{`{"Fn::Select": [2, ["a", "b"]]}`, "Fn::Select: index 2 is out of range: the list has 2"},
		{`{"Fn::Select": [2, {"Fn::Cidr": ["10.0.0.0/16", 2]}]}`, "Fn::Select: index 2 is out of range: the list has 2"},
		{`{"Fn::Select": [-1, ["a"]]}`, `Fn::Select: the index is "-1", not a number from 0`},
		{`{"Fn::Select": [0, "a"]}`, "Fn::Select: the second argument is text, not a list"},
		{`{"Fn::Select": [0]}`, "Fn::Select: wants [index, list], not a list of 1"},
		{`{"Fn::FindInMap": ["Pam", "a", "b"]}`, `Fn::FindInMap: no map "Pam"`},
		{`{"Fn::FindInMap": ["Map", "us-east-1", "ami"]}`, `Fn::FindInMap: map "Map" has no key "us-east-1"`},
		{`{"Fn::FindInMap": ["Map", "eu-west-1", "mia"]}`, `Fn::FindInMap: map "Map" has no key "mia" under "eu-west-1"`},
		{`{"Fn::FindInMap": ["Map", "x", "y", "z"]}`, `Fn::FindInMap: the fourth argument wants the form {"DefaultValue": value}`},
		{`{"Fn::FindInMap": ["Map", {"Ref": "AWS::AccountId"}, "y"]}`, "Fn::FindInMap: the top-level key is known only at deployment: ${AWS::AccountId}"},
		{`{"Fn::FindInMap": ["Map"]}`, "Fn::FindInMap: wants [map, top-level key, second-level key], not a list of 1"},
		{`{"Fn::Cidr": ["10.0.0.0/16", 257]}`, `Fn::Cidr: count is "257", not a number from 1 to 256`},
		{`{"Fn::Cidr": ["10.0.0.0/16", 2, "x"]}`, `Fn::Cidr: bits is "x", not a number from 1 to 256`},
		{`{"Fn::Cidr": [["10.0.0.0/16"], 2]}`, "Fn::Cidr: the block is a list, not text"},
		{`{"Fn::Base64": ["x"]}`, "Fn::Base64: the argument is a list, not text"},
		{`{"Fn::Transform": {"Name": "AWS::Include"}}`, "Fn::Transform: this function is not supported"},
		{`{"Fn::ForEach::Loop": ["I", ["a"], {}]}`, "Fn::ForEach::Loop: this function is not supported"},
		{`{"Fn::Jion": ["", []]}`, "Fn::Jion: this function is not supported"},
		{`{"Fn::Sub": "x", "Other": 1}`, "Fn::Sub: stands beside other keys"},

		{`{"Fn::GetStackOutput": {"StackName": "app-Chain", "OutputName": "Foo", "Region": "us-east-1"}}`, `Fn::GetStackOutput: stack "app-Chain" in us-east-1 has no output "Foo"`},
		{`{"Fn::GetStackOutput": {"StackName": "app-Chain", "OutputName": "Name"}}`, `Fn::GetStackOutput: stack "app-Chain" is in us-east-1, not in eu-west-1`},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Name", "Region": "us-east-1"}}`, `Fn::GetStackOutput: stack "app-Other" is in eu-west-1, not in us-east-1`},
		{`{"Fn::GetStackOutput": {"StackName": "Other", "OutputName": "Name"}}`, `Fn::GetStackOutput: no stack "Other" in eu-west-1`},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "List"}}`, "Fn::GetStackOutput: Other.Outputs.List: Value: the output is a list, not text"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Lost"}}`, `Fn::GetStackOutput: Other.Outputs.Lost: Ref: no resource or parameter "Nobody"`},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Ping"}}`, "Fn::GetStackOutput: Other.Outputs.Ping: Fn::GetStackOutput: Chain.Outputs.Pong: Fn::GetStackOutput: reference cycle: Other.Outputs.Ping -> Chain.Outputs.Pong -> Other.Outputs.Ping"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other"}}`, "Fn::GetStackOutput: has no OutputName"},
		{`{"Fn::GetStackOutput": {"StackName": "app-Other", "OutputName": "Name", "Stack": "x"}}`, `Fn::GetStackOutput: wants {StackName, OutputName, Region, RoleArn}, not one with "Stack"`},
		{`{"Fn::GetStackOutput": {"StackName": {"Ref": "A"}, "OutputName": "Name"}}`, "Fn::GetStackOutput: StackName is known only at deployment: ${Reader.A}"},
		{`{"Fn::GetStackOutput": ["app-Other", "Name"]}`, "Fn::GetStackOutput: wants {StackName, OutputName, Region}, not a list"},
	}
	for _, test := range tests {
		t.Run(test.property, func(t *testing.T) {
			x := find(t, reader(t, test.property), "Reader.X")
			_, err := x.Value("P")
			wantError(t, err, "Reader.X.P: "+test.want)
		})
	}
}

func TestAllErrorsBelowPath(t *testing.T) {
	x := find(t, reader(t, `{"Good": 1, "Bad": [{"Ref": "AWS::NoValue"}, "a", {"Ref": "Nobody"}], "Worse": {"Fn::Sub": "${Nobody}"}}`), "Reader.X")
	_, err := x.Value("P")
	wantError(t, err, `Reader.X.P.Bad.1: Ref: no resource or parameter "Nobody"
Reader.X.P.Worse: Fn::Sub: no resource, parameter or variable "Nobody"`)
	if got := must[int](t)(x.Int("P.Good")); got != 1 {
		t.Errorf("beside broken references there is %d, want 1", got)
	}
}

func TestPathsThroughFunctions(t *testing.T) {
	property := `{
		"List": [{"Ref": "AWS::NoValue"}, "first"],
		"Map": {"Fn::FindInMap": ["Map", "eu-west-1", "list"]},
		"Later": {"Fn::GetAtt": ["A", "List"]},
		"a.b": {"c": "escaped"},
		"None": {"Ref": "AWS::NoValue"},
		"Broken": {"Fn::FindInMap": ["Pam", "eu-west-1", "list"]}
	}`
	x := find(t, reader(t, property), "Reader.X")
	for path, want := range map[string]string{
		"P.List.0": "first", "P.Map.1": "y", "P.Later.2": "${Reader.A.List[2]}", `P.a\.b.c`: "escaped",
	} {
		if got := must[string](t)(x.Text(path)); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if got := must[[]string](t)(x.Texts("P.Later")); !cmp.Equal(got, []string{"${Reader.A.List}"}) {
		t.Errorf("a list at deployment is %q", got)
	}
	_, err := x.Text("P.List.1")
	wantError(t, err, "Reader.X.P.List.1: no such element: the list has 1")
	_, err = x.Text("P.None")
	wantError(t, err, "Reader.X.P.None: no such property: it is AWS::NoValue")
	_, err = x.Text("P.Broken.0")
	wantError(t, err, `Reader.X.P.Broken: Fn::FindInMap: no map "Pam"`)
	if x.Has("P.Broken.0") || x.Has("P.List.1") || x.Has("P.None") || !x.Has("P.Map.1") || !x.Has("P.List") {
		t.Error("Has is wrong about paths through functions")
	}
}

// A user's own resources may use what is not supported. The template loads, what is beside it can be read, and asking
// for the value itself says so in one line.
func TestNotSupported(t *testing.T) {
	a := assemble(t, stackFile{id: "Own", template: `{
		"Conditions": {"Never": {"Fn::Equals": [{"Ref": "AWS::Region"}, "nowhere"]}, "Broken": {"Fn::Xor": "?"}},
		"Resources": {
			"Bucket": {"Type": "AWS::S3::Bucket", "Condition": "Never", "DependsOn": "Topic", "Properties": {
				"BucketName": {"Fn::If": ["Never", "a", {"Ref": "AWS::NoValue"}]},
				"Tags": [{"Ref": "AWS::NoValue"}, {"Fn::If": ["Never", "a", "b"]}, {"Ref": "Topic"}],
				"Zone": {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
				"Key": {"Fn::ImportValue": "key"},
				"Whole": {"Fn::Join": ["", ["x", {"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-key"}}]]}
			}},
			"Topic": {"Type": "AWS::SNS::Topic"}
		},
		"Outputs": {
			"Name": {"Value": {"Ref": "Bucket"}, "Condition": "Broken", "Export": {"Name": {"Fn::If": ["Never", "a", "b"]}}},
			"Either": {"Value": {"Fn::If": ["Never", "a", "b"]}}
		}
	}`})
	bucket := find(t, a, "Own.Bucket")
	for path, want := range map[string]string{
		"BucketName": "Own.Bucket.BucketName: Fn::If: this function is not supported",
		"Tags":       "Own.Bucket.Tags.0: Fn::If: this function is not supported",
		"Tags.0":     "Own.Bucket.Tags.0: Fn::If: this function is not supported",
		"Tags.0.Key": "Own.Bucket.Tags.0: Fn::If: this function is not supported",
		"Zone":       "Own.Bucket.Zone: Fn::GetAZs: this function is not supported",
		"Key":        "Own.Bucket.Key: Fn::ImportValue: this function is not supported",
		"Whole":      "Own.Bucket.Whole.1: Fn::ImportValue: this function is not supported",
	} {
		_, err := bucket.Value(path)
		wantError(t, err, want)
	}
	_, err := must[*Output](t)(a.Stacks()[0].Output("Either")).Text()
	wantError(t, err, "Own.Outputs.Either: Fn::If: this function is not supported")

	if !bucket.Has("BucketName") || bucket.Has("Tags.2") {
		t.Error("Has is wrong about what is not supported")
	}
	if got := must[*Resource](t)(bucket.Target("Tags.1")); got.String() != "Own.Topic" {
		t.Errorf("the tag beside an Fn::If leads to %s", got)
	}
	if got := names(a.Referrers(find(t, a, "Own.Topic"))); got != "Own.Bucket" {
		t.Errorf("referrers beside an Fn::If are %q", got)
	}
	if got := must[*Resource](t)(must[*Output](t)(a.Stacks()[0].Output("Name")).Target()); got != bucket {
		t.Errorf("the output with a condition leads to %s", got)
	}
}

func TestSameStackNameInTwoRegions(t *testing.T) {
	one := `{"Resources": {"R": {"Type": "T"}}, "Outputs": {"O": {"Value": {"Ref": "R"}}}}`
	read := `{"Resources": {
		"Default": {"Type": "T", "Properties": {"P": {"Fn::GetStackOutput": {"StackName": "web", "OutputName": "O"}}}},
		"Other": {"Type": "T", "Properties": {"P": {"Fn::GetStackOutput": {"StackName": "web", "OutputName": "O", "Region": "eu-west-1"}}}}
	}}`
	fsys := files(
		stackFile{id: "East", region: "us-east-1", template: one},
		stackFile{id: "West", region: "eu-west-1", template: one},
		stackFile{id: "Reader", region: "us-east-1", template: read, dependencies: []string{"East", "West"}},
		stackFile{id: "Third", region: "us-east-1", template: one},
	)
	manifest := string(fsys[manifestFile].Data)
	manifest = strings.NewReplacer("app-East", "web", "app-West", "web").Replace(manifest)
	fsys[manifestFile].Data = []byte(manifest)
	a, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{"Reader.Default": "East.R", "Reader.Other": "West.R"} {
		if got := must[*Resource](t)(find(t, a, place).Target("P")); got.String() != want {
			t.Errorf("%s leads to %s, want %s", place, got, want)
		}
	}
	fsys[manifestFile].Data = []byte(strings.ReplaceAll(manifest, "app-Third", "web"))
	if a, err = load(fsys); err != nil {
		t.Fatal(err)
	}
	_, err = find(t, a, "Reader.Default").Text("P")
	wantError(t, err, `Reader.Default.P: Fn::GetStackOutput: stack "web" in us-east-1 is ambiguous: East, Third`)
}

func TestUnknownRegion(t *testing.T) {
	a := assemble(t,
		stackFile{id: "A", region: "unknown-region", template: `{"Outputs": {"O": {"Value": {"Ref": "AWS::Region"}}}}`},
		stackFile{id: "B", region: "unknown-region", dependencies: []string{"A"}, template: `{"Resources": {"R": {"Type": "T", "Properties": {
			"P": {"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "O", "Region": {"Ref": "AWS::Region"}}}}}}}`},
	)
	if got := must[string](t)(find(t, a, "B.R").Text("P")); got != "${AWS::Region}" {
		t.Errorf("an unknown region is %q", got)
	}
}

// TestDoubling holds that outputs that repeat each other end in time, with an error where they would grow without end.
func TestDoubling(t *testing.T) {
	var outputs strings.Builder
	for i := range 100 {
		read := func(output string, i int) string {
			return fmt.Sprintf(`{"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "%s%d"}}`, output, i)
		}
		fmt.Fprintf(&outputs, `, "Long%d": {"Value": {"Fn::Join": ["", [%[2]s, %[2]s]]}}`, i+1, read("Long", i))
		fmt.Fprintf(&outputs, `, "Empty%d": {"Value": {"Fn::Join": ["", [%[2]s, %[2]s]]}}`, i+1, read("Empty", i))
	}
	a := assemble(t, stackFile{id: "A", template: `{
		"Outputs": {"Empty0": {"Value": ""}, "Long0": {"Value": "long"}` + outputs.String() + `}}`})
	s := a.Stacks()[0]
	start := time.Now()
	if text, err := must[*Output](t)(s.Output("Empty100")).Text(); text != "" || err != nil {
		t.Errorf("empty output is %q, %v", text, err)
	}
	_, err := must[*Output](t)(s.Output("Long100")).Text()
	for next := err; next != nil; next = errors.Unwrap(next) {
		err = next
	}
	if err == nil || !strings.Contains(err.Error(), "more than 4 MiB to resolve: do outputs repeat each other?") {
		t.Errorf("an output that grows without end gives %v", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestManyOutputs holds that a long way through outputs is refused, before its error fills the memory.
func TestManyOutputs(t *testing.T) {
	way := func(n int) *Output {
		var outputs strings.Builder
		for i := range n {
			fmt.Fprintf(&outputs, `, "O%d": {"Value": {"Fn::GetStackOutput": {"StackName": "app-A", "OutputName": "O%d"}}}`, i+1, i)
		}
		a := assemble(t, stackFile{id: "A", template: `{"Outputs": {"O0": {"Value": "end"}` + outputs.String() + `}}`})
		return must[*Output](t)(a.Stacks()[0].Output(fmt.Sprintf("O%d", n)))
	}
	if text, err := way(mostOutputs - 1).Text(); text != "end" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := way(8_000).Text(); err == nil || !strings.HasSuffix(err.Error(), "goes through more than 200 outputs") {
		t.Errorf("got %.200v", err)
	}
}
