package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/assembly"
)

// stateMachine is the definition of a shipped site's state machine, with
// placeholders for what only exists at deployment.
func stateMachine(t *testing.T, find func(w *walk) response) (definition string, bucket string) {
	t.Helper()
	everything := sites[len(sites)-1]
	err := take(func(w *walk) {
		definition = must(find(w).machine.Text("DefinitionString"))
		bucket = "${" + w.bucket(w.site.Standby.Region.Name).String() + "}"
	}, &walk{everything.assembly, everything.site})
	if err != nil {
		t.Fatal(err)
	}
	return definition, bucket
}

// passesHealthOn is what follows when the standby does not answer.
func passesHealthOn(w *walk) response {
	return w.response(w.alarmNamed("The standby does not answer", "us-east-1"))
}

// TestStateMachines holds every state machine of every shipped site against the
// Amazon States Language, by asl-validator.
func TestStateMachines(t *testing.T) {
	var found []*assembly.Resource
	for _, s := range sites {
		for _, machine := range s.assembly.Resources("AWS::StepFunctions::StateMachine") {
			found = append(found, machine)
			definition, err := machine.Text("DefinitionString")
			if err != nil {
				t.Fatal(err)
			}
			if err := checkStates(t, definition); err != nil {
				t.Errorf("%s: %s: %v", s.name, machine, err)
			}
		}
	}
	if len(found) < 2 {
		t.Errorf("found the state machines %v, want that of failback and that of practice", found)
	}

	definition, _ := stateMachine(t, (*walk).failback)
	for breaks, twin := range map[string]string{
		"no end":        strings.Replace(definition, `"End":true,`, "", 1),
		"no such state": strings.Replace(definition, `"StartAt":"Call"`, `"StartAt":"Other"`, 1),
		"an unknown key": strings.Replace(definition, `"Type":"Task"`, `"Type":"Task","Argument":{}`,
			1),
		"the other query language": strings.Replace(definition, `"JSONata"`, `"JSONPath"`, 1),
	} {
		if twin == definition {
			t.Errorf("%s: the twin cannot be made", breaks)
		}
		if err := checkStates(t, twin); err == nil {
			t.Errorf("%s: nobody noticed", breaks)
		}
	}
}

func checkStates(t *testing.T, definition string) error {
	t.Helper()
	return runCommand(filepath.Join("node_modules", ".bin", "asl-validator"), "--json-path", writeTemp(t, definition))
}

// TestCalls makes the calls' arguments of CloudWatch's event, by JSONata's own
// engine.
func TestCalls(t *testing.T) {
	failback, bucket := stateMachine(t, (*walk).failback)
	practice, _ := stateMachine(t, passesHealthOn)
	published := func(value float64) map[string]any {
		return map[string]any{"Namespace": "Twinsite", "MetricData": []any{map[string]any{
			"MetricName": "StandbyUnhealthy", "Value": value, "Timestamp": "2026-11-22T18:00:00Z",
			"Dimensions": []any{map[string]any{"Name": "Site", "Value": "everything"}},
		}}}
	}
	alarm := read(t, "testdata/events/alarm.json")
	ok := strings.Replace(alarm, `"value": "ALARM"`, `"value": "OK"`, 1)
	tests := map[string]struct {
		definition, event string
		want              map[string]any
	}{
		"the switch is put": {failback, alarm, map[string]any{
			"Bucket": bucket, "Key": "failover-switch",
			"Body": "put by failover.failback: manual, as the site had moved at 2026-11-22T18:00:00Z",
		}},
		"the standby does not answer": {practice, alarm, published(1)},
		"the standby answers":         {practice, ok, published(0)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := arguments(t, test.definition, test.event)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("arguments (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := arguments(t, strings.Replace(failback, "$states.input.time", "(", 1), alarm); err == nil {
		t.Error("nobody noticed that an expression is none")
	}
}

// arguments are those of a state machine's call on an event.
func arguments(t *testing.T, definition, event string) (map[string]any, error) {
	t.Helper()
	command := exec.Command("node", filepath.Join("testdata", "events", "evaluate.js"), writeTemp(t, definition), writeTemp(t, event))
	output, err := command.Output()
	if err != nil {
		return nil, err
	}
	var arguments map[string]any
	return arguments, json.Unmarshal(output, &arguments)
}

func writeTemp(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "content.json")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// runCommand runs a command, whose output becomes the error if it fails.
func runCommand(name string, args ...string) error {
	output, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return errors.Join(err, fmt.Errorf("%s", output))
	}
	return nil
}
