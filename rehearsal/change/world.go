package change

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A world is what exists at a moment of a deployment: an assembly of which some
// resources are old and some are new.
//
// A resource that has replaced another has a name of its own, such as
// "Bucket4F2A-2": for as long as both exist, some refer to the one and some to the
// other. So have outputs whose value is another: readers keep the one that they
// have read.
type world struct {
	state   *assembly.Assembly
	names   map[string]map[string]string // by stack and logical id: what the stack calls so
	outputs map[string]map[string]string // by stack and output: the version that a reader gets
	ghosts  map[string]bool              // what is deleted and still named, by place: it is left in the state, so that this can be read
	free    map[string]bool              // what exists without a stack, by place
	paths   map[string][]string          // that all servers of a group which run answer to health checks, by place; nil: not known
}

// newWorld returns what exists before the deployment.
func newWorld(from, to *assembly.Assembly) *world {
	w := &world{state: assembly.Merge(from, to), names: map[string]map[string]string{}, outputs: map[string]map[string]string{}, ghosts: map[string]bool{}, free: map[string]bool{}, paths: map[string][]string{}}
	for _, s := range w.state.Stacks() {
		w.names[s.ID], w.outputs[s.ID] = map[string]string{}, map[string]string{}
	}
	for _, old := range from.Stacks() {
		s := stackOf(w.state, assembly.OldStack(old, to))
		b := w.binder(s)
		for _, name := range s.ChangedParameters() {
			b.parameter[name] = true
		}
		for _, r := range old.Resources() {
			w.names[s.ID][r.LogicalID] = r.LogicalID
			s.Put(r.LogicalID, b.bind(r.Template()).(map[string]any))
		}
		for _, o := range old.Outputs() {
			w.outputs[s.ID][o.Name] = o.Name
			s.PutOutput(o.Name, b.bind(o.Template()))
		}
	}
	for _, group := range w.state.Resources(groupType) {
		w.paths[group.String()] = w.healthPaths(group.Stack, group.Template())
	}
	return w
}

// stackOf returns a stack that must be there.
func stackOf(a *assembly.Assembly, id string) *assembly.Stack {
	s, err := a.Stack(id)
	if err != nil {
		panic("change: " + err.Error())
	}
	return s
}

// clone returns a copy that can be changed by itself.
func (w *world) clone() *world {
	c := &world{state: w.state.Clone(), names: map[string]map[string]string{}, outputs: map[string]map[string]string{}, ghosts: maps.Clone(w.ghosts), free: maps.Clone(w.free), paths: maps.Clone(w.paths)}
	for id := range w.names {
		c.names[id], c.outputs[id] = maps.Clone(w.names[id]), maps.Clone(w.outputs[id])
	}
	return c
}

// binder binds the references of a stack to what exists.
func (w *world) binder(s *assembly.Stack) binder {
	return binder{
		resource: func(id string) string {
			if name, ok := w.names[s.ID][id]; ok {
				return name
			}
			return id
		},
		parameter: map[string]bool{},
		output: func(stackName, region, name string) string {
			if from := w.stackNamed(s, stackName, region); from != nil {
				if version, ok := w.outputs[from.ID][name]; ok {
					return version
				}
			}
			return name
		},
	}
}

// stackNamed returns the stack with a name, in the reader's region unless another is
// said; nil if there is none.
func (w *world) stackNamed(reader *assembly.Stack, name, region string) *assembly.Stack {
	if region == "" {
		region = reader.Region
	}
	for _, s := range w.state.Stacks() {
		if s.Name == name && s.Region == region {
			return s
		}
	}
	return nil
}

// fresh returns a name for what the stack is about to make.
func (w *world) fresh(s *assembly.Stack, id string) string {
	name := id
	for n := 2; ; n++ {
		if _, err := s.Resource(name); err != nil {
			return name
		}
		name = fmt.Sprintf("%s-%d", id, n)
	}
}

// apply does what a step does.
func (w *world) apply(step *Step) {
	w.take(step)
	w.sweep()
}

func (w *world) take(step *Step) {
	s := stackOf(w.state, step.Stack)
	switch step.Action {
	case Delete:
		w.ghosts[step.place()] = true
	case Retain:
		w.free[step.place()] = true
	default:
		s.Put(step.instance, step.template)
		if step.starts() {
			w.paths[step.place()] = w.healthPaths(s, step.template)
		}
	}
}

// place is the step's resource as it is called in the state.
func (s *Step) place() string { return s.Stack + "." + s.instance }

// sweep removes what is deleted and no longer named.
func (w *world) sweep() {
	if len(w.ghosts) == 0 {
		return
	}
	named := w.named()
	for _, place := range slices.Sorted(maps.Keys(w.ghosts)) {
		if named[place] != nil {
			continue
		}
		stack, name, _ := strings.Cut(place, ".")
		stackOf(w.state, stack).Remove(name)
		delete(w.ghosts, place)
	}
}

// named returns, for each deleted resource that something refers to, the places of
// what does.
func (w *world) named() map[string][]string {
	found := map[string][]string{}
	for _, s := range w.state.Stacks() {
		for _, r := range s.Resources() {
			if w.ghosts[r.String()] || w.free[r.String()] {
				continue
			}
			for place := range w.refers(s, r.Template()) {
				if w.ghosts[place] {
					found[place] = append(found[place], r.String())
				}
			}
		}
	}
	return found
}

// refers returns the places that a template of the state refers to, through outputs
// too.
func (w *world) refers(s *assembly.Stack, node any) map[string]bool {
	found := map[string]bool{}
	seen := map[*assembly.Output]bool{}
	var follow func(s *assembly.Stack, node any)
	follow = func(s *assembly.Stack, node any) {
		names(node, func(id string) { found[s.ID+"."+id] = true }, func(stack, region, name string) {
			from := w.stackNamed(s, stack, region)
			if from == nil {
				return
			}
			if o, err := from.Output(name); err == nil && !seen[o] {
				seen[o] = true
				follow(from, o.Template())
			}
		})
	}
	follow(s, node)
	return found
}
