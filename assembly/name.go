package assembly

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ref resolves Ref: to a pseudo parameter, a parameter's default or a resource.
func (r resolver) ref(arg any) (any, error) {
	name, ok := arg.(string)
	if !ok {
		return nil, r.errorf("Ref: wants a name, not %s", kind(arg))
	}
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	return r.named("Ref", name, "resource or parameter")
}

// named resolves a name as Ref does; what says what it could have named.
func (r resolver) named(fn, name, what string) (any, error) {
	if strings.HasPrefix(name, "AWS::") {
		return r.pseudo(fn, name)
	}
	if p, ok := r.stack.template.Parameters[name]; ok {
		return r.parameter(fn, name, p)
	}
	if to := r.stack.resources[name]; to != nil {
		return later(to.String(), to), nil
	}
	return nil, r.errorf("%s: no %s %q", fn, what, name)
}

// pseudo resolves a pseudo parameter of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html.
func (r resolver) pseudo(fn, name string) (any, error) {
	switch name {
	case "AWS::Region":
		if r.stack.Region == unknownRegion {
			return later(name), nil
		}
		return literal(r.stack.Region), nil
	case "AWS::StackName":
		return literal(r.stack.Name), nil
	case "AWS::Partition":
		return literal("aws"), nil
	case "AWS::URLSuffix":
		return literal("amazonaws.com"), nil
	case "AWS::AccountId":
		return later(name), nil
	case "AWS::StackId", "AWS::NotificationARNs":
		return later(r.stack.ID + "." + name), nil
	}
	return nil, r.errorf("%s: no pseudo parameter %q", fn, name)
}

func (r resolver) parameter(fn, name string, p parameter) (any, error) {
	if p.Default == nil {
		return nil, r.errorf("%s: parameter %q has no default", fn, name)
	}
	value, ok := p.Default.(string)
	if n, isNumber := p.Default.(float64); isNumber {
		value, ok = strconv.FormatFloat(n, 'f', -1, 64), true
	}
	if !ok {
		return nil, r.errorf("%s: the default of parameter %q is %s, not text or a number", fn, name, kind(p.Default))
	}
	switch {
	case strings.HasPrefix(p.Type, "AWS::SSM::Parameter::Value<"):
		return later("resolve:ssm:" + value), nil
	case p.Type == "CommaDelimitedList", strings.HasPrefix(p.Type, "List<"):
		var items []any
		for item := range strings.SplitSeq(value, ",") {
			items = append(items, literal(strings.TrimSpace(item)))
		}
		return items, nil
	}
	return literal(value), nil
}

// getAtt resolves Fn::GetAtt, of ["Resource", "Attribute"] or "Resource.Attribute". That the resource's type has the
// attribute is not checked.
func (r resolver) getAtt(arg any) (any, error) {
	const fn = "Fn::GetAtt"
	if s, ok := arg.(string); ok {
		id, attribute, ok := strings.Cut(s, ".")
		if !ok {
			return nil, r.errorf("%s: %q wants the form Resource.Attribute", fn, s)
		}
		return r.attribute(fn, id, attribute)
	}
	args, err := r.args(fn, arg, 2, 2, "[resource, attribute]")
	if err != nil {
		return nil, err
	}
	id, ok := args[0].(string)
	if !ok {
		return nil, r.errorf("%s: the resource is %s, not text", fn, kind(args[0]))
	}
	attribute, err := r.static(fn, "the attribute", args[1])
	if err != nil {
		return nil, err
	}
	return r.attribute(fn, id, attribute)
}

func (r resolver) attribute(fn, id, attribute string) (any, error) {
	to := r.stack.resources[id]
	if to == nil {
		return nil, r.errorf("%s: no resource %q", fn, id)
	}
	if attribute == "" {
		return nil, r.errorf("%s: no attribute of %q is named", fn, id)
	}
	return later(to.String()+"."+attribute, to), nil
}

// sub resolves Fn::Sub, of "template" or ["template", {variables}].
func (r resolver) sub(arg any) (any, error) {
	const fn = "Fn::Sub"
	variables := map[string]text{}
	if _, ok := arg.(string); !ok {
		args, err := r.args(fn, arg, 2, 2, `"text" or ["text", {variables}]`)
		if err != nil {
			return nil, err
		}
		nodes, ok := args[1].(map[string]any)
		if !ok {
			return nil, r.errorf("%s: the variables are %s, not an object", fn, kind(args[1]))
		}
		for _, name := range slices.Sorted(maps.Keys(nodes)) {
			if variables[name], err = r.text(fn, fmt.Sprintf("the variable %q", name), nodes[name]); err != nil {
				return nil, err
			}
		}
		arg = args[0]
	}
	template, ok := arg.(string)
	if !ok {
		return nil, r.errorf("%s: the text is %s", fn, kind(arg))
	}
	return r.substitute(fn, template, variables)
}

// substitute replaces ${Variable}, ${Name} and ${Resource.Attribute} in the template, and ${!Literal} by ${Literal}.
func (r resolver) substitute(fn, template string, variables map[string]text) (any, error) {
	var out text
	for {
		before, rest, found := strings.Cut(template, "${")
		out = out.add(literal(before))
		if !found {
			return out, r.spend(out.size())
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, r.errorf(`%s: "${%s" is not closed`, fn, rest)
		}
		template = after
		if escaped, ok := strings.CutPrefix(name, "!"); ok {
			out = out.add(literal("${" + escaped + "}"))
			continue
		}
		t, ok := variables[name]
		if !ok {
			v, err := r.subName(fn, name)
			if err != nil {
				return nil, err
			}
			if t, ok = asText(v); !ok {
				return nil, r.errorf("%s: %q is %s, not text", fn, name, kind(v))
			}
		}
		out = out.add(t)
		if err := r.spend(t.size()); err != nil {
			return nil, err
		}
	}
}

func (r resolver) subName(fn, name string) (any, error) {
	if id, attribute, ok := strings.Cut(name, "."); ok {
		return r.attribute(fn, id, attribute)
	}
	if name == "AWS::NoValue" {
		return noValue{}, nil
	}
	return r.named(fn, name, "resource, parameter or variable")
}
