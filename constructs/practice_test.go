package constructs

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsfis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

const experimentType = "AWS::FIS::ExperimentTemplate"

func newTestPractice(stage awscdk.Stage, id string, mutate func(*PracticeProps)) (stack, alarmStack awscdk.Stack) {
	stack, alarmStack = newTestStack(stage, id), newTestStackIn(stage, id+"Alarm", globalRegion)
	props := &PracticeProps{Alarms: testAlarms(stack), Vpc: testVpc(stack), Site: "ticketing"}
	mutate(props)
	NewPractice(stack, "Practice", props).Follow(alarmStack, "Follow", testFollowed(alarmStack))
	return stack, alarmStack
}

// carelessPractice is an outage for ever, of every subnet, that nothing stops,
// by a role that does more and that others may use.
func carelessPractice(stage awscdk.Stage) awscdk.Stack {
	stack := newTestStack(stage, "Careless")
	role := awsiam.NewRole(stack, jsii.String("PracticeRole"), &awsiam.RoleProps{
		AssumedBy: awsiam.NewServicePrincipal(jsii.String("fis.amazonaws.com"), nil),
	})
	role.AddToPolicy(allow("*", "ec2:*"))
	var subnets []*string
	for _, id := range *testVpc(stack).SelectSubnets(&awsec2.SubnetSelection{SubnetType: awsec2.SubnetType_PUBLIC}).SubnetIds {
		subnets = append(subnets, ec2ARN(stack, "subnet", *id))
	}
	awsfis.NewCfnExperimentTemplate(stack, jsii.String("Template"), &awsfis.CfnExperimentTemplateProps{
		Description:    jsii.String("An outage"),
		RoleArn:        role.RoleArn(),
		StopConditions: list{object{"source": "none"}},
		Targets: object{"All": &awsfis.CfnExperimentTemplate_ExperimentTemplateTargetProperty{
			ResourceType: jsii.String("aws:ec2:subnet"), SelectionMode: jsii.String("ALL"), ResourceArns: &subnets,
		}},
		Tags: &map[string]*string{"Name": jsii.String("practice")},
	})
	return stack
}

