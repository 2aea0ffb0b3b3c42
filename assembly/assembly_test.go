package assembly

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// site loads the assembly in testdata/site: the product's own shape, small.
func site(t *testing.T) *Assembly {
	t.Helper()
	a, err := Load("testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A stackFile is a stack of an assembly written by hand: its name is "app-" and the id.
type stackFile struct {
	id, region, template string
	dependencies         []string
}

// files writes the stacks as a cloud assembly.
func files(stacks ...stackFile) fstest.MapFS {
	fsys := fstest.MapFS{}
	artifacts := map[string]any{}
	for _, s := range stacks {
		if s.region == "" {
			s.region = "us-east-1"
		}
		artifacts[s.id] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/" + s.region,
			"properties":   map[string]any{"templateFile": s.id + ".json", "stackName": "app-" + s.id},
			"dependencies": s.dependencies,
		}
		fsys[s.id+".json"] = &fstest.MapFile{Data: []byte(s.template)}
	}
	data, err := json.Marshal(map[string]any{"artifacts": artifacts})
	if err != nil {
		panic(err)
	}
	fsys[manifestFile] = &fstest.MapFile{Data: data}
	return fsys
}

// assemble loads an assembly of the stacks.
func assemble(t *testing.T, stacks ...stackFile) *Assembly {
	t.Helper()
	a, err := load(files(stacks...))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func find(t *testing.T, a *Assembly, place string) *Resource {
	t.Helper()
	stack, logicalID, _ := strings.Cut(place, ".")
	r, err := a.Find(stack, logicalID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func names(resources []*Resource) string {
	var list []string
	for _, r := range resources {
		list = append(list, r.String())
	}
	return strings.Join(list, " ")
}

// wantError checks an error's exact message; "" wants none.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// must fails the test on an error: must(t)(f()).
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestLoad(t *testing.T) {
	a := site(t)
	var got []string
	for _, s := range a.Stacks() {
		got = append(got, fmt.Sprintf("%s %s %s %s %s %d %v", s.ID, s.Name, s.DisplayName, s.Account, s.Region, len(s.Resources()), s.Dependencies))
	}
	want := []string{
		"Domain ticketing-Domain Domain unknown-account us-east-1 1 []",
		"Secondary ticketing-Secondary Secondary unknown-account us-east-1 1 [Domain]",
		"Primary ticketing-Primary Primary unknown-account ap-northeast-2 13 [Secondary]",
		"Failover ticketing-Failover Failover (ticketing-Failover) 123456789012 us-east-1 4 [Domain Primary Secondary]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stacks (-want +got):\n%s", diff)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	domain, primary := must[*Stack](t)(a.Stack("Domain")), must[*Stack](t)(a.Stack("Primary"))
	if !primary.DependsOn(domain) || domain.DependsOn(primary) {
		t.Error("Primary must depend on Domain, through Secondary, and not the reverse")
	}
	_, err := a.Stack("Third")
	wantError(t, err, `no stack "Third": there are Domain, Secondary, Primary, Failover`)
	_, err = a.Find("Domain", "Zona")
	wantError(t, err, `Domain: no resource "Zona"`)
}

func TestStacksInOrder(t *testing.T) {
	a := assemble(t,
		stackFile{id: "A", template: `{}`, dependencies: []string{"Z"}},
		stackFile{id: "M", template: `{}`},
		stackFile{id: "B", template: `{}`, dependencies: []string{"A"}},
		stackFile{id: "Z", template: `{}`},
	)
	var got []string
	for _, s := range a.Stacks() {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff([]string{"M", "Z", "A", "B"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestLoadErrors(t *testing.T) {
	const stack = `{"artifacts": {"A": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-east-1", "properties": {"templateFile": "A.json"}}}}`
	tests := []struct {
		name, manifest, template, want string
	}{
		{"no manifest", "", "", "DIR/manifest.json: file does not exist: run make synth"},
		{"broken manifest", "{", "", "DIR/manifest.json: unexpected end of JSON input: run make synth"},
		{"empty manifest", "{}", "", "DIR/manifest.json: there is no stack in it: run make synth"},
		{"null artifact", `{"artifacts": {"A": null}}`, "", `DIR/manifest.json: artifact "A" is null: run make synth`},
		{"no template", stack, "", "DIR/A.json: file does not exist: run make synth"},
		{"broken template", stack, `{"Resources": 1}`, "DIR/A.json: json: cannot unmarshal number into Go struct field template.Resources of type map[string]map[string]interface {}: run make synth"},
		{"no type", stack, `{"Resources": {"X": {}}}`, `DIR/A.json: resource "X" has no Type: run make synth`},
		{"null output", stack, `{"Outputs": {"X": null}}`, `DIR/A.json: output "X" is null: run make synth`},
		{"macro", stack, `{"Transform": ["AWS::LanguageExtensions", "Macro"]}`, `DIR/manifest.json: stack "A": the transform "Macro" rewrites its template at deployment, so that it cannot be followed`},
		{"one macro", stack, `{"Transform": {"Name": "Macro"}}`, `DIR/manifest.json: stack "A": the transform {"Name":"Macro"} rewrites its template at deployment, so that it cannot be followed`},
		{"no templateFile", `{"artifacts": {"A": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-east-1"}}}`, "", `DIR/manifest.json: stack "A" has no templateFile: run make synth`},
		{"no environment", `{"artifacts": {"A": {"type": "aws:cloudformation:stack", "environment": "aws://1"}}}`, "", `DIR/manifest.json: stack "A" has the environment "aws://1", not aws://ACCOUNT/REGION: run make synth`},
		{"stage", `{"artifacts": {"assembly-Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}}}`, "", `DIR/manifest.json: "assembly-Prod" is a nested assembly (a stage), which is not read: load its directory "assembly-Prod" by itself`},
		{"unknown dependency", strings.Replace(stack, `"properties"`, `"dependencies": ["B"], "properties"`, 1), "{}", `DIR/manifest.json: stack "A" depends on "B", which is not there: run make synth`},
		{"dependency cycle", strings.Replace(stack, `"properties"`, `"dependencies": ["A"], "properties"`, 1), "{}", "DIR/manifest.json: these stacks depend on each other in a circle: A"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range map[string]string{"manifest.json": test.manifest, "A.json": test.template} {
				if content == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Load(dir)
			if err == nil {
				t.Fatal("loaded")
			}
			got := strings.Replace(err.Error(), dir, "DIR", 1)
			got = strings.Replace(got, "no such file or directory", "file does not exist", 1)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDefaultNames(t *testing.T) {
	fsys := files(stackFile{id: "A", template: `{"Transform": "AWS::LanguageExtensions"}`})
	fsys[manifestFile].Data = []byte(strings.Replace(string(fsys[manifestFile].Data), `"stackName":"app-A",`, "", 1))
	a, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	s := a.Stacks()[0]
	if s.Name != "A" || s.DisplayName != "A" {
		t.Errorf("stack has name %q and display name %q, want those of its id A", s.Name, s.DisplayName)
	}
}

func TestOutputs(t *testing.T) {
	a := site(t)
	domain := must[*Stack](t)(a.Stack("Domain"))
	outputs := domain.Outputs()
	if len(outputs) != 2 || outputs[0].Name != "NameServers" || outputs[1].Name != "ZoneId" {
		t.Fatalf("outputs are %v", outputs)
	}
	if got := outputs[0].Description; got != "For the registrar" {
		t.Errorf("description is %q", got)
	}
	if got, want := must[string](t)(outputs[0].Text()), `${Fn::Join("||", Domain.Zone.NameServers)}`; got != want {
		t.Errorf("output is %q, want %q", got, want)
	}
	if got := must[*Resource](t)(outputs[1].Target()); got.String() != "Domain.Zone" {
		t.Errorf("output leads to %s, want Domain.Zone", got)
	}
	failover := must[*Stack](t)(a.Stack("Failover"))
	list := must[*Output](t)(failover.Output("NameServers"))
	if got, want := must[string](t)(list.Text()), "${Domain.Zone.NameServers[0]}"; got != want {
		t.Errorf("a list handed through an output is %q, want %q", got, want)
	}
	_, err := domain.Output("Zone")
	wantError(t, err, `Domain: no output "Zone"`)
}
