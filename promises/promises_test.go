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
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// TestKept holds the golden templates to every promise.
func TestKept(t *testing.T) {
	for _, s := range brokencopy.GoldenSites(t) {
		for _, broken := range Check(s.Assembly, s.Site) {
			t.Errorf("%s: %s", s.Name, broken)
		}
	}
}

// TestAll shows that no two promises have one name, and that each holds for a golden site and says for which sites it does.
func TestAll(t *testing.T) {
	sites := brokencopy.GoldenSites(t)
	seen := map[string]bool{}
	for _, p := range All() {
		if seen[p.Name] {
			t.Errorf("two promises are named %q", p.Name)
		}
		seen[p.Name] = true
		if !slices.ContainsFunc(sites, func(s brokencopy.Shipped) bool { return p.HoldsFor(s.Site) }) {
			t.Errorf("%s: holds for no golden site", p.Name)
		}
		if (p.When() == "") != (p.promise.When.Holds == nil) {
			t.Errorf("%s: holds for some sites, and does not say which, or the other way round", p.Name)
		}
	}
}

// TestPlaces shows that a breach says where it is.
func TestPlaces(t *testing.T) {
	s := brokencopy.GoldenSites(t)[0]
	edit := func(edit func(in *read.Reader)) []Broken {
		in := read.New(s.Assembly.Clone(), s.Site)
		edit(in)
		return Check(in.Assembly, in.Site)
	}
	tests := map[string]struct {
		edit               func(in *read.Reader)
		resource, property string
		why                string
	}{
		"another value": {func(in *read.Reader) { in.HomeBalancer().Set("Scheme", "internal") },
			"Primary.WebTierEntranceLoadBalancer3D9F302E", "Scheme", "is internal, want internet-facing"},
		"no value": {func(in *read.Reader) { in.HomeBalancer().Delete("Scheme") },
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
	s := brokencopy.GoldenSites(t)[0]
	for name, template := range map[string]string{
		"empty":       `{}`,
		"one bucket":  `{"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}`,
		"other types": `{"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": []}}, "Record": {"Type": "AWS::Route53::RecordSet", "Properties": 7}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := foreign(t, template)
			broken := Check(a, s.Site)
			if len(broken) < len(For(s.Site))/2 {
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
	for _, s := range brokencopy.GoldenSites(t) {
		places := properties(s.Assembly)
		step := 400
		if os.Getenv("PLACES") == "all" {
			step = 1
		}
		for i := 0; i < len(places); i += step {
			kinds := []any{"hostile", 7, []any{}, []any{"a"}, map[string]any{}, []any{map[string]any{}}}
			kind := kinds[i/step%len(kinds)]
			a := s.Assembly.Clone()
			places[i].resource.In(a).Set(places[i].path, kind)
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s: %s.%s = %v: panics: %v", s.Name, places[i].resource, places[i].path, kind, r)
					}
				}()
				Check(a, s.Site)
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
	s := brokencopy.GoldenSites(b)[0]
	for b.Loop() {
		Check(s.Assembly, s.Site)
	}
}
