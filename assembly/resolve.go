package assembly

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A resolver resolves expressions of one stack's template, at one place of it.
type resolver struct {
	stack *Stack
	path  string // of the place, from the stack's id on
	run   *run
}

// A run is what one resolution remembers while it goes from stack to stack.
type run struct {
	active   []string          // outputs being resolved, outermost first
	done     map[string]result // of outputs
	spent    int               // nodes and bytes seen
	checking *Stack            // what this stack reads from others must be there before it; nil not to check that
}

type result struct {
	value any
	err   error
}

// budget bounds a run, in nodes and bytes. Outputs that repeat each other would otherwise double without end; a template
// has at most a million bytes.
const budget = 4 << 20

// mostOutputs is how many outputs one value may go through, of which each leads to the next. Those of a site go through
// two; an error names them all.
const mostOutputs = 200

// once resolves the output at a place, the first time it is asked for. It fails if it is asked for again meanwhile.
func (run *run) once(place string, resolve func() (any, error)) (any, error) {
	if i := slices.Index(run.active, place); i >= 0 {
		return nil, fmt.Errorf("reference cycle: %s -> %s", strings.Join(run.active[i:], " -> "), place)
	}
	if r, ok := run.done[place]; ok {
		return r.value, r.err
	}
	if len(run.active) == mostOutputs {
		return nil, fmt.Errorf("goes through more than %d outputs", mostOutputs)
	}
	run.active = append(run.active, place)
	value, err := resolve()
	run.active = run.active[:len(run.active)-1]
	if run.done == nil {
		run.done = map[string]result{}
	}
	run.done[place] = result{value, err}
	return value, err
}

func (r resolver) spend(n int) error {
	r.run.spent += n
	if r.run.spent > budget {
		return fmt.Errorf("%s: more than %d MiB to resolve: do outputs repeat each other?", r.path, budget>>20)
	}
	return nil
}

// below returns the resolver for a key or index of the place.
func (r resolver) below(key string) resolver {
	r.path = join(r.path, key)
	return r
}

func (r resolver) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %w", r.path, fmt.Errorf(format, args...))
}

// intrinsic returns the function and argument of a node that is a call of an intrinsic function.
func intrinsic(node any) (fn string, arg any, ok bool) {
	object, _ := node.(map[string]any)
	if len(object) != 1 {
		return "", nil, false
	}
	for fn, arg = range object {
	}
	return fn, arg, fn == "Ref" || strings.HasPrefix(fn, "Fn::")
}

// resolve resolves a node and all below it. With an error, which may be several joined, it returns what of a list or
// object could be resolved.
func (r resolver) resolve(node any) (any, error) {
	if err := r.spend(1 + len(r.path)); err != nil {
		return nil, err
	}
	switch node := node.(type) {
	case string:
		return literal(node), r.spend(len(node))
	case []any:
		return r.resolveList(node)
	case map[string]any:
		if fn, arg, ok := intrinsic(node); ok {
			return r.call(fn, arg)
		}
		return r.resolveObject(node)
	case nil:
		return nil, r.errorf("null, which CloudFormation refuses")
	}
	return node, nil
}

func (r resolver) resolveList(nodes []any) (any, error) {
	items := make([]any, 0, len(nodes))
	var errs []error
	for _, node := range nodes {
		v, err := r.below(strconv.Itoa(len(items))).resolve(node)
		if err != nil {
			errs = append(errs, err)
		}
		if v != (noValue{}) {
			items = append(items, v)
		}
	}
	return items, errors.Join(errs...)
}

func (r resolver) resolveObject(nodes map[string]any) (any, error) {
	object := make(map[string]any, len(nodes))
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(nodes)) {
		if strings.HasPrefix(key, "Fn::") {
			errs = append(errs, r.errorf("%s: stands beside other keys", key))
			continue
		}
		v, err := r.below(escape(key)).resolve(nodes[key])
		if err != nil {
			errs = append(errs, err)
		}
		if v != (noValue{}) {
			object[key] = v
		}
	}
	return object, errors.Join(errs...)
}

// descend follows keys from a node, resolving no more than the way takes.
func (r resolver) descend(node any, keys []string) (any, resolver, error) {
	for _, key := range keys {
		opened, err := r.open(node)
		if err != nil {
			return nil, r, err
		}
		r = r.below(escape(key))
		if node, err = child(opened, key); err != nil {
			return nil, r, r.errorf("%w", err)
		}
	}
	if isNoValue(node) {
		return nil, r, r.errorf("%w", missing("no such property: it is AWS::NoValue"))
	}
	return node, r, nil
}

// A missing is the error that a place does not exist; it does not name the place.
type missing string

func (m missing) Error() string { return string(m) }

// child returns the node at a key of an opened node.
func child(node any, key string) (any, error) {
	switch node := node.(type) {
	case map[string]any:
		if child, ok := node[key]; ok {
			return child, nil
		}
	case []any:
		if i, ok := index(key); ok {
			if child, ok := element(node, i); ok {
				return child, nil
			}
		}
		return nil, missing(fmt.Sprintf("no such element: the list has %d", len(present(node))))
	case text:
		if i, ok := index(key); ok && node.later() != nil {
			return node.later().element(i), nil
		}
	}
	return nil, missing("no such property")
}

// index parses a key of a list.
func index(key string) (int, bool) {
	i, err := strconv.Atoi(key)
	return i, err == nil && i >= 0 && strconv.Itoa(i) == key
}

// open resolves a node that is a call, so that its keys can be seen.
func (r resolver) open(node any) (any, error) {
	if fn, arg, ok := intrinsic(node); ok {
		return r.call(fn, arg)
	}
	return node, nil
}

// element returns the element at an index of those that are not AWS::NoValue.
func element(items []any, index int) (any, bool) {
	for _, item := range items {
		if isNoValue(item) {
			continue
		}
		if index == 0 {
			return item, true
		}
		index--
	}
	return nil, false
}

// present returns the elements of a list that are not AWS::NoValue.
func present(items []any) []any { return slices.DeleteFunc(slices.Clone(items), isNoValue) }

// isNoValue reports whether a node is AWS::NoValue.
func isNoValue(node any) bool {
	fn, arg, _ := intrinsic(node)
	return fn == "Ref" && arg == "AWS::NoValue"
}
