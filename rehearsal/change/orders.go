package change

import (
	"maps"
	"slices"
	"strings"
)

// orders looks at what the order of the plan does not show. CloudFormation takes steps
// that do not wait for each other at once, so that any order may come out, and the
// plan's is a guess.
//
// All orders are too many, but it takes few states to see each pair of steps both
// ways: each step as early as can be, when nothing is done but what it waits for, and
// as late as can be, when all is done but it and what waits for it. Where a state
// costs something because one step is done and another is not, either the early state
// of the first or the late state of the second has the same pair so. What takes three
// steps to go wrong in one order only is not seen.
func (r *run) orders(p *StackPlan) {
	if r.base == nil || !r.everyOrder {
		return
	}
	known := map[string]bool{}
	for _, step := range p.Steps {
		if !visible(step) {
			continue
		}
		before, after := p.waitsFor(step), p.waitedForBy(step)
		r.possible(p, step, known, "%s, if it comes first: %s", func(other *Step) bool { return other == step || before[other.Number] })
		r.possible(p, step, known, "%s, if it comes last: %s", func(other *Step) bool {
			return other != step && !after[other.Number] && (step.removes() || !other.removes())
		})
	}
}

// possible looks at the state in which the chosen steps are done, and adds what it
// costs and no state before it did.
func (r *run) possible(p *StackPlan, step *Step, known map[string]bool, format string, chosen func(*Step) bool) {
	now := r.world
	defer func() { r.world = now }()
	r.world = now.clone()
	r.world.names[p.ID] = maps.Clone(now.names[p.ID])
	for _, other := range p.Steps {
		if chosen(other) {
			r.world.take(other)
		}
	}
	r.world.sweep()
	for why, what := range missing(r.see().lost, r.base.lost) {
		if r.lost[why] != nil || known[why] {
			continue
		}
		known[why] = true
		r.possibleLosses = append(r.possibleLosses, possibleLoss{p, step, why, what, format})
	}
}

// A possibleLoss is what visitors lose if the steps are taken in another order than
// the plan's.
type possibleLoss struct {
	plan   *StackPlan
	step   *Step
	why    string
	what   []string
	format string
}

// waitsFor are the numbers of the steps that come before a step in every order.
func (p *StackPlan) waitsFor(step *Step) map[int]bool {
	found := map[int]bool{}
	var visit func(*Step)
	visit = func(s *Step) {
		for _, number := range s.After {
			if !found[number] {
				found[number] = true
				visit(p.Steps[number-1])
			}
		}
		if !s.removes() {
			return
		}
		for _, other := range p.Steps { // what is removed goes when all else is done
			if !other.removes() {
				found[other.Number] = true
			}
		}
	}
	visit(step)
	return found
}

// waitedForBy are the numbers of the steps that come after a step in every order.
func (p *StackPlan) waitedForBy(step *Step) map[int]bool {
	found := map[int]bool{}
	for _, other := range p.Steps {
		if p.waitsFor(other)[step.Number] {
			found[other.Number] = true
		}
	}
	return found
}

// addPossible adds the losses that the plan's own order did not have.
func (r *run) addPossible() {
	for _, loss := range r.possibleLosses {
		if slices.Contains(r.reasons, loss.why) {
			continue
		}
		r.reasons = append(r.reasons, loss.why)
		r.current = loss.plan
		f := r.add(Lost, loss.step, loss.format+": lost are %s", loss.step.does(), loss.why, strings.Join(loss.what, ", "))
		f.unnamed = r.unnamed[loss.why]
	}
	r.current = nil
}