func TestPractice(t *testing.T) {
	stage := newTestStage(t)
	minimal, alarm := newTestPractice(stage, "Minimal", func(*PracticeProps) {})
	exhaustive, _ := newTestPractice(stage, "Exhaustive", func(props *PracticeProps) {
		props.Site = "museum"
		props.LogsRemoval = awscdk.RemovalPolicy_DESTROY
	})
	careless := carelessPractice(stage) // the network has a log, too

	// A response that may publish what it likes, and listens to alarms only.
	loud, loudAlarm := newTestAlarmResponse(stage, "Loud", func(props *alarmResponseProps) {
		props.Call = &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Service: jsii.String("cloudwatch"), Action: jsii.String("putMetricData"), IamResources: jsii.Strings("*"),
			Parameters: &object{"Namespace": "Any", "MetricData": list{object{"MetricName": "any", "Value": 1}}},
		}
	})

	checkPromises(t, []promise{
		{"an outage of the web servers for ten minutes, that the alarm stops", experiment("ticketing"), minimal, careless},
		{"under the site's name", experiment("museum"), exhaustive, minimal},
		{"with the log of what happened, for three months", count("AWS::Logs::LogGroup", 1+2, object{"RetentionInDays": 90}), minimal, careless},
		{"which is retained", hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Retain"}), minimal, exhaustive},
		{"which is deleted with the stack", allWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete"}), exhaustive, minimal},
		{"only this account's experiments take the role", has("AWS::IAM::Role", object{
			"AssumeRolePolicyDocument": object{"Statement": list{exactly(object{
				"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "fis.amazonaws.com"},
				"Condition": fromAccount(arn("fis", "experiment/*")),
			})}},
			"ManagedPolicyArns": absent(), "Policies": absent(),
		}), minimal, careless},
		{"it may do what the action needs, and nothing else", may("PracticeRole", networkAccess()...), minimal, careless},

		{"the alarm of this stack repeats what the standby's says", tells("Practice must stop", "practice-must-stop", object{
			"Namespace": "Twinsite", "MetricName": "StandbyUnhealthy", "Dimensions": list{object{"Name": "Site", "Value": "ticketing"}},
			"Statistic": "Maximum", "Period": 60, "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1,
			"DatapointsToAlarm": 1, "EvaluationPeriods": 1,
			"TreatMissingData": "ignore", // it is said once, when it changes
		}), minimal, exhaustive},
		{"whatever it was before", follows("Followed", list{"OK", "ALARM", "INSUFFICIENT_DATA"}, list{"OK", "ALARM"}), alarm, loudAlarm},
		{"as the metric that the alarm reads", calls("cloudwatch:putMetricData", object{
			"Namespace": "Twinsite",
			"MetricData": list{object{
				"MetricName": "StandbyUnhealthy", "Dimensions": list{object{"Name": "Site", "Value": "ticketing"}},
				"Value": "{% $states.input.detail.state.value = 'ALARM' ? 1 : 0 %}",
				// A call may be minutes late, and after one that changed back.
				"Timestamp": "{% $states.input.time %}",
			}},
		}), minimal, loud},
		{"and in no other namespace", has(policyType, object{"PolicyDocument": object{"Statement": listWith(exactly(object{
			"Effect": "Deny", "Action": "cloudwatch:PutMetricData", "Resource": "*",
			"Condition": object{"StringNotEquals": object{"cloudwatch:namespace": "Twinsite"}},
		}))}}), minimal, loud},
		{"who practises is told when nobody watches", has(alarmType, object{
			"AlarmName":        "ticketing: Practice is not watched",
			"AlarmDescription": matching(`What to do: docs/operations\.md#practice-is-not-watched$`),
			"MetricName":       "ExecutionsFailed",
			"Dimensions":       list{object{"Name": "StateMachineArn", "Value": ref("PracticeStandbyStateMachine")}},
			"AlarmActions":     list{ref("Topic")},
		}), minimal, loud},
	})
}

// arn demands one of this account and region.
func arn(service, resource string, parts ...any) object {
	end := list{"arn:aws:" + service + ":" + testRegion + ":", object{"Ref": "AWS::AccountId"}, ":" + resource}
	return object{"Fn::Join": list{"", append(end, parts...)}}
}

// The web servers' subnets.
func webSubnets() list {
	return list{
		arn("ec2", "subnet/", ref("NetworkVpcPrivateSubnet1Subnet")),
		arn("ec2", "subnet/", ref("NetworkVpcPrivateSubnet2Subnet")),
	}
}

// experiment demands exactly this template: more targets, or no stop condition,
// would be an outage indeed.
func experiment(site string) assertion {
	return hasExactly(experimentType, object{
		"Description": matching("for ten minutes$"),
		"RoleArn":     att("PracticeRole", "Arn"),
		"Targets": exactly(object{"WebSubnets": exactly(object{
			"ResourceType": "aws:ec2:subnet", "SelectionMode": "ALL", "ResourceArns": webSubnets(),
		})}),
		"Actions": exactly(object{"CutOff": exactly(object{
			"ActionId":   "aws:network:disrupt-connectivity",
			"Parameters": exactly(object{"scope": "all", "duration": "PT10M"}),
			"Targets":    exactly(object{"Subnets": "WebSubnets"}),
		})}),
		"StopConditions": list{exactly(object{"Source": "aws:cloudwatch:alarm", "Value": att("PracticeStandbyUnhealthy", "Arn")})},
		"LogConfiguration": exactly(object{
			"LogSchemaVersion": 2, "CloudWatchLogsConfiguration": object{"LogGroupArn": att("PracticeLogs", "Arn")},
		}),
		"Tags": object{"Name": site + ": practice"},
	})
}

// networkAccess is what the action needs, and what the log does.
// https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
// https://docs.aws.amazon.com/fis/latest/userguide/monitoring-logging.html
func networkAccess() list {
	statement := func(resource any, actions any) object {
		return object{"Effect": "Allow", "Action": actions, "Resource": resource}
	}
	where := func(equals, statement object) object {
		statement["Condition"] = exactly(object{"StringEquals": exactly(equals)})
		return statement
	}
	networkACLs := arn("ec2", "network-acl/*")
	made := object{"aws:RequestTag/managedByFIS": "true"}
	var all list
	for _, s := range []object{
		statement("*", list{
			"ec2:DescribeManagedPrefixLists", "ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
			"logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy",
		}),
		statement(arn("ec2", "prefix-list/*"), "ec2:GetManagedPrefixListEntries"),
		statement(arn("ec2", "vpc/", ref("NetworkVpc")), "ec2:CreateNetworkAcl"),
		where(made, statement(networkACLs, "ec2:CreateNetworkAcl")),
		where(object{"aws:RequestTag/managedByFIS": "true", "ec2:CreateAction": "CreateNetworkAcl"}, statement(networkACLs, "ec2:CreateTags")),
		where(object{"ec2:ResourceTag/managedByFIS": "true"}, statement(networkACLs, list{"ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAcl"})),
		statement(append(list{networkACLs}, webSubnets()...), "ec2:ReplaceNetworkAclAssociation"),
	} {
		all = append(all, exactly(s))
	}
	return all
}
