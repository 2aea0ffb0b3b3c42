package assembly

import (
	"fmt"
	"strings"
)

// getStackOutput resolves Fn::GetStackOutput, of {StackName, OutputName, Region?, RoleArn?}: the CDK's weak reference
// between stacks, also of different regions. The stack is found by its name and region; without a region it is the
// reader's. See
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html.
func (r resolver) getStackOutput(arg any) (any, error) {
	const fn = "Fn::GetStackOutput"
	object, ok := arg.(map[string]any)
	if !ok {
		return nil, r.errorf("%s: wants {StackName, OutputName, Region}, not %s", fn, kind(arg))
	}
	args := map[string]text{}
	for _, key := range []string{"StackName", "OutputName", "Region", "RoleArn"} {
		node, ok := object[key]
		switch {
		case ok:
			t, err := r.text(fn, key, node)
			if err != nil {
				return nil, err
			}
			args[key] = t
		case key == "StackName" || key == "OutputName":
			return nil, r.errorf("%s: has no %s", fn, key)
		}
	}
	for key := range object {
		if _, ok := args[key]; !ok {
			return nil, r.errorf("%s: wants {StackName, OutputName, Region, RoleArn}, not one with %q", fn, key)
		}
	}
	for _, key := range []string{"StackName", "OutputName"} {
		if !args[key].isStatic() {
			return nil, r.errorf("%s: %s is known only at deployment: %s", fn, key, args[key])
		}
	}
	region := r.stack.Region
	if t, ok := args["Region"]; ok && t.String() != "${AWS::Region}" {
		region = t.String()
	}
	from, err := r.stackNamed(args["StackName"].String(), region)
	if err != nil {
		return nil, r.errorf("%s: %w", fn, err)
	}
	name := args["OutputName"].String()
	o := from.outputs[name]
	if o == nil {
		return nil, r.errorf("%s: stack %q in %s has no output %q", fn, from.Name, from.Region, name)
	}
	return r.output(fn, o)
}

// stackNamed returns the stack with the name in the region.
func (r resolver) stackNamed(name, region string) (*Stack, error) {
	var found, elsewhere []*Stack
	for _, s := range r.stack.assembly.stacks {
		switch {
		case s.Name == name && s.Region == region:
			found = append(found, s)
		case s.Name == name:
			elsewhere = append(elsewhere, s)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("stack %q in %s is ambiguous: %s", name, region, stackIDs(found))
	case len(elsewhere) > 0:
		return nil, fmt.Errorf("stack %q is in %s, not in %s", name, regions(elsewhere), region)
	}
	return nil, fmt.Errorf("no stack %q in %s", name, region)
}

// output resolves an output for a reader.
func (r resolver) output(fn string, o *Output) (any, error) {
	switch {
	case r.run.checking != r.stack || r.stack.DependsOn(o.Stack):
	case r.stack == o.Stack:
		return nil, r.errorf("%s: stack %s reads its own output %q, which is not there before it is deployed", fn, o.Stack.ID, o.Name)
	default:
		return nil, r.errorf("%s: stack %s does not depend on %s and may be deployed before its output %q is there", fn, r.stack.ID, o.Stack.ID, o.Name)
	}
	t, err := o.resolve(r.run)
	if err != nil {
		return nil, r.errorf("%s: %w", fn, err)
	}
	return t, r.spend(t.size())
}

func stackIDs(stacks []*Stack) string {
	var ids []string
	for _, s := range stacks {
		ids = append(ids, s.ID)
	}
	return strings.Join(ids, ", ")
}

func regions(stacks []*Stack) string {
	var names []string
	for _, s := range stacks {
		names = append(names, s.Region)
	}
	return strings.Join(names, ", ")
}
