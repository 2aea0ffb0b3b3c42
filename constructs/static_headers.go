package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// preflightAge is how long a browser keeps the answer to a preflight request.
const preflightAge = 10 * time.Minute

// newStaticHeaders is like CloudFront's managed policy for CORS with preflight and
// security headers, except that it has no X-Frame-Options: the site's pages, which
// have another name, could not show a PDF in a frame.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
func newStaticHeaders(scope constructs.Construct, id string) awscloudfront.ResponseHeadersPolicy {
	override := jsii.Bool(true)
	return awscloudfront.NewResponseHeadersPolicy(scope, &id, &awscloudfront.ResponseHeadersPolicyProps{
		Comment: jsii.String("Files for pages of any origin"),
		CorsBehavior: &awscloudfront.ResponseHeadersCorsBehavior{
			AccessControlAllowCredentials: jsii.Bool(false),
			AccessControlAllowHeaders:     jsii.Strings("*"),
			AccessControlAllowMethods:     jsii.Strings("GET", "HEAD", "OPTIONS"),
			AccessControlAllowOrigins:     jsii.Strings("*"),
			AccessControlExposeHeaders:    jsii.Strings("*"),
			AccessControlMaxAge:           duration(preflightAge),
			OriginOverride:                override,
		},
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: override},
			ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
				ReferrerPolicy: awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN, Override: override,
			},
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: duration(365 * day), Override: override,
			},
		},
	})
}

// staticCors lets S3 answer a preflight request with 200: it refuses them all
// otherwise, whatever headers CloudFront adds.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
func staticCors() *[]*awss3.CorsRule {
	return &[]*awss3.CorsRule{{
		AllowedHeaders: jsii.Strings("*"),
		AllowedMethods: &[]awss3.HttpMethods{awss3.HttpMethods_GET, awss3.HttpMethods_HEAD},
		AllowedOrigins: jsii.Strings("*"),
		MaxAge:         jsii.Number(preflightAge.Seconds()),
	}}
}
