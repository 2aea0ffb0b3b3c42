package assembly

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// The edits in this file are for tests that break a template in one point and want to see the breach found. They panic
// when they would change nothing or something else than meant, so that such a test cannot pass by a slip.

// Clone returns a copy, to be edited: no edit of one shows in the other. Resources have to be looked up in it: see
// [Resource.In]. It costs little, as the templates' values are shared: an edit copies what it changes.
func (a *Assembly) Clone() *Assembly {
	c := &Assembly{}
	for _, s := range a.stacks {
		t := *s // the template and dependencies are never edited
		t.assembly = c
		t.resources = make(map[string]*Resource, len(s.resources))
		for id, r := range s.resources {
			t.resources[id] = &Resource{Stack: &t, LogicalID: id, Type: r.Type, raw: r.raw}
		}
		t.outputs = make(map[string]*Output, len(s.outputs))
		for name, o := range s.outputs {
			p := *o
			p.Stack = &t
			t.outputs[name] = &p
		}
		c.stacks = append(c.stacks, &t)
	}
	return c
}

// In returns the same resource in another copy of the assembly. It panics if that has none.
func (r *Resource) In(a *Assembly) *Resource {
	found, err := a.Find(r.Stack.ID, r.LogicalID)
	if err != nil {
		panic("assembly: In: " + err.Error())
	}
	return found
}

// Set replaces the value at the path by one that may be anything that encodes as JSON, references included:
//
//	Set("Port", 81)
//	Set("TargetGroupArn", map[string]any{"Ref": "Other"})
//
// The path is one of the template as it is written: it does not lead through references, an Fn::If is the key "Fn::If",
// and elements that are AWS::NoValue count. Set panics if there is no value to replace; see Add.
func (r *Resource) Set(path string, value any) {
	value = encode(value)
	r.edit("Set", path, func(old any, exists bool) (any, bool) {
		if !exists {
			panic(fmt.Sprintf("assembly: Set: %s is not there", r.at(path)))
		}
		return value, true
	})
}

// Add adds a value at a path that has none: a new key of an object, or a list's next element, whose index is the list's
// length. Otherwise it is like Set. It panics if there is a value, or no object or list to add it to.
func (r *Resource) Add(path string, value any) {
	value = encode(value)
	r.edit("Add", path, func(old any, exists bool) (any, bool) {
		if exists {
			panic(fmt.Sprintf("assembly: Add: %s is there already", r.at(path)))
		}
		return value, true
	})
}

// Delete removes the value at the path, with its key or element. The path is one for Set. Delete panics if there is none.
func (r *Resource) Delete(path string) {
	r.edit("Delete", path, func(old any, exists bool) (any, bool) {
		if !exists {
			panic(fmt.Sprintf("assembly: Delete: %s is not there", r.at(path)))
		}
		return nil, false
	})
}

// Set replaces the output's value by one that may be anything that encodes as JSON, references included.
func (o *Output) Set(value any) {
	o.value = encode(value)
	o.Stack.assembly.edits++
}

// Remove removes the resource with the logical id. It panics if there is none.
func (s *Stack) Remove(logicalID string) {
	if s.resources[logicalID] == nil {
		panic(fmt.Sprintf("assembly: Remove: %s.%s is not there", s.ID, logicalID))
	}
	delete(s.resources, logicalID)
	s.assembly.edits++
}

// edit replaces the value at the path by what change makes of it, or removes it if change does not keep it.
func (r *Resource) edit(verb, path string, change func(old any, exists bool) (value any, keep bool)) {
	keys, fromResource := splitPath(path)
	if !fromResource {
		keys = append([]string{"Properties"}, keys...)
	}
	changed, keep := edited(r.raw, keys, change)
	raw, ok := changed.(map[string]any)
	typ, _ := raw["Type"].(string)
	if !keep || !ok || typ == "" {
		panic(fmt.Sprintf("assembly: %s: %s would leave no resource", verb, r.at(path)))
	}
	r.raw, r.Type = raw, typ
	r.Stack.assembly.edits++
}

// edited returns node with the value at the keys changed. The objects and lists on the way are copied: clones share them.
func edited(node any, keys []string, change func(old any, exists bool) (any, bool)) (any, bool) {
	if len(keys) == 0 {
		return change(node, true)
	}
	key, rest := keys[0], keys[1:]
	switch node := node.(type) {
	case map[string]any:
		old, exists := node[key]
		value, keep := editedChild(old, exists, rest, change)
		node = maps.Clone(node)
		if keep {
			node[key] = value
		} else {
			delete(node, key)
		}
		return node, true
	case []any:
		i, ok := index(key)
		if !ok || i > len(node) {
			break
		}
		var old any
		exists := i < len(node)
		if exists {
			old = node[i]
		}
		value, keep := editedChild(old, exists, rest, change)
		node = slices.Clone(node)
		switch {
		case !keep:
			return slices.Delete(node, i, i+1), true
		case exists:
			node[i] = value
			return node, true
		}
		return append(node, value), true
	}
	panic(fmt.Sprintf("assembly: there is no %q to edit, nor an object or list to hold it", key))
}

func editedChild(old any, exists bool, rest []string, change func(old any, exists bool) (any, bool)) (any, bool) {
	if len(rest) == 0 {
		return change(old, exists)
	}
	if !exists {
		panic(fmt.Sprintf("assembly: there is nothing to hold %q", rest[0]))
	}
	return edited(old, rest, change)
}

// encode turns a value into what it is in a template.
func encode(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		panic("assembly: " + err.Error())
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		panic("assembly: " + err.Error())
	}
	return v
}
