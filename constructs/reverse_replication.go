package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// ReverseReplicationProps describes the way back from a replica bucket.
type ReverseReplicationProps struct {
	// From is the replica bucket, in another stack and region. Required.
	From awss3.IBucket

	// FromRegion is its region, as "us-east-1". Required.
	FromRegion string

	// To is the bucket it is a replica of. Required.
	To awss3.IBucket

	// TimeControl is as in StaticSiteProps.
	TimeControl bool
}

// ReverseReplication puts a replication rule on a bucket of another stack.
//
// CloudFormation cannot express replication both ways: each bucket has to
// exist before the other's rule. So the second rule is put by a custom
// resource, which calls S3 as an operator would, when both are there.
type ReverseReplication struct {
	constructs.Construct
}

// NewReverseReplication mirrors the rule of a [StaticSite]'s bucket.
func NewReverseReplication(scope constructs.Construct, id string, props *ReverseReplicationProps) *ReverseReplication {
	r := &ReverseReplication{Construct: constructs.NewConstruct(scope, &id)}
	role := r.newRole(props)
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
	rule := customresources.NewAwsCustomResource(r.Construct, jsii.String("Rule"), &customresources.AwsCustomResourceProps{
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
		// The Lambda runtime's own SDK knows these calls; a newer one would be
		// installed at every deployment.
		InstallLatestAwsSdk: jsii.Bool(false),
		Policy: customresources.AwsCustomResourcePolicy_FromStatements(&[]awsiam.PolicyStatement{
			allow(*props.From.BucketArn(), "s3:PutReplicationConfiguration"),
			// The role trusts S3 alone: passed elsewhere, it is of no use.
			allow(*role.RoleArn(), "iam:PassRole"),
		}),
	})
	// The id that the CDK gives the function of all its AwsCustomResources.
	acknowledgeFunction(awscdk.Stack_Of(r.Construct), "AWS679f53fac002430cb0da5b7982bd2287")
	// With its policy: an object that comes before the role may write is never
	// replicated.
	rule.Node().AddDependency(role)
	return r
}

// newRole is what S3 assumes to copy objects back.
func (r *ReverseReplication) newRole(props *ReverseReplicationProps) awsiam.Role {
	role := awsiam.NewRole(r.Construct, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("s3.amazonaws.com"), nil),
	})
	role.AddToPolicy(allow(*props.From.BucketArn(), "s3:GetReplicationConfiguration", "s3:ListBucket"))
	role.AddToPolicy(allow(*props.From.ArnForObjects(jsii.String("*")),
		"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"))
	role.AddToPolicy(allow(*props.To.ArnForObjects(jsii.String("*")),
		"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"))
	acknowledgePolicy(role, replicatesAll, allObjects)
	return role
}

func allow(resource string, actions ...string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions:   jsii.Strings(actions...),
		Resources: jsii.Strings(resource),
	})
}
