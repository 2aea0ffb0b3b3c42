package release

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"twinsite/account/deploy"
	"twinsite/account/status"
	"twinsite/account/status/deployed"
)

// TestReverse holds what is asked where the last stack is deployed first, as what is
// taken away has to be: the standby before the home region is touched, though it is
// changed later, and again when it has been.
func TestReverse(t *testing.T) {
	d := deployed.New(t, "../..")
	r := &Release{Site: d.Description, Cloud: d, Names: d.Names(), Resolver: d.Resolver(), Out: io.Discard, Deployment: &deploy.Deployment{}, Pause: time.Millisecond}
	order := []string{"Failover", "Primary", "Secondary", "Global", "Domain", ""}
	want := [][]string{
		nil, {"records, by DNS", "the standby, us-east-1"}, {"home, ap-northeast-2"},
		{"the standby, us-east-1", "delegation of ticketing.pw"}, nil, nil,
	}
	for n, next := range order {
		r.items = nil
		if err := r.between(t.Context(), order[:n], next); err != nil {
			t.Fatalf("before %q: %v", next, err)
		}
		var asked []string
		for _, item := range r.items {
			asked = append(asked, item.Name)
		}
		if !slices.Equal(asked, want[n]) {
			t.Errorf("before %q: asked %q, want %q", next, asked, want[n])
		}
	}
	d.Servers["us-east-1"] = []status.Target{{ID: "i-4", State: "unhealthy"}}
	if err := r.between(t.Context(), order[:1], "Primary"); !errors.Is(err, ErrStopped) {
		t.Errorf("the home region is touched while the standby is ill: %v", err)
	}
}
