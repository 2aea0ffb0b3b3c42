package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// autoScalingRole is the service-linked role that Auto Scaling sends
// notifications with.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
const autoScalingRole = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

// NotificationsProps describes who may publish to a topic, and who reads it.
type NotificationsProps struct {
	// Emails are the subscribers' addresses. Each gets the messages after it has
	// confirmed. Default: none.
	Emails []string

	// AutoScaling lets Auto Scaling groups publish, beside CloudWatch alarms.
	// Default: alarms only.
	AutoScaling bool
}

// NewNotifications makes a topic for the operators of one region. It takes
// messages of alarms of the same account and region, and is encrypted with a key
// of its own: AWS's key for SNS lets neither Auto Scaling nor CloudWatch use it.
func NewNotifications(scope constructs.Construct, id string, props *NotificationsProps) awssns.Topic {
	scope = constructs.NewConstruct(scope, &id)
	topic := awssns.NewTopic(scope, jsii.String("Topic"), &awssns.TopicProps{
		MasterKey:  newTopicKey(scope, props),
		EnforceSSL: jsii.Bool(true),
	})
	// EnforceSSL adds a policy, which replaces the default one that let the
	// account's alarms publish.
	topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: alarms(),
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  jsii.Strings(*topic.TopicArn()),
		Conditions: fromThisAccount("aws:SourceAccount"),
	}))
	for _, email := range props.Emails {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&email, nil))
	}
	return topic
}

func newTopicKey(scope constructs.Construct, props *NotificationsProps) awskms.Key {
	key := awskms.NewKey(scope, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts what operators are told"),
		EnableKeyRotation: jsii.Bool(true),
		// Messages are delivered in minutes: nothing is left to decrypt.
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	encrypt := func(principals *[]awsiam.IPrincipal, conditions *map[string]any) {
		key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: principals,
			Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey"),
			Resources:  jsii.Strings("*"), // this key: the policy is the key's own
			Conditions: conditions,
		}), nil)
	}
	if props.AutoScaling {
		// KMS refuses a policy whose principal does not exist yet, and AWS creates
		// this role with the account's first group: so a condition names it.
		role := fromThisAccount("kms:CallerAccount")
		(*role)["ArnEquals"] = map[string]any{
			"aws:PrincipalArn": awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("iam"), Region: jsii.String(""), Resource: jsii.String(autoScalingRole),
				ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
			}),
		}
		encrypt(&[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()}, role)
	}
	// CloudWatch sends the account and the alarm to KMS too, says AWS's own construct for it. EventBridge does not.
	// https://aws.github.io/modern-data-architecture-accelerator/typedocs/functions/_aws-mdaa_cloudwatch-constructs.grantCloudWatchAlarmsTopicAccess.html
	encrypt(alarms(), fromThisAccount("aws:SourceAccount"))
	return key
}

// alarms is CloudWatch as a principal.
func alarms() *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)}
}

// fromThisAccount is the condition that a request is of the stack's account.
func fromThisAccount(key string) *map[string]any {
	return &map[string]any{"StringEquals": map[string]any{key: awscdk.Aws_ACCOUNT_ID()}}
}
