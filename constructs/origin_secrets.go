package constructs

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// OriginSecretHeader is the request header in which the distribution sends its
// secret to the load balancer.
const OriginSecretHeader = "X-Twinsite-Origin"

// OriginSecretsProps names the secrets.
type OriginSecretsProps struct {
	// Names are the construct ids of the secrets, as "first". The distribution
	// sends the first one's value; the load balancer accepts all. Required.
	Names []string
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
}

// NewOriginSecrets generates one secret for each name.
func NewOriginSecrets(scope constructs.Construct, id string, props *OriginSecretsProps) *OriginSecrets {
	require(id, "Names", props.Names)
	s := &OriginSecrets{Construct: constructs.NewConstruct(scope, &id), names: slices.Clone(props.Names)}
	for _, name := range props.Names {
		secret := awssecretsmanager.NewSecret(s.Construct, &name, &awssecretsmanager.SecretProps{
			Description: jsii.Sprintf("What CloudFront shows the home load balancer in the header %s", OriginSecretHeader),
			GenerateSecretString: &awssecretsmanager.SecretStringGenerator{
				PasswordLength: jsii.Number(64),
				// A listener rule reads * and ? as wildcards.
				ExcludePunctuation: jsii.Bool(true),
			},
		})
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
