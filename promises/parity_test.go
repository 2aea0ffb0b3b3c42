package promises

import "testing"

// TestEveryDifferenceIsNeeded finds a difference that no golden site has any
// more: it would hide the next.
func TestEveryDifferenceIsNeeded(t *testing.T) {
	used := map[difference]bool{}
	for _, s := range goldenSites(t) {
		in := &reader{Assembly: s.assembly, site: s.site}
		for _, d := range in.disparities() {
			if known := d.meant(); known != nil {
				used[*known] = true
			}
		}
	}
	for _, d := range differences {
		if !used[d] {
			t.Errorf("nothing differs at %s %s any more (%s)", d.resource, d.path, d.why)
		}
	}
}
