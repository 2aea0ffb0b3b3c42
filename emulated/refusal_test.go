package emulated

import (
	"strings"
	"testing"
	"time"
)

// topic is a template of two resources.
const topic = `{"Resources": {
	"First": {"Type": "AWS::SNS::Topic"},
	"Last": {"Type": "AWS::SNS::Topic", "DependsOn": "First"}
}}`

// TestRefusal shows that the account refuses the resource that it is asked to
// refuse, once, and no other: tests of failing deployments rest on it.
func TestRefusal(t *testing.T) {
	if *assemblies == "" {
		t.Skip(`"make deploy-emulated" starts an account`)
	}
	t.Parallel()
	a := startAccount(t)
	a.refuse("topics", "Last")
	for _, attempt := range []struct{ stack, ends string }{
		{"others", "CREATE_COMPLETE"},
		{"topics", "ROLLBACK_COMPLETE"},
		{"again", "CREATE_COMPLETE"},
		{"topics", "CREATE_COMPLETE"},
	} {
		a.ask("us-east-1", "cloudformation", "create_stack", map[string]any{"StackName": attempt.stack, "TemplateBody": topic})
		status := a.ended("us-east-1", attempt.stack)
		if status != attempt.ends {
			t.Errorf("the stack %s ended with %s, not %s", attempt.stack, status, attempt.ends)
		}
		if status == "CREATE_COMPLETE" {
			continue
		}
		events := a.events("us-east-1", attempt.stack)
		if !strings.Contains(events, "refuses Last of topics") {
			t.Errorf("the events do not say why: %s", events)
		}
		a.ask("us-east-1", "cloudformation", "delete_stack", map[string]any{"StackName": attempt.stack})
		for len(a.inventory([]string{"us-east-1"})["sns Topics us-east-1"]) > 2 && interrupted.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// events are all that has happened to a stack. The CDK does not always print why a
// creation failed, when the rollback is quick.
func (a *account) events(region, stack string) string {
	a.t.Helper()
	asked, all := map[string]any{"StackName": stack}, ""
	for {
		answer := a.ask(region, "cloudformation", "describe_stack_events", asked)
		all += text(answer["StackEvents"])
		if answer["NextToken"] == nil {
			return all
		}
		asked["NextToken"] = answer["NextToken"]
	}
}

// ended waits until a stack is no longer worked on and returns its status.
func (a *account) ended(region, stack string) string {
	a.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		answer := a.ask(region, "cloudformation", "describe_stacks", map[string]any{"StackName": stack})
		status := text(list(answer["Stacks"])[0]["StackStatus"])
		if !strings.HasSuffix(status, "_IN_PROGRESS") || time.Now().After(deadline) || interrupted.Err() != nil {
			return status
		}
	}
}
