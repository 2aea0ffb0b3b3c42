package constructs

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	deployment "github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// assetsPrefix is the folder whose files have a hash of their content in their
// name: they never change, so they may be kept for ever.
const assetsPrefix = "assets/"

// NewStaticFiles uploads the files of a folder to a bucket at deployment. Files
// below assets/ are cached for a year, others for five minutes. Objects that
// are not in the folder are left alone: the application's own uploads live in
// the same bucket.
func NewStaticFiles(scope constructs.Construct, id, folder string, bucket awss3.IBucket) {
	scope = constructs.NewConstruct(scope, &id)
	upload := func(id string, only, except []string, cache ...deployment.CacheControl) {
		files := deployment.NewBucketDeployment(scope, &id, &deployment.BucketDeploymentProps{
			DestinationBucket: bucket,
			Sources:           &[]deployment.ISource{deployment.Source_Asset(&folder, nil)},
			Exclude:           jsii.Strings(except...),
			Include:           jsii.Strings(only...),
			CacheControl:      &cache,
			Prune:             jsii.Bool(false),
		})
		// With all that belongs to the bucket: an object uploaded before the
		// replication role may write is never replicated.
		files.Node().AddDependency(bucket)
	}
	upload("Assets", []string{assetsPrefix + "*"}, []string{"*"},
		deployment.CacheControl_SetPublic(), maxAge(365*24*time.Hour), deployment.CacheControl_Immutable())
	upload("Others", nil, []string{assetsPrefix + "*"},
		deployment.CacheControl_SetPublic(), maxAge(5*time.Minute))
	acknowledgeUpload(awscdk.Stack_Of(scope))
}

// acknowledgeUpload speaks of the function that does all the uploads of a
// stack, under the id that the CDK gives it.
func acknowledgeUpload(stack awscdk.Stack) {
	function := "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
	acknowledge(stack.Node().FindChild(&function), "AwsSolutions-L1", "The CDK's own function: each version of the CDK brings the runtime that it was tested with.")
	role := acknowledgeFunction(stack, function)
	acknowledgePolicy(role, "The CDK's own function: it reads the assets of the deployment and writes any object of the one bucket.",
		"Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*", "Action::s3:Abort*", "Action::s3:DeleteObject*",
		`/^Resource::arn:aws:s3:::cdk-\w+-assets-<AWS::AccountId>-[\w-]+\/\*$/`, allObjects)
}

func maxAge(d time.Duration) deployment.CacheControl {
	return deployment.CacheControl_MaxAge(awscdk.Duration_Seconds(jsii.Number(d.Seconds())))
}
