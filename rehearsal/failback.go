package rehearsal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

const (
	alarmType   = "AWS::CloudWatch::Alarm"
	ruleType    = "AWS::Events::Rule"
	busType     = "AWS::Events::EventBus"
	machineType = "AWS::StepFunctions::StateMachine"
)

// A Failback keeps the site at the standby once it has moved there: an alarm
// has a state machine put the failover switch, and somebody has to remove it.
type Failback struct {
	StateMachine string // that puts the switch: "Secondary.FailbackStateMachineB9668938"
	Alarm        string // that starts it: "Failover.AlarmsStandbyServes64C7FA4D"
	Check        *HealthCheck
	Period       time.Duration // of the alarm's metric
	Periods      int           // so many samples in a row set the alarm off
}

// A FailbackAlarm counts the samples of the alarm that starts manual failback.
// [I] Route 53 reports a check's status once a minute, and CloudWatch does not
// see what lies between.
type FailbackAlarm struct {
	*Failback
	unhealthy int // samples in a row
}

// Sample takes a sample, and reports whether it sets the alarm off.
func (a *FailbackAlarm) Sample(healthy bool) bool {
	if a.unhealthy++; healthy {
		a.unhealthy = 0
	}
	return a.unhealthy == a.Periods
}

// On reports whether the alarm is in the state ALARM.
func (a *FailbackAlarm) On() bool { return a.unhealthy >= a.Periods }

// A putter is a state machine that puts an object.
type putter struct {
	machine     *assembly.Resource
	bucket, key string // the bucket as a placeholder
}

// readFailback looks for manual failback: backwards from each state machine
// that seems to put the failover switch, through rule, bus and rule, to the
// alarm that the standby serves. A way that is broken is a fault, and the site
// comes home by itself; where there is none at all, it is meant to.
func (r *reader) readFailback() (faults []Fault) {
	alarms, putters := r.awayAlarms(), r.putters()
	for _, p := range putters {
		if fault := r.follow(alarms, p); fault != nil {
			faults = append(faults, *fault)
		}
	}
	if len(putters) > 0 {
		return faults
	}
	for _, alarm := range alarms {
		for _, rule := range r.Referrers(alarm, ruleType) {
			if slices.ContainsFunc(r.behind(rule), func(to *assembly.Resource) bool { return to.Type == busType || to.Type == machineType }) {
				faults = append(faults, Fault{rule.String(), fmt.Sprintf("passes on that the standby serves (%s), and no state machine puts the failover switch", alarm)})
			}
		}
	}
	return faults
}

// follow says why a state machine does not keep the site at the standby; nil,
// if it does.
func (r *reader) follow(alarms []*assembly.Resource, p putter) *Fault {
	if fault := r.misses(p); fault != nil {
		return fault
	}
	fault := &Fault{p.machine.String(), "no alarm in us-east-1 watches the health check of the PRIMARY records: nothing puts the failover switch"}
	for _, alarm := range alarms {
		if fault = r.starts(alarm, p.machine); fault == nil {
			r.model.Failback = r.failback(alarm, p.machine)
			return nil
		}
	}
	return fault
}

func (r *reader) failback(alarm, machine *assembly.Resource) *Failback {
	return &Failback{
		StateMachine: machine.String(), Alarm: alarm.String(), Check: r.model.Pairs[0].Primary.HealthCheck,
		Period:  time.Duration(must(alarm.Int("Period"))) * time.Second,
		Periods: max(1, must(alarm.Int("EvaluationPeriods"))),
	}
}

// awayAlarms are the alarms on the health check that the PRIMARY records
// follow, in us-east-1: its metric is nowhere else.
func (r *reader) awayAlarms() []*assembly.Resource {
	primary := r.model.Pairs[0].Primary
	var alarms []*assembly.Resource
	for from, check := range r.checks {
		if primary == nil || check != primary.HealthCheck {
			continue
		}
		for _, alarm := range r.Referrers(from, alarmType) {
			if alarm.Stack.Region == "us-east-1" && orDefault(alarm, "MetricName", alarm.Text, "") == "HealthCheckStatus" {
				alarms = append(alarms, alarm)
			}
		}
	}
	return alarms
}

// putters are the state machines that put something into the switch's bucket,
// or the switch's key anywhere.
func (r *reader) putters() []putter {
	var putters []putter
	if r.model.Switch == nil {
		return nil
	}
	for _, machine := range r.Resources(machineType) {
		var definition struct {
			States map[string]struct {
				Resource  string
				Arguments struct{ Bucket, Key string }
			}
		}
		// What is written otherwise does not put the switch as a site of ours does.
		_ = json.Unmarshal([]byte(orDefault(machine, "DefinitionString", machine.Text, "")), &definition)
		for _, state := range definition.States {
			p := putter{machine, state.Arguments.Bucket, state.Arguments.Key}
			if strings.HasSuffix(state.Resource, ":aws-sdk:s3:putObject") && (p.bucket == r.switchBucket() || p.key == r.model.Switch.Key) {
				putters = append(putters, p)
			}
		}
	}
	return putters
}

