package topology

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A Follower is a state machine that sets the minimum of an Auto Scaling group to a share of another group's size.
type Follower struct {
	Group   *assembly.Resource
	Machine *assembly.Resource

	// Percent is the share of the other group's desired capacity, and Minimum and Maximum bound it: what the state
	// machine assigns by the names "follow", "minimum" and "maximum".
	Percent, Minimum, Maximum int

	States map[string]FollowerState // by name
}

// A FollowerState is a state of the state machine: how long it waits, what it assigns, calls with, and passes on. See
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
type FollowerState struct {
	Type, Resource            string
	Assign, Arguments, Output map[string]any
	Seconds                   int
}

// SizeCall is the call by which a state machine sizes a group, as a state's Resource ends.
const SizeCall = ":aws-sdk:autoscaling:updateAutoScalingGroup"

// followerDefinition is the definition of a state machine that follows, in the one form that is understood here. It is
// compared as a whole: with a word of an expression changed, it may do the opposite. GROUP is the group.
const followerDefinition = `{"QueryLanguage": "JSONata", "StartAt": "Site", "States": {
	"Site": {"Type": "Pass", "Next": "Describe"},
	"Describe": {
		"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:autoscaling:describeAutoScalingGroups", "Next": "Differs",
		"Arguments": {"AutoScalingGroupNames": ["GROUP"]},
		"Output": {
			"minimum": "{% $states.result.AutoScalingGroups[0].MinSize %}",
			"wanted": "{% $min([$states.result.AutoScalingGroups[0].MaxSize, $max([$minimum, $min([$states.input.detail.minimum, $maximum]), $ceil($follow * $states.input.detail.desiredCapacity / 100)])]) %}"
		}
	},
	"Differs": {
		"Type": "Choice", "Default": "Same",
		"Choices": [{"Condition": "{% $states.input.wanted != $states.input.minimum %}", "Next": "Set"}]
	},
	"Same": {"Type": "Succeed"},
	"Set": {
		"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:autoscaling:updateAutoScalingGroup", "End": true,
		"Arguments": {"AutoScalingGroupName": "GROUP", "MinSize": "{% $states.input.wanted %}"}
	}
}}`

// FollowerOf returns the state machine that sizes a group after another group's size, nil if there is none. Definitions that
// are no JSON have no states, and a state machine that assigns no "follow" sizes the group in another way. One that assigns
// it and is not of the form that is understood is an error: nobody knows what it does.
func FollowerOf(a *assembly.Assembly, group *assembly.Resource) (*Follower, error) {
	sizers, err := SizersOf(a, group)
	if err != nil {
		return nil, err
	}
	for _, machine := range sizers {
		f := &Follower{Group: group, Machine: machine}
		if f.States, err = FollowerStates(machine); err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(f.States)) {
			if _, follows := f.States[name].Assign["follow"]; !follows {
				continue
			}
			assigned := f.whole(name)
			form := strings.ReplaceAll(followerDefinition, "GROUP", "${"+group.String()+"}")
			form = strings.Replace(form, `"Type": "Pass"`, `"Type": "Pass", "Assign": `+assigned, 1)
			differs, err := Differs(machine, form)
			if err == nil && differs != "" {
				err = fmt.Errorf("%s.DefinitionString: %s", machine, differs)
			}
			if err != nil {
				return nil, err
			}
			return f, nil
		}
	}
	return nil, nil
}

// whole reads what a state assigns, and returns it as JSON with whole numbers only.
func (f *Follower) whole(state string) string {
	number := func(name string) int {
		n, _ := f.States[state].Assign[name].(float64)
		return int(n)
	}
	f.Percent, f.Minimum, f.Maximum = number("follow"), number("minimum"), number("maximum")
	return fmt.Sprintf(`{"follow": %d, "minimum": %d, "maximum": %d}`, f.Percent, f.Minimum, f.Maximum)
}

