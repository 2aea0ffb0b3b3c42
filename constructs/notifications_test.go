package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

func TestNotifications(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestStack(stage, "Minimal")
	NewNotifications(minimal, "Notifications", nil)
	told := newTestStack(stage, "Told")
	NewNotifications(told, "Notifications", []string{"a@example.com", "b@example.com"})

	// The CDK's own choices.
	plain := newTestStack(stage, "Plain")
	awssns.NewTopic(plain, jsii.String("Topic"), nil)
	awskms.NewKey(plain, jsii.String("Key"), nil)

	account := object{"Ref": "AWS::AccountId"}
	encrypts := func(principal, condition object) assertion {
		return has("AWS::KMS::Key", object{"KeyPolicy": object{"Statement": listLike(object{
			"Effect": "Allow", "Action": list{"kms:Decrypt", "kms:GenerateDataKey"},
			"Principal": principal, "Condition": exactly(condition),
		})}})
	}
	checkPromises(t, []promise{
		{"encrypted with its own key", has("AWS::SNS::Topic", object{"KmsMasterKeyId": att("NotificationsKey", "Arn")}), minimal, plain},
		{"which changes every year", has("AWS::KMS::Key", object{"EnableKeyRotation": true}), minimal, plain},
		{"Auto Scaling may use it before its role exists", encrypts(object{"AWS": "*"}, object{
			"StringEquals": object{"kms:CallerAccount": account},
			"ArnEquals":    object{"aws:PrincipalArn": object{"Fn::Join": list{"", list{"arn:aws:iam::", account, ":" + autoScalingRole}}}},
		}), minimal, plain},
		{"this account's alarms may use it", encrypts(object{"Service": "cloudwatch.amazonaws.com"}, object{
			"StringEquals": object{"aws:SourceAccount": account},
		}), minimal, plain},
		{"TLS only", has("AWS::SNS::TopicPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
			"Effect": "Deny", "Action": "sns:Publish", "Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
		})}}), minimal, plain},
		{"this account's alarms may publish", has("AWS::SNS::TopicPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
			"Effect": "Allow", "Action": "sns:Publish", "Resource": ref("NotificationsTopic"),
			"Principal": object{"Service": "cloudwatch.amazonaws.com"},
			"Condition": exactly(object{"StringEquals": object{"aws:SourceAccount": account}}),
		})}}), minimal, plain},
		{"nobody is told", total("AWS::SNS::Subscription", 0), minimal, told},
		{"each address is told", every(
			has("AWS::SNS::Subscription", object{"Protocol": "email", "Endpoint": "a@example.com", "TopicArn": ref("NotificationsTopic")}),
			has("AWS::SNS::Subscription", object{"Protocol": "email", "Endpoint": "b@example.com", "TopicArn": ref("NotificationsTopic")}),
		), told, minimal},
	})
}
