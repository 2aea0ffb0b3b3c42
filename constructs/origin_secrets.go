package constructs

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The request headers in which the distribution sends its secrets: one that lets it
// in at the home load balancer, and one by which the standby's web ACL knows it.
const (
	OriginSecretHeader    = "X-Twinsite-Origin"
	ForwardedSecretHeader = "X-Twinsite-Forwarded"
)

// OriginSecretsProps names the secrets.
type OriginSecretsProps struct {
	// Names are the construct ids of the secrets, as "first". The distribution
	// sends the first one's value; the load balancer accepts all. Required.
	Names []string

	// Purpose is what the secrets' descriptions say. Required.
	Purpose string

	// ReplicaRegion is another region, as "eu-west-1", in which deployments read the
	// values too: dynamic references reach secrets of their own region only. Default:
	// none.
	ReplicaRegion string
}

// OriginSecrets are secrets that a distribution shares with its origin.
//
// Their values are generated in AWS Secrets Manager and stand in no template:
// CloudFormation reads them at deployment through dynamic references. Those
// are read again only when the template changes, so a secret is rotated by
// another under a new name, not by changing its value.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
type OriginSecrets struct {
	constructs.Construct

	names, values []string
	replica       string // the dynamic reference to the first one's replica
}

// NewOriginSecrets generates one secret for each name.
func NewOriginSecrets(scope constructs.Construct, id string, props *OriginSecretsProps) *OriginSecrets {
	require(id, "Names", props.Names)
	require(id, "Purpose", props.Purpose)
	s := &OriginSecrets{Construct: constructs.NewConstruct(scope, &id), names: slices.Clone(props.Names)}
	for _, name := range props.Names {
		secret := awssecretsmanager.NewSecret(s.Construct, &name, &awssecretsmanager.SecretProps{
			Description: &props.Purpose,
			GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
				PasswordLength: jsii.Number(64),
				// A listener rule reads * and ? as wildcards.
				ExcludePunctuation: jsii.Bool(true),
			},
			ReplicaRegions: replicas(props.ReplicaRegion),
		})
		if s.replica == "" && props.ReplicaRegion != "" {
			s.replica = replicaReference(s.Construct, secret, props.ReplicaRegion)
		}
		acknowledge(secret, "AwsSolutions-SMG4",
			"Deployments read the value; one that changed between them would shut CloudFront out. It is rotated by name: see docs/operations.md.")
		// It would be unsafe for a secret in plain text; this is a dynamic reference.
		s.values = append(s.values, *secret.SecretValue().UnsafeUnwrap())
	}
	return s
}

// Values are dynamic references to the secrets' values, in the order of their
// names.
func (s *OriginSecrets) Values() []string { return slices.Clone(s.values) }

// Sent is the dynamic reference to the value that the distribution sends.
func (s *OriginSecrets) Sent() string { return s.values[0] }

// SentFromReplica is the dynamic reference to the value that the distribution sends,
// for stacks in the replica's region.
func (s *OriginSecrets) SentFromReplica() string { return s.replica }

func replicas(region string) *[]*awssecretsmanager.ReplicaRegion {
	if region == "" {
		return nil
	}
	return &[]*awssecretsmanager.ReplicaRegion{{Region: &region}}
}

// replicaReference is the dynamic reference to the value of a secret's replica, whose
// ARN is the secret's with another region. An output has the name out of the ARN: what
// reads it need not split it, as nobody documents that Fn::Split takes
// Fn::GetStackOutput, and cfn-lint says that it does not.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
func replicaReference(scope constructs.Construct, secret awssecretsmanager.Secret, region string) string {
	stack := awscdk.Stack_Of(scope)
	arn := secret.Node().DefaultChild().(awssecretsmanager.CfnSecret).AttrId()
	output := awscdk.NewCfnOutput(scope, jsii.String("Sent"), &awscdk.CfnOutputProps{
		Value:       awscdk.Fn_Select(jsii.Number(6), awscdk.Fn_Split(jsii.String(":"), arn, nil)),
		Description: jsii.String("The secret that CloudFront sends: its name, which its replica has too"),
	})
	id := *scope.Node().Id() + "Sent"
	output.OverrideLogicalId(&id)
	name := awscdk.Fn_GetStackOutput(stack.StackName(), &id, stack.Region(), nil)
	return fmt.Sprintf("{{resolve:secretsmanager:arn:aws:secretsmanager:%s:%s:secret:%s:SecretString:::}}",
		region, *awscdk.Aws_ACCOUNT_ID(), *name)
}
