package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
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
