package promises

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// A reader reads a site's templates for a promise. Its methods return no
// errors: the first thing that is not as it should be ends the reading, and is
// how the promise is broken.
type reader struct {
	*assembly.Assembly
	site *site.Site

	// What many promises ask for, once it is found.
	failover                      []topology.Pair
	distribution                  *assembly.Resource
	homeEntrance, standbyEntrance *assembly.Resource
}

// once returns what is kept, or what is found and kept from then on.
func once(kept **assembly.Resource, a *assembly.Assembly, find func(*assembly.Assembly) (*assembly.Resource, error)) *assembly.Resource {
	if *kept == nil {
		*kept = must.Get(find(a))
	}
	return *kept
}

func text(r *assembly.Resource, path string) string    { return must.Get(r.Text(path)) }
func integer(r *assembly.Resource, path string) int    { return must.Get(r.Int(path)) }
func boolean(r *assembly.Resource, path string) bool   { return must.Get(r.Bool(path)) }
func texts(r *assembly.Resource, path string) []string { return must.Get(r.Texts(path)) }
func value(r *assembly.Resource, path string) any      { return must.Get(r.Value(path)) }
func length(r *assembly.Resource, path string) int     { return len(list(r, path)) }
func show(r *assembly.Resource, path string) string    { return fmt.Sprint(value(r, path)) }
func follow(r *assembly.Resource, path string) *assembly.Resource {
	return must.Get(r.Target(path))
}
func targets(r *assembly.Resource, path string) []*assembly.Resource {
	return must.Get(r.Targets(path))
}

// list is the list at a path.
func list(r *assembly.Resource, path string) []any {
	return as[[]any](r, path, value(r, path), "a list")
}

// objects are the objects in the list at a path.
func objects(r *assembly.Resource, path string) []map[string]any {
	var all []map[string]any
	for i, item := range list(r, path) {
		all = append(all, as[map[string]any](r, fmt.Sprintf("%s.%d", path, i), item, "an object"))
	}
	return all
}

// as is a value of a resource, which has to be of a type.
func as[T any](r *assembly.Resource, path string, value any, what string) T {
	typed, ok := value.(T)
	if !ok {
		fail(r, path, "is %v, want %s", value, what)
	}
	return typed
}

// expect demands that the value at a path is want.
func expect(r *assembly.Resource, path string, want any) {
	if n, ok := want.(int); ok {
		if got := integer(r, path); got != n {
			fail(r, path, "is %d, want %d", got, n)
		}
		return
	}
	if got := value(r, path); !reflect.DeepEqual(got, want) {
		fail(r, path, "is %v, want %v", got, want)
	}
}

// expectAll demands several values, in the order of their paths below a prefix.
func expectAll(r *assembly.Resource, prefix string, want map[string]any) {
	for _, path := range sorted(want) {
		expect(r, prefix+path, want[path])
	}
}

// target follows the reference at a path to a resource of a type.
func target(r *assembly.Resource, path, resourceType string) *assembly.Resource {
	to := follow(r, path)
	if to.Type != resourceType {
		fail(r, path, "leads to %s, a %s, want a %s", to, to.Type, resourceType)
	}
	return to
}

// leads demands that the reference at a path leads to want.
func leads(r *assembly.Resource, path string, want *assembly.Resource) {
	if to := follow(r, path); to != want {
		fail(r, path, "leads to %s, want %s", to, want)
	}
}

// only demands that there is just one of what.
func only(what string, resources ...*assembly.Resource) *assembly.Resource {
	if len(resources) != 1 {
		fail(nil, "", "there are %d of %s: %v, want one", len(resources), what, resources)
	}
	return resources[0]
}

func inRegion(r *assembly.Resource, region string) {
	if r.Stack.Region != region {
		fail(r, "", "is in %s, want %s", r.Stack.Region, region)
	}
}

// output is an output of a stack.
func output(stack *assembly.Stack, name string) *assembly.Output {
	return must.Get(stack.Output(name))
}

// placeholder is how a text of the templates names a resource, or an attribute of it.
func placeholder(r *assembly.Resource, attribute ...string) string {
	return "${" + strings.Join(append([]string{r.String()}, attribute...), ".") + "}"
}

// records are the records of a name and type.
func (in *reader) records(name string, types ...string) []assembly.Record {
	return must.Get(in.Records(name, types...))
}

// leadsTo demands that the one record of a name, of each type that visitors
// ask for, leads to a resource.
func (in *reader) leadsTo(name string, want *assembly.Resource) {
	for _, recordType := range in.types() {
		if records := in.records(name, recordType); len(records) != 1 || records[0].Alias != want {
			fail(nil, "", "%s %s does not lead to %s", name, recordType, want)
		}
	}
}

