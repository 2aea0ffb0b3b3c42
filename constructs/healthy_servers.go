package constructs

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	// beyondBoot is how much longer than servers need to boot they are waited for:
	// EC2 has to start them, and the load balancer to ask them twice.
	beyondBoot = 5 * time.Minute

	// steady is how long servers have to stay healthy. An alarm on them looks back:
	// made sooner, it would find nothing but minutes without them.
	steady = 3 * time.Minute

	// toAnswer is what the function may take beside waiting.
	toAnswer = 2 * time.Minute

	// longestRun is the longest that Lambda lets a function run.
	// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	longestRun = 15 * time.Minute

	// longestService is the longest that CloudFormation waits for a custom resource.
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
	longestService = time.Hour
)

// healthyServersCode is the function's code.
//
//go:embed healthy_servers.js
var healthyServersCode string

// HealthyServersProps describes what is waited for.
type HealthyServersProps struct {
	// Group is the Auto Scaling group. Required.
	Group awsautoscaling.AutoScalingGroup

	// TargetGroup is asked how many of its servers are healthy. Required.
	TargetGroup elb.ApplicationTargetGroup

	// Listener is the one that forwards to them: a target group without one has no
	// healthy servers. Required.
	Listener elb.ApplicationListener

	// Servers is how many have to be healthy. Required.
	Servers int

	// Boot is how long a server takes until it answers, at most 50 minutes.
	// Required.
	Boot time.Duration
}

// NewHealthyServers makes a resource that fails unless a new group's servers
// become healthy: within the time that they take to boot and five minutes more.
// Without it, CloudFormation calls a group complete that has started nothing, so a
// broken image would pass at the standby and be deployed at home next. Nobody's
// image has to signal for it. Updates of a group are an instance refresh's to
// judge; only a group that is replaced is waited for again.
func NewHealthyServers(scope constructs.Construct, id string, props *HealthyServersProps) awscdk.CustomResource {
	require(id, "Group", props.Group)
	require(id, "TargetGroup", props.TargetGroup)
	require(id, "Listener", props.Listener)
	require(id, "Servers", props.Servers)
	require(id, "Boot", props.Boot)
	within := props.Boot + beyondBoot
	if within+steady+toAnswer > longestService {
		panic(fmt.Sprintf("%s: boot %s is more than CloudFormation can wait for: make it %s or less", id, props.Boot, longestService-beyondBoot-steady-toAnswer))
	}
	scope = constructs.NewConstruct(scope, &id)
	function := newHealthyServersFunction(scope)
	again := awsiam.NewPolicy(scope, jsii.String("GoOn"), &awsiam.PolicyProps{
		Roles:      &[]awsiam.IRole{function.Role()},
		Statements: &[]awsiam.PolicyStatement{allow(*function.FunctionArn(), "lambda:InvokeFunction")},
	})
	wait := awscdk.NewCustomResource(scope, jsii.String("Wait"), &awscdk.CustomResourceProps{
		ResourceType:   jsii.String("Custom::HealthyServers"),
		ServiceToken:   function.FunctionArn(),
		ServiceTimeout: duration(within + steady + toAnswer),
		Properties: &map[string]any{
			"Group":         props.Group.AutoScalingGroupName(),
			"TargetGroup":   props.TargetGroup.TargetGroupArn(),
			"Servers":       props.Servers,
			"WithinSeconds": within.Seconds(),
			"SteadySeconds": steady.Seconds(),
		},
	})
	wait.Node().AddDependency(props.Group, props.Listener, again)
	return wait
}

// newHealthyServersFunction makes the function. Its log group is there before it
// runs: otherwise Lambda would make one that lasts for ever.
func newHealthyServersFunction(scope constructs.Construct) awslambda.Function {
	logs := newLogGroup(scope, "Logs", awscdk.RemovalPolicy_DESTROY)
	role := awsiam.NewRole(scope, jsii.String("Role"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil),
	})
	role.AddToPolicy(allow(*logs.LogGroupArn(), "logs:CreateLogStream", "logs:PutLogEvents"))
	role.AddToPolicy(allow("*", "elasticloadbalancing:DescribeTargetHealth"))
	acknowledgePolicy(role, "The health of targets can be asked for all target groups only.", "Resource::*")
	return awslambda.NewFunction(scope, jsii.String("Function"), &awslambda.FunctionProps{
		Description: jsii.String("Waits until the load balancer calls the first web servers healthy"),
		Runtime:     awslambda.Runtime_NODEJS_24_X(),
		Handler:     jsii.String("index.handler"),
		Code:        awslambda.Code_FromInline(&healthyServersCode),
		Role:        role,
		Timeout:     duration(longestRun),
		LogGroup:    logs,
	})
}
