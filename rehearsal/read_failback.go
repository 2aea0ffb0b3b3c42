package rehearsal

import (
	"fmt"
	"slices"
	"time"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// readFailback looks for manual failback. From each state machine that seems to write the failover switch it goes back
// through a rule, an event bus and another rule to the alarm that the standby serves. If one of these is missing or wrong,
// that is a fault, and the site comes home by itself. Without any such state machine the site is meant to come home by itself.
func (r *reader) readFailback() (faults []Fault) {
	alarms, puts := r.awayAlarms(), r.switchPuts()
	for _, put := range puts {
		faults = append(faults, r.follow(alarms, put)...)
	}
	if len(puts) > 0 {
		return faults
	}
	for _, alarm := range alarms {
		for _, rule := range r.passing(alarm) {
			faults = append(faults, Fault{rule.String(), fmt.Sprintf("passes on that the standby serves (%s), and no state machine puts the failover switch", alarm)})
		}
	}
	return faults
}

// passing are the rules that pass an alarm on to what manual failback uses: an event bus, or a state machine.
func (r *reader) passing(alarm *assembly.Resource) []*assembly.Resource {
	elsewhere := func(target *assembly.Resource) bool {
		return target.Type != topology.BusType && target.Type != topology.MachineType
	}
	return slices.DeleteFunc(r.Referrers(alarm, topology.EventRuleType), func(rule *assembly.Resource) bool {
		return len(slices.DeleteFunc(must.Get(topology.RuleTargets(rule)), elsewhere)) == 0
	})
}

// follow says why a state machine does not hold the site at the standby, or errors do not
// move the site; nothing, if all does.
func (r *reader) follow(alarms []*assembly.Resource, put topology.PutObject) []Fault {
	if fault := r.misses(put); fault != nil {
		return []Fault{*fault}
	}
	fault := &Fault{put.Machine.String(), "no alarm in us-east-1 watches the health check of the PRIMARY records: nothing puts the failover switch"}
	for _, alarm := range alarms {
		if fault = r.starts(alarm, put.Machine); fault == nil {
			r.model.Failback = r.failback(alarm, put.Machine)
			return r.readErrorRate(put.Machine)
		}
	}
	return []Fault{*fault}
}

func (r *reader) failback(alarm, machine *assembly.Resource) *Failback {
	seconds, periods := must.Get(alarm.Int("Period")), max(1, must.Get(alarm.Int("EvaluationPeriods")))
	within(alarm, "Period", seconds, 1, 86400)
	within(alarm, "EvaluationPeriods", periods, 1, 86400)
	return &Failback{
		StateMachine: machine.String(), Alarm: alarm.String(), Check: r.model.Leading().Primary.HealthCheck,
		Period: time.Duration(seconds) * time.Second, Periods: periods,
	}
}

// awayAlarms are the alarms on the health check that the leading PRIMARY
// record follows.
func (r *reader) awayAlarms() []*assembly.Resource {
	primary := r.leading().Primary
	if primary == nil || primary.HealthCheck == nil {
		return nil
	}
	return must.Get(topology.AlarmsOn(r.Assembly, primary.HealthCheck))
}

// leading is [Model.Leading] as the templates have it.
func (r *reader) leading() topology.Pair {
	leading := r.model.Leading()
	for _, pair := range r.serving {
		if pair.Name == leading.Name {
			return pair
		}
	}
	return r.pairs[0]
}

// switchPuts are where state machines put something into the switch's bucket,
// or the switch's key anywhere.
func (r *reader) switchPuts() []topology.PutObject {
	if r.model.Switch == nil {
		return nil
	}
	var found []topology.PutObject
	for _, machine := range r.Resources(topology.MachineType) {
		for _, put := range must.Get(topology.PutObjects(r.Assembly, machine)) {
			if r.intoSwitchBucket(put) || put.Key == r.model.Switch.Key {
				found = append(found, put)
			}
		}
	}
	return found
}

func (r *reader) intoSwitchBucket(put topology.PutObject) bool {
	return put.Bucket != nil && put.Bucket.String() == r.model.Switch.Check.Bucket
}

// misses says what a state machine puts that is not the switch.
func (r *reader) misses(put topology.PutObject) *Fault {
	switch {
	case put.Key != r.model.Switch.Key:
		return &Fault{put.Machine.String(), fmt.Sprintf("puts the object %q, but the failover switch is %q: the site comes home by itself", put.Key, r.model.Switch.Key)}
	case !r.intoSwitchBucket(put):
		return &Fault{put.Machine.String(), fmt.Sprintf("puts the failover switch into %s, not into ${%s}: the site comes home by itself", put.Into, r.model.Switch.Check.Bucket)}
	}
	return nil
}

// starts follows an alarm's way to a state machine: a rule on the default bus
// of the alarm's region, an event bus, and a rule on that. It says where the
// way ends too early; nil, if it does not.
func (r *reader) starts(alarm, machine *assembly.Resource) *Fault {
	comparison := must.Get(topology.OrDefault(alarm, "ComparisonOperator", (*assembly.Resource).Text, ""))
	threshold := must.Get(topology.OrDefault(alarm, "Threshold", (*assembly.Resource).Int, 0))
	if comparison != "LessThanThreshold" || threshold != 1 {
		return &Fault{alarm.String(), "does not go off when the standby serves, at a health check's status below 1"}
	}
	return r.leads(alarm, machine)
}

// readErrorRate looks for an alarm on the site's errors that starts the state machine of manual failback, too. One that is
// passed on and starts nothing at all is a fault, and one of which nobody knows when it goes off.
func (r *reader) readErrorRate(machine *assembly.Resource) (faults []Fault) {
	for _, alarm := range must.Get(topology.ErrorAlarms(r.Assembly)) {
		switch fault := r.leads(alarm.Resource, machine); {
		case fault != nil:
			others := func(way topology.Response) bool { return way.Machine != machine }
			if len(r.passing(alarm.Resource)) > 0 && !slices.ContainsFunc(must.Get(topology.Responses(r.Assembly, alarm.Resource)), others) {
				faults = append(faults, *fault)
			}
		case alarm.Unclear != "":
			faults = append(faults, Fault{alarm.Resource.String(), alarm.Unclear})
		default:
			within(alarm.Resource, "EvaluationPeriods", alarm.Periods, 1, 86400)
			within(alarm.Resource, "Period", alarm.Period, time.Second, 24*time.Hour)
			r.model.ErrorRate = &ErrorRate{ErrorAlarm: alarm}
		}
	}
	return faults
}

// leads says where the way from an alarm to a state machine ends too early; nil, if it does not.
func (r *reader) leads(alarm, machine *assembly.Resource) *Fault {
	fault, passing := &Fault{machine.String(), "no rule starts it: nothing puts the failover switch"}, r.passing(alarm)
	for _, start := range must.Get(topology.RulesTo(r.Assembly, machine)) {
		bus, err := start.Target("EventBusName")
		if err != nil {
			fault = &Fault{start.String(), "listens on no event bus of the assembly: nothing puts the failover switch"}
			continue
		}
		fault = &Fault{bus.String(), fmt.Sprintf("no rule sends the alarm %s to it: nothing puts the failover switch", alarm)}
		for _, forward := range must.Get(topology.RulesTo(r.Assembly, bus)) {
			if broken := passesOn(alarm, forward, start); broken == nil {
				return nil
			} else if len(passing) == 0 || slices.Contains(passing, forward) { // others are for other alarms
				fault = broken
			}
		}
	}
	return fault
}

// passesOn says which of the two rules does not act on the alarm; nil, if both do.
func passesOn(alarm, forward, start *assembly.Resource) *Fault {
	if !topology.OnDefaultBus(forward, alarm.Stack.Region) {
		return &Fault{forward.String(), "does not listen on the default event bus of " + alarm.Stack.Region + ", where the event of the alarm " + alarm.String() + " arrives"}
	}
	for _, rule := range []*assembly.Resource{forward, start} {
		if !must.Get(topology.Hears(rule, alarm)) {
			return &Fault{rule.String(), fmt.Sprintf("does not act when the alarm %s goes from OK to ALARM: nothing puts the failover switch", alarm)}
		}
	}
	return nil
}
