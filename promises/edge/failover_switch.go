package edge

import (
	"encoding/json"
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// switchPromises are about where the failover switch is, and who serves it.
func switchPromises() []read.Promise {
	return []read.Promise{
		{Name: "the failover switch has a bucket of its own, which nobody copies or uploads to", When: when.FailoverSwitch, Check: checkSwitchBucket},
		{Name: "the failover switch is cached for two seconds by its path alone, and errors never", When: when.FailoverSwitch, Check: checkSwitchBehavior},
		{Name: "nothing turns away who asks for the failover switch", When: when.FailoverSwitch, Check: checkSwitchOpen},
		{Name: "a failover switch that is on stays on when its bucket is made", When: when.FailoverSwitch, Check: checkSwitchMoves},
	}
}

// checkSwitchBucket demands that nothing but the switch is about the switch's bucket: a replication or an upload that
// deletes what it does not know would bring visitors home.
func checkSwitchBucket(in *read.Reader) {
	bucket := in.SwitchBucket()
	for _, region := range []string{in.Site.Home.Region.Name, in.Site.Standby.Region.Name} {
		if bucket == in.Bucket(region) {
			read.Fail(bucket, "", "holds the static files too")
		}
	}
	for _, rule := range must.Get(topology.Replication(in.Assembly)) {
		if rule.From == bucket || rule.To == bucket {
			read.Fail(rule.Resource, "", "replicates between %s and %s, which is the switch's", rule.Source, rule.Target)
		}
	}
	for _, upload := range in.Uploads() {
		if read.Follow(upload, "DestinationBucketName") == bucket {
			read.Fail(upload, "DestinationBucketName", "leads to the switch's bucket")
		}
	}
	read.InRegion(bucket, in.Site.Standby.Region.Name)
	read.CheckPrivate(bucket)
	read.CheckRemoval(bucket, in.Site.Retention.Buckets)
	in.CheckReaders(bucket, read.Placeholder(bucket, "Arn")+read.SwitchPath, read.IsLent)
}

// checkSwitchBehavior demands of the switch's path that CloudFront asks S3 every two seconds, whatever visitors send with
// it, and has an expired copy for when S3 fails: each query or header in the key would ask for a copy that is not there yet.
// What is no answer of S3's must not be repeated.
func checkSwitchBehavior(in *read.Reader) {
	d := in.StandbyStatic()
	behavior := switchBehavior(in)
	read.Expect(d, behavior.At("AllowedMethods"), []any{"GET", "HEAD"})
	read.Expect(d, behavior.At("ViewerProtocolPolicy"), "redirect-to-https")
	if path := behavior.At("OriginRequestPolicyId"); d.Has(path) {
		read.Fail(d, path, "is there: S3 gets more than the path")
	}
	policy := read.Target(d, behavior.At("CachePolicyId"), "AWS::CloudFront::CachePolicy")
	const key = "ParametersInCacheKeyAndForwardedToOrigin."
	read.ExpectAll(policy, "CachePolicyConfig.", map[string]any{
		"MinTTL": 0, "DefaultTTL": 2, "MaxTTL": 2,
		key + "CookiesConfig.CookieBehavior": "none", key + "HeadersConfig.HeaderBehavior": "none",
		key + "QueryStringsConfig.QueryStringBehavior": "none",
		key + "EnableAcceptEncodingBrotli":             false, key + "EnableAcceptEncodingGzip": false,
	})
	caching := must.Get(topology.ErrorCaching(d))
	for _, status := range []int{403, 404, 500, 502, 503, 504} {
		if seconds, known := caching[status]; !known || seconds != 0 {
			read.Fail(d, "DistributionConfig.CustomErrorResponses", "repeat %d, want 0 s", status)
		}
	}
}

// switchBehavior is the cache behavior for the switch's path, which the home distribution must not have.
func switchBehavior(in *read.Reader) topology.Behavior {
	home := in.HomeStatic()
	if at := must.Get(topology.BehaviorFor(home, read.SwitchPath)); at.Pattern != "" {
		read.Fail(home, at.Path, "takes %s: the switch is at the standby", read.SwitchPath)
	}
	d := in.StandbyStatic()
	behavior := must.Get(topology.BehaviorFor(d, read.SwitchPath))
	if behavior.Pattern != read.SwitchPath {
		read.Fail(d, "", "has no behavior for %s", read.SwitchPath)
	}
	return behavior
}

// checkSwitchOpen demands that Route 53's health checkers get an answer of S3's: one of a web ACL, of a function or of a
// country's restriction would be taken for "off".
func checkSwitchOpen(in *read.Reader) {
	d, behavior := in.StandbyStatic(), switchBehavior(in)
	for _, path := range []string{
		"DistributionConfig.WebACLId", "DistributionConfig.Restrictions", behavior.At("FunctionAssociations"),
		behavior.At("LambdaFunctionAssociations"), behavior.At("TrustedKeyGroups"),
	} {
		if d.Has(path) {
			read.Fail(d, path, "is there: it may turn health checkers away, who then find the switch off")
		}
	}
}

// A copyCall is a call to S3 as the CDK's AwsCustomResource encodes it.
type copyCall struct {
	Service, Action string
	Parameters      struct{ Bucket, Key, CopySource string }
	IgnoreErrors    string `json:"ignoreErrorCodesMatching"`
}

// checkSwitchMoves demands that the switch is copied once from where it was, in the static files' bucket, and that it and
// the policy that shows it are there before the distribution asks for it.
func checkSwitchMoves(in *read.Reader) {
	d, bucket := in.StandbyStatic(), in.SwitchBucket()
	move := read.Only("custom resources that move the switch", in.Resources(read.SwitchMoveType)...)
	var call copyCall
	if err := json.Unmarshal([]byte(read.Text(move, "Create")), &call); err != nil {
		read.Fail(move, "Create", "cannot be read: %v", err)
	}
	if call.Service != "S3" || call.Action != "copyObject" || call.IgnoreErrors != "NoSuchKey" {
		read.Fail(move, "Create", "calls %s.%s and ignores %q, want S3.copyObject and NoSuchKey", call.Service, call.Action, call.IgnoreErrors)
	}
	from, to := call.Parameters.CopySource, call.Parameters.Bucket+"/"+call.Parameters.Key
	if want := read.Placeholder(in.StandbyBucket()) + read.SwitchPath; from != want {
		read.Fail(move, "Create", "copies from %s, want %s", from, want)
	}
	if want := read.Placeholder(bucket) + read.SwitchPath; to != want {
		read.Fail(move, "Create", "copies to %s, want %s", to, want)
	}
	for _, event := range []string{"Update", "Delete"} {
		if move.Has(event) {
			read.Fail(move, event, "is there: it would put or remove a switch that operators decide on")
		}
	}
	for _, before := range []*assembly.Resource{move, in.BucketPolicy(bucket)} {
		if !slices.Contains(d.DependsOn(), before.LogicalID) {
			read.Fail(d, ".DependsOn", "lacks %s: health checkers may find the switch off while it moves", before)
		}
	}
	// A group that is named after the function may be made by the function itself, and then fails the deployment.
	read.Target(read.Target(move, "ServiceToken", "AWS::Lambda::Function"), "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
}
