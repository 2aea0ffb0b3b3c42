package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	deployment "github.com/aws/aws-cdk-go/awscdk/v2/awss3deployment"
	"github.com/aws/jsii-runtime-go"
)

const staticFolder = "../web/static"

func TestStaticFiles(t *testing.T) {
	stage := newTestStage(t)
	stack, site := newTestStaticSite(stage, "Minimal", func(stack awscdk.Stack, props *StaticSiteProps) {
		props.ReplicateTo = replicaBucket(stack)
	})
	NewStaticFiles(stack, "StaticFiles", &StaticFilesProps{Folder: staticFolder, Bucket: site.Bucket})

	// The CDK's own choices: all files alike, and nothing else in the bucket.
	plain := newTestStack(stage, "Plain")
	deployment.NewBucketDeployment(plain, jsii.String("StaticFiles"), &deployment.BucketDeploymentProps{
		DestinationBucket: awss3.NewBucket(plain, jsii.String("StaticSiteBucket"), nil),
		Sources:           &[]deployment.ISource{deployment.Source_Asset(jsii.String(staticFolder), nil)},
	})

	checkPromises(t, []promise{
		{"assets are cached for a year", uploads(object{
			"Exclude": list{"*"}, "Include": list{"assets/*"},
			"SystemMetadata": object{"cache-control": "public, max-age=31536000, immutable"},
		}), stack, plain},
		{"others for five minutes", uploads(object{
			"Exclude":        list{"assets/*"},
			"SystemMetadata": object{"cache-control": "public, max-age=300"},
		}), stack, plain},
		{"other objects are left alone", count(upload, 2, object{"Prune": false}), stack, plain},
		{"not before the replication role may write", allWhole(upload, object{
			"DependsOn": listWith(logicalID("StaticSiteBucketPolicy"), logicalID("StaticSiteBucketReplicationRoleDefaultPolicy")),
		}), stack, plain},
	})
}

const upload = "Custom::CDKBucketDeployment"

func uploads(files object) assertion {
	files["DestinationBucketName"] = ref("StaticSiteBucket")
	return has(upload, files)
}
