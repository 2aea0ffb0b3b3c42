package assembly

import (
	"errors"
	"fmt"
	"strings"
)

// Check resolves everything in every stack: of resources and outputs, all values. It returns all errors joined, in the
// order of the stacks. Besides references that cannot be resolved and functions that are not supported, these are errors:
//
//   - a stack reads from another that the manifest does not put before it: deployed in order, it may read a value that
//     is not there yet, or is stale;
//   - resources of a stack wait for one another in a circle;
//   - a resource depends on one that is not in its stack.
func (a *Assembly) Check() error {
	var errs []error
	for _, s := range a.stacks {
		errs = append(errs, s.check()...)
	}
	return errors.Join(errs...)
}

func (s *Stack) check() []error {
	var errs []error
	add := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	for _, r := range s.Resources() {
		add(r.check())
	}
	for _, way := range s.cycles() {
		add(fmt.Errorf("%s: resources wait for each other in a circle: %s", s.ID, strings.Join(way, " -> ")))
	}
	for _, o := range s.Outputs() {
		_, err := o.resolve(&run{checking: s})
		add(err)
	}
	return errs
}

func (r *Resource) check() error {
	var errs []error
	for _, section := range sections {
		node, ok := r.raw[section[1:]]
		if !ok {
			continue
		}
		at := resolver{stack: r.Stack, path: r.String(), run: &run{checking: r.Stack}}
		if section != ".Properties" {
			at.path += section
		}
		if _, err := at.resolve(node); err != nil {
			errs = append(errs, err)
		}
	}
	for _, id := range r.DependsOn() {
		if r.Stack.resources[id] == nil {
			errs = append(errs, fmt.Errorf("%s.DependsOn: no resource %q", r, id))
		}
	}
	return errors.Join(errs...)
}
