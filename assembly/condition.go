package assembly

// branch returns the branch that an Fn::If of [condition, then, else] takes, unresolved. Only that branch is ever looked
// at: the other may name resources that are not created.
func (r resolver) branch(arg any) (any, error) {
	const fn = "Fn::If"
	args, err := r.args(fn, arg, 3, 3, "[condition, then, else]")
	if err != nil {
		return nil, err
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, r.errorf("%s: the condition is %s, not a name", fn, kind(args[0]))
	}
	taken, err := r.condition(fn, name)
	if err != nil {
		return nil, err
	}
	if taken {
		return args[1], nil
	}
	return args[2], nil
}

// condition evaluates a condition of the template.
func (r resolver) condition(fn, name string) (bool, error) {
	node, ok := r.stack.template.Conditions[name]
	if !ok {
		return false, r.errorf("%s: no condition %q", fn, name)
	}
	at := resolver{stack: r.stack, path: r.stack.ID + ".Conditions." + name, run: r.run}
	value, err := r.run.once(at.path, func() (any, error) { return at.evaluate(node) })
	if err != nil {
		return false, r.errorf("%s: %w", fn, err)
	}
	return value.(bool), nil
}

// evaluate evaluates an expression of conditions, of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html.
// It must be decidable before deployment.
func (r resolver) evaluate(node any) (bool, error) {
	if err := r.spend(1); err != nil {
		return false, err
	}
	object, _ := node.(map[string]any)
	if len(object) != 1 {
		return false, r.errorf("%s is not a condition", kind(node))
	}
	var fn string
	var arg any
	for fn, arg = range object {
	}
	switch fn {
	case "Condition":
		name, ok := arg.(string)
		if !ok {
			return false, r.errorf("Condition: wants a name, not %s", kind(arg))
		}
		return r.condition(fn, name)
	case "Fn::Equals":
		return r.equals(arg)
	case "Fn::Not":
		args, err := r.args(fn, arg, 1, 1, "[condition]")
		if err != nil {
			return false, err
		}
		value, err := r.evaluate(args[0])
		return !value, err
	case "Fn::And", "Fn::Or":
		args, err := r.args(fn, arg, 2, 10, "[2 to 10 conditions]")
		if err != nil {
			return false, err
		}
		return r.evaluateAll(args, fn == "Fn::Or")
	}
	return false, r.errorf("%s: not a function of conditions", fn)
}

// evaluateAll reports the decisive value if one of the conditions has it: true decides an Fn::Or, false an Fn::And. It
// evaluates all of them, so that a broken one is found.
func (r resolver) evaluateAll(nodes []any, decisive bool) (bool, error) {
	result := !decisive
	for _, node := range nodes {
		value, err := r.evaluate(node)
		if err != nil {
			return false, err
		}
		if value == decisive {
			result = decisive
		}
	}
	return result, nil
}

func (r resolver) equals(arg any) (bool, error) {
	const fn = "Fn::Equals"
	args, err := r.args(fn, arg, 2, 2, "[value, value]")
	if err != nil {
		return false, err
	}
	left, err := r.text(fn, "the first value", args[0])
	if err != nil {
		return false, err
	}
	right, err := r.text(fn, "the second value", args[1])
	if err != nil {
		return false, err
	}
	equal := left.String() == right.String()
	if !equal && !(left.isStatic() && right.isStatic()) {
		return false, r.errorf("%s: %q and %q can only be compared at deployment", fn, left, right)
	}
	return equal, nil
}
