package assembly

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// A Resource is one resource of a stack's template. See the package's comment for paths, placeholders and errors.
type Resource struct {
	Stack     *Stack
	LogicalID string
	Type      string // "AWS::EC2::VPC"

	raw map[string]any // as in the template: Type, Properties, DependsOn, …

	leads  atomic.Pointer[leads]
	values atomic.Pointer[values]
}

// String returns the resource's place, as "Primary.Edge4F2A".
func (r *Resource) String() string { return r.Stack.ID + "." + r.LogicalID }

// DeletionPolicy returns what happens to the resource when the stack lets go of it: "Delete" (also without a policy),
// "Retain", "RetainExceptOnCreate" or "Snapshot".
func (r *Resource) DeletionPolicy() string { return r.policy("DeletionPolicy") }

// UpdateReplacePolicy returns what happens to the old resource when an update replaces it, in the words of DeletionPolicy.
func (r *Resource) UpdateReplacePolicy() string { return r.policy("UpdateReplacePolicy") }

func (r *Resource) policy(name string) string {
	if policy, ok := r.raw[name].(string); ok {
		return policy
	}
	return "Delete"
}

// DependsOn returns the logical ids that the resource names as its explicit dependencies, in the template's order.
func (r *Resource) DependsOn() []string {
	switch on := r.raw["DependsOn"].(type) {
	case string:
		return []string{on}
	case []any:
		var ids []string
		for _, id := range on {
			if id, ok := id.(string); ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	return nil
}

// Has reports whether the resource has a value at the path, resolvable or not. A property that is AWS::NoValue is
// not there, and neither is one behind a reference that cannot be resolved.
func (r *Resource) Has(path string) bool {
	_, _, err := r.find(path, &run{})
	return err == nil
}

// Value returns what is at the path as map[string]any, []any, string, float64 or bool, with every reference resolved. A
// list that only exists at deployment is the string of its placeholder.
// If several references below the path cannot be resolved, the error joins one for each.
func (r *Resource) Value(path string) (any, error) {
	v, err := r.resolve(path)
	if err != nil {
		return nil, err
	}
	return plain(v), nil
}

// Text returns what is at the path as a string. Numbers and booleans are written as in JSON.
func (r *Resource) Text(path string) (string, error) {
	v, err := r.resolve(path)
	if err != nil {
		return "", err
	}
	t, ok := asText(v)
	if !ok {
		return "", fmt.Errorf("%s: is %s, not text", r.at(path), kind(v))
	}
	return t.String(), nil
}

// Int returns what is at the path as an integer. CloudFormation takes integers also as text, and so does Int.
func (r *Resource) Int(path string) (int, error) {
	s, err := r.Text(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0, fmt.Errorf("%s: is %q, not an integer", r.at(path), s)
	}
	return n, nil
}

// Bool returns what is at the path as a boolean. CloudFormation takes booleans also as text, and so does Bool.
func (r *Resource) Bool(path string) (bool, error) {
	s, err := r.Text(path)
	if err != nil {
		return false, err
	}
	if s != "true" && s != "false" {
		return false, fmt.Errorf("%s: is %q, not a boolean", r.at(path), s)
	}
	return s == "true", nil
}

// Texts returns the list at the path as strings. A list that only exists at deployment, such as an attribute, is the
// list of its one placeholder.
func (r *Resource) Texts(path string) ([]string, error) {
	v, err := r.resolve(path)
	if err != nil {
		return nil, err
	}
	if t, ok := v.(text); ok && t.later() != nil {
		return []string{t.String()}, nil
	}
	items, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("%s: is %s, not a list", r.at(path), kind(v))
	}
	texts := make([]string, len(items))
	for i, item := range items {
		t, ok := asText(item)
		if !ok {
			return nil, fmt.Errorf("%s: is %s, not text", r.at(path+"."+strconv.Itoa(i)), kind(item))
		}
		texts[i] = t.String()
	}
	return texts, nil
}

// Target returns the one resource that the value at the path leads to: through Ref, Fn::GetAtt, text around one of them,
// and outputs of other stacks. A value that leads to none or to several is an error.
func (r *Resource) Target(path string) (*Resource, error) {
	v, err := r.resolve(path)
	if err != nil {
		return nil, err
	}
	return single(r.at(path), v)
}

// Targets returns the resources that the value at the path leads to, each once, in the order in which they appear
// (within an object, by key). A value that leads to none is no error.
func (r *Resource) Targets(path string) ([]*Resource, error) {
	v, err := r.resolve(path)
	if err != nil {
		return nil, err
	}
	return targets(v), nil
}

func single(path string, v any) (*Resource, error) {
	found := targets(v)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		names := make([]string, len(found))
		for i, r := range found {
			names[i] = r.String()
		}
		return nil, fmt.Errorf("%s: leads to %d resources, not one: %s", path, len(found), strings.Join(names, ", "))
	}
	if t, ok := asText(v); ok {
		return nil, fmt.Errorf("%s: %q leads to no resource", path, t)
	}
	return nil, fmt.Errorf("%s: %s that leads to no resource", path, kind(v))
}

// values are what was resolved of a resource, by paths, as it was after so many edits of the assembly.
type values struct {
	edits  int
	byPath sync.Map // of result
}

// resolve resolves the value at the path. It is remembered until the assembly is edited, as many ask for the same.
func (r *Resource) resolve(path string) (any, error) {
	known := r.values.Load()
	if edits := r.Stack.assembly.edits; known == nil || known.edits != edits {
		known = &values{edits: edits}
		r.values.Store(known)
	}
	if found, ok := known.byPath.Load(path); ok {
		found := found.(result)
		return found.value, found.err
	}
	value, err := r.resolveAnew(path)
	known.byPath.Store(path, result{value, err})
	return value, err
}

func (r *Resource) resolveAnew(path string) (any, error) {
	node, at, err := r.find(path, &run{})
	if err != nil {
		return nil, err
	}
	return at.resolve(node)
}

// find returns the node at the path, not yet resolved, with the resolver for it.
func (r *Resource) find(path string, run *run) (any, resolver, error) {
	at := resolver{stack: r.Stack, path: r.String(), run: run}
	keys, fromResource := splitPath(path)
	if fromResource {
		return at.descend(r.raw, keys)
	}
	properties, ok := r.raw["Properties"]
	if !ok {
		properties = map[string]any{}
	}
	return at.descend(properties, keys)
}

// at returns the place of a path, for errors.
func (r *Resource) at(path string) string {
	if path == "" || strings.HasPrefix(path, ".") {
		return r.String() + path
	}
	return r.String() + "." + path
}

// splitPath returns the keys of a path and whether they start at the resource itself instead of at its properties.
func splitPath(path string) (keys []string, fromResource bool) {
	if path == "" {
		return nil, false
	}
	if path[0] == '.' {
		fromResource, path = true, path[1:]
	}
	var key strings.Builder
	for i := 0; i < len(path); i++ {
		switch {
		case path[i] == '\\' && i+1 < len(path) && path[i+1] == '.':
			i++
			key.WriteByte('.')
		case path[i] == '.':
			keys = append(keys, key.String())
			key.Reset()
		default:
			key.WriteByte(path[i])
		}
	}
	return append(keys, key.String()), fromResource
}

// escape writes a key as an element of a path.
func escape(key string) string { return strings.ReplaceAll(key, ".", `\.`) }
