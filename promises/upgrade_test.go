package promises

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twinsite/promises/internal/brokencopy"
	"twinsite/site"
)

// TestFailoverGoesFirst holds the order of the step to the release in which CloudFront follows the health check: the name
// that it follows has to be there before it asks for it. So the stack Failover must read nothing that the other stacks did
// not give out in the release before, whose outputs are in testdata/before-13.
func TestFailoverGoesFirst(t *testing.T) {
	var before map[string][]string // by the stacks' names
	if err := json.Unmarshal(golden(t, "before-13", "outputs.json"), &before); err != nil {
		t.Fatal(err)
	}
	for _, s := range brokencopy.GoldenSites(t) {
		template := string(golden(t, s.Name, site.FailoverStack+".template.json"))
		lacking, all := lackingOf(t, template, before)
		if len(lacking) > 0 || all == 0 {
			t.Errorf("%s: Failover reads %d outputs, of which the release before lacks %q", s.Name, all, lacking)
		}
		for _, old := range []string{`"OutputName": "`, `"StackName": "`} {
			broken := strings.Replace(template, old, old+"Other", 1)
			if broken == template {
				t.Fatalf("%s: the template has no %s", s.Name, old)
			}
			if lacking, _ := lackingOf(t, broken, before); len(lacking) == 0 {
				t.Errorf("%s: nobody noticed that Failover reads what is not there", s.Name)
			}
		}
	}
}

func golden(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "testdata"}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// lackingOf are the outputs that a template reads and stacks do not have, and how many it reads.
func lackingOf(t *testing.T, template string, outputs map[string][]string) (lacking []string, all int) {
	t.Helper()
	var decoded any
	if err := json.Unmarshal([]byte(template), &decoded); err != nil {
		t.Fatal(err)
	}
	eachOutput(decoded, func(stack, output string) {
		// That release had no standby that follows: nobody updates a site that has one.
		if all++; !slices.Contains(outputs[stack], output) && !strings.HasPrefix(output, "PublishOutputFnGetAttFollowe") {
			lacking = append(lacking, stack+"."+output)
		}
	})
	return lacking, all
}

// eachOutput calls f with every output of a stack that a value of a template reads.
func eachOutput(value any, f func(stack, output string)) {
	switch value := value.(type) {
	case map[string]any:
		if of, ok := value["Fn::GetStackOutput"].(map[string]any); ok {
			f(fmt.Sprint(of["StackName"]), fmt.Sprint(of["OutputName"]))
		}
		for _, below := range value {
			eachOutput(below, f)
		}
	case []any:
		for _, below := range value {
			eachOutput(below, f)
		}
	}
}
