package edge

import (
	"twinsite/assembly"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// switchMove is the custom resource that copies the switch.
func switchMove(in *read.Reader) *assembly.Resource {
	return read.Only("custom resources that move the switch", in.Resources(read.SwitchMoveType)...)
}

// switchCaching is the cache policy for the switch's path.
func switchCaching(in *read.Reader) *assembly.Resource {
	return read.Follow(in.StandbyStatic(), switchBehavior(in).At("CachePolicyId"))
}

// switchCopies break the promises of failover_switch.go.
var switchCopies = map[string][]brokencopy.Copy{
	"the failover switch has a bucket of its own, which nobody copies or uploads to": {
		{"with the static files", func(in *read.Reader) {
			in.StandbyStatic().Set("DistributionConfig.Origins.1.DomainName", brokencopy.GetAtt(in.StandbyBucket(), "RegionalDomainName"))
		}, "holds the static files too"},
		{"a replica", func(in *read.Reader) {
			in.SwitchBucket().Add("ReplicationConfiguration", map[string]any{"Rules": []any{map[string]any{"Status": "Enabled"}}})
		}, "which is the switch's"},
		{"an upload", func(in *read.Reader) {
			bucket := in.SwitchBucket()
			in.Uploads()[0].Set("DestinationBucketName", brokencopy.GetStackOutput(bucket, "s3://"+read.Placeholder(bucket)+read.SwitchPath))
		}, "leads to the switch's bucket"},
		{"public", func(in *read.Reader) {
			in.SwitchBucket().Set("PublicAccessBlockConfiguration.BlockPublicAcls", false)
		}, "BlockPublicAcls is false"},
		{"deleted with the stack", func(in *read.Reader) { in.SwitchBucket().Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
		{"any account's distributions read", func(in *read.Reader) {
			policy := in.BucketPolicy(in.SwitchBucket())
			policy.Set(brokencopy.ReadStatement(policy)+".Condition.ArnLike.aws:SourceArn", "arn:aws:cloudfront::*")
		}, "lets others in"},
		{"all that is in it is read", func(in *read.Reader) {
			policy := in.BucketPolicy(in.SwitchBucket())
			policy.Set(brokencopy.ReadStatement(policy)+".Resource", brokencopy.GetAtt(in.SwitchBucket(), "Arn"))
		}, "lets others in"},
		{"nobody reads", func(in *read.Reader) {
			policy := in.BucketPolicy(in.SwitchBucket())
			policy.Set(brokencopy.ReadStatement(policy)+".Action", "s3:GetObjectVersion")
		}, "lets others in"},
	},
	"the failover switch is cached for two seconds by its path alone, and errors never": {
		{"nowhere", func(in *read.Reader) { in.StandbyStatic().Delete("DistributionConfig.CacheBehaviors") }, "has no behavior for /failover-switch"},
		{"at home too", func(in *read.Reader) {
			in.HomeStatic().Add("DistributionConfig.CacheBehaviors", []any{map[string]any{"PathPattern": "/failover-*", "TargetOriginId": "any"}})
		}, "the switch is at the standby"},
		{"not by HTTPS", func(in *read.Reader) {
			in.StandbyStatic().Set(switchBehavior(in).At("ViewerProtocolPolicy"), "allow-all")
		}, "ViewerProtocolPolicy is allow-all"},
		{"written through CloudFront", func(in *read.Reader) {
			in.StandbyStatic().Set(switchBehavior(in).At("AllowedMethods"), []any{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"})
		}, "AllowedMethods is"},
		{"never cached, so that a failure of S3 is the switch's end", func(in *read.Reader) {
			in.StandbyStatic().Set(switchBehavior(in).At("CachePolicyId"), "4135ea2d-6df8-44a3-9df3-4b5a84be39ad")
		}, "CachePolicyId"},
		{"cached for a day", func(in *read.Reader) { switchCaching(in).Set("CachePolicyConfig.MaxTTL", 86400) }, "MaxTTL is 86400"},
		{"cached for as long as an upload says", func(in *read.Reader) { switchCaching(in).Delete("CachePolicyConfig.MaxTTL") }, "MaxTTL"},
		{"a copy for each query", func(in *read.Reader) {
			switchCaching(in).Set("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStringBehavior", "all")
		}, "QueryStringBehavior is all"},
		{"a copy for each kind of compression", func(in *read.Reader) {
			switchCaching(in).Set("CachePolicyConfig.ParametersInCacheKeyAndForwardedToOrigin.EnableAcceptEncodingGzip", true)
		}, "EnableAcceptEncodingGzip is true"},
		{"every header reaches S3", func(in *read.Reader) {
			in.StandbyStatic().Add(switchBehavior(in).At("OriginRequestPolicyId"), "216adef6-5c7f-47e4-b989-5492eafa07d3")
		}, "S3 gets more than the path"},
		{"its absence is cached", func(in *read.Reader) {
			in.StandbyStatic().Set("DistributionConfig.CustomErrorResponses.0.ErrorCachingMinTTL", 10)
		}, "repeat 403"},
		{"its absence is cached as CloudFront does", func(in *read.Reader) {
			in.StandbyStatic().Set("DistributionConfig.CustomErrorResponses.1.ErrorCode", 405)
		}, "repeat 404"},
		{"a failure of S3 is cached", func(in *read.Reader) {
			in.StandbyStatic().Delete("DistributionConfig.CustomErrorResponses.4")
		}, "repeat 503"},
	},
	"nothing turns away who asks for the failover switch": {
		{"a web ACL", func(in *read.Reader) {
			in.StandbyStatic().Add("DistributionConfig.WebACLId", "arn:aws:wafv2:us-east-1:1:global/webacl/a/b")
		}, "WebACLId is there"},
		{"some countries only", func(in *read.Reader) {
			in.StandbyStatic().Add("DistributionConfig.Restrictions", map[string]any{"GeoRestriction": map[string]any{"RestrictionType": "none"}})
		}, "Restrictions is there"},
		{"a function", func(in *read.Reader) {
			in.StandbyStatic().Add(switchBehavior(in).At("FunctionAssociations"), []any{map[string]any{"EventType": "viewer-request"}})
		}, "FunctionAssociations is there"},
	},
	"a failover switch that is on stays on when its bucket is made": {
		{"nobody copies it", func(in *read.Reader) { switchMove(in).Stack.Remove(switchMove(in).LogicalID) }, "0 of custom resources that move the switch"},
		{"from elsewhere", func(in *read.Reader) {
			brokencopy.Rewrite(switchMove(in), "Create", "${"+in.StandbyBucket().String()+"}", "elsewhere")
		}, "copies from elsewhere"},
		{"under another name", func(in *read.Reader) {
			brokencopy.Rewrite(switchMove(in), "Create", `"Key":"failover-switch"`, `"Key":"switch"`)
		}, "copies to"},
		{"and fails where there is none", func(in *read.Reader) { brokencopy.Rewrite(switchMove(in), "Create", "NoSuchKey", "NoSuchBucket") }, `ignores "NoSuchBucket"`},
		{"whatever happens", func(in *read.Reader) { brokencopy.Rewrite(switchMove(in), "Create", "NoSuchKey", ".*") }, `ignores ".*"`},
		{"at every deployment", func(in *read.Reader) { switchMove(in).Add("Update", read.Text(switchMove(in), "Create")) }, "Update is there"},
		{"too late", func(in *read.Reader) {
			in.StandbyStatic().Set(".DependsOn", []string{in.BucketPolicy(in.SwitchBucket()).LogicalID})
		}, "lacks Secondary.SwitchMove"},
		{"before anybody may read it", func(in *read.Reader) {
			in.StandbyStatic().Set(".DependsOn", []string{switchMove(in).LogicalID})
		}, "lacks Secondary.SwitchBucketPolicy"},
		{"into a log group that exists already", func(in *read.Reader) {
			read.Follow(switchMove(in), "ServiceToken").Delete("LoggingConfig")
		}, "LoggingConfig"},
	},
}
