package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

func TestNotifications(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestStack(stage, "Minimal")
	NewNotifications(minimal, "Notifications", &NotificationsProps{})
	exhaustive := newTestStack(stage, "Exhaustive")
	NewNotifications(exhaustive, "Notifications", &NotificationsProps{
		Emails: []string{"a@example.com", "b@example.com"}, AutoScaling: true,
	})

	// The CDK's own choices.
	plain := newTestStack(stage, "Plain")
	awssns.NewTopic(plain, jsii.String("Topic"), nil)
	awskms.NewKey(plain, jsii.String("Key"), nil)

	account := object{"Ref": "AWS::AccountId"}
	encrypts := func(principal, condition object) object {
		return object{
			"Effect": "Allow", "Action": list{"kms:Decrypt", "kms:GenerateDataKey"},
			"Principal": principal, "Condition": exactly(condition),
		}
	}
	manages := object{"Effect": "Allow", "Action": "kms:*", "Principal": object{"AWS": object{"Fn::Join": assertions.Match_AnyValue()}}}
	alarmsMay := encrypts(object{"Service": "cloudwatch.amazonaws.com"}, object{"StringEquals": object{"aws:SourceAccount": account}})
	groupsMay := encrypts(object{"AWS": "*"}, object{
		"StringEquals": object{"kms:CallerAccount": account},
		"ArnEquals":    object{"aws:PrincipalArn": object{"Fn::Join": list{"", list{"arn:aws:iam::", account, ":" + autoScalingRole}}}},
	})
	keyPolicy := func(statements any) assertion {
		return has("AWS::KMS::Key", object{"KeyPolicy": object{"Statement": statements}})
	}
	checkPromises(t, []promise{
		{"encrypted with its own key", has("AWS::SNS::Topic", object{"KmsMasterKeyId": att("NotificationsKey", "Arn")}), minimal, plain},
		{"which changes every year", has("AWS::KMS::Key", object{"EnableKeyRotation": true}), minimal, plain},
		{"this account's alarms may use it", keyPolicy(listLike(alarmsMay)), minimal, plain},
		{"and nobody else but who manages it", keyPolicy(list{manages, alarmsMay}), minimal, exhaustive},
		{"Auto Scaling may use it before its role exists", keyPolicy(listLike(groupsMay)), exhaustive, minimal},
		{"beside alarms, and nobody else", keyPolicy(list{manages, groupsMay, alarmsMay}), exhaustive, minimal},
		{"TLS only", has("AWS::SNS::TopicPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
			"Effect": "Deny", "Action": "sns:Publish", "Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
		})}}), minimal, plain},
		{"this account's alarms may publish", has("AWS::SNS::TopicPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
			"Effect": "Allow", "Action": "sns:Publish", "Resource": ref("NotificationsTopic"),
			"Principal": object{"Service": "cloudwatch.amazonaws.com"},
			"Condition": exactly(object{"StringEquals": object{"aws:SourceAccount": account}}),
		})}}), minimal, plain},
		{"nobody is told", total("AWS::SNS::Subscription", 0), minimal, exhaustive},
		{"each address is told", every(
			has("AWS::SNS::Subscription", object{"Protocol": "email", "Endpoint": "a@example.com", "TopicArn": ref("NotificationsTopic")}),
			has("AWS::SNS::Subscription", object{"Protocol": "email", "Endpoint": "b@example.com", "TopicArn": ref("NotificationsTopic")}),
		), exhaustive, minimal},
	})
}
