package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// testLogs is a log bucket for constructs that write to one.
func testLogs(scope constructs.Construct) awss3.IBucket {
	return NewLogBucket(scope, "AccessLogs", &LogBucketProps{Removal: awscdk.RemovalPolicy_RETAIN})
}

func TestLogBucket(t *testing.T) {
	stage := newTestStage(t)
	retained := newTestStack(stage, "Retained")
	NewLogBucket(retained, "AccessLogs", &LogBucketProps{Removal: awscdk.RemovalPolicy_RETAIN})
	deleted := newTestStack(stage, "Deleted")
	NewLogBucket(deleted, "AccessLogs", &LogBucketProps{Removal: awscdk.RemovalPolicy_DESTROY})

	// The CDK's own choices, with one that is public.
	plain := newTestStack(stage, "Plain")
	awss3.NewBucket(plain, jsii.String("AccessLogs"), &awss3.BucketProps{
		BlockPublicAccess: awss3.NewBlockPublicAccess(&awss3.BlockPublicAccessOptions{BlockPublicPolicy: jsii.Bool(false)}),
		Encryption:        awss3.BucketEncryption_KMS,
	})

	checkPromises(t, []promise{
		{"private", logBucket(object{"PublicAccessBlockConfiguration": object{
			"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
		}}), retained, plain},
		{"encrypted with S3's own keys", logBucket(object{"BucketEncryption": object{"ServerSideEncryptionConfiguration": list{
			object{"ServerSideEncryptionByDefault": object{"SSEAlgorithm": "AES256"}},
		}}}), retained, plain},
		{"CloudFront may write by access control list", logBucket(object{"OwnershipControls": object{"Rules": list{
			object{"ObjectOwnership": "BucketOwnerPreferred"},
		}}}), retained, plain},
		{"TLS only", has("AWS::S3::BucketPolicy", object{"PolicyDocument": object{"Statement": listLike(object{
			"Effect": "Deny", "Action": "s3:*", "Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
		})}}), retained, plain},
		{"gone after three months", logBucket(object{"LifecycleConfiguration": object{"Rules": list{
			object{"Status": "Enabled", "ExpirationInDays": 90, "AbortIncompleteMultipartUpload": object{"DaysAfterInitiation": 1}},
		}}}), retained, plain},
		{"retained", hasWhole("AWS::S3::Bucket", object{"DeletionPolicy": "Retain"}), retained, deleted},
		{"deleted with the stack", hasWhole("AWS::S3::Bucket", object{"DeletionPolicy": "Delete"}), deleted, retained},
		{"emptied before", total("Custom::S3AutoDeleteObjects", 1), deleted, retained},
		{"what empties it keeps no log for ever", has("AWS::Lambda::Function", object{
			"LoggingConfig": object{"LogGroup": ref("CustomS3AutoDeleteObjectsCustomResourceProviderLogs")},
		}), deleted, retained},
	})
}

func logBucket(properties object) assertion { return has("AWS::S3::Bucket", properties) }
