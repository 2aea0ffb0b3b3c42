package change

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

// A Verdict is what a deployment costs.
type Verdict struct {
	// Order are the ids of the stacks in the order in which "make deploy" takes
	// them: that of their dependencies, unless another one costs visitors less.
	Order []string

	// Usual reports whether Order is the one that "cdk deploy --all" takes.
	Usual bool

	// Plans are the deployments of the stacks, in Order. A stack without a step is
	// not changed.
	Plans []*StackPlan

	// Findings are what it costs, in the order of the steps.
	Findings []Finding

	// UsualFindings are what it would cost in the usual order, if Order is another.
	UsualFindings []Finding

	// App is the folder of the assembly that is deployed, as "cdk.out", for the commands
	// that WriteText prints where Order is not the usual one. Default: "", and it prints
	// none.
	App string

	first [][2]string        // stacks of which the one has to be deployed before the other
	to    *assembly.Assembly // what is deployed
}

// A Kind is what sort of cost a finding is.
type Kind string

// The kinds of findings, the worst first.
const (
	Lost    Kind = "visitors"      // visitors are not answered
	Unread  Kind = "not known"     // what visitors get of the deployed site cannot be read
	Data    Kind = "data"          // what holds data is replaced or deleted
	Refused Kind = "refused"       // AWS would refuse a step
	Stale   Kind = "stale"         // something names what is gone, or has a value that is no longer true, when all is done
	Open    Kind = "not protected" // an outage in this time would not be survived
	Left    Kind = "left behind"   // it exists on, without a stack
	Note    Kind = "note"          // worth knowing
)

// fails reports whether a kind makes the verdict a bad one.
func (k Kind) fails() bool { return slices.Contains([]Kind{Lost, Unread, Data, Refused, Stale}, k) }

// rank is the place of a kind among the others.
func (k Kind) rank() int {
	return slices.Index([]Kind{Lost, Unread, Data, Refused, Stale, Open, Left, Note}, k)
}

// A Finding is one thing that the deployment costs.
type Finding struct {
	Kind    Kind
	Stack   string // "" if it is of none
	Step    int    // the first of which it is true; 0 if of none
	Of      int    // how many steps the stack has
	Message string

	first string // the stack that would have to be deployed before this one
	like  string // of findings of one kind that are alike, the same

	unnamed bool // CloudFront asks for a name without a record
}

// gather leaves the first of those findings that are alike, and says how many more
// there are.
func gather(findings []Finding) []Finding {
	var all []Finding
	count := map[string]int{}
	for _, f := range findings {
		if key := string(f.Kind) + f.like; f.like != "" {
			count[key]++
			if count[key] > 1 {
				continue
			}
		}
		all = append(all, f)
	}
	for i, f := range all {
		if n := count[string(f.Kind)+f.like]; f.like != "" && n > 1 {
			all[i].Message += fmt.Sprintf(" (and %d more of the kind)", n-1)
		}
	}
	return all
}

// String returns the finding as one line.
func (f Finding) String() string {
	switch {
	case f.Stack == "":
		return f.Message
	case f.Step == 0:
		return f.Stack + ": " + f.Message
	}
	return fmt.Sprintf("%s, step %d of %d: %s", f.Stack, f.Step, f.Of, f.Message)
}

// Good reports whether nobody notices.
func (v *Verdict) Good() bool { return !fails(v.Findings) }

func fails(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Kind.fails() })
}

// Judge rehearses the deployment of an assembly over another, which is what is
// deployed. Without one, from is nil: a first deployment. With ids, only the stacks of
// these and those that they read from are deployed, in the usual order. It is an error
// if the two are not of one site.
func Judge(from, to *assembly.Assembly, only ...string) (*Verdict, error) {
	if from == nil {
		from = assembly.Empty()
	}
	if err := sameSite(from, to); err != nil {
		return nil, err
	}
	if len(only) > 0 {
		verdict := rehearse(from, to, withNeeds(to, only), true)
		verdict.Usual = true
		return verdict, nil
	}
	usual := rehearse(from, to, ids(to), false)
	best := usual
	for v := usual; !v.Good(); {
		order, ok := v.otherOrder(usual.Order)
		if !ok {
			break
		}
		if v = rehearse(from, to, order, false).with(v.first); v.cost() < best.cost() {
			best = v
		}
	}
	verdict := rehearse(from, to, best.Order, true)
	if verdict.Usual = best == usual; !verdict.Usual {
		verdict.UsualFindings = usual.Findings
	}
	return verdict, nil
}

// cost counts what makes a verdict a bad one.
func (v *Verdict) cost() int {
	n := 0
	for _, f := range v.Findings {
		if f.Kind.fails() {
			n++
		}
	}
	return n
}

func ids(a *assembly.Assembly) []string {
	var all []string
	for _, s := range a.Stacks() {
		all = append(all, s.ID)
	}
	return all
}

// withNeeds returns the ids of some stacks and of those that they are deployed after, in
// the usual order.
func withNeeds(a *assembly.Assembly, some []string) []string {
	return slices.DeleteFunc(ids(a), func(id string) bool {
		s := stackOf(a, id)
		return !slices.ContainsFunc(some, func(one string) bool { return one == id || stackOf(a, one).DependsOn(s) })
	})
}

