package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newBucket makes a private bucket. One that is deleted with the stack is emptied
// first.
func newBucket(scope constructs.Construct, id string, props awss3.BucketProps) awss3.Bucket {
	destroyed := props.RemovalPolicy == awscdk.RemovalPolicy_DESTROY
	props.BlockPublicAccess = awss3.BlockPublicAccess_BLOCK_ALL()
	// S3's own keys: see [NewLogBucket].
	props.Encryption = awss3.BucketEncryption_S3_MANAGED
	props.EnforceSSL = jsii.Bool(true)
	props.AutoDeleteObjects = &destroyed
	bucket := awss3.NewBucket(scope, &id, &props)
	if destroyed {
		addProviderLogs(awscdk.Stack_Of(scope), "Custom::S3AutoDeleteObjectsCustomResourceProvider")
	}
	return bucket
}

// readByDistributions lets the account's distributions read objects of a bucket: a
// key, or "*". It is for a bucket whose policy must not name the distribution that
// reads it, because the distribution has to wait for the policy.
func readByDistributions(bucket awss3.Bucket, objects string) {
	bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudfront.amazonaws.com"), nil)},
		Actions:    jsii.Strings("s3:GetObject"),
		Resources:  jsii.Strings(*bucket.ArnForObjects(&objects)),
		// The account is in the ARN: those of other accounts may not.
		Conditions: &map[string]any{"ArnLike": map[string]any{"aws:SourceArn": awscdk.Stack_Of(bucket).FormatArn(&awscdk.ArnComponents{
			Service: jsii.String("cloudfront"), Region: jsii.String(""),
			Resource: jsii.String("distribution"), ResourceName: jsii.String("*"),
		})}},
	}))
}

// bucketByName is a bucket of [readByDistributions] as the origin of a distribution
// in the scope. For the bucket itself, the CDK would write a policy that names the
// distribution.
func bucketByName(scope constructs.Construct, id string, bucket awss3.IBucket) awss3.IBucket {
	awscdk.Annotations_Of(scope).AcknowledgeWarning(
		jsii.String("@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac"),
		jsii.String("The policy is written where the bucket is made."))
	return awss3.Bucket_FromBucketAttributes(scope, &id, &awss3.BucketAttributes{
		BucketName:               bucket.BucketName(),
		BucketRegionalDomainName: bucket.BucketRegionalDomainName(),
	})
}
