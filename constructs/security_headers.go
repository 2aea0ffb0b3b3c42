package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newSecurityHeaders is like CloudFront's managed security headers policy, except
// that the application's own headers always win: the managed policy overrides
// X-Content-Type-Options.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html
func newSecurityHeaders(scope constructs.Construct, id string) awscloudfront.ResponseHeadersPolicy {
	override := jsii.Bool(false)
	return awscloudfront.NewResponseHeadersPolicy(scope, &id, &awscloudfront.ResponseHeadersPolicyProps{
		Comment: jsii.String("Security headers where the application sends none"),
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: override},
			FrameOptions: &awscloudfront.ResponseHeadersFrameOptions{
				FrameOption: awscloudfront.HeadersFrameOption_SAMEORIGIN, Override: override,
			},
			ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
				ReferrerPolicy: awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN, Override: override,
			},
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: duration(365 * day), Override: override,
			},
		},
	})
}
