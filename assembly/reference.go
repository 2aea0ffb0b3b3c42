package assembly

import (
	"maps"
	"slices"
)

// A Reference is a value of a resource that leads to another resource, or to the resource itself.
type Reference struct {
	From *Resource
	Path string // of the value in From, such as "SecurityGroupIngress.0.SourceSecurityGroupId"
	To   *Resource
}

// sections are the parts of a resource that may contain references, the dot in front as in paths.
var sections = []string{".Properties", ".CreationPolicy", ".UpdatePolicy", ".Metadata"}

// ReferencesTo returns the references to the resource from anywhere in the assembly, also from other stacks, in the
// order of [Assembly.Resources] and of their paths. An explicit DependsOn is none. What cannot be resolved leads nowhere
// here: it is for [Assembly.Check] to report.
//
// It panics if the resource belongs to another assembly, such as the one that this one is a clone of.
func (a *Assembly) ReferencesTo(r *Resource) []Reference {
	a.owns(r)
	return a.references(r)
}

// references returns the references to the resource from resources of these types, or of all types.
func (a *Assembly) references(r *Resource, types ...string) []Reference {
	var references []Reference
	for _, from := range a.Resources(types...) {
		for _, reference := range from.references() {
			if reference.To == r {
				references = append(references, reference)
			}
		}
	}
	return references
}

// owns panics if the resource belongs to another assembly.
func (a *Assembly) owns(r *Resource) {
	if found, err := a.Find(r.Stack.ID, r.LogicalID); err != nil || found != r {
		panic("assembly: " + r.String() + " is of another assembly, or removed: look it up with Find or In")
	}
}

// Referrers returns the resources of these types, or of all types if none is given, that refer to the resource, each
// once: the listeners of a load balancer, the ingress rules of a security group. It is [Assembly.ReferencesTo] in short.
func (a *Assembly) Referrers(r *Resource, types ...string) []*Resource {
	a.owns(r)
	var referrers []*Resource
	for _, reference := range a.references(r, types...) {
		referrers = appendNew(referrers, reference.From)
	}
	return referrers
}

// leads are the references from a resource, as they were after so many edits of the assembly.
type leads struct {
	edits      int
	references []Reference
}

// references returns the references from the resource that can be resolved. They are remembered until the assembly is
// edited, as those of one resource are asked for by all that look for who leads to them.
func (r *Resource) references() []Reference {
	edits := r.Stack.assembly.edits
	if known := r.leads.Load(); known != nil && known.edits == edits {
		return known.references
	}
	references := r.findReferences()
	r.leads.Store(&leads{edits, references})
	return references
}

func (r *Resource) findReferences() []Reference {
	var references []Reference
	for _, section := range sections {
		node, ok := r.raw[section[1:]]
		if !ok {
			continue
		}
		path := section
		if section == ".Properties" {
			path = ""
		}
		v, _ := resolver{stack: r.Stack, path: r.String(), run: &run{}}.resolve(node)
		eachText(path, v, func(path string, t text) {
			for _, to := range t.resources() {
				references = append(references, Reference{From: r, Path: path, To: to})
			}
		})
	}
	return references
}

// cycles returns a path of each circle of resources of the stack that wait for one another, as CloudFormation would
// refuse it.
func (s *Stack) cycles() [][]string {
	needs := map[string][]string{}
	for _, r := range s.Resources() {
		ids := map[string]bool{}
		for _, id := range r.DependsOn() {
			ids[id] = true
		}
		for _, reference := range r.references() {
			if reference.To.Stack == s {
				ids[reference.To.LogicalID] = true
			}
		}
		needs[r.LogicalID] = slices.Sorted(maps.Keys(ids))
	}
	var found [][]string
	done := map[string]bool{}
	var visit func(id string, way []string)
	visit = func(id string, way []string) {
		if i := slices.Index(way, id); i >= 0 {
			found = append(found, append(slices.Clone(way[i:]), id))
			return
		}
		if done[id] {
			return
		}
		for _, next := range needs[id] {
			visit(next, append(way, id))
		}
		done[id] = true
	}
	for _, r := range s.Resources() {
		visit(r.LogicalID, nil)
	}
	return found
}
