package constructs

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// OriginSecretHeader is the request header in which the distribution shows the
// load balancer its secret.
const OriginSecretHeader = "X-Twinsite-Origin"

// OriginSecrets are secrets that a distribution shares with its origin.
//
// Their values are generated in AWS Secrets Manager and stand in no template:
// CloudFormation reads them at deployment through dynamic references. Those
// are read again only when the template changes, so a secret is rotated by
// adding another under a new name, not by changing its value.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
type OriginSecrets struct {
	constructs.Construct

	values []string
}

// NewOriginSecrets generates one secret for each name. The first is the one to
// send; all are to be accepted.
func NewOriginSecrets(scope constructs.Construct, id string, names []string) *OriginSecrets {
	s := &OriginSecrets{Construct: constructs.NewConstruct(scope, &id)}
	for _, name := range names {
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
		// Unsafe names what would be wrong of a secret in plain text; this is a
		// dynamic reference.
		s.values = append(s.values, *secret.SecretValue().UnsafeUnwrap())
	}
	return s
}

// Values are dynamic references to the secrets' values, in the order of their
// names.
func (s *OriginSecrets) Values() []string { return slices.Clone(s.values) }

// Sent is the dynamic reference to the value that the distribution sends.
func (s *OriginSecrets) Sent() string { return s.values[0] }
