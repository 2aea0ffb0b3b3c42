package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

func TestProviderLogs(t *testing.T) {
	stage := newTestStage(t)
	const provider = "Custom::VpcRestrictDefaultSGCustomResourceProvider"
	stack := newTestStack(stage, "Kept")
	awsec2.NewVpc(stack, jsii.String("Vpc"), nil)
	addProviderLogs(stack, provider)
	addProviderLogs(stack, provider)

	plain := newTestStack(stage, "Plain")
	awsec2.NewVpc(plain, jsii.String("Vpc"), nil)

	checkPromises(t, []promise{
		{"its function writes to a group", has("AWS::Lambda::Function", object{
			"LoggingConfig": object{"LogGroup": ref("CustomVpcRestrictDefaultSGCustomResourceProviderLogs")},
		}), stack, plain},
		{"one a stack, for three months, gone with it", every(
			total("AWS::Logs::LogGroup", 1),
			hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete", "Properties": object{"RetentionInDays": 90}}),
		), stack, plain},
	})
}
