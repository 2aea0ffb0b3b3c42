package deploy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twinsite/site"
)

// golden writes the golden templates into a folder, with texts replaced in those of
// the regions, and in all.
func golden(t *testing.T, to string, regions, all *strings.Replacer) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS("../../testdata/site")); err != nil {
		t.Error(err)
		return
	}
	for _, id := range []string{"Secondary", "Primary", "Failover"} {
		file := filepath.Join(to, id+".template.json")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			return
		}
		text := string(data)
		if id != "Failover" {
			text = regions.Replace(text)
		}
		if err := os.WriteFile(file, []byte(all.Replace(text)), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// TestDetour holds that a change which needs two deployments is made in two, and only
// if nobody notices them: the load balancers are to ask for another path.
func TestDetour(t *testing.T) {
	const paths, asks = "TWINSITE_HEALTH_PATHS='/healthz'", `"HealthCheckPath": "/healthz"`
	none := strings.NewReplacer()
	alive := strings.NewReplacer(paths, "TWINSITE_HEALTH_PATHS='/alive /healthz'", asks, `"HealthCheckPath": "/alive"`)
	answers := strings.NewReplacer(paths, "TWINSITE_HEALTH_PATHS='/healthz /alive'")
	checked := strings.NewReplacer(`"ResourcePath": "/healthz"`, `"ResourcePath": "/alive"`, `"PathPattern": "/healthz"`, `"PathPattern": "/alive"`)
	for _, test := range []struct {
		name             string
		regions, all     *strings.Replacer // of the site between
		refused          error
		deployed, failed string
	}{
		{name: "two deployments", regions: answers, all: checked, deployed: "first deploy --all, deploy --all"},
		{name: "servers that answer the old path only", regions: none, all: none, failed: "not deployed: to deploy it nevertheless, say ACCEPT=1"},
		{name: "no such site", refused: errors.New("web.healthPath is wrong"),
			failed: "not deployed: to deploy it nevertheless, say ACCEPT=1; two deployments are no way: web.healthPath is wrong"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, cloud, said := rehearsed(t, "", "", "")
			var deployed []string
			released := 0
			cdk := func(prefix string, regions, all *strings.Replacer) func(context.Context, ...string) error {
				return func(_ context.Context, args ...string) error {
					if args[0] == "synth" {
						golden(t, args[slices.Index(args, "--output")+1], regions, all)
						return nil
					}
					deployed = append(deployed, prefix+strings.Join(args, " "))
					return nil
				}
			}
			d.CDK = cdk("", alive, none)
			d.Changed = func(fields map[string]string) (func(context.Context, ...string) error, func() error, error) {
				if fields["web.healthPath"] != "/healthz" || fields["failover.path"] != "/alive" || len(fields) != 2 {
					t.Errorf("got the fields %v", fields)
				}
				return cdk("first ", test.regions, test.all), func() error { released++; return nil }, test.refused
			}
			err := d.Run(t.Context())
			if test.failed != "" && (err == nil || err.Error() != test.failed || !errors.Is(err, ErrCosts)) || test.failed == "" && err != nil {
				t.Errorf("got the error %v, want %q; calls %v:\n%s", err, test.failed, cloud.calls, said)
			}
			if got := strings.Join(deployed, ", "); got != test.deployed {
				t.Errorf("deployed %q, want %q", got, test.deployed)
			}
			if test.refused == nil && released != 1 {
				t.Errorf("released %d times", released)
			}
		})
	}
}

// TestWriteChanged holds that a site's file with fields changed is that site, beside
// the file.
func TestWriteChanged(t *testing.T) {
	data, err := os.ReadFile("../../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "site.yaml")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := site.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	changed, err := WriteChanged(file, map[string]string{"failover.path": "/alive"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := site.Load(changed)
	if err != nil || got.Failover.Path != "/alive" || filepath.Dir(changed) != folder {
		t.Fatalf("%s: got %v, %v", changed, got, err)
	}
	if got.Failover.Path = want.Failover.Path; got.Web.Schedules[0] != want.Web.Schedules[0] || got.Failover != want.Failover {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := WriteChanged(file, map[string]string{"failover.path": "no path"}); err == nil {
		t.Error("a site that is none")
	}
	if _, err := WriteChanged(filepath.Join(folder, "none.yaml"), nil); err == nil {
		t.Error("no file")
	}
	left, err := filepath.Glob(filepath.Join(folder, ".first*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
