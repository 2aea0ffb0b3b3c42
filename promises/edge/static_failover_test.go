package edge

import (
	"fmt"
	"slices"

	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// staticGroup is the origin group of the home region's static files.
func staticGroup(in *read.Reader) *topology.OriginGroup {
	return must.Get(must.Get(topology.DefaultBehavior(in.HomeStatic())).Group())
}

// lentStatement is the path of the statement by which the standby's bucket is lent.
func lentStatement(in *read.Reader) string {
	const path = "PolicyDocument.Statement"
	i := slices.IndexFunc(read.Objects(in.BucketPolicy(in.StandbyBucket()), path), read.IsLent)
	return fmt.Sprintf("%s.%d", path, i)
}

func staticGroupCopy(property string, value any) func(*read.Reader) {
	return func(in *read.Reader) {
		group := staticGroup(in)
		group.Distribution.Set(group.At(property), value)
	}
}

func firstBucketCopy(property string, value any) func(*read.Reader) {
	return func(in *read.Reader) {
		first := staticGroup(in).Members[0]
		first.Distribution.Set(first.At(property), value)
	}
}

// staticFailoverCopies break the promises of static_failover.go.
var staticFailoverCopies = map[string][]brokencopy.Copy{
	"static files fail over under one name, within seconds": {
		{"no group", func(in *read.Reader) {
			in.HomeStatic().Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", staticGroup(in).Members[0].ID)
		}, "is no origin group"},
		{"deleted files come back", staticGroupCopy("FailoverCriteria.StatusCodes.Items.0", 404), "are [404 502 503 504]"},
		{"a status less", func(in *read.Reader) {
			group := staticGroup(in)
			group.Distribution.Delete(group.At("FailoverCriteria.StatusCodes.Items.3"))
		}, "are [500 502 503]"},
		{"the standby first", func(in *read.Reader) {
			group := staticGroup(in)
			first, second := group.Members[0].ID, group.Members[1].ID
			group.Distribution.Set(group.At("Members.Items.0.OriginId"), second)
			group.Distribution.Set(group.At("Members.Items.1.OriginId"), first)
		}, "leads to Secondary."},
		{"by a name that redirects", func(in *read.Reader) {
			second := staticGroup(in).Members[1]
			second.Distribution.Set(second.At("DomainName"), brokencopy.GetStackOutput(in.StandbyBucket(), "${"+in.StandbyBucket().String()+"}"))
		}, "want its regional domain name"},
		{"three attempts", firstBucketCopy("ConnectionAttempts", 3), "ConnectionAttempts is 3"},
		{"ten seconds to connect", firstBucketCopy("ConnectionTimeout", 10), "ConnectionTimeout is 10"},
		{"thirty seconds for an answer", func(in *read.Reader) {
			first := staticGroup(in).Members[0]
			first.Distribution.Delete(first.At("S3OriginConfig.OriginReadTimeout"))
		}, "OriginReadTimeout"},
		{"unsigned", func(in *read.Reader) {
			second := staticGroup(in).Members[1]
			read.Follow(second.Distribution, second.At("OriginAccessControlId")).Set("OriginAccessControlConfig.SigningBehavior", "never")
		}, "SigningBehavior is never"},
		{"the standby's bucket is not lent", func(in *read.Reader) {
			in.BucketPolicy(in.StandbyBucket()).Delete(lentStatement(in))
		}, "does not let"},
		{"lent to other accounts", func(in *read.Reader) {
			in.BucketPolicy(in.StandbyBucket()).Set(lentStatement(in)+".Condition.ArnLike.aws:SourceArn", "arn:aws:cloudfront::*:distribution/*")
		}, "does not let"},
	},
	"one bucket behind each name of static files unless asked for more": {{"two", func(in *read.Reader) {
		d := in.HomeStatic()
		id := read.DefaultOrigin(d).ID
		d.Add("DistributionConfig.OriginGroups", map[string]any{"Quantity": 1, "Items": []any{map[string]any{
			"Id": "both", "Members": map[string]any{"Items": []any{map[string]any{"OriginId": id}}},
		}}})
		d.Set("DistributionConfig.DefaultCacheBehavior.TargetOriginId", "both")
	}, "is an origin group"}},
}
