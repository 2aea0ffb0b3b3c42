package topology

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A Response is what an alarm starts, maybe in another region: a rule on the default event bus of the alarm's region that
// names the alarm sends the event to another bus, and a rule there starts a state machine. [Hears] says whether the two rules act
// when the alarm turns on.
type Response struct {
	Alarm   *assembly.Resource
	Forward *assembly.Resource // the rule on the default bus
	Bus     *assembly.Resource
	Start   *assembly.Resource // the rule on Bus
	Machine *assembly.Resource
}

// Responses returns the ways from an alarm to a state machine.
func Responses(a *assembly.Assembly, alarm *assembly.Resource) ([]Response, error) {
	var all []Response
	for _, bus := range a.Resources(BusType) {
		forwards, err := RulesTo(a, bus)
		if err != nil {
			return nil, err
		}
		starts, err := RulesOn(a, bus)
		if err != nil {
			return nil, err
		}
		for _, forward := range forwards {
			if !OnDefaultBus(forward, alarm.Stack.Region) || !slices.Contains(a.Referrers(alarm, EventRuleType), forward) {
				continue
			}
			for _, start := range starts {
				targets, err := RuleTargets(start)
				if err != nil {
					return nil, err
				}
				for _, machine := range targets {
					if machine.Type == MachineType {
						all = append(all, Response{alarm, forward, bus, start, machine})
					}
				}
			}
		}
	}
	return all, nil
}

// AlarmsOn returns the alarms on the status of a health check. Route 53 publishes that in us-east-1 alone: an alarm of
// another region is not among them, since it never turns on.
func AlarmsOn(a *assembly.Assembly, healthCheck *assembly.Resource) ([]*assembly.Resource, error) {
	var alarms []*assembly.Resource
	for _, alarm := range a.Referrers(healthCheck, AlarmType) {
		metric, err := OrDefault(alarm, "MetricName", (*assembly.Resource).Text, "")
		if err != nil {
			return nil, err
		}
		if metric == "HealthCheckStatus" && alarm.Stack.Region == "us-east-1" {
			alarms = append(alarms, alarm)
		}
	}
	return alarms, nil
}

// RulesOn returns the rules on an event bus, not those that send to it.
func RulesOn(a *assembly.Assembly, bus *assembly.Resource) ([]*assembly.Resource, error) {
	var rules []*assembly.Resource
	for _, rule := range a.Referrers(bus, EventRuleType) {
		if !rule.Has("EventBusName") {
			continue
		}
		on, err := rule.Targets("EventBusName")
		if err != nil {
			return nil, err
		}
		if slices.Contains(on, bus) {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// RulesTo returns the rules that have the resource as a target, not those on it.
func RulesTo(a *assembly.Assembly, target *assembly.Resource) ([]*assembly.Resource, error) {
	var rules []*assembly.Resource
	for _, rule := range a.Referrers(target, EventRuleType) {
		targets, err := RuleTargets(rule)
		if err != nil {
			return nil, err
		}
		if slices.Contains(targets, target) {
			rules = append(rules, rule)
		}
	}
	return rules, nil
}

// RuleTargets returns the targets of an event rule, of those that are in the assembly.
func RuleTargets(rule *assembly.Resource) ([]*assembly.Resource, error) {
	p := &properties{of: rule}
	var all []*assembly.Resource
	for i := range p.length("Targets") {
		all = append(all, read(p, fmt.Sprintf("Targets.%d.Arn", i), (*assembly.Resource).Targets)...)
	}
	return all, p.err
}

// OnDefaultBus reports whether a rule is on the default event bus of a region, where the events of its alarms are.
func OnDefaultBus(rule *assembly.Resource, region string) bool {
	return !rule.Has("EventBusName") && rule.Stack.Region == region
}

// Hears reports whether an event rule, on whichever bus, acts when an alarm goes from OK to ALARM. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html.
// Of patterns it knows plain values: a filter, such as {"prefix": "a"}, is taken not to match.
func Hears(rule, alarm *assembly.Resource) (bool, error) {
	name, err := OrDefault(alarm, "AlarmName", (*assembly.Resource).Text, "")
	if err != nil {
		return false, err
	}
	return HearsEvent(rule, map[string]any{
		"source":      "aws.cloudwatch",
		"detail-type": "CloudWatch Alarm State Change",
		"region":      alarm.Stack.Region,
		"resources":   []any{"${" + alarm.String() + ".Arn}"},
		"detail": map[string]any{
			"alarmName":     []any{"${" + alarm.String() + "}", name}, // either
			"previousState": map[string]any{"value": "OK"},
			"state":         map[string]any{"value": "ALARM"},
		},
	})
}

// HearsEvent reports whether an event rule, on whichever bus, acts on an event, given as its JSON is decoded. What it knows of
// patterns, [Hears] says.
func HearsEvent(rule *assembly.Resource, event map[string]any) (bool, error) {
	p := &properties{of: rule}
	state := p.textOr("State", "ENABLED")
	pattern := readOr(p, "EventPattern", (*assembly.Resource).Value, nil)
	if p.err != nil || state == "DISABLED" || pattern == nil {
		return false, p.err
	}
	return matches(pattern, event), nil
}

// matches compares an event with a pattern: each key of the pattern has to be there, with one of its values.
func matches(pattern, event any) bool {
	switch pattern := pattern.(type) {
	case map[string]any:
		fields, _ := event.(map[string]any)
		for key, inner := range pattern {
			if !matches(inner, fields[key]) {
				return false
			}
		}
		return true
	case []any:
		values, ok := event.([]any)
		if !ok {
			values = []any{event}
		}
		return slices.ContainsFunc(values, func(value any) bool {
			text, ok := value.(string)
			return ok && slices.Contains(pattern, any(text))
		})
	}
	return false
}

// A PutObject is a state of a state machine that puts an object into a bucket.
type PutObject struct {
	Machine *assembly.Resource
	State   string             // its name
	Bucket  *assembly.Resource // nil if it is not one of the assembly
	Into    string             // the bucket as the state names it: "${Secondary.Bucket}"
	Key     string             // "failover-switch"
}

// PutObjects returns the states of a state machine that put an object with [S3's own call], by name. A definition that is
// no JSON, or says the call in another way, has none.
//
// [S3's own call]: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
func PutObjects(a *assembly.Assembly, machine *assembly.Resource) ([]PutObject, error) {
	text, err := OrDefault(machine, "DefinitionString", (*assembly.Resource).Text, "{}")
	if err != nil {
		return nil, err
	}
	var definition struct {
		States map[string]struct {
			Resource              string
			Arguments, Parameters struct{ Bucket, Key string } // of JSONata, of JSONPath
		}
	}
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		return nil, nil //nolint:nilerr // what is written otherwise puts no object that could be read here
	}
	var puts []PutObject
	for _, name := range slices.Sorted(maps.Keys(definition.States)) {
		state := definition.States[name]
		if !strings.HasSuffix(state.Resource, ":aws-sdk:s3:putObject") {
			continue
		}
		object := state.Arguments
		if object.Bucket == "" {
			object = state.Parameters
		}
		puts = append(puts, PutObject{machine, name, named(a, object.Bucket, BucketType), object.Bucket, object.Key})
	}
	return puts, nil
}
