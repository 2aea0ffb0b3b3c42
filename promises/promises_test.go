package promises

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
)

// A shipped site is one whose templates are in testdata at the top of the
// project.
type shipped struct {
	name     string
	site     *site.Site
	assembly *assembly.Assembly
}

// goldenSites are the sites with golden templates: between them, they make
// every promise.
func goldenSites(t testing.TB) []shipped {
	t.Helper()
	var sites []shipped
	for _, s := range []struct{ name, file string }{
		{"site", "site.yaml"}, {"article", "examples/article.yaml"}, {"everything", "testdata/sites/everything.yaml"},
	} {
		loaded, err := site.Load(filepath.Join("..", s.file))
		if err != nil {
			t.Fatal(err)
		}
		a, err := assembly.Load(filepath.Join("..", "testdata", s.name))
		if err != nil {
			t.Fatal(err)
		}
		sites = append(sites, shipped{s.name, loaded, a})
	}
	return sites
}

// everything is the site that says the other thing wherever the others agree.
func everything(t testing.TB) *reader {
	t.Helper()
	s := goldenSites(t)[2]
	return &reader{Assembly: s.assembly, site: s.site}
}

// A brokenCopy is an assembly that breaks a promise in one point.
type brokenCopy struct {
	breaks string           // what is wrong with it
	edit   func(in *reader) // breaks it, or asks something else of the site
	want   string           // part of what Check must say of it
}

// brokenCopies are those of each promise, by its name.
func brokenCopies(t testing.TB) map[string][]brokenCopy {
	t.Helper()
	all := map[string][]brokenCopy{}
	for _, copies := range []map[string][]brokenCopy{
		articleCopies, edgeCopies, endpointCopies, regionCopies, securityCopies, firewallCopies, roleCopies, topicCopies,
		operationsCopies, alarmCopies,
	} {
		for name, of := range copies {
			if all[name] != nil {
				t.Fatalf("two lists of broken copies of %q", name)
			}
			all[name] = of
		}
	}
	return all
}

// TestKept holds the golden templates to every promise.
func TestKept(t *testing.T) {
	for _, s := range goldenSites(t) {
		for _, broken := range Check(s.assembly, s.site) {
			t.Errorf("%s: %s", s.name, broken)
		}
	}
}

// TestBroken holds each promise against copies of the golden templates that are
// broken in just one point: a promise that does not notice promises nothing.
func TestBroken(t *testing.T) {
	copies := brokenCopies(t)
	for _, s := range goldenSites(t) {
		t.Run(s.name, func(t *testing.T) {
			for _, p := range For(s.site) {
				for _, c := range copies[p.Name] {
					t.Run(p.Name+"/"+c.breaks, func(t *testing.T) {
						t.Parallel()
						c.test(t, p, s)
					})
				}
			}
		})
	}
}

func (c brokenCopy) test(t *testing.T, p Promise, s shipped) {
	changed := *s.site
	in := &reader{Assembly: s.assembly.Clone(), site: &changed}
	defer func() { // of package assembly, when an edit would change nothing
		if r := recover(); r != nil {
			t.Fatalf("cannot be made: %v", r)
		}
	}()
	if err := must.Catch(func() { c.edit(in) }); err != nil {
		t.Fatalf("cannot be made: %v", err)
	}
	broken := p.broken(&reader{Assembly: in.Assembly, site: in.site})
	switch {
	case broken == nil:
		t.Fatal("nobody noticed")
	case !strings.Contains(broken.Error(), c.want):
		t.Errorf("noticed %q, want %q", broken, c.want)
	case broken.Promise != p.Name || broken.Why == "" || strings.Contains(broken.String(), "\n"):
		t.Errorf("says %q, want the promise and why in one line", broken)
	}
}

// TestEveryPromiseIsBroken finds a promise that no golden site makes, or that
// no copy breaks, and copies of promises that are gone.
func TestEveryPromiseIsBroken(t *testing.T) {
	copies := brokenCopies(t)
	sites := goldenSites(t)
	seen := map[string]bool{}
	for _, p := range All() {
		if seen[p.Name] {
			t.Errorf("two promises are named %q", p.Name)
		}
		seen[p.Name] = true
		if !slices.ContainsFunc(sites, func(s shipped) bool { return p.HoldsFor(s.site) }) {
			t.Errorf("%s: holds for no golden site", p.Name)
		}
		if len(copies[p.Name]) == 0 {
			t.Errorf("%s: no copy breaks it", p.Name)
		}
		if (p.When() == "") != (p.when.holds == nil) {
			t.Errorf("%s: holds for some sites, and does not say which, or the other way round", p.Name)
		}
	}
	for name := range copies {
		if !seen[name] {
			t.Errorf("copies break %q, which nobody promises", name)
		}
	}
}

