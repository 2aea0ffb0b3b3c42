package change

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal/change/resource"
)

// An Action is what a step does with its resource.
type Action string

// The actions of a step.
const (
	Create  Action = "create"
	Update  Action = "update"  // in place
	Replace Action = "replace" // a new one is made; the old one goes at the end
	Delete  Action = "delete"
	Retain  Action = "retain" // the stack lets go of it, and it exists on
)

// A Step is what CloudFormation does with one resource.
type Step struct {
	Stack      string // its id, "Primary"
	Number     int    // in the stack, from 1
	Resource   string // its logical id
	Type       string
	Action     Action
	Properties []string      // of a change: the paths that differ, without the indices of lists
	Why        []string      // of a replacement: the properties that cause it; of a change in place: those that may
	After      []int         // numbers of the steps that it waits for
	Ends       time.Duration // since the stack's first step, by guesses

	instance string         // what the state calls it
	template map[string]any // as it is then, its references bound
	before   map[string]any // as it was; nil of one that is new
}

// A StackPlan is the deployment of one stack.
type StackPlan struct {
	ID, Name, Region string
	Steps            []*Step

	// First: there is no such stack yet.
	First bool

	// Forced: the template is the deployed one, and a value that it reads from another
	// stack is another. "cdk deploy" passes over such a stack unless it is told --force.
	Forced bool

	outputs map[string]output // new versions, by name
	names   map[string]string // what the stack calls so afterwards, by logical id
}

type output struct {
	version string
	value   any
}

// planStack plans the deployment of a stack into a world, which it leaves as it was.
func planStack(w *world, from, to *assembly.Assembly, id string) *StackPlan {
	w = w.clone()
	s, template := stackOf(w.state, id), stackOf(to, id)
	p := &StackPlan{ID: id, Name: s.Name, Region: s.Region, outputs: map[string]output{}, names: w.names[id]}
	old, err := from.Stack(id)
	p.First = err != nil || assembly.OldStack(old, to) != id
	done := map[string]*Step{}
	for _, r := range inOrder(template) {
		step := p.step(w, s, r, done)
		if step == nil {
			continue
		}
		for need := range needs(r.Template()) {
			if waits := reached(template, need, done, map[string]bool{}); waits != nil {
				step.After = append(step.After, waits...)
			}
		}
		done[r.LogicalID] = step
		p.Steps = append(p.Steps, step)
		w.apply(step)
	}
	schedule(p.Steps)
	if !p.First {
		p.cleanUp(w, old, template)
	}
	p.takeOutputs(w, s, template)
	p.Forced = len(p.Steps) > 0 && !p.First && reflect.DeepEqual(templates(old), templates(template))
	return p
}

// templates is all of a stack's template that decides whether "cdk deploy" has
// something to do.
func templates(s *assembly.Stack) map[string]any {
	all := map[string]any{}
	for _, r := range s.Resources() {
		all[r.LogicalID] = r.Template()
	}
	for _, o := range s.Outputs() {
		all["Outputs."+o.Name] = o.Template()
	}
	return all
}

// inOrder returns the resources of a stack, each after those that it waits for, and by
// logical id where that leaves a choice.
func inOrder(s *assembly.Stack) []*assembly.Resource {
	var order []*assembly.Resource
	visited := map[string]bool{}
	var visit func(r *assembly.Resource)
	visit = func(r *assembly.Resource) {
		if visited[r.LogicalID] {
			return
		}
		visited[r.LogicalID] = true
		for _, id := range slices.Sorted(maps.Keys(needs(r.Template()))) {
			if need, err := s.Resource(id); err == nil {
				visit(need)
			}
		}
		order = append(order, r)
	}
	for _, r := range s.Resources() {
		visit(r)
	}
	return order
}

// reached returns the steps that who needs a resource waits for: its own or, if it
// has none, those of what it needs itself. CloudFormation passes over a resource
// that does not change only when those before it are done.
func reached(s *assembly.Stack, id string, done map[string]*Step, seen map[string]bool) []int {
	r, err := s.Resource(id)
	if err != nil || seen[id] {
		return nil
	}
	seen[id] = true
	if step := done[id]; step != nil {
		return []int{step.Number}
	}
	var all []int
	for _, need := range slices.Sorted(maps.Keys(needs(r.Template()))) {
		all = append(all, reached(s, need, done, seen)...)
	}
	return all
}

// step plans what happens to a resource of the new template; nil if nothing does.
func (p *StackPlan) step(w *world, s *assembly.Stack, r *assembly.Resource, done map[string]*Step) *Step {
	step := &Step{Stack: s.ID, Number: len(p.Steps) + 1, Resource: r.LogicalID, Type: r.Type}
	step.template = w.binder(s).bind(r.Template()).(map[string]any)
	name, exists := p.names[r.LogicalID]
	if !exists {
		step.Action, step.instance = Create, w.fresh(s, r.LogicalID)
		p.names[r.LogicalID] = step.instance
		return step
	}
	current, err := s.Resource(name)
	if err != nil {
		panic("change: " + err.Error())
	}
	step.before, step.instance = current.Template(), name
	if current.Type != r.Type {
		step.Action, step.Why = Replace, []string{"it was of the type " + current.Type}
	} else if !step.compare(s, r, done) {
		return nil
	}
	if step.Action == Replace {
		step.instance = w.fresh(s, r.LogicalID)
		p.names[r.LogicalID] = step.instance
	}
	return step
}

