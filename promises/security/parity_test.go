package security

import (
	"testing"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// TestEveryDifferenceIsNeeded finds a difference that no golden site has any
// more: it would hide the next.
func TestEveryDifferenceIsNeeded(t *testing.T) {
	used := map[difference]bool{}
	for _, s := range brokencopy.GoldenSites(t) {
		in := read.New(s.Assembly, s.Site)
		for _, d := range disparities(in) {
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
