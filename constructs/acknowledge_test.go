package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

func TestAcknowledge(t *testing.T) {
	stage := newTestStage(t)
	stack := newTestStack(stage, "Acknowledged")
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), nil)
	acknowledge(bucket, "AwsSolutions-S1", "Nobody asks for it.")
	acknowledge(bucket.Node().DefaultChild(), "AwsSolutions-X5", "Only these.", "Resource::*", "/^Action/")

	plain := newTestStack(stage, "Plain")
	awss3.NewBucket(plain, jsii.String("Bucket"), nil)

	checkPromises(t, []promise{
		{"each stands at its resource, as cdk-nag reads it", hasWhole("AWS::S3::Bucket", object{
			"Metadata": object{"cdk_nag": exactly(object{"rules_to_suppress": list{
				exactly(object{"id": "AwsSolutions-S1", "reason": "Nobody asks for it."}),
				exactly(object{
					"id": "AwsSolutions-X5", "reason": "Only these.",
					"applies_to": list{"Resource::*", object{"regex": "/^Action/"}},
				}),
			}})},
		}), stack, plain},
	})
}
