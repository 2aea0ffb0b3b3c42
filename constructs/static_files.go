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
// name: under one name they never change, so browsers may cache them for ever.
const assetsPrefix = "assets/"

// StaticFilesProps describes what is uploaded, and where to.
type StaticFilesProps struct {
	// Folder is the path of the folder whose files are uploaded. Required.
	Folder string

	// Bucket takes them. Required.
	Bucket awss3.IBucket
}

// NewStaticFiles uploads the files of a folder to a bucket at deployment. Files
// below assets/ are cached for a year, others for five minutes. Objects that
// are not in the folder are left alone: the application's own uploads live in
// the same bucket.
func NewStaticFiles(scope constructs.Construct, id string, props *StaticFilesProps) {
	require(id, "Folder", props.Folder)
	require(id, "Bucket", props.Bucket)
	scope = constructs.NewConstruct(scope, &id)
	// The function names its group, so the group is there before it runs. Otherwise the CDK makes a group named after the
	// function, which nothing orders before its first run: if that run makes the group, CloudFormation cannot.
	// https://github.com/aws/aws-cdk/issues/667
	logs := newLogGroup(scope, "Logs", awscdk.RemovalPolicy_DESTROY)
	upload := func(id string, only, except []string, cache ...deployment.CacheControl) {
		files := deployment.NewBucketDeployment(scope, &id, &deployment.BucketDeploymentProps{
			DestinationBucket: props.Bucket,
			Sources:           &[]deployment.ISource{deployment.Source_Asset(&props.Folder, nil)},
			Exclude:           jsii.Strings(except...),
			Include:           jsii.Strings(only...),
			CacheControl:      &cache,
			Prune:             jsii.Bool(false),
			LogGroup:          logs,
		})
		// A dependency on the bucket includes its replication role and policy: an
		// object that is uploaded before the role may write is never replicated.
		files.Node().AddDependency(props.Bucket)
	}
	upload("Assets", []string{assetsPrefix + "*"}, []string{"*"},
		deployment.CacheControl_SetPublic(), maxAge(365*day), deployment.CacheControl_Immutable())
	upload("Others", nil, []string{assetsPrefix + "*"},
		deployment.CacheControl_SetPublic(), maxAge(5*time.Minute))
	acknowledgeUpload(awscdk.Stack_Of(scope))
}

// acknowledgeUpload acknowledges the findings in the function that does all the
// uploads of a stack. Its id is the CDK's.
func acknowledgeUpload(stack awscdk.Stack) {
	function := "Custom::CDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
	acknowledge(stack.Node().FindChild(&function), "AwsSolutions-L1", "The CDK's own function: each version of the CDK brings the runtime that it was tested with.")
	role := acknowledgeFunction(stack, function)
	acknowledgePolicy(role, "The CDK's own function: it reads the assets of the deployment and writes any object of the one bucket.",
		"Action::s3:GetBucket*", "Action::s3:GetObject*", "Action::s3:List*", "Action::s3:Abort*", "Action::s3:DeleteObject*",
		`/^Resource::arn:aws:s3:::cdk-\w+-assets-<AWS::AccountId>-[\w-]+\/\*$/`, allObjects)
}

func maxAge(d time.Duration) deployment.CacheControl {
	return deployment.CacheControl_MaxAge(duration(d))
}
