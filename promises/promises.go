// Package promises says what the templates of a site keep, and holds templates to it:
//
//	a, err := assembly.Load("cdk.out")
//	s, err := site.Load("site.yaml")
//	for _, broken := range promises.Check(a, s) {
//		fmt.Println(broken)
//	}
//
// A promise is about relations: that a name's failover records lead to the two
// regions, that the health check asks the distribution whose record follows it,
// that an alarm reads a metric where AWS publishes it. It is read from the
// templates and the description of the site alone, never from the constructs
// that made the templates: who adds to the application, in Go, holds their own
// templates to the same promises.
//
// The broken copies of the tests show for each promise that it is noticed when
// it is broken.
package promises

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
)

// A Promise is something that the templates of a site keep.
type Promise struct {
	// Name says what is promised. Those of the article begin with the numbers of
	// its sections.
	Name string

	// Group is what the promise belongs to.
	Group Group

	when  condition
	check func(in *reader) // ends with a Broken, or the error of a value that cannot be read
}

// A Group is a part of the promises.
type Group string

// The groups, in the order of [All].
const (
	Article    Group = "article"    // a row for every section of the article
	Edge       Group = "edge"       // what Twinsite adds to it
	Regions    Group = "regions"    // what a site says of both its regions
	Security   Group = "security"   // what protects the site and its operators
	Operations Group = "operations" // what operators rely on
)

// When says for which sites the promise holds, in the words of site.yaml:
// "edge.readFailover is true". It is empty if it holds for all.
func (p Promise) When() string { return p.when.words }

// HoldsFor reports whether the promise holds for a site.
func (p Promise) HoldsFor(s *site.Site) bool { return p.when.holds == nil || p.when.holds(s) }

// All returns all promises, group by group. No two have the same name.
func All() []Promise {
	var all []Promise
	for _, group := range []struct {
		name     Group
		promises []Promise
	}{
		{Article, articlePromises()},
		{Edge, slices.Concat(edgePromises(), endpointPromises())},
		{Regions, regionPromises()},
		{Security, slices.Concat(securityPromises(), firewallPromises(), rolePromises(), topicPromises())},
		{Operations, slices.Concat(operationsPromises(), alarmPromises())},
	} {
		for _, p := range group.promises {
			p.Group = group.name
			all = append(all, p)
		}
	}
	return all
}

// For returns the promises that hold for a site, in the order of [All].
func For(s *site.Site) []Promise {
	return slices.DeleteFunc(All(), func(p Promise) bool { return !p.HoldsFor(s) })
}

// Check holds templates to the promises for their site. It returns one breach for each
// promise that is broken, the first that it meets, in the order of [All]: nil
// if all is kept. What a promise needs and the templates lack is a breach too:
// of an assembly of something else, nearly everything is broken.
//
// Where the web servers have a script of the site's own, Check reads that file.
func Check(a *assembly.Assembly, s *site.Site) []Broken {
	var all []Broken
	in := &reader{Assembly: a, site: s}
	for _, p := range For(s) {
		if b := p.broken(in); b != nil {
			all = append(all, *b)
		}
	}
	return all
}

// broken returns how the promise is broken, nil if it is kept.
func (p Promise) broken(in *reader) *Broken {
	err := must.Catch(func() { p.check(in) })
	if err == nil {
		return nil
	}
	var b Broken
	if !errors.As(err, &b) {
		b = place(in.Assembly, err)
	}
	b.Promise = p.Name
	return &b
}

// A Broken says where and how a promise is broken.
type Broken struct {
	Promise  string             // its name
	Resource *assembly.Resource // nil where no single resource is to blame
	Property string             // path in Resource, as package assembly writes it; "" if no single one is to blame
	Why      string             // one line; with a Property or Resource, what follows its name: "is 8080, want 80"
}

// Error returns where the promise is broken and why:
// "Primary.Balancer4F2A: Scheme is internal, want internet-facing".
func (b Broken) Error() string {
	switch {
	case b.Resource == nil:
		return b.Why
	case b.Property == "":
		return b.Resource.String() + " " + b.Why
	}
	return b.Resource.String() + ": " + b.Property + " " + b.Why
}

// String returns the promise, and where and why it is broken.
func (b Broken) String() string { return b.Promise + ": " + b.Error() }

// place finds in an error about a value that cannot be read where that value
// stands: such an error begins with it, "Primary.Edge4F2A.DistributionConfig: …".
func place(a *assembly.Assembly, err error) Broken {
	text := line(err.Error())
	at, why, _ := strings.Cut(text, ": ")
	parts := strings.SplitN(at, ".", 3)
	if len(parts) < 2 {
		return Broken{Why: text}
	}
	r, err := a.Find(parts[0], parts[1])
	if err != nil {
		return Broken{Why: text}
	}
	b := Broken{Resource: r, Why: "cannot be read: " + why}
	if len(parts) == 3 {
		b.Property = parts[2]
	}
	return b
}

// fail ends a check: the promise is broken at a property of a resource, in the
// way that follows, as fmt.Sprintf takes it. The resource may be nil and the
// property empty.
func fail(r *assembly.Resource, property, format string, args ...any) {
	must.Do(Broken{Resource: r, Property: property, Why: line(fmt.Sprintf(format, args...))})
}

// line makes one line of a text, whose end is cut off where nobody would read
// it: scripts and dashboards are long.
func line(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
