package operations

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

// TestStateMachines holds every state machine of the golden templates against the
// Amazon States Language, by asl-validator, and shows that it notices broken ones.
func TestStateMachines(t *testing.T) {
	var definitions []string
	var names []string
	for _, s := range brokencopy.GoldenSites(t) {
		for _, machine := range s.Assembly.Resources(topology.MachineType) {
			names = append(names, s.Name+": "+machine.String())
			definitions = append(definitions, read.Text(machine, definitionPath))
		}
	}
	if len(names) < 2 {
		t.Errorf("found the state machines %v, want that of failback and that of practice", names)
	}
	right := len(names)
	definition := read.Text(failback(brokencopy.Everything(t)).Machine, definitionPath)
	for breaks, broken := range map[string]string{
		"no end":                   strings.Replace(definition, `"End":true,`, "", 1),
		"no such state":            strings.Replace(definition, `"StartAt":"Call"`, `"StartAt":"Other"`, 1),
		"an unknown key":           strings.Replace(definition, `"Type":"Task"`, `"Type":"Task","Argument":{}`, 1),
		"the other query language": strings.Replace(definition, `"JSONata"`, `"JSONPath"`, 1),
	} {
		if broken == definition {
			t.Errorf("%s: the broken copy cannot be made", breaks)
		}
		names, definitions = append(names, breaks), append(definitions, broken)
	}
	for i, problem := range invalid(t, definitions) {
		switch {
		case i < right && problem != "":
			t.Errorf("%s: %s", names[i], problem)
		case i >= right && problem == "":
			t.Errorf("%s: nobody noticed", names[i])
		}
	}
}

// invalid says of each definition what is wrong with it, "" if nothing is.
func invalid(t *testing.T, definitions []string) []string {
	t.Helper()
	var problems []string
	runNode(t, filepath.Join("testdata", "validate.js"), definitions, &problems)
	if len(problems) != len(definitions) {
		t.Fatalf("%d answers about %d definitions", len(problems), len(definitions))
	}
	return problems
}

// TestCalls makes the calls' arguments of CloudWatch's event, by JSONata's own
// engine.
func TestCalls(t *testing.T) {
	in := brokencopy.Everything(t)
	failback := read.Text(failback(in).Machine, definitionPath)
	practice := read.Text(passesHealthOn(in).Machine, definitionPath)
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
	tests := []struct {
		name, definition, event string
		want                    map[string]any
	}{
		{"the switch is put", failback, alarm, map[string]any{
			"Bucket": read.Placeholder(in.SwitchBucket()), "Key": site.SwitchKey,
			"Body": "put at 2026-11-22T18:00:00Z, as this alarm had gone off: everything: The standby serves",
		}},
		{"the standby does not answer", practice, alarm, published(1)},
		{"the standby answers", practice, ok, published(0)},
		{"an expression is none", strings.Replace(failback, "$states.input.time", "(", 1), alarm, nil},
	}
	var files []string
	for _, test := range tests {
		files = append(files, test.definition, test.event)
	}
	var got []map[string]any
	runNode(t, filepath.Join("testdata", "events", "evaluate.js"), files, &got)
	if len(got) != len(tests) {
		t.Fatalf("%d answers to %d calls", len(got), len(tests))
	}
	for i, test := range tests {
		if diff := cmp.Diff(test.want, got[i]); diff != "" {
			t.Errorf("%s: arguments (-want +got):\n%s", test.name, diff)
		}
	}
}

// runNode runs a script, whose arguments are files with the contents, and decodes what it prints.
func runNode(t *testing.T, script string, contents []string, into any) {
	t.Helper()
	args := []string{script}
	for _, content := range contents {
		args = append(args, writeTemp(t, content))
	}
	command := exec.Command("node", args...)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(output, into); err != nil {
		t.Fatal(err)
	}
}

func writeTemp(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "content.json")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
