package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A hostile is an assembly that no synthesis writes: the default site's, in
// which one value is another.
type hostile struct {
	name  string
	stack string // "" for the manifest

	// resource is a type, and part, if it is set, a text that stands in the resource.
	// With several such, it is the first; with none of both, path is one of the file.
	resource, part string
	path           string
	value          string // JSON; "" removes what is there

	// refused are the commands that refuse it, with want in their one line of error.
	// The others end as well, whatever they find.
	refused []string
	want    string
}

var (
	every   = []string{"summary", "promises", "diagram", "rehearse", "cost"}
	reading = []string{"diagram", "rehearse"}
	playing = []string{"rehearse"}
)

const (
	checkType    = "AWS::Route53::HealthCheck"
	recordType   = "AWS::Route53::RecordSetGroup"
	siteType     = "AWS::CloudFront::Distribution"
	functionType = "AWS::CloudFront::Function"
	groupType    = "AWS::ElasticLoadBalancingV2::TargetGroup"
	listenerType = "AWS::ElasticLoadBalancingV2::Listener"
)

// hostiles are assemblies of every kind that once did harm, or may.
func hostiles() []hostile {
	const self = `[{"Fn::GetStackOutput": {"StackName": "ticketing-Failover", "Region": "us-east-1", "OutputName": "Circle"}}]`
	many := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	function := func(body string) string {
		return strconv.Quote("function handler(event) { " + body + " return event.request; }")
	}
	return []hostile{
		{"artifacts are a list", "", "", "", "artifacts", "[]", every, "manifest.json: "},
		{"an artifact is text", "", "", "", "artifacts.Failover", `"x"`, every, "manifest.json: "},
		{"stacks depend on each other", "", "", "", "artifacts.Domain.dependencies", `["Failover"]`, every, "depend on each other in a circle"},
		{"a template outside of the assembly", "", "", "", "artifacts.Domain.properties.templateFile", `"../site/Domain.template.json"`, every, "leads out of the assembly"},
		{"the folder itself for a template", "", "", "", "artifacts.Domain.properties.templateFile", `"."`, every, "is a folder, not a file"},
		{"a stack's name is of two lines", "", "", "", "artifacts.Domain.properties.stackName", `"a\nb"`, every, "cannot be printed"},
		{"a stack's name is endless", "", "", "", "artifacts.Domain.properties.stackName", strconv.Quote(strings.Repeat("x", 100_000)), every, "is longer than 300"},
		{"an environment of control characters", "", "", "", "artifacts.Domain.environment", `"aws://1/\u001b[2J"`, every, "cannot be printed"},
		{"resources are text", "Failover", "", "", "Resources", `"x"`, every, "Failover.template.json: "},
		{"resources are missing", "Primary", "", "", "Resources", "", reading, "Primary"},
		{"an output is a number", "Primary", "", "", "Outputs", `{"O": 1}`, every, "Primary.template.json: "},
		{"outputs are missing", "Primary", "", "", "Outputs", "", reading, "Fn::GetStackOutput"},
		{"deep", "Failover", checkType, "CALCULATED", "HealthCheckConfig", strings.Repeat("[", 4_000) + strings.Repeat("]", 4_000), reading, "HealthCheckConfig"},
		{"a huge list", "Failover", checkType, "CALCULATED", "HealthCheckConfig.ChildHealthChecks", many(20_000, "1"), every, "a list has 20000 elements"},
		{"a huge template", "Failover", checkType, "", "HealthCheckTags", strconv.Quote(strings.Repeat("x", 2<<20)), every, "has more than 1048576 bytes"},

		{"a health check of itself", "Failover", checkType, "CALCULATED", "HealthCheckConfig.ChildHealthChecks", `[{"Ref": "SELF"}]`, reading, "is calculated from itself"},
		{"a health check of itself, through another", "Failover", checkType, "HTTPS", "HealthCheckConfig", `{"Type": "CALCULATED", "ChildHealthChecks": [{"Ref": "CALCULATED"}]}`, reading, "is calculated from itself"},
		{"a health check of references in a circle", "Failover", checkType, "CALCULATED", "HealthCheckConfig.ChildHealthChecks", self, reading, "reference cycle"},
		{"a name that leads to itself", "Primary", "AWS::Route53::RecordSet", "origin-", "", `{"Name": "static-standby.ticketing.pw", "Type": "CNAME", "ResourceRecords": ["static-standby.ticketing.pw"]}`, reading, "records lead in a circle"},
		{"records are an object", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets", "{}", reading, "RecordSets: is an object, not a list"},
		{"records are numbers", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets", "[1, 2]", reading, "RecordSets.0"},
		{"too many records", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets", many(1_001, `{"Name": "a", "Type": "A"}`), reading, "has 1001 records"},
		{"two PRIMARY records", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets.1.Failover", `"PRIMARY"`, reading, "has a second PRIMARY record"},
		{"a record of strange letters", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets.0.Name", `"\u202e\u0000\n.pw"`, reading, ""},
		{"a record's target is null", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets.0.AliasTarget.DNSName", "null", reading, "null, which CloudFormation refuses"},
		{"a check that is text", "Failover", recordType, `"www.ticketing.pw."`, "RecordSets.0.HealthCheckId", `"abc"`, reading, ""},
		{"a check of another type", "Failover", checkType, "CALCULATED", "HealthCheckConfig.Type", `"RECOVERY_CONTROL"`, playing, "RECOVERY_CONTROL"},
		{"no interval", "Failover", checkType, "HTTPS", "HealthCheckConfig.RequestInterval", "0", playing, "RequestInterval is 0s, want 10s to 30s"},
		{"an interval without end", "Failover", checkType, "HTTPS", "HealthCheckConfig.RequestInterval", "1e18", playing, "RequestInterval"},
		{"a threshold of millions", "Failover", checkType, "HTTPS", "HealthCheckConfig.FailureThreshold", "1000000000", playing, "FailureThreshold"},
		{"a port below zero", "Failover", checkType, "HTTPS", "HealthCheckConfig.Port", "-1", playing, "Port is -1"},

		{"origins are text", "Primary", siteType, "Site", "DistributionConfig.Origins", `"x"`, reading, "Origins"},
		{"no origins", "Primary", siteType, "CustomErrorResponses", "DistributionConfig.Origins", "[]", reading, ""},
		{"a behavior is null", "Primary", siteType, "CustomErrorResponses", "DistributionConfig.DefaultCacheBehavior", "null", reading, "DefaultCacheBehavior"},
		{"an origin's time-out is negative", "Primary", siteType, "CustomErrorResponses", "DistributionConfig.Origins.0.ConnectionTimeout", "-5", playing, "ConnectionTimeout is -5s"},
		{"a target group without interval", "Primary", groupType, "", "HealthCheckIntervalSeconds", "0", playing, "HealthCheckIntervalSeconds is 0s"},
		{"a listener's port is a list", "Primary", listenerType, "", "Port", "[443]", reading, "Port"},
		{"a function without end", "Primary", functionType, "", "FunctionCode", function("for (;;) {}"), playing, "the function does not end within 1s"},
		{"a function whose writes have no end", "Primary", functionType, "", "FunctionCode", function("while (event.request.method === 'POST') {}"), playing, "the function does not end within 1s"},
		{"a function that fills the memory", "Primary", functionType, "", "FunctionCode", function("const all = []; for (;;) { all.push([1, 2, 3]); }"), playing, "the function "},
		{"a function that answers by itself", "Primary", functionType, "", "FunctionCode", function("if (event.request.uri === '/') { return {statusCode: 301, headers: {}}; }"), playing, "the function answers 301 by itself"},
		{"a function that throws", "Primary", functionType, "", "FunctionCode", function("throw new Error('a\\nb');"), playing, "GET /: Error: a; b"},
		{"a function that reads files", "Primary", functionType, "", "FunctionCode", function("throw 1;\n//# sourceMappingURL=/dev/zero\n"), playing, "GET /: 1"},
		{"a function that is a number", "Primary", functionType, "", "FunctionCode", "1", playing, "the function's code has no handler"},
		{"a function of a megabyte", "Primary", functionType, "", "FunctionCode", function(strings.Repeat(";", 500_000)), playing, "more than the 10240 of CloudFront"},
	}
}

// TestHostile gives each of them to every command: exit status 2 and one line,
// or the command's own verdict.
func TestHostile(t *testing.T) {
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			dir := h.write(t)
			for _, command := range every {
				args := []string{command, "-assembly", dir}
				if command == "promises" || command == "rehearse" {
					args = append(args, "-site", root+"site.yaml")
				}
				if command == "rehearse" {
					args = append(args, "-play=false", "-trials", "1", "-out", t.TempDir())
				}
				if slices.Contains(h.refused, command) {
					wantUnusable(t, []mistake{{args, h.want}})
					continue
				}
				if _, stderr, status := execute(t, args...); status > 2 || strings.Count(stderr, "\n") > 1 {
					t.Errorf("%s: got %d and %q, want a verdict, and one line at most", command, status, stderr)
				}
			}
		})
	}
}

// TestHostileChanges rehearses the deployment of each hostile assembly over the
// default site, and back.
func TestHostileChanges(t *testing.T) {
	for _, h := range hostiles() {
		t.Run(h.name, func(t *testing.T) {
			dir, site := h.write(t), root+"testdata/site"
			for _, pair := range [][2]string{{site, dir}, {dir, site}} {
				_, stderr, status := execute(t, "rehearse", "change", "-from", pair[0], "-assembly", pair[1])
				if status > 2 || status == 2 && stderr == "" || strings.Count(stderr, "\n") > 1 {
					t.Errorf("%v: got %d and %q, want a verdict, or one line", pair, status, stderr)
				}
			}
		})
	}
}

// write writes the assembly, and returns its folder.
func (h hostile) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(root+"testdata/site")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "manifest.json")
	if h.stack != "" {
		file = filepath.Join(dir, h.stack+".template.json")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	value := h.value
	path := strings.Split(h.path, ".")
	if h.resource != "" {
		id := findResource(t, tree, h.resource, h.part)
		path = append([]string{"Resources", id, "Properties"}, path...)
		value = strings.ReplaceAll(value, "SELF", id)
		if h.resource == checkType {
			value = strings.ReplaceAll(value, `"Ref": "CALCULATED"`, fmt.Sprintf(`"Ref": %q`, findResource(t, tree, checkType, `"CALCULATED"`)))
		}
	}
	if h.stack == "Failover" && h.path != "Resources" {
		outputs, _ := tree["Outputs"].(map[string]any)
		if outputs == nil {
			outputs = map[string]any{}
		}
		outputs["Circle"] = map[string]any{"Value": map[string]any{"Fn::GetStackOutput": map[string]any{"StackName": "ticketing-Failover", "Region": "us-east-1", "OutputName": "Circle"}}}
		tree["Outputs"] = outputs
	}
	putAt(t, tree, slices.DeleteFunc(path, func(key string) bool { return key == "" }), json.RawMessage(value))
	if data, err = json.Marshal(tree); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// findResource returns the id of the first resource of a type that has a text.
func findResource(t *testing.T, template map[string]any, resourceType, part string) string {
	t.Helper()
	resources, _ := template["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		data, err := json.Marshal(resources[id])
		if err != nil {
			t.Fatal(err)
		}
		if resource, _ := resources[id].(map[string]any); resource["Type"] == resourceType && strings.Contains(string(data), part) {
			return id
		}
	}
	t.Fatalf("no %s has %q", resourceType, part)
	return ""
}

// putAt puts a value at a path that is there, or removes what is there.
func putAt(t *testing.T, tree any, path []string, value json.RawMessage) {
	t.Helper()
	key, rest := path[0], path[1:]
	switch inner := tree.(type) {
	case map[string]any:
		switch {
		case len(rest) > 0:
			putAt(t, inner[key], rest, value)
		case len(value) == 0:
			delete(inner, key)
		default:
			inner[key] = value
		}
	case []any:
		i, err := strconv.Atoi(key)
		if err != nil || i >= len(inner) {
			t.Fatalf("no element %s", key)
		}
		putAt(t, inner[i], rest, value)
	default:
		t.Fatalf("nothing at %s", key)
	}
}