// pair returns the two failover records of a name and type.
func (in *reader) pair(name, recordType string) (primary, secondary assembly.Record) {
	if in.failover == nil {
		in.failover = must.Get(topology.Pairs(in.Assembly))
	}
	for _, p := range in.failover {
		if p.Name == name && p.Type == recordType && p.Primary != nil && p.Secondary != nil {
			return *p.Primary, *p.Secondary
		}
	}
	fail(nil, "", "%s %s has no pair of records, PRIMARY and SECONDARY", name, recordType)
	return
}

// pairs calls f with the failover records of every name and type that visitors
// ask for.
func (in *reader) pairs(f func(primary, secondary assembly.Record)) {
	for _, name := range in.site.HostNames() {
		for _, recordType := range in.types() {
			primary, secondary := in.pair(name, recordType)
			f(primary, secondary)
		}
	}
}

// firstName is the first name of the site.
func (in *reader) firstName() string {
	names := in.site.HostNames()
	if len(names) == 0 {
		fail(nil, "", "the site has no name")
	}
	return names[0]
}

// types are the record types that visitors ask for.
func (in *reader) types() []string {
	if in.site.IPv6 {
		return []string{"A", "AAAA"}
	}
	return []string{"A"}
}

func (in *reader) siteDistribution() *assembly.Resource {
	return once(&in.distribution, in.Assembly, topology.SiteDistribution)
}

func (in *reader) homeBalancer() *assembly.Resource {
	return once(&in.homeEntrance, in.Assembly, topology.HomeBalancer)
}

func (in *reader) standbyBalancer() *assembly.Resource {
	return once(&in.standbyEntrance, in.Assembly, topology.StandbyBalancer)
}

// staticDistribution is the distribution of a region's static files.
func (in *reader) staticDistribution(region string) *assembly.Resource {
	return only("distributions of static files in "+region, slices.DeleteFunc(
		must.Get(topology.StaticDistributions(in.Assembly)),
		func(d *assembly.Resource) bool { return d.Stack.Region != region })...)
}

// homeStatic and standbyStatic are the distributions of the static files.
func (in *reader) homeStatic() *assembly.Resource {
	return in.staticDistribution(in.site.Home.Region.Name)
}

func (in *reader) standbyStatic() *assembly.Resource {
	return in.staticDistribution(in.site.Standby.Region.Name)
}

// bucket is the bucket of a region's static files.
func (in *reader) bucket(region string) *assembly.Resource {
	return must.Get(topology.Bucket(in.staticDistribution(region)))
}

func (in *reader) homeBucket() *assembly.Resource { return in.bucket(in.site.Home.Region.Name) }

func (in *reader) standbyBucket() *assembly.Resource { return in.bucket(in.site.Standby.Region.Name) }

// defaultOrigin is the origin of a distribution's default behavior.
func defaultOrigin(distribution *assembly.Resource) topology.Origin {
	return must.Get(topology.DefaultOrigin(distribution))
}

// origin is a distribution's origin with the id.
func origin(distribution *assembly.Resource, id string) topology.Origin {
	return must.Get(topology.OriginByID(distribution, id))
}

// statements are a policy's statements with an effect, as plain values.
func statements(policy *assembly.Resource, effect string) []map[string]any {
	return slices.DeleteFunc(objects(policy, "PolicyDocument.Statement"), func(s map[string]any) bool {
		return s["Effect"] != effect
	})
}

// policyOf is the one policy of a role.
func (in *reader) policyOf(role *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range role.Stack.Resources("AWS::IAM::Policy") {
		if slices.Contains(targets(policy, "Roles"), role) {
			policies = append(policies, policy)
		}
	}
	return only("policies of "+role.String(), policies...)
}

// bucketPolicy is the one policy of a bucket. The log bucket's names other
// buckets, too: those that write to it.
func (in *reader) bucketPolicy(bucket *assembly.Resource) *assembly.Resource {
	var policies []*assembly.Resource
	for _, policy := range in.Referrers(bucket, "AWS::S3::BucketPolicy") {
		if follow(policy, "Bucket") == bucket {
			policies = append(policies, policy)
		}
	}
	return only("policies of "+bucket.String(), policies...)
}

// checkPrivate demands that nothing makes a bucket public.
func checkPrivate(bucket *assembly.Resource) {
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		expect(bucket, "PublicAccessBlockConfiguration."+block, true)
	}
}

// sorted are the keys of a map in their order, so that the first breach is
// always the same.
func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
