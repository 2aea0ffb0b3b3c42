package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/jsii-runtime-go"
)

func newTestFailoverSwitch(stage awscdk.Stage, id string, mutate func(awscdk.Stack, *FailoverSwitchProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	props := &FailoverSwitchProps{Path: "/failover-switch"}
	mutate(stack, props)
	NewStaticSite(stack, "StaticSite", &StaticSiteProps{Switch: NewFailoverSwitch(stack, "Switch", props)})
	return stack
}

func TestFailoverSwitch(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestFailoverSwitch(stage, "Minimal", func(awscdk.Stack, *FailoverSwitchProps) {})
	exhaustive := newTestFailoverSwitch(stage, "Exhaustive", func(_ awscdk.Stack, props *FailoverSwitchProps) {
		props.Removal = awscdk.RemovalPolicy_DESTROY
	})
	logged := newTestFailoverSwitch(stage, "Logged", func(stack awscdk.Stack, props *FailoverSwitchProps) {
		props.Logs = testLogs(stack)
	})

	// A switch in a bucket as the CDK makes it, with its defaults for all else.
	careless := newTestStack(stage, "Careless")
	awss3.NewBucket(careless, jsii.String("SwitchBucket"), nil)
	awscloudfront.NewCachePolicy(careless, jsii.String("SwitchCaching"), &awscloudfront.CachePolicyProps{
		QueryStringBehavior: awscloudfront.CacheQueryStringBehavior_All(),
	})
	customresources.NewAwsCustomResource(careless, jsii.String("SwitchMove"), &customresources.AwsCustomResourceProps{
		ResourceType: jsii.String("Custom::FailoverSwitch"),
		OnUpdate: &customresources.AwsSdkCall{
			Service: jsii.String("S3"), Action: jsii.String("copyObject"),
			Parameters:         map[string]any{"Bucket": "any", "Key": "failover-switch", "CopySource": "other/failover-switch"},
			PhysicalResourceId: customresources.PhysicalResourceId_Of(jsii.String("any")),
		},
		InstallLatestAwsSdk: jsii.Bool(true),
		Policy: customresources.AwsCustomResourcePolicy_FromSdkCalls(&customresources.SdkCallsPolicyOptions{
			Resources: customresources.AwsCustomResourcePolicy_ANY_RESOURCE(),
		}),
	})

	const move = "Custom::FailoverSwitch"
	checkPromises(t, []promise{
		{"private, encrypted, without versions or replication", has("AWS::S3::Bucket", object{
			"PublicAccessBlockConfiguration": object{
				"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
			},
			"BucketEncryption": object{"ServerSideEncryptionConfiguration": list{
				object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}},
			}},
			"VersioningConfiguration": absent(), "ReplicationConfiguration": absent(),
		}), minimal, careless},
		{"read by the account's distributions, the switch only, and by nobody without TLS", has("AWS::S3::BucketPolicy", object{
			"Bucket": ref("SwitchBucket"),
			"PolicyDocument": object{"Statement": list{
				object{
					"Effect": "Deny", "Action": "s3:*", "Principal": object{"AWS": "*"},
					"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
				},
				exactly(readsByDistributions("SwitchBucket", "/failover-switch")),
			}},
		}), minimal, careless},
		{"retained", hasWhole("AWS::S3::Bucket", object{
			"DeletionPolicy": "Retain", "Properties": object{"VersioningConfiguration": absent()},
		}), minimal, exhaustive},
		{"deleted with the stack", has("Custom::S3AutoDeleteObjects", object{"BucketName": ref("SwitchBucket")}), exhaustive, minimal},
		{"a line about every request", has("AWS::S3::Bucket", object{"LoggingConfiguration": object{
			"DestinationBucketName": ref("AccessLogs"), "LogFilePrefix": "failover-switch-bucket/",
		}}), logged, minimal},
		{"cached for two seconds, by the path alone", has("AWS::CloudFront::CachePolicy", object{"CachePolicyConfig": object{
			"MinTTL": 0, "DefaultTTL": 2, "MaxTTL": 2,
			"ParametersInCacheKeyAndForwardedToOrigin": exactly(object{
				"CookiesConfig": object{"CookieBehavior": "none"}, "HeadersConfig": object{"HeaderBehavior": "none"},
				"QueryStringsConfig":         object{"QueryStringBehavior": "none"},
				"EnableAcceptEncodingBrotli": false, "EnableAcceptEncodingGzip": false,
			}),
		}}), minimal, careless},
		{"copied once, and only if it is there", every(
			has(move, object{"Update": absent(), "Delete": absent(), "InstallLatestAwsSdk": false}),
			has(move, object{"Create": object{"Fn::Join": list{"", list{
				matching(`^{"action":"copyObject","ignoreErrorCodesMatching":"NoSuchKey",`), ref("SwitchBucket"),
				matching(`"CopySource":"$`), ref("StaticSiteBucket"),
				matching(`^/failover-switch","Key":"failover-switch","TaggingDirective":"REPLACE"}`), ref("SwitchBucket"), matching(`"service":"S3"`),
			}}}}),
		), minimal, careless},
		{"it may copy the switch, and nothing else", has("AWS::IAM::Policy", object{"PolicyDocument": object{"Statement": list{
			exactly(object{"Effect": "Allow", "Action": "s3:GetObject", "Resource": object{"Fn::Join": list{"", list{
				att("StaticSiteBucket", "Arn"), "/failover-switch",
			}}}}),
			exactly(object{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": att("StaticSiteBucket", "Arn")}),
			exactly(object{"Effect": "Allow", "Action": "s3:PutObject", "Resource": object{"Fn::Join": list{"", list{
				att("SwitchBucket", "Arn"), "/failover-switch",
			}}}}),
		}}}), minimal, careless},
		{"its log group is made before it runs", every(
			has("AWS::Lambda::Function", object{"LoggingConfig": object{"LogGroup": ref("SwitchLogs")}}),
			has("AWS::Logs::LogGroup", object{"LogGroupName": absent(), "RetentionInDays": 90}),
		), minimal, careless},
	})
}

// readsByDistributions is the statement by which all of the account's distributions
// read objects of a bucket.
func readsByDistributions(bucket, objects string) object {
	return object{
		"Effect": "Allow", "Action": "s3:GetObject", "Principal": object{"Service": "cloudfront.amazonaws.com"},
		"Resource": object{"Fn::Join": list{"", list{att(bucket, "Arn"), objects}}},
		"Condition": object{"ArnLike": object{"aws:SourceArn": object{"Fn::Join": list{"", list{
			matching(`^arn:aws:cloudfront::$`), object{"Ref": "AWS::AccountId"}, ":distribution/*",
		}}}}},
	}
}
