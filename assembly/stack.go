package assembly

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// A Stack is one CloudFormation stack: its template and where it will be deployed.
type Stack struct {
	ID           string   // artifact id, as on cdk's command line: "Primary"
	Name         string   // CloudFormation's name of the stack
	DisplayName  string   // as cdk prints it; the default is the id
	Account      string   // twelve digits or "unknown-account"
	Region       string   // "us-east-1", or "unknown-region"
	Dependencies []string // ids of the stacks the manifest says to deploy before, sorted; not those behind them

	assembly  *Assembly
	before    map[string]bool // ids of the stacks deployed before, transitively
	template  *template       // everything but resources and outputs; never edited
	resources map[string]*Resource
	outputs   map[string]*Output
}

// A template is a CloudFormation template, of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html, with its expressions as JSON.
type template struct {
	Transform  any
	Parameters map[string]parameter
	Mappings   map[string]map[string]map[string]any
	Resources  map[string]map[string]any
	Outputs    map[string]*struct {
		Description string
		Value       any
	}
}

type parameter struct {
	Type    string
	Default any
}

const unknownRegion = "unknown-region"

func loadStack(fsys fs.FS, id string, art *artifact) (*Stack, error) {
	account, region, ok := strings.Cut(strings.TrimPrefix(art.Environment, "aws://"), "/")
	if !ok || account == "" || region == "" {
		return nil, &fileError{manifestFile, fmt.Errorf("stack %q has the environment %q, not aws://ACCOUNT/REGION", id, art.Environment)}
	}
	file := art.Properties.TemplateFile
	if file == "" {
		return nil, &fileError{manifestFile, fmt.Errorf("stack %q has no templateFile", id)}
	}
	var t template
	if err := readJSON(fsys, file, longestTemplate, &t); err != nil {
		return nil, err
	}
	if macro := rewrites(t.Transform); macro != "" {
		return nil, fmt.Errorf("stack %q: the transform %s rewrites its template at deployment, so that it cannot be followed", id, macro)
	}
	s := &Stack{
		ID: id, Name: art.Properties.StackName, DisplayName: art.DisplayName, Account: account, Region: region,
		template: &t, resources: map[string]*Resource{}, outputs: map[string]*Output{},
	}
	if s.Name == "" {
		s.Name = id
	}
	if s.DisplayName == "" {
		s.DisplayName = id
	}
	err := cmp.Or(checkName("stack", id), checkName("stack name", s.Name), checkName("display name", s.DisplayName), checkName("environment", account+"/"+region))
	if err != nil {
		return nil, &fileError{manifestFile, err}
	}
	if err := s.fill(&t); err != nil {
		return nil, &fileError{file, err}
	}
	t.Resources, t.Outputs = nil, nil
	return s, nil
}

// fill takes the resources and outputs from the template.
func (s *Stack) fill(t *template) error {
	if len(t.Resources) > mostResources {
		return fmt.Errorf("has %d resources, more than the %d of CloudFormation", len(t.Resources), mostResources)
	}
	for logicalID, raw := range t.Resources {
		if err := checkName("logical id", logicalID); err != nil {
			return err
		}
		typ, _ := raw["Type"].(string)
		if typ == "" {
			return fmt.Errorf("resource %q has no Type", logicalID)
		}
		if err := cmp.Or(checkName("type", typ), checkLists(raw)); err != nil {
			return fmt.Errorf("resource %q: %w", logicalID, err)
		}
		s.resources[logicalID] = &Resource{Stack: s, LogicalID: logicalID, Type: typ, raw: raw}
	}
	for name, o := range t.Outputs {
		if err := checkName("output", name); err != nil {
			return err
		}
		if o == nil {
			return fmt.Errorf("output %q is null", name)
		}
		if err := checkLists(o.Value); err != nil {
			return fmt.Errorf("output %q: %w", name, err)
		}
		s.outputs[name] = &Output{Stack: s, Name: name, Description: o.Description, value: o.Value}
	}
	return nil
}

// rewrites returns the macro that a template's Transform section names, other than the one that only adds functions.
func rewrites(transform any) string {
	names, ok := transform.([]any)
	if !ok && transform != nil {
		names = []any{transform}
	}
	for _, name := range names {
		if name != "AWS::LanguageExtensions" {
			text, _ := json.Marshal(name)
			return string(text)
		}
	}
	return ""
}

// Resources returns the resources of these types, or all if none is given, sorted by logical id.
func (s *Stack) Resources(types ...string) []*Resource {
	var found []*Resource
	for _, r := range s.resources {
		if len(types) == 0 || slices.Contains(types, r.Type) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *Resource) int { return strings.Compare(a.LogicalID, b.LogicalID) })
	return found
}

// Resource returns the resource with the logical id.
func (s *Stack) Resource(logicalID string) (*Resource, error) {
	if r := s.resources[logicalID]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%s: no resource %q", s.ID, logicalID)
}

// DependsOn reports whether the other stack is deployed before this one because the manifest says so, directly or
// through stacks between.
func (s *Stack) DependsOn(other *Stack) bool { return s.before[other.ID] }

// Outputs returns the outputs sorted by name.
func (s *Stack) Outputs() []*Output {
	outputs := make([]*Output, 0, len(s.outputs))
	for _, name := range slices.Sorted(maps.Keys(s.outputs)) {
		outputs = append(outputs, s.outputs[name])
	}
	return outputs
}

// Output returns the output with the name, which is its logical id.
func (s *Stack) Output(name string) (*Output, error) {
	if o := s.outputs[name]; o != nil {
		return o, nil
	}
	return nil, fmt.Errorf("%s: no output %q", s.ID, name)
}

// An Output is a value that a stack shows after its deployment and that others may read.
type Output struct {
	Stack       *Stack
	Name        string // logical id
	Description string

	value any // as in the template, unresolved
}

// Text returns the output's value.
func (o *Output) Text() (string, error) {
	t, err := o.resolve(&run{})
	return t.String(), err
}

// Target returns the one resource that the output's value leads to.
func (o *Output) Target() (*Resource, error) {
	t, err := o.resolve(&run{})
	if err != nil {
		return nil, err
	}
	return single(o.path(), t)
}

func (o *Output) path() string { return o.Stack.ID + ".Outputs." + o.Name }

func (o *Output) resolve(run *run) (text, error) {
	v, err := run.once(o.path(), func() (any, error) {
		r := resolver{stack: o.Stack, path: o.path(), run: run}
		return r.text("Value", "the output", o.value)
	})
	t, _ := v.(text)
	return t, err
}
