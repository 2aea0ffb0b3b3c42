package assembly

// call resolves a call of an intrinsic function. The functions and their arguments are those of
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html; each
// method below has its page there.
func (r resolver) call(fn string, arg any) (any, error) {
	switch fn {
	case "Ref":
		return r.ref(arg)
	case "Fn::GetAtt":
		return r.getAtt(arg)
	case "Fn::Sub":
		return r.sub(arg)
	case "Fn::Join":
		return r.join(arg)
	case "Fn::Split":
		return r.split(arg)
	case "Fn::Select":
		return r.selectFrom(arg)
	case "Fn::FindInMap":
		return r.findInMap(arg)
	case "Fn::Base64":
		return r.text(fn, "the argument", arg)
	case "Fn::Cidr":
		return r.cidr(arg)
	case "Fn::GetStackOutput":
		return r.getStackOutput(arg)
	}
	return nil, r.errorf("%s: this function is not supported", fn)
}

// args returns the arguments of a function that takes a list of so many of them.
func (r resolver) args(fn string, arg any, least, most int, form string) ([]any, error) {
	args, ok := arg.([]any)
	if !ok {
		return nil, r.errorf("%s: wants %s, not %s", fn, form, kind(arg))
	}
	if len(args) < least || len(args) > most {
		return nil, r.errorf("%s: wants %s, not a list of %d", fn, form, len(args))
	}
	return args, nil
}

// text resolves an argument that must be text.
func (r resolver) text(fn, what string, node any) (text, error) {
	v, err := r.resolve(node)
	if err != nil {
		return nil, err
	}
	t, ok := asText(v)
	if !ok {
		return nil, r.errorf("%s: %s is %s, not text", fn, what, kind(v))
	}
	return t, nil
}

// static resolves an argument that must be known before deployment.
func (r resolver) static(fn, what string, node any) (string, error) {
	t, err := r.text(fn, what, node)
	if err != nil {
		return "", err
	}
	if !t.isStatic() {
		return "", r.errorf("%s: %s is known only at deployment: %s", fn, what, t)
	}
	return t.String(), nil
}

// list resolves an argument that must be a list: to its items, or to a placeholder if it only exists at deployment.
func (r resolver) list(fn, what string, node any) ([]any, *placeholder, error) {
	v, err := r.resolve(node)
	if err != nil {
		return nil, nil, err
	}
	switch v := v.(type) {
	case []any:
		return v, nil, nil
	case text:
		if p := v.later(); p != nil {
			return nil, p, nil
		}
	}
	return nil, nil, r.errorf("%s: %s is %s, not a list", fn, what, kind(v))
}
