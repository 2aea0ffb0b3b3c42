package edge

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// staticFailoverPromises are about the second bucket behind the name of the home region's static files.
func staticFailoverPromises() []read.Promise {
	return []read.Promise{
		{Name: "static files fail over under one name, within seconds", When: when.StaticFailover, Check: checkStaticFailover},
		{Name: "one bucket behind each name of static files unless asked for more", When: when.OneBucket, Check: checkNoStaticFailover},
	}
}

// checkStaticFailover demands that the home region's distribution asks the standby's bucket when the home bucket fails, and
// soon. A 403 or 404 is an answer: with it, files that are deleted at home would come back.
func checkStaticFailover(in *read.Reader) {
	d := in.HomeStatic()
	behavior := must.Get(topology.DefaultBehavior(d))
	group := must.Get(behavior.Group())
	if group == nil {
		read.Fail(d, behavior.At("TargetOriginId"), "is no origin group")
		return
	}
	if want := []int{500, 502, 503, 504}; !slices.Equal(group.Statuses, want) {
		read.Fail(d, group.At("FailoverCriteria.StatusCodes.Items"), "are %v, want %v", group.Statuses, want)
	}
	if len(group.Members) != 2 {
		read.Fail(d, group.At("Members.Items"), "are %d, want two", len(group.Members))
	}
	home, standby := in.HomeBucket(), in.StandbyBucket()
	if home.Stack != d.Stack {
		read.Fail(d, group.Members[0].At("DomainName"), "leads to %s, want the home region's bucket first", home)
	}
	for i, want := range []*assembly.Resource{home, standby} {
		member := group.Members[i]
		if bucket := must.Get(member.Bucket()); bucket != want {
			read.Fail(d, member.At("DomainName"), "leads to %s, want %s", bucket, want)
		}
		if !strings.HasSuffix(member.Domain, ".RegionalDomainName}") {
			read.Fail(d, member.At("DomainName"), "is %s, want its regional domain name", member.Domain)
		}
		control := read.Target(d, member.At("OriginAccessControlId"), "AWS::CloudFront::OriginAccessControl")
		read.Expect(control, "OriginAccessControlConfig.SigningBehavior", "always")
	}
	read.ExpectAll(d, group.Members[0].Path+".", map[string]any{
		"ConnectionAttempts": 1, "ConnectionTimeout": 2, "S3OriginConfig.OriginReadTimeout": 5,
	})
	policy := in.BucketPolicy(standby)
	if !slices.ContainsFunc(read.Statements(policy, "Allow"), read.IsLent) {
		read.Fail(policy, "PolicyDocument.Statement", "does not let %s read", d)
	}
}

func checkNoStaticFailover(in *read.Reader) {
	for _, region := range []string{in.Site.Home.Region.Name, in.Site.Standby.Region.Name} {
		d := in.StaticDistribution(region)
		behavior := must.Get(topology.DefaultBehavior(d))
		if must.Get(behavior.Group()) != nil {
			read.Fail(d, behavior.At("TargetOriginId"), "is an origin group")
		}
	}
}
