package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/constructs"
)

// behind are the resources that some lead to, through any of their values, and
// themselves.
func behind(from ...*assembly.Resource) []*assembly.Resource {
	all := slices.Clone(from)
	for i := 0; i < len(all); i++ {
		for _, to := range must(all[i].Targets("")) {
			if !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
		for _, id := range all[i].DependsOn() {
			if to := must(all[i].Stack.Resource(id)); !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
	}
	return all
}

// A response is what an alarm of us-east-1 sets off in another region.
type response struct{ forward, bus, start, machine *assembly.Resource }

// response follows an alarm's event to the state machine that it starts.
func (w *walk) response(alarm *assembly.Resource) response {
	var r response
	for _, rule := range w.Referrers(alarm, "AWS::Events::Rule") {
		leads(rule, "EventPattern.detail.alarmName.0", alarm)
		expect(rule, "EventPattern.source.0", "aws.cloudwatch")
		expect(rule, "EventPattern.detail-type.0", "CloudWatch Alarm State Change")
		expect(rule, "State", "ENABLED")
		r.forward = rule
	}
	if r.forward == nil {
		fail("nothing happens when %s goes off", alarm)
	}
	if r.forward.Has("EventBusName") || r.forward.Stack.Region != alarm.Stack.Region {
		fail("%s does not hear of %s: alarms' events are on the default bus of their region", r.forward, alarm)
	}
	r.bus = target(r.forward, "Targets.0.Arn", "AWS::Events::EventBus")
	mayDo(w, target(r.forward, "Targets.0.RoleArn", "AWS::IAM::Role"), "events:PutEvents", r.bus)
	r.start = only("rules of "+r.bus.String(), w.rulesOf(r.bus)...)
	expect(r.start, "EventPattern.source.0", "aws.cloudwatch")
	for _, rule := range []*assembly.Resource{r.forward, r.start} {
		// For a day, unless told otherwise: the site may have come home by then.
		expect(rule, "Targets.0.RetryPolicy.MaximumEventAgeInSeconds", 300)
	}
	r.machine = target(r.start, "Targets.0.Arn", "AWS::StepFunctions::StateMachine")
	mayDo(w, target(r.start, "Targets.0.RoleArn", "AWS::IAM::Role"), "states:StartExecution", r.machine)
	return r
}

// rulesOf are the rules on a bus, not those that send to it.
func (w *walk) rulesOf(bus *assembly.Resource) []*assembly.Resource {
	var found []*assembly.Resource
	for _, rule := range w.Referrers(bus, "AWS::Events::Rule") {
		if rule.Has("EventBusName") && must(rule.Target("EventBusName")) == bus {
			found = append(found, rule)
		}
	}
	return found
}

// mayDo demands that a role may do one thing to a resource, and nothing else.
func mayDo(w *walk, role *assembly.Resource, action string, to *assembly.Resource) {
	policy := w.policyOf(role)
	allowed := statements(policy, "Allow")
	if len(allowed) != 1 || allowed[0]["Action"] != action {
		fail("%s may do %v, want %s only", role, allowed, action)
	}
	leads(policy, "PolicyDocument.Statement.0.Resource", to)
}

// A definition is a state machine of one call.
type definition struct {
	StartAt string
	States  map[string]struct {
		Type, Resource string
		End            bool
		Arguments      map[string]any
		Retry          []struct {
			ErrorEquals []string
			MaxAttempts int
		}
	}
}

// keepsCall demands that a state machine does nothing but one call, and tries
// it again, and returns its arguments.
func keepsCall(machine *assembly.Resource, call string) map[string]any {
	var d definition
	if err := json.Unmarshal([]byte(must(machine.Text("DefinitionString"))), &d); err != nil {
		fail("%s: %v", machine, err)
	}
	state := d.States[d.StartAt]
	if len(d.States) != 1 || state.Type != "Task" || !state.End || state.Resource != "arn:aws:states:::aws-sdk:"+call {
		fail("%s does %d things, first %s, want %s only", machine, len(d.States), state.Resource, call)
	}
	if len(state.Retry) != 1 || state.Retry[0].MaxAttempts < 3 || !slices.Equal(state.Retry[0].ErrorEquals, []string{"States.ALL"}) {
		fail("%s tries %v", machine, state.Retry)
	}
	return state.Arguments
}

// failback is what follows when the standby serves.
func (w *walk) failback() response {
	return w.response(w.alarmNamed("The standby serves", "us-east-1"))
}

// keepsFailback follows the alarm to the object.
func (w *walk) keepsFailback() {
	r := w.failback()
	expect(r.forward, "EventPattern.detail.previousState.value", []any{"OK"})
	expect(r.forward, "EventPattern.detail.state.value", []any{"ALARM"})
	bucket := w.bucket(w.site.Standby.Region.Name)
	inRegion(r.machine, bucket.Stack.Region)
	inRegion(r.bus, bucket.Stack.Region)
	arguments := keepsCall(r.machine, "s3:putObject")
	key := strings.TrimPrefix(constructs.FailoverSwitchPath, "/")
	for name, want := range map[string]any{"Bucket": "${" + bucket.String() + "}", "Key": key} {
		if arguments[name] != want {
			fail("%s puts %s %q, want %q", r.machine, name, arguments[name], want)
		}
	}
	policy := w.policyOf(target(r.machine, "RoleArn", "AWS::IAM::Role"))
	for i, statement := range statements(policy, "Allow") {
		if statement["Action"] != "s3:PutObject" {
			continue
		}
		if to := must(policy.Text(fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i))); to != "${"+bucket.String()+".Arn}/"+key {
			fail("%s may put %s", policy, to)
		}
	}
	w.watches("ExecutionsFailed", "StateMachineArn", r.machine)
}

// keepsWayOut demands that no record depends on what manual failback is made
// of: not on the alarm, the rules, the bus nor the state machine.
func (w *walk) keepsWayOut() {
	for _, group := range w.Resources("AWS::Route53::RecordSetGroup") {
		for _, to := range behind(group) {
			for _, never := range []string{"AWS::CloudWatch::", "AWS::Events::", "AWS::StepFunctions::", "AWS::SNS::"} {
				if strings.HasPrefix(to.Type, never) {
					fail("%s depends on %s", group, to)
				}
			}
		}
	}
}