func (r *reader) switchBucket() string { return "${" + r.model.Switch.Check.Bucket + "}" }

// misses says what a state machine puts that is not the switch.
func (r *reader) misses(p putter) *Fault {
	switch {
	case p.key != r.model.Switch.Key:
		return &Fault{p.machine.String(), fmt.Sprintf("puts the object %q, but the failover switch is %q: the site comes home by itself", p.key, r.model.Switch.Key)}
	case p.bucket != r.switchBucket():
		return &Fault{p.machine.String(), fmt.Sprintf("puts the failover switch into %s, not into %s: the site comes home by itself", p.bucket, r.switchBucket())}
	}
	return nil
}

// starts follows an alarm's way to a state machine: a rule on the default bus
// of the alarm's region, an event bus, and a rule on that. It says where the
// way ends too early; nil, if it does not.
func (r *reader) starts(alarm, machine *assembly.Resource) *Fault {
	if orDefault(alarm, "ComparisonOperator", alarm.Text, "") != "LessThanThreshold" || orDefault(alarm, "Threshold", alarm.Int, 0) != 1 {
		return &Fault{alarm.String(), "does not go off when the standby serves, at a health check's status below 1"}
	}
	fault := &Fault{machine.String(), "no rule starts it: nothing puts the failover switch"}
	for _, start := range r.sendingTo(machine) {
		bus, err := start.Target("EventBusName")
		if err != nil {
			fault = &Fault{start.String(), "listens on no event bus of the assembly: nothing puts the failover switch"}
			continue
		}
		fault = &Fault{bus.String(), "no rule sends to it: nothing puts the failover switch"}
		for _, forward := range r.sendingTo(bus) {
			switch {
			case forward.Has("EventBusName") || forward.Stack.Region != alarm.Stack.Region:
				fault = &Fault{forward.String(), "does not listen on the default event bus of " + alarm.Stack.Region + ", where the alarm " + alarm.String() + " is told"}
			case !hears(forward, alarm):
				fault = deaf(forward, alarm)
			case !hears(start, alarm):
				fault = deaf(start, alarm)
			default:
				return nil
			}
		}
	}
	return fault
}

func deaf(rule, alarm *assembly.Resource) *Fault {
	return &Fault{rule.String(), fmt.Sprintf("does not act when the alarm %s goes from OK to ALARM: nothing puts the failover switch", alarm)}
}

// sendingTo are the rules with a target.
func (r *reader) sendingTo(target *assembly.Resource) []*assembly.Resource {
	return slices.DeleteFunc(r.Referrers(target, ruleType), func(rule *assembly.Resource) bool {
		return !slices.Contains(r.behind(rule), target)
	})
}

// behind are a rule's targets, of those that are in the assembly.
func (r *reader) behind(rule *assembly.Resource) []*assembly.Resource {
	var all []*assembly.Resource
	for i := range length(rule, "Targets") {
		all = append(all, must(rule.Targets(fmt.Sprintf("Targets.%d.Arn", i)))...)
	}
	return all
}

// hears reports whether a rule acts on the event that an alarm goes off. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html.
func hears(rule, alarm *assembly.Resource) bool {
	if orDefault(rule, "State", rule.Text, "ENABLED") == "DISABLED" || !rule.Has("EventPattern") {
		return false
	}
	return matches(must(rule.Value("EventPattern")), map[string]any{
		"source":      []string{"aws.cloudwatch"},
		"detail-type": []string{"CloudWatch Alarm State Change"},
		"region":      []string{alarm.Stack.Region},
		"resources":   []string{"${" + alarm.String() + ".Arn}"},
		"detail": map[string]any{
			"alarmName":     []string{"${" + alarm.String() + "}", orDefault(alarm, "AlarmName", alarm.Text, "")},
			"previousState": map[string]any{"value": []string{"OK"}},
			"state":         map[string]any{"value": []string{"ALARM"}},
		},
	})
}

// matches compares an event with a pattern: each key of the pattern has to be
// there, with one of its values. A value that is a filter matches nothing.
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
		values, _ := event.([]string)
		return slices.ContainsFunc(values, func(value string) bool { return slices.Contains(pattern, any(value)) })
	}
	return false
}
