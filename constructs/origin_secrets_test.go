package constructs

import (
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
)

// newTestOriginSecrets shows the references in outputs, as the construct
// itself only hands them on.
func newTestOriginSecrets(stage awscdk.Stage, id string, names ...string) (awscdk.Stack, *OriginSecrets) {
	stack := newTestStack(stage, id)
	secrets := NewOriginSecrets(stack, "OriginSecrets", &OriginSecretsProps{
		Names: names, Purpose: "a test", ReplicaRegion: map[bool]string{true: "eu-west-1"}[len(names) > 1],
	})
	if replica := secrets.SentFromReplica(); replica != "" {
		awscdk.NewCfnOutput(stack, jsii.String("Replica"), &awscdk.CfnOutputProps{Value: &replica})
	}
	sent := secrets.Sent()
	awscdk.NewCfnOutput(stack, jsii.String("Sent"), &awscdk.CfnOutputProps{Value: &sent})
	for i, value := range secrets.Values() {
		awscdk.NewCfnOutput(stack, jsii.String("Accepted"+names[i]), &awscdk.CfnOutputProps{Value: &value})
	}
	return stack, secrets
}

func TestOriginSecrets(t *testing.T) {
	stage := newTestStage(t)
	one, secrets := newTestOriginSecrets(stage, "One", "first")
	two, _ := newTestOriginSecrets(stage, "Two", "second", "first")

	plain := newTestStack(stage, "Plain")
	awssecretsmanager.NewSecret(plain, jsii.String("Secret"), nil)

	checkPromises(t, []promise{
		{"a value that a listener rule takes literally", has("AWS::SecretsManager::Secret", object{
			"GenerateSecretString": exactly(object{"PasswordLength": 64, "ExcludePunctuation": true}),
			"SecretString":         absent(),
		}), one, plain},
		{"one secret", total("AWS::SecretsManager::Secret", 1), one, two},
		{"a second secret during a rotation", total("AWS::SecretsManager::Secret", 2), two, one},
		{"the only one is sent", sends("Sent", "first"), one, two},
		{"the first named is sent", sends("Sent", "second"), two, one},
		{"in one region", has("AWS::SecretsManager::Secret", object{"ReplicaRegions": absent()}), one, two},
		{"in another region too, by an ARN of that region", every(
			allWhole("AWS::SecretsManager::Secret", object{"Properties": object{"ReplicaRegions": list{exactly(object{"Region": "eu-west-1"})}}}),
			hasOutput("Replica", object{"Value": object{"Fn::Join": list{"", list{
				"{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:", object{"Ref": "AWS::AccountId"}, ":secret:",
				object{"Fn::GetStackOutput": object{"OutputName": "OriginSecretsSent"}}, ":SecretString:::}}",
			}}}}),
			hasOutput("OriginSecretsSent", object{"Value": object{"Fn::Select": list{6, object{"Fn::Split": list{":", att("OriginSecretssecond", "Id")}}}}}),
		), two, one},
		{"all are accepted", every(sends("Acceptedsecond", "second"), sends("Acceptedfirst", "first")), two, one},
	})

	t.Run("values cannot be changed from outside", func(t *testing.T) {
		before := slices.Clone(secrets.Values())
		secrets.Values()[0] = "known"
		if after := secrets.Values(); !slices.Equal(before, after) {
			t.Errorf("got %q, want %q", after, before)
		}
	})
}

// sends demands that an output is the dynamic reference to a secret.
func sends(output, secret string) assertion {
	return hasOutput(output, object{"Value": reference(secret)})
}

// reference demands the dynamic reference to a secret's value.
func reference(secret string) object {
	return object{"Fn::Join": list{"", list{
		"{{resolve:secretsmanager:", ref("OriginSecrets" + secret), ":SecretString:::}}",
	}}}
}
