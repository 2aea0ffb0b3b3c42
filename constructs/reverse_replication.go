package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ReverseReplicationProps describes replication back from a replica bucket.
type ReverseReplicationProps struct {
	// From is the replica bucket, in another stack and region. Required.
	From awss3.IBucket

	// FromRegion is its region, as "us-east-1". Required.
	FromRegion string

	// To is the bucket it is a replica of. Required.
	To awss3.IBucket

	// TimeControl replicates within 15 minutes by S3's service level agreement,
	// Replication Time Control. Default: without it.
	TimeControl bool
}

// NewReverseReplication puts the rule of a [StaticSite]'s bucket on the replica
// bucket too, which belongs to another stack.
//
// CloudFormation cannot express replication in both directions: each bucket has to
// exist before the other's rule. So a custom resource puts the second rule through
// S3's API, once both buckets exist.
func NewReverseReplication(scope constructs.Construct, id string, props *ReverseReplicationProps) {
	require(id, "From", props.From)
	require(id, "FromRegion", props.FromRegion)
	require(id, "To", props.To)
	scope = constructs.NewConstruct(scope, &id)
	role := newReverseRole(scope, props)
	put := &customresources.AwsSdkCall{
		Service: jsii.String("S3"),
		Action:  jsii.String("putBucketReplication"),
		Region:  &props.FromRegion,
		Parameters: map[string]any{
			"Bucket": props.From.BucketName(),
			"ReplicationConfiguration": map[string]any{
				"Role":  role.RoleArn(),
				"Rules": []any{replicationRuleBack(props.To, props.TimeControl)},
			},
		},
		PhysicalResourceId: customresources.PhysicalResourceId_Of(props.From.BucketName()),
	}
	rule := customresources.NewAwsCustomResource(scope, jsii.String("Rule"), &customresources.AwsCustomResourceProps{
		ResourceType: jsii.String("Custom::BucketReplication"),
		OnCreate:     put,
		OnUpdate:     put,
		OnDelete: &customresources.AwsSdkCall{
			Service:    jsii.String("S3"),
			Action:     jsii.String("deleteBucketReplication"),
			Region:     &props.FromRegion,
			Parameters: map[string]any{"Bucket": props.From.BucketName()},
			// The bucket may be gone already, and its rule with it.
			IgnoreErrorCodesMatching: jsii.String("NoSuchBucket"),
		},
		// The SDK of the Lambda runtime has these calls. With true, the function would
		// download another at every deployment.
		InstallLatestAwsSdk: jsii.Bool(false),
		// As of [NewStaticFiles]: the group has to be there before the function runs.
		LogGroup: newLogGroup(scope, "Logs", awscdk.RemovalPolicy_DESTROY),
		Policy: customresources.AwsCustomResourcePolicy_FromStatements(&[]awsiam.PolicyStatement{
			allow(*props.From.BucketArn(), "s3:PutReplicationConfiguration"),
			// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
			allowIf(map[string]any{"iam:PassedToService": replicationService}, *role.RoleArn(), "iam:PassRole"),
		}),
	})
	// The CDK gives this id to the function of all its AwsCustomResources.
	acknowledgeFunction(awscdk.Stack_Of(scope), "AWS679f53fac002430cb0da5b7982bd2287")
	// A dependency on the role includes its policy: an object that is written before
	// the role may copy it is never replicated.
	rule.Node().AddDependency(role)
}

// replicationService assumes the roles of replication.
const replicationService = "s3.amazonaws.com"

// newReverseRole makes the role that S3 assumes to copy objects back. Its trust has no condition: no source of AWS's says
// that S3 names a source account or bucket when it replicates, and with a wrong condition replication would stop.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
func newReverseRole(scope constructs.Construct, props *ReverseReplicationProps) awsiam.Role {
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String(replicationService), nil),
	})
	role.AddToPolicy(allow(*props.From.BucketArn(), "s3:GetReplicationConfiguration", "s3:ListBucket"))
	role.AddToPolicy(allow(*props.From.ArnForObjects(jsii.String("*")),
		"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"))
	role.AddToPolicy(allow(*props.To.ArnForObjects(jsii.String("*")), replicateTo...))
	acknowledgePolicy(role, replicatesAll, allObjects)
	return role
}

// allow is a statement that allows actions on one resource, or on "*".
func allow(resource string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	})
}
