// Package brokencopy holds promises against copies of the golden templates that are broken in one point.
package brokencopy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// A Shipped site is one whose templates are in testdata at the top of the
// project.
type Shipped struct {
	Name     string
	Site     *site.Site
	Assembly *assembly.Assembly
}

// golden are the sites with golden templates: between them, they make every promise.
var golden = []struct{ name, file string }{
	{"site", "site.yaml"}, {"article", "examples/article.yaml"}, {"everything", "testdata/sites/everything.yaml"},
}

// GoldenSites reads the sites with golden templates, which are not to be edited.
func GoldenSites(t testing.TB) []Shipped {
	t.Helper()
	var sites []Shipped
	for i := range golden {
		sites = append(sites, goldenSite(t, i))
	}
	return sites
}

func goldenSite(t testing.TB, i int) Shipped {
	t.Helper()
	top := topFolder(t)
	loaded, err := site.Load(filepath.Join(top, golden[i].file))
	if err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Load(filepath.Join(top, "testdata", golden[i].name))
	if err != nil {
		t.Fatal(err)
	}
	return Shipped{golden[i].name, loaded, a}
}

// topFolder is the top of the project.
func topFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("go.mod is in no folder above")
		}
		dir = above
	}
}

// Everything is the site that says the other thing wherever the others agree.
func Everything(t testing.TB) *read.Reader {
	t.Helper()
	s := goldenSite(t, 2)
	return read.New(s.Assembly, s.Site)
}

// A Copy is an assembly that breaks a promise in one point. The struct has no name, so that other packages need not
// name its fields.
type Copy = struct {
	Breaks string                // what is wrong with it
	Edit   func(in *read.Reader) // breaks it, or asks something else of the site
	Want   string                // part of what the promise must say of it
}

// Test holds each promise against copies of the golden templates that are broken in just one point: a promise that
// does not notice promises nothing. Copies are by the names of the promises that they break. Each is made of one of the
// golden sites for which the promise holds, by turns; SITES=all makes it of all of them.
func Test(t *testing.T, promises []read.Promise, copies ...map[string][]Copy) {
	all := map[string][]Copy{}
	for _, some := range copies {
		for name, of := range some {
			if all[name] != nil {
				t.Errorf("two lists of broken copies of %q", name)
			}
			all[name] = of
		}
	}
	sites, turn := GoldenSites(t), 0
	for _, p := range promises {
		var holds []Shipped
		for _, s := range sites {
			if p.HoldsFor(s.Site) {
				holds = append(holds, s)
			}
		}
		if len(all[p.Name]) == 0 || len(holds) == 0 {
			t.Errorf("%s: no copy breaks it", p.Name)
			continue
		}
		for _, c := range all[p.Name] {
			of := holds
			if os.Getenv("SITES") != "all" {
				of = holds[turn%len(holds):][:1]
			}
			turn++
			for _, s := range of {
				t.Run(p.Name+"/"+c.Breaks+"/"+s.Name, func(t *testing.T) { testCopy(t, p, c, s) })
			}
		}
		delete(all, p.Name)
	}
	for name := range all {
		t.Errorf("copies break %q, which nobody promises", name)
	}
}

func testCopy(t *testing.T, p read.Promise, c Copy, s Shipped) {
	changed := *s.Site
	in := read.New(s.Assembly.Clone(), &changed)
	defer func() { // of package assembly, when an edit would change nothing
		if r := recover(); r != nil {
			t.Fatalf("cannot be made: %v", r)
		}
	}()
	if err := must.Catch(func() { c.Edit(in) }); err != nil {
		t.Fatalf("cannot be made: %v", err)
	}
	b := p.Broken(read.New(in.Assembly, in.Site))
	switch {
	case b == nil:
		t.Fatal("nobody noticed")
	case !strings.Contains(b.Error(), c.Want):
		t.Errorf("noticed %q, want %q", b, c.Want)
	case b.Why == "" || strings.Contains(b.Error(), "\n"):
		t.Errorf("says %q, want why in one line", b)
	}
}
