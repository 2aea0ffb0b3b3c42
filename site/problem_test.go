package site

import "testing"

// TestValid promises that a rule cannot ask about a field that does not exist.
func TestValid(t *testing.T) {
	r := newReport("site.yaml")
	r.add("web.minimum", "is wrong")
	if r.valid("web.minimum") || r.valid("web.maximum", "web.minimum") || !r.valid("web.maximum") {
		t.Error("a problem is not found at its field alone")
	}
	known := []string{"", "name", "home.region", "home.availabilityZones[1]", "web.schedules[0].cron", "web.images.us-east-1", `tags["cost:center"]`}
	if !r.valid(known...) {
		t.Error("fields without a problem are not valid")
	}
	for _, unknown := range []string{"nam", "home.regions", "web.schedules.cron", "web.schedules[0].corn", "web.schedules[x].cron", "web.schedules[0", "name[0]", "name.x", "region"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken for a field", unknown)
				}
			}()
			r.valid(unknown)
		}()
	}
}
