package change

import (
	"cmp"
	"slices"
	"time"

	"twinsite/rehearsal/change/resource"
)

// takes is how long a step takes.
func (s *Step) takes() time.Duration {
	t := resource.Takes(s.Type)
	switch s.Action {
	case Create, Replace:
		return t.Create
	case Update:
		return t.Update
	case Delete:
		return t.Remove
	}
	return 0
}

// schedule lets each step begin when all that it waits for are done, and puts them
// into the order in which they end. Removals come last.
func schedule(steps []*Step) {
	byNumber := map[int]*Step{}
	for _, step := range steps {
		byNumber[step.Number] = step
	}
	ends := map[*Step]time.Duration{}
	var made time.Duration
	var end func(step *Step) time.Duration
	end = func(step *Step) time.Duration {
		if at, ok := ends[step]; ok {
			return at
		}
		var begin time.Duration
		if step.removes() {
			begin = made
		}
		for _, number := range step.After {
			begin = max(begin, end(byNumber[number]))
		}
		ends[step] = begin + step.takes()
		return ends[step]
	}
	for _, step := range steps {
		if !step.removes() {
			made = max(made, end(step))
		}
	}
	for _, step := range steps {
		step.Ends = end(step)
	}
	slices.SortStableFunc(steps, func(a, b *Step) int {
		return cmp.Or(compareBool(a.removes(), b.removes()), cmp.Compare(a.Ends, b.Ends))
	})
	renumber(steps)
}

// removes reports whether the step belongs to the end, when all is made.
func (s *Step) removes() bool { return s.Action == Delete || s.Action == Retain }

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// renumber numbers the steps as they are in order, and what they wait for with them.
func renumber(steps []*Step) {
	numbers := map[int]int{}
	for i, step := range steps {
		numbers[step.Number] = i + 1
	}
	for _, step := range steps {
		step.Number = numbers[step.Number]
		for i, number := range step.After {
			step.After[i] = numbers[number]
		}
		slices.Sort(step.After)
		step.After = slices.Compact(step.After)
	}
}
