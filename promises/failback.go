package promises

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// behind are the resources that some lead to, through any of their values or
// explicit dependencies, and themselves.
func (in *reader) behind(from ...*assembly.Resource) []*assembly.Resource {
	all := slices.Clone(from)
	for i := 0; i < len(all); i++ {
		next := targets(all[i], "")
		for _, id := range all[i].DependsOn() {
			next = append(next, must.Get(all[i].Stack.Resource(id)))
		}
		for _, to := range next {
			if !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
	}
	return all
}

// response follows an alarm of us-east-1 to the state machine that it starts in
// another region.
func (in *reader) response(alarm *assembly.Resource) topology.Response {
	responses := must.Get(topology.Responses(in.Assembly, alarm))
	if len(responses) != 1 {
		fail(alarm, "", "starts %d state machines by an event rule and a bus, want one: nothing happens when it goes off", len(responses))
	}
	r := responses[0]
	leads(r.Forward, "EventPattern.detail.alarmName.0", alarm)
	expect(r.Forward, "EventPattern.detail-type.0", "CloudWatch Alarm State Change")
	expect(r.Forward, "State", "ENABLED")
	in.checkMayOnly(target(r.Forward, "Targets.0.RoleArn", "AWS::IAM::Role"), "events:PutEvents", r.Bus)
	only("rules of "+r.Bus.String(), must.Get(topology.RulesOn(in.Assembly, r.Bus))...)
	for _, rule := range []*assembly.Resource{r.Forward, r.Start} {
		expect(rule, "EventPattern.source.0", "aws.cloudwatch")
		// For a day, unless told otherwise: the site may have come home by then.
		expect(rule, "Targets.0.RetryPolicy.MaximumEventAgeInSeconds", 300)
	}
	in.checkMayOnly(target(r.Start, "Targets.0.RoleArn", "AWS::IAM::Role"), "states:StartExecution", r.Machine)
	return r
}

// checkMayOnly demands that a role may do one thing to a resource, and nothing
// else.
func (in *reader) checkMayOnly(role *assembly.Resource, action string, to *assembly.Resource) {
	policy := in.policyOf(role)
	allowed := statements(policy, "Allow")
	if len(allowed) != 1 || allowed[0]["Action"] != action {
		fail(policy, "PolicyDocument.Statement", "lets %s do %v, want %s only", role, allowed, action)
	}
	leads(policy, "PolicyDocument.Statement.0.Resource", to)
}

// A definition is a state machine of one call:
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
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

const definitionPath = "DefinitionString"

// call demands that a state machine does nothing but one call, and tries it
// again, and returns its arguments.
func call(machine *assembly.Resource, call string) map[string]any {
	var d definition
	if err := json.Unmarshal([]byte(text(machine, definitionPath)), &d); err != nil {
		fail(machine, definitionPath, "cannot be read: %v", err)
	}
	state := d.States[d.StartAt]
	if len(d.States) != 1 || state.Type != "Task" || !state.End || state.Resource != "arn:aws:states:::aws-sdk:"+call {
		fail(machine, definitionPath, "does %d things, first %s, want %s only", len(d.States), state.Resource, call)
	}
	if len(state.Retry) != 1 || state.Retry[0].MaxAttempts < 3 || !slices.Equal(state.Retry[0].ErrorEquals, []string{"States.ALL"}) {
		fail(machine, definitionPath, "tries again %v, want 3 times or more after any error", state.Retry)
	}
	return state.Arguments
}

// failback is what follows when the standby serves.
func (in *reader) failback() topology.Response {
	return in.response(in.globalAlarm(site.StandbyServesAlarm))
}

// checkFailback follows the alarm to the object.
func (in *reader) checkFailback() {
	r := in.failback()
	expect(r.Forward, "EventPattern.detail.previousState.value", []any{"OK"})
	expect(r.Forward, "EventPattern.detail.state.value", []any{"ALARM"})
	bucket := in.standbyBucket()
	inRegion(r.Machine, bucket.Stack.Region)
	inRegion(r.Bus, bucket.Stack.Region)
	call(r.Machine, "s3:putObject")
	for _, put := range must.Get(topology.PutObjects(in.Assembly, r.Machine)) {
		if put.Bucket != bucket || put.Key != site.SwitchKey {
			fail(r.Machine, definitionPath, "puts %q into %q, want %q into %s", put.Key, put.Into, site.SwitchKey, bucket)
		}
	}
	policy := in.policyOf(target(r.Machine, "RoleArn", "AWS::IAM::Role"))
	for i, statement := range objects(policy, "PolicyDocument.Statement") {
		if statement["Effect"] != "Allow" || statement["Action"] != "s3:PutObject" {
			continue
		}
		path := fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i)
		if to := text(policy, path); to != placeholder(bucket, "Arn")+switchPath {
			fail(policy, path, "is %s: it may put that, want the switch only", to)
		}
	}
	in.alarmOn("ExecutionsFailed", "StateMachineArn", r.Machine)
}

// checkWayOut demands that no record depends on what manual failback is made
// of: not on the alarm, the rules, the bus nor the state machine.
func (in *reader) checkWayOut() {
	for _, group := range in.recordResources() {
		for _, to := range in.behind(group) {
			for _, never := range []string{"AWS::CloudWatch::", "AWS::Events::", "AWS::StepFunctions::", "AWS::SNS::"} {
				if strings.HasPrefix(to.Type, never) {
					fail(group, "", "depends on %s", to)
				}
			}
		}
	}
}
