package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"
)

func TestSecurityHeaders(t *testing.T) {
	stage := newTestStage(t)
	stack := newTestStack(stage, "Minimal")
	newSecurityHeaders(stack, "Headers")

	overriding := newTestStack(stage, "Overriding")
	awscloudfront.NewResponseHeadersPolicy(overriding, jsii.String("Headers"), &awscloudfront.ResponseHeadersPolicyProps{
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: jsii.Bool(true)},
		},
	})
	checkPromises(t, []promise{
		{"headers that the application's own win over", has("AWS::CloudFront::ResponseHeadersPolicy", object{
			"ResponseHeadersPolicyConfig": object{"SecurityHeadersConfig": exactly(object{
				"ContentTypeOptions":      object{"Override": false},
				"FrameOptions":            object{"Override": false, "FrameOption": "SAMEORIGIN"},
				"ReferrerPolicy":          object{"Override": false, "ReferrerPolicy": "strict-origin-when-cross-origin"},
				"StrictTransportSecurity": object{"Override": false, "AccessControlMaxAgeSec": 31536000},
			})},
		}), stack, overriding},
	})
}
