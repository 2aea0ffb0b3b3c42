package article

import (
	"slices"

	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

func refs(resources []*assembly.Resource) []any {
	var refs []any
	for _, r := range resources {
		refs = append(refs, brokencopy.Ref(r))
	}
	return refs
}

func zone(in *read.Reader) *assembly.Resource {
	return read.Only("hosted zones", in.Resources(topology.ZoneType)...)
}

// schedule is the home group's first scheduled action that recurs.
func schedule(in *read.Reader) *assembly.Resource {
	actions := in.Referrers(in.Home().Group, "AWS::AutoScaling::ScheduledAction")
	return actions[slices.IndexFunc(actions, func(r *assembly.Resource) bool { return r.Has("Recurrence") })]
}

// staticCopies break the static files of a region.
func staticCopies(region func(*site.Site) string) []brokencopy.Copy {
	bucket := func(in *read.Reader) *assembly.Resource { return in.Bucket(region(in.Site)) }
	policy := func(in *read.Reader) *assembly.Resource { return in.BucketPolicy(bucket(in)) }
	return []brokencopy.Copy{
		{"by its global domain name", func(in *read.Reader) {
			d := in.StaticDistribution(region(in.Site))
			d.Set(read.DefaultOrigin(d).At("DomainName"), brokencopy.GetAtt(bucket(in), "DomainName"))
		}, "want its regional domain name"},
		{"without versions", func(in *read.Reader) { bucket(in).Set("VersioningConfiguration.Status", "Suspended") }, "Status is Suspended"},
		{"public policies", func(in *read.Reader) {
			bucket(in).Set("PublicAccessBlockConfiguration.BlockPublicPolicy", false)
		}, "BlockPublicPolicy is false"},
		{"everybody reads", func(in *read.Reader) { policy(in).Set(brokencopy.ReadStatement(policy(in))+".Principal", "*") }, "lets others in"},
		{"any distribution reads", func(in *read.Reader) { policy(in).Delete(brokencopy.ReadStatement(policy(in)) + ".Condition") }, "lets others in"},
		{"deleted with the stack", func(in *read.Reader) { bucket(in).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
	}
}
