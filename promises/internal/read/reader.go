// Package read is what several packages of promises read out of a site's templates, and how they demand what must be there.
package read

import (
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// A Reader reads a site's templates for a promise. Its methods return no
// errors: the first thing that is not as it should be ends the reading, and is
// how the promise is broken.
type Reader struct {
	*assembly.Assembly
	Site *site.Site

	// What many promises ask for, once it is found.
	failover                      []topology.Pair
	distribution                  *assembly.Resource
	homeEntrance, standbyEntrance *assembly.Resource
}

// New returns a reader of a site's templates.
func New(a *assembly.Assembly, s *site.Site) *Reader { return &Reader{Assembly: a, Site: s} }

// once returns what is kept, or what is found and kept from then on.
func once(kept **assembly.Resource, a *assembly.Assembly, find func(*assembly.Assembly) (*assembly.Resource, error)) *assembly.Resource {
	if *kept == nil {
		*kept = must.Get(find(a))
	}
	return *kept
}

// RecordsOf are the records of a name and type.
func (in *Reader) RecordsOf(name string, types ...string) []assembly.Record {
	return must.Get(in.Records(name, types...))
}

// LeadsTo demands that the one record of a name, of each type that visitors
// ask for, leads to a resource.
func (in *Reader) LeadsTo(name string, want *assembly.Resource) {
	for _, recordType := range in.types() {
		if records := in.RecordsOf(name, recordType); len(records) != 1 || records[0].Alias != want {
			Fail(nil, "", "%s %s does not lead to %s", name, recordType, want)
		}
	}
}

// Pair returns the two failover records of a name and type.
func (in *Reader) Pair(name, recordType string) (primary, secondary assembly.Record) {
	if in.failover == nil {
		in.failover = must.Get(topology.Pairs(in.Assembly))
	}
	for _, p := range in.failover {
		if p.Name == name && p.Type == recordType && p.Primary != nil && p.Secondary != nil {
			return *p.Primary, *p.Secondary
		}
	}
	Fail(nil, "", "%s %s has no pair of records, PRIMARY and SECONDARY", name, recordType)
	return
}

// Pairs calls f with the failover records of every name and type that visitors
// ask for.
func (in *Reader) Pairs(f func(primary, secondary assembly.Record)) {
	for _, name := range in.Site.HostNames() {
		for _, recordType := range in.types() {
			primary, secondary := in.Pair(name, recordType)
			f(primary, secondary)
		}
	}
}

// FirstName is the first name of the site.
func (in *Reader) FirstName() string {
	names := in.Site.HostNames()
	if len(names) == 0 {
		Fail(nil, "", "the site has no name")
	}
	return names[0]
}

// types are the record types that visitors ask for.
func (in *Reader) types() []string {
	if in.Site.IPv6 {
		return []string{"A", "AAAA"}
	}
	return []string{"A"}
}

// SiteDistribution is the distribution of the site's names.
func (in *Reader) SiteDistribution() *assembly.Resource {
	return once(&in.distribution, in.Assembly, topology.SiteDistribution)
}

// HomeBalancer is the load balancer of the home region.
func (in *Reader) HomeBalancer() *assembly.Resource {
	return once(&in.homeEntrance, in.Assembly, topology.HomeBalancer)
}

// StandbyBalancer is the load balancer of the standby.
func (in *Reader) StandbyBalancer() *assembly.Resource {
	return once(&in.standbyEntrance, in.Assembly, topology.StandbyBalancer)
}

// StaticDistribution is the distribution of a region's static files.
func (in *Reader) StaticDistribution(region string) *assembly.Resource {
	return Only("distributions of static files in "+region, slices.DeleteFunc(
		must.Get(topology.StaticDistributions(in.Assembly)),
		func(d *assembly.Resource) bool { return d.Stack.Region != region })...)
}

// HomeStatic is the distribution of the static files at home.
func (in *Reader) HomeStatic() *assembly.Resource {
	return in.StaticDistribution(in.Site.Home.Region.Name)
}

// StandbyStatic is the distribution of the static files at the standby.
func (in *Reader) StandbyStatic() *assembly.Resource {
	return in.StaticDistribution(in.Site.Standby.Region.Name)
}

// Bucket is the bucket of a region's static files.
func (in *Reader) Bucket(region string) *assembly.Resource {
	return must.Get(topology.Bucket(in.StaticDistribution(region)))
}

// HomeBucket is the bucket of the static files at home.
func (in *Reader) HomeBucket() *assembly.Resource { return in.Bucket(in.Site.Home.Region.Name) }

// StandbyBucket is the bucket of the static files at the standby.
func (in *Reader) StandbyBucket() *assembly.Resource { return in.Bucket(in.Site.Standby.Region.Name) }

// DefaultOrigin is the origin of a distribution's default behavior.
func DefaultOrigin(distribution *assembly.Resource) topology.Origin {
	return must.Get(topology.DefaultOrigin(distribution))
}

// Origin is a distribution's origin with the id.
func Origin(distribution *assembly.Resource, id string) topology.Origin {
	return must.Get(topology.OriginByID(distribution, id))
}

// PolicyOf is the one policy of a role.
func (in *Reader) PolicyOf(role *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range role.Stack.Resources("AWS::IAM::Policy") {
		if slices.Contains(Targets(policy, "Roles"), role) {
			policies = append(policies, policy)
		}
	}
	return Only("policies of "+role.String(), policies...)
}

// BucketPolicy is the one policy of a bucket. The log bucket's names other
// buckets, too: those that write to it.
func (in *Reader) BucketPolicy(bucket *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range in.Referrers(bucket, "AWS::S3::BucketPolicy") {
		if Follow(policy, "Bucket") == bucket {
			policies = append(policies, policy)
		}
	}
	return Only("policies of "+bucket.String(), policies...)
}

// CheckPrivate demands that nothing makes a bucket public.
func CheckPrivate(bucket *assembly.Resource) {
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		Expect(bucket, "PublicAccessBlockConfiguration."+block, true)
	}
}

// Sorted are the keys of a map in their order, so that the first breach is
// always the same.
func Sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
