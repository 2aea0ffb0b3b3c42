package main

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSecurityPage holds SECURITY.md against the tests: whatever it says shows
// a promise is a test, and every guard rail stands in it.
func TestSecurityPage(t *testing.T) {
	page := read(t, "SECURITY.md")
	shown := shownBy(t, page)
	tests := testNames(t)
	for _, name := range shown {
		if !slices.Contains(tests, name) {
			t.Errorf("SECURITY.md names %s, which is no test", name)
		}
	}
	for _, p := range securityPromises {
		if !slices.Contains(shown, p.row) {
			t.Errorf("SECURITY.md lacks %q", p.row)
		}
	}
	for _, entrance := range []string{"DNS", "CloudFront", "Home load balancer", "Standby load balancer", "Static files", "Instances", "Deployment role"} {
		if !strings.Contains(page, "\n## "+entrance+"\n\n| promise |") {
			t.Errorf("SECURITY.md promises nothing at the entrance %s", entrance)
		}
	}
}

// shownBy are the names in the last column of a page's tables, of which each
// row has some.
func shownBy(t *testing.T, page string) []string {
	t.Helper()
	var names []string
	quoted := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(page) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| ") || cells[0] == "| promise" {
			continue
		}
		found := quoted.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(cells) != 3 || found == nil {
			t.Errorf("no test shows %s", line)
		}
		for _, name := range found {
			names = append(names, name[1])
		}
	}
	return names
}

// testNames are the tests of this package, and the promises that are tested.
func testNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, p := range allPromises() {
		names = append(names, p.row)
	}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	function := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, file := range files {
		for _, match := range function.FindAllStringSubmatch(read(t, file), -1) {
			names = append(names, match[1])
		}
	}
	return names
}

// TestTerminationProtection reads from the manifest what no template says.
func TestTerminationProtection(t *testing.T) {
	for _, s := range sites {
		if err := terminationProtection(t, s.dir, s.site.Retention.TerminationProtection); err != "" {
			t.Errorf("%s: %s", s.name, err)
		}
		if terminationProtection(t, s.dir, !s.site.Retention.TerminationProtection) == "" {
			t.Errorf("%s: the opposite is not noticed", s.name)
		}
	}
}

func terminationProtection(t *testing.T, dir string, want bool) string {
	t.Helper()
	var manifest struct {
		Artifacts map[string]struct {
			Type       string
			Properties struct{ TerminationProtection bool }
		}
	}
	decodeFile(t, filepath.Join(dir, "manifest.json"), &manifest)
	for id, artifact := range manifest.Artifacts {
		if artifact.Type == "aws:cloudformation:stack" && artifact.Properties.TerminationProtection != want {
			return id + " can be deleted, or cannot, against the site's will"
		}
	}
	return ""
}

// TestEveryAllowanceIsNeeded finds a wildcard that no policy has any more.
func TestEveryAllowanceIsNeeded(t *testing.T) {
	wide := map[bool]map[allowance]bool{true: {}, false: {}}
	for _, s := range sites {
		for _, r := range s.assembly.Resources() {
			for _, path := range policyPaths(r) {
				for _, statement := range asList(must(r.Value(path + ".Statement"))) {
					statement := statement.(map[string]any)
					onAll := slices.Contains(asList(statement["Resource"]), any("*"))
					for _, action := range asList(statement["Action"]) {
						wide[onAll][allowance{resourceType: r.Type, action: action.(string)}] = true
						wide[false][allowance{resourceType: r.Type, action: action.(string)}] = true
					}
				}
			}
		}
	}
	for onAll, allowances := range map[bool][]allowance{false: wideActions, true: wideResources} {
		for _, a := range allowances {
			if !wide[onAll][allowance{resourceType: a.resourceType, action: a.action}] {
				t.Errorf("no %s allows %s any more (%s)", a.resourceType, a.action, a.why)
			}
		}
	}
}
