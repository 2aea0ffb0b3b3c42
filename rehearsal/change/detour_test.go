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
	from, to := defaultSite(t), defaultSite(t)
	withPaths("/alive", "/healthz")(to)
	v, err := Judge(from, to)
	if err != nil || v.Good() {
		t.Fatalf("%v: %s", err, v.Summary())
	}
	if want := "two deployments may do: first with `failover.path: /alive` and `web.healthPath: /healthz`, then as it is; `make deploy` finds out"; v.Advice() != want {
		t.Errorf("got %q, want %q", v.Advice(), want)
	}
	var asked map[string]string
	detour := func(edit func(*assembly.Assembly)) *Detour {
		d, err := v.Detour(from, to, func(fields map[string]string) (*assembly.Assembly, error) {
			between := defaultSite(t)
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

// withServing lets CloudFront follow another name, as another zone.prefix does.
func withServing(name string) func(*assembly.Assembly) {
	return func(a *assembly.Assembly) {
		distribution := find(a, "Primary", "SiteDistribution")
		for i := range 4 {
			if path := fmt.Sprintf("DistributionConfig.Origins.%d.DomainName", i); distribution.Has(path) {
				if asked, err := distribution.Text(path); err == nil && asked == "origin.ticketing.pw" {
					distribution.Set(path, name)
				}
			}
		}
		records := find(a, "Failover", "Failoverorigin")
		records.Set("RecordSets.0.Name", name+".")
		records.Set("RecordSets.1.Name", name+".")
		records.Stack.Put("Other", records.Template())
		records.Stack.Remove(records.LogicalID)
	}
}

// TestAdviceAboutNames holds what is advised where CloudFront asks for a name that has no
// record yet, by what is lost and what is deployed: no text of a finding is read, and no
// logical id.
func TestAdviceAboutNames(t *testing.T) {
	const first = "two deployments may do: first with `edge.writeFailover: false`"
	behindEdge := func(path string) func(*assembly.Assembly) {
		return func(a *assembly.Assembly) {
			check := find(a, "Failover", "FailoverHomeEndpoint").Template()
			stackOf(a, "Failover").Put("Check", check)
			find(a, "Failover", "Check").Set("HealthCheckConfig.ResourcePath", path)
		}
	}
	for _, test := range []struct {
		name  string
		edits []func(*assembly.Assembly) // of what is deployed
		want  string
	}{
		{"another name", []func(*assembly.Assembly){withServing("shop-origin.ticketing.pw")}, first + ", then as it is; `make deploy` finds out"},
		{"another name, and the front stays at the edge", []func(*assembly.Assembly){withServing("shop-origin.ticketing.pw"), behindEdge("/.well-known/twinsite-standby")},
			first + " and `failover.front: home`, then as it is; `make deploy` finds out"},
		{"another name, and another check", []func(*assembly.Assembly){withServing("shop-origin.ticketing.pw"), behindEdge("/other")}, first + ", then as it is; `make deploy` finds out"},
		{"a host name that has no record any longer", []func(*assembly.Assembly){func(a *assembly.Assembly) {
			records := find(a, "Failover", "Failoverwww")
			records.Stack.Remove(records.LogicalID)
		}}, ""},
	} {
		from, to := defaultSite(t), defaultSite(t)
		for _, edit := range test.edits {
			edit(to)
		}
		v, err := Judge(from, to)
		if err != nil || v.Good() {
			t.Fatalf("%s: %v, %s", test.name, err, v.Summary())
		}
		if v.Advice() != test.want {
			t.Errorf("%s: got %q, want %q, of %v", test.name, v.Advice(), test.want, v.Findings)
		}
	}
}
