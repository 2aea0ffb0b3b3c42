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
// The promises themselves stand in a package for each [Group]. The broken copies
// of their tests show for each promise that it is noticed when it is broken.
package promises

import (
	"slices"

	"twinsite/assembly"
	"twinsite/promises/article"
	"twinsite/promises/edge"
	"twinsite/promises/internal/read"
	"twinsite/promises/operations"
	"twinsite/promises/regions"
	"twinsite/promises/security"
	"twinsite/site"
)

// A Promise is something that the templates of a site keep.
type Promise struct {
	// Name says what is promised. Those of the article begin with the numbers of
	// its sections.
	Name string

	// Group is what the promise belongs to.
	Group Group

	promise read.Promise
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
func (p Promise) When() string { return p.promise.When.Words }

// HoldsFor reports whether the promise holds for a site.
func (p Promise) HoldsFor(s *site.Site) bool { return p.promise.HoldsFor(s) }

// All returns all promises, group by group. No two have the same name.
func All() []Promise {
	var all []Promise
	for _, group := range []struct {
		name     Group
		promises []read.Promise
	}{
		{Article, article.Promises()},
		{Edge, edge.Promises()},
		{Regions, regions.Promises()},
		{Security, security.Promises()},
		{Operations, operations.Promises()},
	} {
		for _, p := range group.promises {
			all = append(all, Promise{Name: p.Name, Group: group.name, promise: p})
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
	in := read.New(a, s)
	for _, p := range For(s) {
		if b := p.broken(in); b != nil {
			all = append(all, *b)
		}
	}
	return all
}

// broken returns how the promise is broken, nil if it is kept.
func (p Promise) broken(in *read.Reader) *Broken {
	if b := p.promise.Broken(in); b != nil {
		return &Broken{Promise: p.Name, Resource: b.Resource, Property: b.Property, Why: b.Why}
	}
	return nil
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
	return read.Breach{Resource: b.Resource, Property: b.Property, Why: b.Why}.Error()
}

// String returns the promise, and where and why it is broken.
func (b Broken) String() string { return b.Promise + ": " + b.Error() }
