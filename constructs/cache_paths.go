package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// addCachePaths adds a behavior for each pattern of paths that CloudFront caches.
// CloudFront takes the first that fits: they stand behind the health checkers'
// paths, whose answers must be fresh.
func addCachePaths(scope constructs.Construct, distribution awscloudfront.Distribution, behavior *awscloudfront.BehaviorOptions, patterns []string) {
	if len(patterns) == 0 {
		return
	}
	policy := newCachePolicy(scope, "CachePolicy")
	for _, pattern := range patterns {
		distribution.AddBehavior(&pattern, behavior.Origin, &awscloudfront.AddBehaviorOptions{
			ViewerProtocolPolicy: behavior.ViewerProtocolPolicy,
			AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS(),
			CachePolicy:          policy,
			// No origin request policy: what the key leaves out, as cookies, would reach
			// the application, and its answer to one visitor would be served to others.
			ResponseHeadersPolicy: behavior.ResponseHeadersPolicy,
			FunctionAssociations:  behavior.FunctionAssociations,
			Compress:              behavior.Compress,
		})
	}
}

// newCachePolicy makes a policy by which the application's Cache-Control decides:
// with a least and a default time of 0 s, an answer without one is asked for anew.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
func newCachePolicy(scope constructs.Construct, id string) awscloudfront.ICachePolicy {
	scope = constructs.NewConstruct(scope, &id)
	return awscloudfront.NewCachePolicy(scope, jsii.String("Policy"), &awscloudfront.CachePolicyProps{
		CachePolicyName:            uniqueName(scope),
		Comment:                    jsii.String("What the application lets CloudFront keep, by host, path and query"),
		MinTtl:                     awscdk.Duration_Seconds(jsii.Number(0)),
		DefaultTtl:                 awscdk.Duration_Seconds(jsii.Number(0)),
		MaxTtl:                     awscdk.Duration_Days(jsii.Number(365)),
		HeaderBehavior:             awscloudfront.CacheHeaderBehavior_AllowList(jsii.String("Host")),
		QueryStringBehavior:        awscloudfront.CacheQueryStringBehavior_All(),
		CookieBehavior:             awscloudfront.CacheCookieBehavior_None(),
		EnableAcceptEncodingGzip:   jsii.Bool(true),
		EnableAcceptEncodingBrotli: jsii.Bool(true),
	})
}
