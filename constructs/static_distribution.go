package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newStaticDistribution serves the files of one region's bucket.
func newStaticDistribution(scope constructs.Construct, bucket awss3.IBucket, props *StaticSiteProps) awscloudfront.Distribution {
	behavior := &awscloudfront.BehaviorOptions{
		// The origin is the bucket's regional domain name: the global one redirects
		// for a while after a bucket is created. Nobody but the origin access control
		// may read the bucket.
		Origin:               awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, nil),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
		Compress:             jsii.Bool(true),
	}
	if props.Headers {
		behavior.ResponseHeadersPolicy = awscloudfront.ResponseHeadersPolicy_CORS_ALLOW_ALL_ORIGINS_AND_SECURITY_HEADERS()
	}
	settings := awscloudfront.DistributionProps{
		Comment:         jsii.Sprintf("Static files, %s", *awscdk.Stack_Of(scope).Region()),
		DefaultBehavior: behavior,
		EnableIpv6:      &props.IPv6,
		HttpVersion:     httpVersion(props.HTTP3),
	}
	if props.UncachedPath != "" {
		uncached := *behavior
		uncached.CachePolicy = awscloudfront.CachePolicy_CACHING_DISABLED()
		settings.AdditionalBehaviors = &map[string]*awscloudfront.BehaviorOptions{props.UncachedPath: &uncached}
		// S3 answers 403 for a missing object when the reader may not list the bucket.
		settings.ErrorResponses = errorResponses(0, 403, 404)
	}
	if props.HostName != "" {
		settings.DomainNames = jsii.Strings(props.HostName)
		settings.Certificate = props.Certificate
	}
	return newDistribution(scope, settings, props.Logs, "static-distribution/")
}
