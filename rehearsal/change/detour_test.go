package change

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
)

// TestDetour holds that two deployments are offered where one costs visitors
// something, and only if nobody notices them.
func TestDetour(t *testing.T) {
	from, to := site(t), site(t)
	withPaths("/alive", "/healthz")(to)
	v, err := Judge(from, to)
	if err != nil || v.Good() {
		t.Fatalf("%v: %s", err, v.Summary())
	}
	if want := "two deployments do: first with `failover.path: /alive` and `web.healthPath: /healthz`, then as it is"; v.Advice() != want {
		t.Errorf("got %q, want %q", v.Advice(), want)
	}
	var asked map[string]string
	detour := func(edit func(*assembly.Assembly)) *Detour {
		d, err := v.Detour(from, to, func(fields map[string]string) (*assembly.Assembly, error) {
			between := site(t)
			edit(between)
			asked = fields
			return between, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := detour(withPaths("/healthz", "/alive"))
	if d == nil || fmt.Sprint(asked) != "map[failover.path:/alive web.healthPath:/healthz]" {
		t.Fatalf("got %v of %v", d, asked)
	}
	var text strings.Builder
	if err := d.WriteText(&text); err != nil || !strings.Contains(text.String(), "first is of the site with failover.path: /alive and web.healthPath: /healthz") {
		t.Errorf("%v: %s", err, &text)
	}
	if cells := d.Cells(); !strings.HasPrefix(cells.Costs, "nobody") || !strings.Contains(cells.Order, "Secondary, Primary, Failover; then as it is: Secondary, Primary, Failover") {
		t.Errorf("got %+v", cells)
	}
	if d := detour(withPaths("/healthz", "/healthz")); d != nil {
		t.Errorf("servers that do not answer the path: got %v", d)
	}
	failed := errors.New("no such site")
	if _, err := v.Detour(from, to, func(map[string]string) (*assembly.Assembly, error) { return nil, failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	good, err := Judge(from, from)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := good.Detour(from, from, nil); d != nil || err != nil || good.Advice() != "" {
		t.Errorf("got %v, %v", d, err)
	}
}
