package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
)

// A day, in which S3 counts a lifecycle.
const day = 24 * time.Hour

// LogBucketProps describes the bucket for the access logs of one region.
type LogBucketProps struct {
	// Removal is what happens to the bucket and its logs when the stack is
	// deleted. Default: the CDK's own, to retain them.
	Removal awscdk.RemovalPolicy
}

// NewLogBucket makes a bucket for the access logs of one region: of load
// balancers, distributions and buckets, each under a prefix of its own. The
// logs expire as all logs of the stack do.
//
// It is encrypted with S3's own keys: load balancers and CloudFront can write
// to no other bucket.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
func NewLogBucket(scope constructs.Construct, id string, props *LogBucketProps) awss3.Bucket {
	return newBucket(scope, id, awss3.BucketProps{
		// CloudFront's standard logging grants itself access by an access control
		// list. With "bucket owner preferred", the bucket's owner owns what it writes.
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
		ObjectOwnership: awss3.ObjectOwnership_BUCKET_OWNER_PREFERRED,
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          duration(time.Duration(keptDays(scope)) * day),
			AbortIncompleteMultipartUploadAfter: duration(day),
		}},
		RemovalPolicy: props.Removal,
	})
}
