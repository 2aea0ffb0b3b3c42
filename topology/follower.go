package topology

import (
	"encoding/json"
	"maps"
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

// A FollowerState is a state of the state machine: what it assigns, calls with, and passes on. See
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html.
type FollowerState struct {
	Type, Resource, Next      string
	Assign, Arguments, Output map[string]any
	Choices                   []struct{ Condition, Next string }
	Default                   string
}

// SizeCall is the call by which a state machine sizes a group, as a state's Resource ends.
const SizeCall = ":aws-sdk:autoscaling:updateAutoScalingGroup"

// FollowerOf returns the state machine that sizes a group after another group's size, nil if there is none. Definitions that
// are no JSON have no states, and a state machine that assigns no "follow" sizes the group in another way.
func FollowerOf(a *assembly.Assembly, group *assembly.Resource) (*Follower, error) {
	for _, machine := range a.Resources(MachineType) {
		f := &Follower{Group: group, Machine: machine}
		var err error
		if f.States, err = FollowerStates(machine); err != nil {
			return nil, err
		}
		sizes, follows := false, false
		for _, name := range slices.Sorted(maps.Keys(f.States)) {
			state := f.States[name]
			name, _ := state.Arguments["AutoScalingGroupName"].(string)
			sizes = sizes || strings.HasSuffix(state.Resource, SizeCall) && named(a, name, GroupType) == group
			if percent, ok := state.Assign["follow"].(float64); ok {
				least, _ := state.Assign["minimum"].(float64)
				most, _ := state.Assign["maximum"].(float64)
				f.Percent, f.Minimum, f.Maximum, follows = int(percent), int(least), int(most), true
			}
		}
		if sizes && follows {
			return f, nil
		}
	}
	return nil, nil
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
