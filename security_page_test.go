package main

import (
	"path/filepath"
	"slices"
	"testing"
)

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
