package read

import (
	"fmt"
	"reflect"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// Text is the text at a path: a value that is not there, or is of another kind, ends the check, as it does in those
// that follow.
func Text(r *assembly.Resource, path string) string { return must.Get(r.Text(path)) }

// Int is the whole number at a path.
func Int(r *assembly.Resource, path string) int { return must.Get(r.Int(path)) }

// Bool is the boolean at a path.
func Bool(r *assembly.Resource, path string) bool { return must.Get(r.Bool(path)) }

// Texts are the texts in the list at a path.
func Texts(r *assembly.Resource, path string) []string { return must.Get(r.Texts(path)) }

// Value is the value at a path, of whatever kind.
func Value(r *assembly.Resource, path string) any { return must.Get(r.Value(path)) }

// Length is the length of the list at a path.
func Length(r *assembly.Resource, path string) int { return len(List(r, path)) }

// LengthOrNone is the length of the list at a path, 0 if there is none.
func LengthOrNone(r *assembly.Resource, path string) int { return must.Get(topology.Length(r, path)) }

// Show writes the value at a path as text.
func Show(r *assembly.Resource, path string) string { return fmt.Sprint(Value(r, path)) }

// Follow is the one resource that the value at a path leads to.
func Follow(r *assembly.Resource, path string) *assembly.Resource {
	return must.Get(r.Target(path))
}

// Targets are the resources that the value at a path leads to.
func Targets(r *assembly.Resource, path string) []*assembly.Resource {
	return must.Get(r.Targets(path))
}

// List is the list at a path.
func List(r *assembly.Resource, path string) []any {
	return As[[]any](r, path, Value(r, path), "a list")
}

// Objects are the objects in the list at a path.
func Objects(r *assembly.Resource, path string) []map[string]any {
	var all []map[string]any
	for i, item := range List(r, path) {
		all = append(all, As[map[string]any](r, fmt.Sprintf("%s.%d", path, i), item, "an object"))
	}
	return all
}

// As is a value of a resource, which has to be of a type.
func As[T any](r *assembly.Resource, path string, value any, what string) T {
	typed, ok := value.(T)
	if !ok {
		Fail(r, path, "is %v, want %s", value, what)
	}
	return typed
}

// Expect demands that the value at a path is want.
func Expect(r *assembly.Resource, path string, want any) {
	if n, ok := want.(int); ok {
		if got := Int(r, path); got != n {
			Fail(r, path, "is %d, want %d", got, n)
		}
		return
	}
	if got := Value(r, path); !reflect.DeepEqual(got, want) {
		Fail(r, path, "is %v, want %v", got, want)
	}
}

// ExpectAll demands several values, in the order of their paths below a prefix.
func ExpectAll(r *assembly.Resource, prefix string, want map[string]any) {
	for _, path := range Sorted(want) {
		Expect(r, prefix+path, want[path])
	}
}

// Target follows the reference at a path to a resource of a type.
func Target(r *assembly.Resource, path, resourceType string) *assembly.Resource {
	to := Follow(r, path)
	if to.Type != resourceType {
		Fail(r, path, "leads to %s, a %s, want a %s", to, to.Type, resourceType)
	}
	return to
}

// Leads demands that the reference at a path leads to want.
func Leads(r *assembly.Resource, path string, want *assembly.Resource) {
	if to := Follow(r, path); to != want {
		Fail(r, path, "leads to %s, want %s", to, want)
	}
}

// Only demands that there is just one of what.
func Only(what string, resources ...*assembly.Resource) *assembly.Resource {
	if len(resources) != 1 {
		Fail(nil, "", "there are %d of %s: %v, want one", len(resources), what, resources)
	}
	return resources[0]
}

// InRegion demands that a resource is in a region.
func InRegion(r *assembly.Resource, region string) {
	if r.Stack.Region != region {
		Fail(r, "", "is in %s, want %s", r.Stack.Region, region)
	}
}

// Output is an output of a stack.
func Output(stack *assembly.Stack, name string) *assembly.Output {
	return must.Get(stack.Output(name))
}

// Placeholder is how a text of the templates names a resource, or an attribute of it.
func Placeholder(r *assembly.Resource, attribute ...string) string {
	return "${" + strings.Join(append([]string{r.String()}, attribute...), ".") + "}"
}
