package promises

import (
	"fmt"
	"slices"
	"testing"
)

// TestEveryAllowanceIsNeeded finds a wildcard that no policy has any more.
func TestEveryAllowanceIsNeeded(t *testing.T) {
	actions, onAll := map[allowance]bool{}, map[allowance]bool{}
	for _, s := range goldenSites(t) {
		for _, r := range s.assembly.Resources() {
			for _, path := range policyPaths(r) {
				for _, statement := range policyStatements(r, path) {
					for _, action := range asList(statement["Action"]) {
						a := allowance{resourceType: r.Type, action: fmt.Sprint(action)}
						actions[a] = true
						if slices.Contains(asList(statement["Resource"]), any("*")) {
							onAll[a] = true
						}
					}
				}
			}
		}
	}
	needed := func(allowances []allowance, used map[allowance]bool) {
		for _, a := range allowances {
			if !used[allowance{resourceType: a.resourceType, action: a.action}] {
				t.Errorf("no %s allows %s any more (%s)", a.resourceType, a.action, a.why)
			}
		}
	}
	needed(wideActions, actions)
	needed(wideResources, onAll)
}