// sameSite says by its error why two assemblies are not of one site.
func sameSite(from, to *assembly.Assembly) error {
	for _, s := range to.Stacks() {
		old, err := from.Stack(s.ID)
		if err == nil && old.Name != s.Name {
			return fmt.Errorf("these are two sites: the stack %s is called %s in one and %s in the other", s.ID, old.Name, s.Name)
		}
	}
	if len(from.Stacks()) > 0 && !slices.ContainsFunc(to.Stacks(), func(s *assembly.Stack) bool { _, err := from.Stack(s.ID); return err == nil }) {
		return errors.New("these are two sites: they have no stack in common")
	}
	return nil
}

// otherOrder returns the usual order, changed so that what costs something in this
// verdict, or in those before it, would not. It is not ok if nothing asks for
// another one, or if what asks for it goes in a circle: then one deployment does not
// do.
func (v *Verdict) otherOrder(usual []string) (order []string, ok bool) {
	known := len(v.first)
	for _, f := range v.Findings {
		if f.Kind.fails() && f.first != "" && !slices.Contains(v.first, [2]string{f.first, f.Stack}) {
			v.first = append(v.first, [2]string{f.first, f.Stack})
		}
	}
	if len(v.first) == known {
		return nil, false
	}
	waiting := slices.Clone(usual)
	for len(waiting) > 0 {
		i := slices.IndexFunc(waiting, func(id string) bool {
			return !slices.ContainsFunc(v.first, func(pair [2]string) bool { return pair[1] == id && slices.Contains(waiting, pair[0]) })
		})
		if i < 0 {
			return nil, false
		}
		order = append(order, waiting[i])
		waiting = slices.Delete(waiting, i, i+1)
	}
	return order, true
}

// with adds what other orders have shown: which stack has to come before which.
func (v *Verdict) with(first [][2]string) *Verdict {
	v.first = slices.Clone(first)
	return v
}

// rehearse rehearses a deployment of the stacks in an order; with everyOrder, also
// what other orders of a stack's steps may cost.
func rehearse(from, to *assembly.Assembly, order []string, everyOrder bool) *Verdict {
	r := &run{from: from, to: to, world: newWorld(from, to), verdict: &Verdict{Order: order, to: to}, everyOrder: everyOrder}
	r.begin()
	for _, id := range order {
		r.unread(id)
		p := planStack(r.world, from, to, id)
		r.verdict.Plans = append(r.verdict.Plans, p)
		r.deploy(p)
	}
	r.end()
	return r.verdict
}

// A run is one rehearsal of a deployment.
type run struct {
	from, to *assembly.Assembly
	world    *world
	verdict  *Verdict
	base     *sight // of what is deployed; nil if visitors have no way to it yet
	current  *StackPlan
	before   time.Duration     // that the stacks before the current one have taken
	lost     map[string]*spell // what is lost now, by its reason
	open     map[string]*spell
	reasons  []string        // of all that was lost
	unnamed  map[string]bool // those that a sight says are

	everyOrder bool // of steps that do not wait for each other is looked at

	possibleLosses []possibleLoss
}

func (r *run) add(kind Kind, step *Step, format string, args ...any) *Finding {
	f := Finding{Kind: kind, Message: fmt.Sprintf(format, args...)}
	if r.current != nil {
		f.Stack = r.current.ID
	}
	if step != nil {
		f.Step, f.Of = step.Number, len(r.current.Steps)
	}
	r.verdict.Findings = append(r.verdict.Findings, f)
	return &r.verdict.Findings[len(r.verdict.Findings)-1]
}

// begin looks at what is deployed.
func (r *run) begin() {
	r.lost, r.open, r.unnamed = map[string]*spell{}, map[string]*spell{}, map[string]bool{}
	if len(r.from.Resources()) == 0 {
		return
	}
	if pairs, err := topology.VisitorPairs(r.world.state); err == nil && len(pairs) == 0 {
		return // a first deployment that has not come to the records
	}
	base, err := look(r.world)
	if err != nil {
		r.add(Unread, nil, "what visitors get of the deployed site cannot be read: %v", err)
		return
	}
	r.base = base
}

// deploy takes the steps of a stack.
func (r *run) deploy(p *StackPlan) {
	r.current = p
	if p.Forced {
		r.add(Note, nil, "its template is the deployed one, but what it reads from other stacks has changed: deploy it with --force")
	}
	r.orders(p)
	for _, step := range p.Steps {
		r.refusals(step)
		r.data(step)
		r.servers(step)
		if old := r.world.paths[step.place()]; step.Action == Update && step.starts() {
			r.world.paths[step.place()] = both(old, r.world.healthPaths(stackOf(r.world.state, step.Stack), step.template))
			r.look(step) // while old servers and new ones answer
		}
		r.world.apply(step)
		r.asked(step)
		r.look(step)
	}
	r.world.finish(p)
	if len(p.Steps) > 0 {
		r.before += p.Steps[len(p.Steps)-1].Ends
	}
	r.current = nil
}

// end says what has not ended.
func (r *run) end() {
	r.compare(r.lost, Lost, nil, nil)
	r.compare(r.open, Open, nil, nil)
	r.addPossible()
	for place, by := range r.world.named() {
		r.add(Stale, nil, "%s names %s, which is gone", strings.Join(by, ", "), place)
	}
	for _, s := range r.from.Stacks() {
		if _, err := r.to.Stack(assembly.OldStack(s, r.to)); err != nil {
			r.add(Left, nil, "the stack %s in %s is no longer in the site, and stays until you delete it", s.Name, s.Region)
		}
	}
	slices.SortStableFunc(r.verdict.Findings, func(a, b Finding) int { return cmp.Compare(a.Kind.rank(), b.Kind.rank()) })
}
