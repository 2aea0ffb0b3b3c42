package security

import (
	"fmt"
	"slices"
	"testing"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// TestEveryAllowanceIsNeeded finds a wildcard that no policy has any more.
func TestEveryAllowanceIsNeeded(t *testing.T) {
	actions, onAll := map[allowance]bool{}, map[allowance]bool{}
	for _, s := range brokencopy.GoldenSites(t) {
		for _, r := range s.Assembly.Resources() {
			for _, path := range policyPaths(r) {
				for _, statement := range policyStatements(r, path) {
					for _, action := range read.AsList(statement["Action"]) {
						a := allowance{resourceType: r.Type, action: fmt.Sprint(action)}
						actions[a] = true
						if slices.Contains(read.AsList(statement["Resource"]), any("*")) {
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
