package constructs

import (
	"time"

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
		Origin:               staticOrigin(scope, bucket, props.Fallback),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS(),
		CachePolicy:          awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
		Compress:             jsii.Bool(true),
	}
	if props.Headers {
		behavior.ResponseHeadersPolicy = newStaticHeaders(scope, "Headers")
		// S3 answers a preflight request by what it asks for.
		behavior.OriginRequestPolicy = awscloudfront.OriginRequestPolicy_CORS_S3_ORIGIN()
	}
	settings := awscloudfront.DistributionProps{
		Comment:         jsii.Sprintf("Static files, %s", *awscdk.Stack_Of(scope).Region()),
		DefaultBehavior: behavior,
		EnableIpv6:      &props.IPv6,
		HttpVersion:     httpVersion(props.HTTP3),
	}
	if props.Switch != nil {
		settings.AdditionalBehaviors = &map[string]*awscloudfront.BehaviorOptions{props.Switch.path: props.Switch.behavior(scope)}
		// Health checkers have to hear at once that the switch is there. S3 answers 403
		// for a missing object when the reader may not list the bucket.
		settings.ErrorResponses = errorResponses(0, 403, 404, 500, 502, 503, 504)
	}
	if props.HostName != "" {
		settings.DomainNames = jsii.Strings(props.HostName)
		settings.Certificate = props.Certificate
	}
	distribution := newDistribution(scope, settings, props.Logs, "static-distribution/")
	if props.Fallback != nil {
		boundReadTime(distribution)
	}
	return distribution
}

// The time-outs of a bucket that has a fallback: CloudFront's own are three
// attempts of 10 s, and 30 s for an answer.
const (
	staticConnectTimeout = 2 * time.Second
	staticReadTimeout    = 5 * time.Second
)

// staticOrigin is the bucket, or a group of the bucket and its fallback.
//
// The origin is the bucket's regional domain name: the global one redirects for a
// while after a bucket is created. Nobody but the origin access control may read
// the bucket.
func staticOrigin(scope constructs.Construct, bucket, fallback awss3.IBucket) awscloudfront.IOrigin {
	if fallback == nil {
		return awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, nil)
	}
	return awscloudfrontorigins.NewOriginGroup(&awscloudfrontorigins.OriginGroupProps{
		PrimaryOrigin: awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, &awscloudfrontorigins.S3BucketOriginWithOACProps{
			ConnectionAttempts: jsii.Number(1),
			ConnectionTimeout:  duration(staticConnectTimeout),
		}),
		FallbackOrigin: awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucketByName(scope, "Fallback", fallback), nil),
		// Never 403 or 404: a file that is deleted at home would come back.
		FallbackStatusCodes: &[]*float64{jsii.Number(500), jsii.Number(502), jsii.Number(503), jsii.Number(504)},
	})
}

// boundReadTime sets how long CloudFront waits for an answer of the first origin.
// The CDK has no property for a bucket's read time-out.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-s3originconfig.html
func boundReadTime(distribution awscloudfront.Distribution) {
	distribution.Node().DefaultChild().(awscdk.CfnResource).AddPropertyOverride(
		jsii.String("DistributionConfig.Origins.0.S3OriginConfig.OriginReadTimeout"), staticReadTimeout.Seconds())
}
