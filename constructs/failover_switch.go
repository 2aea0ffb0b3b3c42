package constructs

import (
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// switchCaching is how long CloudFront answers for the failover switch itself.
// When S3 fails after that, CloudFront answers with the expired copy, so that a
// switch that is on stays on.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
const switchCaching = 2 * time.Second

// FailoverSwitchProps describes the place of the failover switch.
type FailoverSwitchProps struct {
	// Path is where the switch is served, as "/failover-switch". Without the slash
	// it is the key of the object. Required.
	Path string

	// Removal is what happens to the bucket and the switch when the stack is
	// deleted. Default: the CDK's own, to retain them.
	Removal awscdk.RemovalPolicy

	// Logs is the bucket, of the same region, for a line about every request to
	// the bucket. Default: no log.
	Logs awss3.IBucket
}

// FailoverSwitch is a private bucket for one object, which moves the site to the
// standby by being there. No replication and no upload of files touches it: in the
// bucket of the static files, "aws s3 sync --delete" at home would remove the
// switch, and bring visitors home without anybody's decision.
//
// A [StaticSite] serves it: see [StaticSiteProps].
type FailoverSwitch struct {
	constructs.Construct

	// Bucket holds the switch while it is on.
	Bucket awss3.Bucket

	// Key is the switch's key in it, as "failover-switch".
	Key string

	path string
}

// NewFailoverSwitch makes the bucket.
func NewFailoverSwitch(scope constructs.Construct, id string, props *FailoverSwitchProps) *FailoverSwitch {
	require(id, "Path", props.Path)
	s := &FailoverSwitch{
		Construct: constructs.NewConstruct(scope, &id),
		Key:       strings.TrimPrefix(props.Path, "/"),
		path:      props.Path,
	}
	bucket := awss3.BucketProps{RemovalPolicy: props.Removal}
	if props.Logs != nil {
		bucket.ServerAccessLogsBucket = props.Logs
		bucket.ServerAccessLogsPrefix = jsii.String("failover-switch-bucket/")
	}
	s.Bucket = newBucket(s.Construct, "Bucket", bucket)
	readByDistributions(s.Bucket, s.Key)
	return s
}

// behavior serves the switch by a distribution in the scope.
func (s *FailoverSwitch) behavior(scope constructs.Construct) *awscloudfront.BehaviorOptions {
	return &awscloudfront.BehaviorOptions{
		Origin:               awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucketByName(scope, "Switch", s.Bucket), nil),
		ViewerProtocolPolicy: awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
		AllowedMethods:       awscloudfront.AllowedMethods_ALLOW_GET_HEAD(),
		// A policy's key is the path and no more, unless it says so. With a query or a
		// header in the key, anybody could ask for copies that are not there yet.
		CachePolicy: awscloudfront.NewCachePolicy(s.Construct, jsii.String("Caching"), &awscloudfront.CachePolicyProps{
			CachePolicyName: uniqueName(s.Construct), // unique in the account, which the CDK's is not
			Comment:         jsii.String("The failover switch, by its path alone"),
			MinTtl:          duration(0),
			DefaultTtl:      duration(switchCaching),
			MaxTtl:          duration(switchCaching),
		}),
		Compress: jsii.Bool(false),
	}
}

// moveFrom copies a switch that is on from where earlier releases had it, once,
// when the bucket is created. The distribution waits for the copy, and for the
// policy by which it reads: health checkers that find no switch, while a release
// moves it, would bring the site home.
func (s *FailoverSwitch) moveFrom(bucket awss3.IBucket, distribution awscloudfront.Distribution) {
	stack := awscdk.Stack_Of(s.Construct)
	// A group of our own, which CloudFormation makes before the function. The CDK's
	// is named after the function: if the function runs first, it exists already, and
	// the deployment fails.
	logs := newLogGroup(s.Construct, "Logs", awscdk.RemovalPolicy_DESTROY)
	move := customresources.NewAwsCustomResource(s.Construct, jsii.String("Move"), &customresources.AwsCustomResourceProps{
		ResourceType: jsii.String("Custom::FailoverSwitch"),
		OnCreate: &customresources.AwsSdkCall{
			Service: jsii.String("S3"),
			Action:  jsii.String("copyObject"),
			Parameters: map[string]any{
				"Bucket":     s.Bucket.BucketName(),
				"Key":        s.Key,
				"CopySource": *bucket.BucketName() + "/" + s.Key,
				// Tags would need two more permissions.
				"TaggingDirective": "REPLACE",
			},
			PhysicalResourceId: customresources.PhysicalResourceId_Of(s.Bucket.BucketName()),
			// The switch is off. Any other error fails the deployment.
			IgnoreErrorCodesMatching: jsii.String("NoSuchKey"),
		},
		LogGroup: logs,
		// The SDK of the Lambda runtime has this call.
		InstallLatestAwsSdk: jsii.Bool(false),
		Policy: customresources.AwsCustomResourcePolicy_FromStatements(&[]awsiam.PolicyStatement{
			allow(*bucket.ArnForObjects(&s.Key), "s3:GetObject"),
			// Without it, S3 answers AccessDenied where there is no switch. It asks for no
			// prefix then, so a condition on s3:prefix would have the same effect.
			allow(*bucket.BucketArn(), "s3:ListBucket"),
			allow(*s.Bucket.ArnForObjects(&s.Key), "s3:PutObject"),
		}),
	})
	// The CDK gives this id to the function of all its AwsCustomResources.
	acknowledgeFunction(stack, "AWS679f53fac002430cb0da5b7982bd2287")
	distribution.Node().DefaultChild().Node().AddDependency(move, s.Bucket.Policy())
}
