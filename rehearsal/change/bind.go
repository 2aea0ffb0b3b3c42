package change

import (
	"maps"
	"strings"

	"twinsite/assembly"
)

// A binder writes the names that a template refers to as those of what exists: when
// CloudFormation creates or updates a resource, its references take the values of
// that moment, and keep them.
type binder struct {
	resource  func(logicalID string) string
	parameter map[string]bool // that the resource reads as they were
	output    func(stackName, region, name string) string
}

// bind returns the node with its references bound. What has none is shared.
func (b binder) bind(node any) any {
	switch node := node.(type) {
	case []any:
		bound := make([]any, len(node))
		for i, item := range node {
			bound[i] = b.bind(item)
		}
		return bound
	case map[string]any:
		if len(node) == 1 {
			if bound, ok := b.call(node); ok {
				return bound
			}
		}
		bound := make(map[string]any, len(node))
		for key, item := range node {
			bound[key] = b.bind(item)
		}
		return bound
	}
	return node
}

// call binds a call of an intrinsic function that names something.
func (b binder) call(node map[string]any) (any, bool) {
	for fn, arg := range node {
		switch fn {
		case "Ref":
			if name, ok := arg.(string); ok {
				return map[string]any{fn: b.ref(name)}, true
			}
		case "Fn::GetAtt":
			switch arg := arg.(type) {
			case string:
				id, attribute, _ := strings.Cut(arg, ".")
				return map[string]any{fn: []any{b.resource(id), attribute}}, true
			case []any:
				if id, ok := first(arg).(string); ok {
					return map[string]any{fn: append([]any{b.resource(id)}, arg[1:]...)}, true
				}
			}
		case "Fn::Sub":
			if text, ok := arg.(string); ok {
				return map[string]any{fn: b.sub(text, nil)}, true
			}
			if args, ok := arg.([]any); ok && len(args) == 2 {
				if text, ok := args[0].(string); ok {
					variables, _ := args[1].(map[string]any)
					return map[string]any{fn: []any{b.sub(text, variables), b.bind(args[1])}}, true
				}
			}
		case "Fn::GetStackOutput":
			if args, ok := arg.(map[string]any); ok {
				return map[string]any{fn: b.stackOutput(args)}, true
			}
		}
	}
	return nil, false
}

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

func (b binder) ref(name string) string {
	if b.parameter[name] {
		return assembly.OldParameter(name)
	}
	return b.resource(name)
}

// sub binds ${Name} and ${Name.Attribute} in a template that is not a variable.
func (b binder) sub(text string, variables map[string]any) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			out.WriteString("${" + rest)
			return out.String()
		}
		text = after
		if _, isVariable := variables[name]; !isVariable && !strings.HasPrefix(name, "!") {
			id, attribute, has := strings.Cut(name, ".")
			name = b.ref(id)
			if has {
				name += "." + attribute
			}
		}
		out.WriteString("${" + name + "}")
	}
}

// stackOutput binds the output's name to the version that there is.
func (b binder) stackOutput(args map[string]any) map[string]any {
	stack, _ := args["StackName"].(string)
	region, _ := args["Region"].(string)
	name, ok := args["OutputName"].(string)
	if !ok {
		return args
	}
	bound := maps.Clone(args)
	bound["OutputName"] = b.output(stack, region, name)
	return bound
}

// names calls found for each name that the node refers to: of resources or
// parameters of its stack, and, with the stack's name and region, of outputs.
func names(node any, found func(id string), output func(stackName, region, name string)) {
	binder{
		resource: func(id string) string { found(id); return id },
		output:   func(stack, region, name string) string { output(stack, region, name); return name },
	}.bind(node)
}

// needs returns the logical ids of the stack that a template waits for: those that
// it refers to, and those of DependsOn. Others are among them, such as parameters.
func needs(template map[string]any) map[string]bool {
	ids := map[string]bool{}
	names(template, func(id string) { ids[id] = true }, func(_, _, _ string) {})
	switch on := template["DependsOn"].(type) {
	case string:
		ids[on] = true
	case []any:
		for _, id := range on {
			if id, ok := id.(string); ok {
				ids[id] = true
			}
		}
	}
	return ids
}
