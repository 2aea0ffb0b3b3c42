package stacks_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/site"
	"twinsite/stacks"
)

// TestNeighbours holds that two sites share a zone and its regions by zone.prefix:
// no name of one's resources is one of the other's, and the certificates cover the
// names. Without a prefix, they meet in every name that Twinsite keeps for itself.
func TestNeighbours(t *testing.T) {
	first := namesOf(t, func(*site.Site) {})
	neighbour := func(prefix string) func(*site.Site) {
		return func(s *site.Site) {
			s.Name, s.Hosts = "second", []string{"second"}
			s.Zone = site.Zone{ID: "Z0123456789ABCDEFGHIJ", Prefix: prefix}
		}
	}
	if shared := both(first, namesOf(t, neighbour("second-"))); len(shared) > 0 {
		t.Errorf("two sites have the same names: %q", shared)
	}
	want := []string{"origin-ap-northeast-2.ticketing.pw", "origin-us-east-1.ticketing.pw", "origin.ticketing.pw", "static-standby.ticketing.pw", "static.ticketing.pw"}
	if shared := both(first, namesOf(t, neighbour(""))); !slices.Equal(shared, want) {
		t.Errorf("without a prefix, two sites have the same names %q, want %q", shared, want)
	}
}

// namesOf are the names that the resources of a site have or answer to.
func namesOf(t *testing.T, change func(*site.Site)) []string {
	t.Helper()
	dir := t.TempDir()
	app, s, assets := defaultSite(t, dir)
	change(s)
	stacks.Add(app, s, assets)
	app.Synth(nil)
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, stack := range a.Stacks() {
		names = append(names, s.StackName(stack.ID))
		for _, r := range stack.Resources() {
			properties, err := r.Value("")
			if err != nil {
				t.Fatal(err)
			}
			literalNames(r.Type, properties, func(name string) { names = append(names, name) })
		}
	}
	for _, name := range names {
		if label, below := strings.CutSuffix(name, "."+s.Domain); below && strings.Contains(label, ".") {
			t.Errorf("%s has two labels below the domain: the certificates' wildcard does not cover it", name)
		}
	}
	return names
}

var (
	nameKeys = regexp.MustCompile(`(Name|Aliases)$`)

	// notNames are keys whose values name something that is no resource, or is one
	// inside another, by the type of their resource.
	notNames = regexp.MustCompile(`^AWS::(CertificateManager|WAFv2|IAM)::\w+ |\b(MetricName|Dimensions\.Name|\w*HeaderName|DeviceName|ServiceName)$`)
)

// literalNames calls f with the texts that name a resource, as far as they are
// written out: a name that CloudFormation gives, or that holds one, is unique.
func literalNames(path string, value any, f func(name string)) {
	switch value := value.(type) {
	case map[string]any:
		for key, below := range value {
			separator := "."
			if !strings.Contains(path, " ") {
				separator = " "
			}
			literalNames(path+separator+key, below, f)
		}
	case []any:
		for _, below := range value {
			literalNames(path, below, f)
		}
	case string:
		if nameKeys.MatchString(path) && !notNames.MatchString(path) && !strings.Contains(value, "${") {
			f(strings.TrimSuffix(value, "."))
		}
	}
}

// both are the texts that stand in both lists, sorted.
func both(first, second []string) []string {
	shared := slices.DeleteFunc(slices.Clone(first), func(name string) bool { return !slices.Contains(second, name) })
	slices.Sort(shared)
	return slices.Compact(shared)
}
