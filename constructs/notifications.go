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

// autoScalingRole is the service-linked role as which Auto Scaling sends
// notifications.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
const autoScalingRole = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

// NotificationsProps describes who is told, and by whom.
type NotificationsProps struct {
	// Emails are addresses that are asked for their consent and get the messages
	// from then on. Default: none.
	Emails []string

	// AutoScaling lets groups of web servers tell something, beside alarms.
	// Default: alarms only.
	AutoScaling bool
}

// Notifications is a topic for what operators of one region should hear of,
// encrypted with a key of its own: AWS's key for SNS lets neither Auto Scaling
// nor CloudWatch use it.
type Notifications struct {
	constructs.Construct

	// Topic takes messages of CloudWatch alarms of the same account and region.
	Topic awssns.Topic
}

// NewNotifications makes the topic.
func NewNotifications(scope constructs.Construct, id string, props *NotificationsProps) *Notifications {
	n := &Notifications{Construct: constructs.NewConstruct(scope, &id)}
	n.Topic = awssns.NewTopic(n.Construct, jsii.String("Topic"), &awssns.TopicProps{
		MasterKey:  n.newKey(props),
		EnforceSSL: jsii.Bool(true),
	})
	// A policy of its own takes the place of the one that let the account's
	// alarms publish.
	n.Topic.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Principals: alarms(),
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  jsii.Strings(*n.Topic.TopicArn()),
		Conditions: fromThisAccount("aws:SourceAccount"),
	}))
	for _, email := range props.Emails {
		n.Topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&email, nil))
	}
	return n
}

func (n *Notifications) newKey(props *NotificationsProps) awskms.Key {
	key := awskms.NewKey(n.Construct, jsii.String("Key"), &awskms.KeyProps{
		Description:       jsii.String("Encrypts what operators are told"),
		EnableKeyRotation: jsii.Bool(true),
		// Messages are gone in minutes: nothing is left to be read with it.
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
		// By condition: KMS refuses a policy that names a role which is not there,
		// and this one appears with the account's first group.
		role := fromThisAccount("kms:CallerAccount")
		(*role)["ArnEquals"] = map[string]any{
			"aws:PrincipalArn": awscdk.Stack_Of(n.Construct).FormatArn(&awscdk.ArnComponents{
				Service: jsii.String("iam"), Region: jsii.String(""), Resource: jsii.String(autoScalingRole),
				ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
			}),
		}
		encrypt(&[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()}, role)
	}
	encrypt(alarms(), fromThisAccount("aws:SourceAccount"))
	return key
}

func alarms() *[]awsiam.IPrincipal {
	return &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.String("cloudwatch.amazonaws.com"), nil)}
}

func fromThisAccount(key string) *map[string]any {
	return &map[string]any{"StringEquals": map[string]any{key: awscdk.Aws_ACCOUNT_ID()}}
}
