package operations

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

// behind are the resources that some lead to, through any of their values or
// explicit dependencies, and themselves.
func behind(from ...*assembly.Resource) []*assembly.Resource {
	all := slices.Clone(from)
	for i := 0; i < len(all); i++ {
		next := read.Targets(all[i], "")
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
func response(in *read.Reader, alarm *assembly.Resource) topology.Response {
	responses := must.Get(topology.Responses(in.Assembly, alarm))
	if len(responses) != 1 {
		read.Fail(alarm, "", "starts %d state machines by an event rule and a bus, want one: nothing happens when it goes off", len(responses))
	}
	r := responses[0]
	read.Leads(r.Forward, "EventPattern.detail.alarmName.0", alarm)
	read.Expect(r.Forward, "EventPattern.detail-type.0", "CloudWatch Alarm State Change")
	read.Expect(r.Forward, "State", "ENABLED")
	checkMayOnly(in, read.Target(r.Forward, "Targets.0.RoleArn", "AWS::IAM::Role"), "events:PutEvents", r.Bus)
	read.Only("rules of "+r.Bus.String(), must.Get(topology.RulesOn(in.Assembly, r.Bus))...)
	for _, rule := range []*assembly.Resource{r.Forward, r.Start} {
		read.Expect(rule, "EventPattern.source.0", "aws.cloudwatch")
		// For a day, unless told otherwise: the site may have come home by then.
		read.Expect(rule, "Targets.0.RetryPolicy.MaximumEventAgeInSeconds", 300)
	}
	checkMayOnly(in, read.Target(r.Start, "Targets.0.RoleArn", "AWS::IAM::Role"), "states:StartExecution", r.Machine)
	return r
}

// checkMayOnly demands that a role may do one thing to a resource, and nothing
// else.
func checkMayOnly(in *read.Reader, role *assembly.Resource, action string, to *assembly.Resource) {
	policy := in.PolicyOf(role)
	allowed := read.Statements(policy, "Allow")
	if len(allowed) != 1 || allowed[0]["Action"] != action {
		read.Fail(policy, "PolicyDocument.Statement", "lets %s do %v, want %s only", role, allowed, action)
	}
	read.Leads(policy, "PolicyDocument.Statement.0.Resource", to)
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
	if err := json.Unmarshal([]byte(read.Text(machine, definitionPath)), &d); err != nil {
		read.Fail(machine, definitionPath, "cannot be read: %v", err)
	}
	state := d.States[d.StartAt]
	if len(d.States) != 1 || state.Type != "Task" || !state.End || state.Resource != "arn:aws:states:::aws-sdk:"+call {
		read.Fail(machine, definitionPath, "does %d things, first %s, want %s only", len(d.States), state.Resource, call)
	}
	if len(state.Retry) != 1 || state.Retry[0].MaxAttempts < 3 || !slices.Equal(state.Retry[0].ErrorEquals, []string{"States.ALL"}) {
		read.Fail(machine, definitionPath, "tries again %v, want 3 times or more after any error", state.Retry)
	}
	return state.Arguments
}

// failback is what follows when the standby serves.
func failback(in *read.Reader) topology.Response {
	return response(in, globalAlarm(in, site.StandbyServesAlarm))
}

// checkFailback follows the alarm to the object.
func checkFailback(in *read.Reader) {
	r := failback(in)
	read.Expect(r.Forward, "EventPattern.detail.previousState.value", []any{"OK"})
	read.Expect(r.Forward, "EventPattern.detail.state.value", []any{"ALARM"})
	bucket := in.SwitchBucket()
	read.InRegion(r.Machine, bucket.Stack.Region)
	read.InRegion(r.Bus, bucket.Stack.Region)
	call(r.Machine, "s3:putObject")
	for _, put := range must.Get(topology.PutObjects(in.Assembly, r.Machine)) {
		if put.Bucket != bucket || put.Key != site.SwitchKey {
			read.Fail(r.Machine, definitionPath, "puts %q into %q, want %q into %s", put.Key, put.Into, site.SwitchKey, bucket)
		}
	}
	policy := in.PolicyOf(read.Target(r.Machine, "RoleArn", "AWS::IAM::Role"))
	for i, statement := range read.Objects(policy, "PolicyDocument.Statement") {
		if statement["Effect"] != "Allow" || statement["Action"] != "s3:PutObject" {
			continue
		}
		path := fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i)
		if to := read.Text(policy, path); to != read.Placeholder(bucket, "Arn")+read.SwitchPath {
			read.Fail(policy, path, "is %s: it may put that, want the switch only", to)
		}
	}
	alarmOn(in, "ExecutionsFailed", "StateMachineArn", r.Machine)
}

// checkWayOut demands that no record depends on what manual failback is made
// of: not on the alarm, the rules, the bus nor the state machine.
func checkWayOut(in *read.Reader) {
	for _, group := range recordResources(in) {
		for _, to := range behind(group) {
			for _, never := range []string{"AWS::CloudWatch::", "AWS::Events::", "AWS::StepFunctions::", "AWS::SNS::"} {
				if strings.HasPrefix(to.Type, never) {
					read.Fail(group, "", "depends on %s", to)
				}
			}
		}
	}
}