// SizersOf returns the state machines that change the limits or the size of a group with [SizeCall], in whichever way.
func SizersOf(a *assembly.Assembly, group *assembly.Resource) ([]*assembly.Resource, error) {
	var sizers []*assembly.Resource
	for _, machine := range a.Resources(MachineType) {
		states, err := FollowerStates(machine)
		if err != nil {
			return nil, err
		}
		for _, state := range states {
			name, _ := state.Arguments["AutoScalingGroupName"].(string)
			if strings.HasSuffix(state.Resource, SizeCall) && named(a, name, GroupType) == group {
				sizers = append(sizers, machine)
				break
			}
		}
	}
	return sizers, nil
}

// Differs says where the definition of a state machine is not of a form, "" if it is: "States.Set.End is …, want …". Comments,
// timeouts and what is tried again are free.
func Differs(machine *assembly.Resource, form string) (string, error) {
	text, err := OrDefault(machine, "DefinitionString", (*assembly.Resource).Text, "{}")
	if err != nil {
		return "", err
	}
	var is, want any
	if err := json.Unmarshal([]byte(text), &is); err != nil {
		return "", fmt.Errorf("%s.DefinitionString: %w", machine, err)
	}
	if err := json.Unmarshal([]byte(form), &want); err != nil {
		return "", fmt.Errorf("the form that %s is compared with: %w", machine, err)
	}
	return difference("", is, want), nil
}

// difference is the first of what differs between two values, by path.
func difference(path string, is, want any) string {
	fields, ok := is.(map[string]any)
	wanted, both := want.(map[string]any)
	if !ok || !both {
		if reflect.DeepEqual(is, want) {
			return ""
		}
		return fmt.Sprintf("%s is %s, want %s", path, asJSON(is), asJSON(want))
	}
	all := maps.Clone(fields)
	maps.Copy(all, wanted)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if key == "Comment" || key == "Retry" || key == "TimeoutSeconds" {
			continue
		}
		if found := difference(join(path, key), fields[key], wanted[key]); found != "" {
			return found
		}
	}
	return ""
}

// asJSON writes a value that JSON was decoded to; "nothing", if there is none.
func asJSON(value any) string {
	if value == nil {
		return "nothing"
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // "<" is readable
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSpace(text.String())
}

// FollowerStates are the states of a state machine, none of a definition that is no JSON.
func FollowerStates(machine *assembly.Resource) (map[string]FollowerState, error) {
	text, err := OrDefault(machine, "DefinitionString", (*assembly.Resource).Text, "{}")
	if err != nil {
		return nil, err
	}
	var definition struct{ States map[string]json.RawMessage }
	states := map[string]FollowerState{}
	if json.Unmarshal([]byte(text), &definition) != nil {
		return states, nil
	}
	for name, raw := range definition.States {
		var state FollowerState
		if json.Unmarshal(raw, &state) == nil { // what is written otherwise, as an Output that is no object, says nothing here
			states[name] = state
		}
	}
	return states, nil
}

// SizesToldTo returns the state machines that put events on a bus from which a rule leads to another bus, as the one of a
// [Follower]'s region.
func SizesToldTo(a *assembly.Assembly, bus *assembly.Resource) ([]SizesTold, error) {
	var told []SizesTold
	forwards, err := RulesTo(a, bus)
	if err != nil {
		return nil, err
	}
	for _, forward := range forwards {
		if !forward.Has("EventBusName") {
			continue
		}
		from, err := forward.Target("EventBusName")
		if err != nil {
			return nil, err
		}
		for _, machine := range a.Resources(MachineType) {
			puts, err := putsOn(a, machine, from)
			if err != nil {
				return nil, err
			}
			if puts {
				told = append(told, SizesTold{machine, from, forward})
			}
		}
	}
	return told, nil
}

// putsOn reports whether a state machine puts events on a bus.
func putsOn(a *assembly.Assembly, machine, bus *assembly.Resource) (bool, error) {
	states, err := FollowerStates(machine)
	for _, state := range states {
		entries, _ := state.Arguments["Entries"].([]any)
		for _, entry := range entries {
			fields, _ := entry.(map[string]any)
			if to, _ := fields["EventBusName"].(string); named(a, to, BusType) == bus {
				return true, err
			}
		}
	}
	return false, err
}

// SizesTold is how a group's size goes to another region: a state machine puts it on a bus, and a rule passes it on.
type SizesTold struct {
	Machine *assembly.Resource
	Bus     *assembly.Resource
	Forward *assembly.Resource
}