// TestPlaces shows that a breach says where it is.
func TestPlaces(t *testing.T) {
	s := goldenSites(t)[0]
	edit := func(edit func(in *reader)) []Broken {
		in := &reader{Assembly: s.assembly.Clone(), site: s.site}
		edit(in)
		return Check(in.Assembly, in.site)
	}
	tests := map[string]struct {
		edit               func(in *reader)
		resource, property string
		why                string
	}{
		"another value": {func(in *reader) { in.homeBalancer().Set("Scheme", "internal") },
			"Primary.WebTierEntranceLoadBalancer3D9F302E", "Scheme", "is internal, want internet-facing"},
		"no value": {func(in *reader) { in.homeBalancer().Delete("Scheme") },
			"Primary.WebTierEntranceLoadBalancer3D9F302E", "Scheme", "cannot be read: no such property"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, broken := range edit(test.edit) {
				if broken.Promise != "11, 19 load balancer" {
					continue
				}
				if broken.Resource.String() != test.resource || broken.Property != test.property || broken.Why != test.why {
					t.Errorf("got %+v, want %s: %s %s", broken, test.resource, test.property, test.why)
				}
				return
			}
			t.Error("nobody noticed")
		})
	}
}

// TestForeign holds assemblies of something else against the promises: nearly
// all are broken, and none panics.
func TestForeign(t *testing.T) {
	s := goldenSites(t)[0]
	for name, template := range map[string]string{
		"empty":       `{}`,
		"one bucket":  `{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}`,
		"other types": `{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": []}}, "Record": {"Type": "AWS::Route53::RecordSet", "Properties": 7}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := foreign(t, template)
			broken := Check(a, s.site)
			if len(broken) < len(For(s.site))/2 {
				t.Errorf("only %d promises are broken: %v", len(broken), broken)
			}
		})
	}
}

// foreign is an assembly of one stack.
func foreign(t *testing.T, template string) *assembly.Assembly {
	t.Helper()
	dir := t.TempDir()
	for file, content := range map[string]string{
		"Other.template.json": template,
		"manifest.json": `{"artifacts": {"Other": {"type": "aws:cloudformation:stack",
			"environment": "aws://unknown-account/us-east-1", "properties": {"templateFile": "Other.template.json"}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestHostile puts values of the wrong kind into the golden templates, at
// places spread over all of them: Check must return, never panic. PLACES=all
// tries every place.
func TestHostile(t *testing.T) {
	for _, s := range goldenSites(t) {
		places := properties(s.assembly)
		step := 400
		if os.Getenv("PLACES") == "all" {
			step = 1
		}
		for i := 0; i < len(places); i += step {
			kinds := []any{"hostile", 7, []any{}, []any{"a"}, map[string]any{}, []any{map[string]any{}}}
			kind := kinds[i/step%len(kinds)]
			a := s.assembly.Clone()
			places[i].resource.In(a).Set(places[i].path, kind)
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s: %s.%s = %v: panics: %v", s.name, places[i].resource, places[i].path, kind, r)
					}
				}()
				Check(a, s.site)
			}()
		}
	}
}

type property struct {
	resource *assembly.Resource
	path     string
}

// properties are the places of all values, down to the fourth level.
func properties(a *assembly.Assembly) []property {
	var all []property
	var add func(r *assembly.Resource, path string, value any, depth int)
	add = func(r *assembly.Resource, path string, value any, depth int) {
		if path != "" {
			all = append(all, property{r, path})
		}
		if depth == 0 {
			return
		}
		below := func(key string) string {
			key = strings.ReplaceAll(key, ".", `\.`)
			if path == "" {
				return key
			}
			return path + "." + key
		}
		switch value := value.(type) {
		case map[string]any:
			for key, child := range value {
				add(r, below(key), child, depth-1)
			}
		case []any:
			for i, child := range value {
				add(r, below(fmt.Sprint(i)), child, depth-1)
			}
		}
	}
	for _, r := range a.Resources() {
		if value, err := r.Value(""); err == nil {
			add(r, "", value, 4)
		}
	}
	slices.SortFunc(all, func(a, b property) int {
		return cmp.Or(cmp.Compare(a.resource.String(), b.resource.String()), cmp.Compare(a.path, b.path))
	})
	return all
}

func BenchmarkCheck(b *testing.B) {
	s := goldenSites(b)[0]
	for b.Loop() {
		Check(s.assembly, s.site)
	}
}
