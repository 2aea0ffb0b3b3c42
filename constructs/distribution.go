package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newDistribution makes a distribution with what all distributions of a site have
// in common. Logs takes a line about every request, under a prefix; nil logs
// nothing.
func newDistribution(scope constructs.Construct, props awscloudfront.DistributionProps, logs awss3.IBucket, logPrefix string) awscloudfront.Distribution {
	// A cheaper price class leaves regions out: visitors near home would wait half a
	// second longer for each request.
	props.PriceClass = awscloudfront.PriceClass_PRICE_CLASS_ALL
	if props.Certificate != nil { // with CloudFront's own, the version cannot be set
		// The newest that still speaks TLS 1.2. Of the one before, it lacks ChaCha20 with TLS 1.2; TLS 1.3 alone would shut
		// out viewers of before 2018.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
		props.MinimumProtocolVersion = awscloudfront.SecurityPolicyProtocol_TLS_V1_2_2025
	}
	if logs != nil {
		props.EnableLogging = jsii.Bool(true)
		props.LogBucket = logs
		props.LogFilePrefix = &logPrefix
	}
	distribution := awscloudfront.NewDistribution(scope, jsii.String("Distribution"), &props)
	acknowledge(distribution, "AwsSolutions-CFR1", "Visitors of every country are welcome.")
	return distribution
}

// errorResponses sets how long CloudFront caches answers with these statuses.
func errorResponses(ttl time.Duration, statuses ...float64) *[]*awscloudfront.ErrorResponse {
	var responses []*awscloudfront.ErrorResponse
	for _, status := range statuses {
		responses = append(responses, &awscloudfront.ErrorResponse{
			HttpStatus: jsii.Number(status),
			Ttl:        duration(ttl),
		})
	}
	return &responses
}

func httpVersion(http3 bool) awscloudfront.HttpVersion {
	if http3 {
		return awscloudfront.HttpVersion_HTTP2_AND_3
	}
	return awscloudfront.HttpVersion_HTTP2
}
