package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// accessLogDays is how long access logs are kept: three months, as all logs.
const accessLogDays = 90

// NewLogBucket makes a bucket for the access logs of one region: of load
// balancers, distributions and buckets, each under a prefix of its own. The
// logs expire after three months; removal is what happens to them with the
// stack.
//
// It is encrypted with S3's own keys: load balancers and CloudFront can write
// to no other bucket.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
func NewLogBucket(scope constructs.Construct, id string, removal awscdk.RemovalPolicy) awss3.Bucket {
	return newBucket(scope, id, awss3.BucketProps{
		// CloudFront's standard logs are given away by an access control list. With
		// "bucket owner preferred", what it writes is ours all the same.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_PREFERRED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          awscdk.Duration_Days(jsii.Number(accessLogDays)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(1)),
		}},
		RemovalPolicy: removal,
	})
}