// compare finds what differs, and reports whether anything does.
func (s *Step) compare(stack *assembly.Stack, r *assembly.Resource, done map[string]*Step) bool {
	old, changed := s.before["Properties"], s.template["Properties"]
	if !reflect.DeepEqual(old, changed) {
		s.Properties = resource.Differences(resolved(stack, s.before, old), resolved(stack, s.template, changed))
	}
	if len(s.Properties) == 0 {
		s.Properties = touched(r, done)
	}
	if len(s.Properties) == 0 {
		return false
	}
	s.Action = Update
	result, why := resource.Causes(r.Type, s.Properties)
	s.Why = why
	if result == resource.Yes {
		s.Action = Replace
	}
	return true
}

// resolved resolves what an instance of a resource would have, or returns it as it
// is written if that cannot be.
func resolved(s *assembly.Stack, template map[string]any, properties any) any {
	const trial = "-trial"
	s.Put(trial, template)
	defer s.Remove(trial)
	r, err := s.Resource(trial)
	if err != nil {
		return properties
	}
	if v, err := r.Value(""); err == nil {
		return v
	}
	return properties
}

// versioned are the attributes that a change in place changes.
var versioned = map[string][]string{
	"AWS::EC2::LaunchTemplate": {"LatestVersionNumber", "DefaultVersionNumber"},
}

// touched returns the paths at which a resource reads an attribute that a step before
// it changes.
func touched(r *assembly.Resource, done map[string]*Step) []string {
	var found []string
	for id, step := range done {
		if step.Action != Update {
			continue
		}
		for _, attribute := range versioned[step.Type] {
			for _, key := range slices.Sorted(maps.Keys(propertiesOf(r.Template()))) {
				if reads(propertiesOf(r.Template())[key], id, attribute) {
					found = append(found, key)
				}
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// reads reports whether a node gets an attribute.
func reads(node any, id, attribute string) bool {
	switch node := node.(type) {
	case []any:
		return slices.ContainsFunc(node, func(item any) bool { return reads(item, id, attribute) })
	case map[string]any:
		if arg, ok := node["Fn::GetAtt"]; ok && reflect.DeepEqual(arg, []any{id, attribute}) {
			return true
		}
		for _, item := range node {
			if reads(item, id, attribute) {
				return true
			}
		}
	}
	return false
}

// cleanUp plans what goes when all is made: what was removed, and what was replaced,
// those that need others first.
func (p *StackPlan) cleanUp(w *world, old, template *assembly.Stack) {
	s := stackOf(w.state, p.ID)
	var last time.Duration
	replaced := map[string]*Step{}
	for _, step := range p.Steps {
		last = max(last, step.Ends)
		if step.Action == Replace {
			replaced[step.Resource] = step
		}
	}
	order := inOrder(old)
	slices.Reverse(order)
	var steps []*Step
	for _, r := range order {
		step := &Step{Stack: p.ID, Number: len(p.Steps) + len(steps) + 1, Resource: r.LogicalID, Type: r.Type, Action: Delete}
		policy := r.DeletionPolicy()
		if by := replaced[r.LogicalID]; by != nil {
			made, _ := template.Resource(r.LogicalID)
			policy, step.before = made.UpdateReplacePolicy(), by.before
			step.instance = instanceOf(s, by)
		} else if _, err := template.Resource(r.LogicalID); err == nil {
			continue
		} else {
			step.instance = p.names[r.LogicalID]
			current, err := s.Resource(step.instance)
			if err != nil {
				panic("change: " + err.Error())
			}
			step.before = current.Template()
			delete(p.names, r.LogicalID)
		}
		if policy == "Retain" || policy == "RetainExceptOnCreate" {
			step.Action = Retain
		}
		step.Ends = last + time.Second
		steps = append(steps, step)
	}
	waitForUsers(old, steps)
	p.Steps = append(p.Steps, steps...)
	schedule(p.Steps)
}

// instanceOf is what the state calls what a step replaces.
func instanceOf(s *assembly.Stack, step *Step) string {
	for _, r := range s.Resources() {
		if reflect.ValueOf(r.Template()).Pointer() == reflect.ValueOf(step.before).Pointer() {
			return r.LogicalID
		}
	}
	panic("change: nothing is replaced by " + step.place())
}

// waitForUsers lets each removal wait for those of what refers to it.
func waitForUsers(old *assembly.Stack, steps []*Step) {
	numbers := map[string]int{}
	for _, step := range steps {
		numbers[step.Resource] = step.Number
	}
	for _, step := range steps {
		r, err := old.Resource(step.Resource)
		if err != nil {
			continue
		}
		for id := range needs(r.Template()) {
			for _, other := range steps {
				if other.Resource == id && id != step.Resource {
					other.After = append(other.After, step.Number)
				}
			}
		}
	}
}

// takeOutputs plans the values that the stack's readers get from now on.
func (p *StackPlan) takeOutputs(w *world, s *assembly.Stack, template *assembly.Stack) {
	for _, o := range template.Outputs() {
		value := w.binder(s).bind(o.Template())
		version, exists := w.outputs[p.ID][o.Name]
		if !exists {
			p.outputs[o.Name] = output{o.Name, value}
			continue
		}
		if current, err := s.Output(version); err == nil && !reflect.DeepEqual(current.Template(), value) {
			p.outputs[o.Name] = output{version + "-2", value}
		}
	}
}

// finish does what is left of a stack's deployment after its steps.
func (w *world) finish(p *StackPlan) {
	s := stackOf(w.state, p.ID)
	w.names[p.ID] = p.names
	for name, o := range p.outputs {
		w.outputs[p.ID][name] = o.version
		s.PutOutput(o.version, o.value)
	}
	w.sweep()
}
