package security

import (
	"fmt"
	"testing"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// twoZones is the everything site, which has three zones in each region, with a
// standby that lacks the third.
func twoZones(t *testing.T) *read.Reader {
	t.Helper()
	golden := brokencopy.Everything(t)
	changed := *golden.Site
	changed.Standby.AvailabilityZones = changed.Standby.AvailabilityZones[:2]
	in := read.New(golden.Assembly.Clone(), &changed)
	all := in.StandbyBalancer().Stack.Resources()
	for _, r := range all {
		for _, path := range []string{"Subnets", "VPCZoneIdentifier", "RouteTableIds"} {
			if !r.Has(path) {
				continue
			}
			for i := read.Length(r, path) - 1; i >= 0; i-- {
				if at := fmt.Sprintf("%s.%d", path, i); ofZoneBeyond(2, read.Show(r, at)) {
					r.Delete(at)
				}
			}
		}
	}
	for _, r := range all {
		if ofZoneBeyond(2, r.LogicalID) {
			r.Stack.Remove(r.LogicalID)
		}
	}
	return in
}

// TestOtherNumberOfZones holds a region to the other in the zones that both have.
func TestOtherNumberOfZones(t *testing.T) {
	tests := []struct {
		name string
		edit func(in *read.Reader)
		good bool
	}{
		{"as the site says", func(*read.Reader) {}, true},
		{"a zone that the site wants is missing", func(in *read.Reader) {
			in.Site.Standby.AvailabilityZones = in.Site.Home.AvailabilityZones
		}, false},
		{"the load balancer is not in the second zone", func(in *read.Reader) { in.StandbyBalancer().Delete("Subnets.1") }, false},
		{"no servers in the second zone", func(in *read.Reader) { in.Standby().Group.Delete("VPCZoneIdentifier.1") }, false},
	}
	for _, test := range tests {
		in := twoZones(t)
		test.edit(in)
		var found []disparity
		for _, d := range disparities(in) {
			if d.meant() == nil {
				found = append(found, d)
			}
		}
		if good := len(found) == 0; good != test.good {
			t.Errorf("%s: agree: %v, want %v: %v", test.name, good, test.good, found)
		}
	}
}
