package promises

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
	"twinsite/site"
	"twinsite/topology"
)

// TestStateMachines holds every state machine of the golden templates against the
// Amazon States Language, by asl-validator.
func TestStateMachines(t *testing.T) {
	var found []*assembly.Resource
	for _, s := range goldenSites(t) {
		for _, machine := range s.assembly.Resources(topology.MachineType) {
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

	definition := text(everything(t).failback().Machine, definitionPath)
	for breaks, broken := range map[string]string{
		"no end":        strings.Replace(definition, `"End":true,`, "", 1),
		"no such state": strings.Replace(definition, `"StartAt":"Call"`, `"StartAt":"Other"`, 1),
		"an unknown key": strings.Replace(definition, `"Type":"Task"`, `"Type":"Task","Argument":{}`,
			1),
		"the other query language": strings.Replace(definition, `"JSONata"`, `"JSONPath"`, 1),
	} {
		if broken == definition {
			t.Errorf("%s: the broken copy cannot be made", breaks)
		}
		if err := checkStates(t, broken); err == nil {
			t.Errorf("%s: nobody noticed", breaks)
		}
	}
}

func checkStates(t *testing.T, definition string) error {
	t.Helper()
	return runCommand(filepath.Join("..", "node_modules", ".bin", "asl-validator"), "--json-path", writeTemp(t, definition))
}

// TestCalls makes the calls' arguments of CloudWatch's event, by JSONata's own
// engine.
func TestCalls(t *testing.T) {
	in := everything(t)
	failback := text(in.failback().Machine, definitionPath)
	practice := text(in.passesHealthOn().Machine, definitionPath)
	published := func(value float64) map[string]any {
		return map[string]any{"Namespace": "Twinsite", "MetricData": []any{map[string]any{
			"MetricName": "StandbyUnhealthy", "Value": value, "Timestamp": "2026-11-22T18:00:00Z",
			"Dimensions": []any{map[string]any{"Name": "Site", "Value": "everything"}},
		}}}
	}
	data, err := os.ReadFile("testdata/events/alarm.json")
	if err != nil {
		t.Fatal(err)
	}
	alarm := string(data)
	ok := strings.Replace(alarm, `"value": "ALARM"`, `"value": "OK"`, 1)
	tests := map[string]struct {
		definition, event string
		want              map[string]any
	}{
		"the switch is put": {failback, alarm, map[string]any{
			"Bucket": placeholder(in.standbyBucket()), "Key": site.SwitchKey,
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
