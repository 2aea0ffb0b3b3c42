package cost

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/topology"
)

// countRule counts the steps of the state machines that a schedule starts, and of those
// that these tell something by an event bus. What an event starts is by use.
func countRule(c *counter, r *assembly.Resource) error {
	c.addUse(r)
	state, err := topology.OrDefault(r, "State", (*assembly.Resource).Text, "ENABLED")
	if err != nil || state == "DISABLED" || !r.Has("ScheduleExpression") {
		return err
	}
	targets, err := topology.RuleTargets(r)
	if err != nil {
		return err
	}
	started := machines(targets)
	if len(started) == 0 {
		return nil
	}
	expression, err := r.Text("ScheduleExpression")
	if err != nil {
		return err
	}
	every, err := rate(expression)
	if err != nil {
		return fmt.Errorf("%s: steps: %w", r, err)
	}
	for _, machine := range started {
		told, err := c.tells(machine)
		if err != nil {
			return err
		}
		for _, each := range append(told, machine) {
			if err := c.countSteps(each, Hours*float64(time.Hour)/float64(every)); err != nil {
				return err
			}
		}
	}
	return nil
}

// rate reads a schedule as "rate(5 minutes)".
func rate(expression string) (time.Duration, error) {
	var number int
	var unit string
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	if n, _ := fmt.Sscanf(expression, "rate(%d %s", &number, &unit); n == 2 && number > 0 {
		for name, length := range units {
			if unit == name+")" || unit == name+"s)" {
				return time.Duration(number) * length, nil
			}
		}
	}
	return 0, fmt.Errorf("how often %q is in a month is not counted", expression)
}

// countSteps counts so many runs of a state machine in a month.
func (c *counter) countSteps(machine *assembly.Resource, runs float64) error {
	steps, err := stepsOf(machine)
	c.add("steps", machine.Stack.Region, runs*float64(steps)/1000)
	return err
}

// tells returns the state machines that start when another one puts its event on a bus
// from which it goes to another region's.
func (c *counter) tells(machine *assembly.Resource) ([]*assembly.Resource, error) {
	var all []*assembly.Resource
	for _, bus := range c.assembly.Resources(topology.BusType) {
		told, err := topology.SizesToldTo(c.assembly, bus)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(told, func(t topology.SizesTold) bool { return t.Machine == machine }) {
			continue
		}
		starts, err := topology.RulesOn(c.assembly, bus)
		if err != nil {
			return nil, err
		}
		for _, start := range starts {
			targets, err := topology.RuleTargets(start)
			if err != nil {
				return nil, err
			}
			all = append(all, machines(targets)...)
		}
	}
	return all, nil
}

// machines are the state machines among a rule's targets.
func machines(targets []*assembly.Resource) []*assembly.Resource {
	return slices.DeleteFunc(targets, func(r *assembly.Resource) bool { return r.Type != topology.MachineType })
}

// stepsOf is how many steps a run has in which there is nothing to do, so that each
// choice is the default one: its states, and one to its end.
// https://aws.amazon.com/step-functions/pricing/
func stepsOf(machine *assembly.Resource) (int, error) {
	text, err := machine.Text("DefinitionString")
	if err != nil {
		return 0, err
	}
	var definition struct {
		StartAt string
		States  map[string]struct{ Type, Next, Default string }
	}
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		return 0, fmt.Errorf("%s: steps: %w", machine, err)
	}
	steps := 1
	for at := definition.StartAt; at != ""; steps++ {
		state, ok := definition.States[at]
		if !ok || state.Type == "Map" || state.Type == "Parallel" || steps > len(definition.States) {
			return 0, fmt.Errorf("%s: steps: those after %q are not counted", machine, at)
		}
		at = state.Next
		if state.Type == "Choice" {
			at = state.Default
		}
	}
	return steps, nil
}
