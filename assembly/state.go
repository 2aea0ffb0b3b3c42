package assembly

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// What follows builds an assembly of what exists between two deployments, some resources old and some new. See package
// rehearsal/change.

// Template returns the resource as the template has it: Type, Properties, DependsOn, … It must not be changed.
func (r *Resource) Template() map[string]any { return r.raw }

// Template returns the output's value as the template has it. It must not be changed.
func (o *Output) Template() any { return o.value }

// OldParameter is how the assembly that [Merge] returns calls a parameter of the old one whose type or default is another
// in the new one.
func OldParameter(name string) string { return name + "-old" }

// Merge returns an assembly with the stacks of both, and with no resource and no output. A stack of both is that of to;
// it has the parameters and mappings of both, of which those of to count, and [OldParameter]. The order is that of to,
// with the stacks that only from has at the end: those that to does not have, and those that it has in another region,
// whose id is then that of [OldStack].
func Merge(from, to *Assembly) *Assembly {
	merged := &Assembly{}
	add := func(id string, s, old *Stack) {
		t := *s
		t.ID, t.assembly, t.resources, t.outputs = id, merged, map[string]*Resource{}, map[string]*Output{}
		if old != nil {
			t.template = mergeTemplates(old.template, s.template)
		}
		merged.stacks = append(merged.stacks, &t)
	}
	for _, s := range to.stacks {
		old, err := from.Stack(s.ID)
		if err == nil && OldStack(old, to) != s.ID {
			old = nil
		}
		add(s.ID, s, old)
	}
	for _, s := range from.stacks {
		if id := OldStack(s, to); !slices.ContainsFunc(to.stacks, func(s *Stack) bool { return s.ID == id }) {
			add(id, s, nil)
		}
	}
	return merged
}

// OldStack is the id that a stack of the old assembly has in that of [Merge]: its own or, if to has the stack in another
// region, where deploying it makes a second one, "Primary-eu-west-1".
func OldStack(s *Stack, to *Assembly) string {
	if other, err := to.Stack(s.ID); err == nil && other.Region != s.Region {
		return s.ID + "-" + s.Region
	}
	return s.ID
}

func mergeTemplates(from, to *template) *template {
	merged := *to
	merged.Parameters, merged.Mappings = maps.Clone(from.Parameters), maps.Clone(from.Mappings)
	if merged.Parameters == nil {
		merged.Parameters = map[string]parameter{}
	}
	for name, p := range to.Parameters {
		if old, ok := from.Parameters[name]; ok && !reflect.DeepEqual(old, p) {
			merged.Parameters[OldParameter(name)] = old
		}
		merged.Parameters[name] = p
	}
	if merged.Mappings == nil {
		merged.Mappings = map[string]map[string]map[string]any{}
	}
	maps.Copy(merged.Mappings, to.Mappings)
	return &merged
}

// ChangedParameters returns the names of the stack's parameters that have an [OldParameter] beside them, sorted.
func (s *Stack) ChangedParameters() []string {
	var names []string
	for name := range s.template.Parameters {
		if _, ok := s.template.Parameters[OldParameter(name)]; ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Put adds a resource, or replaces the one with the logical id. The template is what [Resource.Template] returns, and
// is not copied. It panics if that has no type.
func (s *Stack) Put(logicalID string, template map[string]any) {
	typ, _ := template["Type"].(string)
	if typ == "" {
		panic(fmt.Sprintf("assembly: Put: %s.%s has no type", s.ID, logicalID))
	}
	s.resources[logicalID] = &Resource{Stack: s, LogicalID: logicalID, Type: typ, raw: template}
	s.assembly.edits++
}

// PutOutput adds an output, or replaces the one with the name. The value is what [Output.Template] returns.
func (s *Stack) PutOutput(name string, value any) {
	s.outputs[name] = &Output{Stack: s, Name: name, value: value}
	s.assembly.edits++
}

// Empty returns an assembly without a stack: what is deployed before a first deployment.
func Empty() *Assembly { return &Assembly{} }
