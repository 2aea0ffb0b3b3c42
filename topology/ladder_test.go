package topology_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

// TestLadder holds that a health check is read in time whose two children both
// lead to the two of the next level, and so on: a billion ways.
func TestLadder(t *testing.T) {
	const rungs = 30
	var checks []string
	for i := range rungs {
		for _, side := range []string{"A", "B"} {
			checks = append(checks, fmt.Sprintf(`"%s%d": {"Type": "AWS::Route53::HealthCheck", "Properties": {"HealthCheckConfig": {
				"Type": "CALCULATED", "ChildHealthChecks": [{"Ref": "A%[3]d"}, {"Ref": "B%[3]d"}]}}}`, side, i, i+1))
		}
	}
	for _, side := range []string{"A", "B"} {
		checks = append(checks, fmt.Sprintf(`"%s%d": {"Type": "AWS::Route53::HealthCheck", "Properties": {"HealthCheckConfig": {"Type": "CLOUDWATCH_METRIC"}}}`, side, rungs))
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"manifest.json": `{"artifacts": {"S": {"type": "aws:cloudformation:stack", "environment": "aws://1/us-east-1", "properties": {"templateFile": "S.json"}}}}`,
		"S.json":        `{"Resources": {` + strings.Join(checks, ",") + `}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := topology.ReadHealthCheck(find(a, "S.A22")); err != nil {
		t.Errorf("eight rungs: %v", err)
	}
	refused[*topology.HealthCheck](t, "S.A0: is calculated from more than 1000 health checks")(topology.ReadHealthCheck(find(a, "S.A0")))
}
