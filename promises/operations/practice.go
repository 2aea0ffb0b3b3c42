package operations

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

const experimentType = "AWS::FIS::ExperimentTemplate"

func experiment(in *read.Reader) *assembly.Resource {
	return read.Only("experiments", in.Resources(experimentType)...)
}

func checkNoPractice(in *read.Reader) {
	for _, found := range in.Resources(experimentType) {
		read.Fail(found, "", "is there")
	}
}

// practiceActions are what the action needs:
// https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#disrupt-connectivity
// and what writes its log.
var practiceActions = []string{
	"ec2:CreateNetworkAcl", "ec2:CreateNetworkAclEntry", "ec2:CreateTags", "ec2:DeleteNetworkAcl",
	"ec2:DescribeManagedPrefixLists", "ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
	"ec2:GetManagedPrefixListEntries", "ec2:ReplaceNetworkAclAssociation",
	"logs:CreateLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy",
}

// checkPractice reads the experiment, its role and what stops it.
func checkPractice(in *read.Reader) {
	e := experiment(in)
	read.InRegion(e, in.Site.Home.Region.Name)
	read.ExpectAll(e, "", map[string]any{
		"Actions.CutOff.ActionId":            "aws:network:disrupt-connectivity",
		"Actions.CutOff.Parameters.scope":    "all",
		"Actions.CutOff.Parameters.duration": "PT10M",
		"Actions.CutOff.Targets.Subnets":     "WebSubnets",
		"Targets.WebSubnets.ResourceType":    "aws:ec2:subnet",
		"Targets.WebSubnets.SelectionMode":   "ALL",
	})
	const arns = "Targets.WebSubnets.ResourceArns"
	var cut []*assembly.Resource
	for i := range read.Length(e, arns) {
		cut = append(cut, read.Target(e, fmt.Sprintf("%s.%d", arns, i), "AWS::EC2::Subnet"))
	}
	web := read.Targets(in.Home().Group, "VPCZoneIdentifier")
	if !slices.Equal(cut, web) {
		read.Fail(e, arns, "cuts off %v, want %v", cut, web)
	}
	read.Target(e, "LogConfiguration.CloudWatchLogsConfiguration.LogGroupArn", "AWS::Logs::LogGroup")
	checkPracticeRole(in, read.Target(e, "RoleArn", "AWS::IAM::Role"), web)

	read.Expect(e, "StopConditions.0.Source", "aws:cloudwatch:alarm")
	stop := read.Target(e, "StopConditions.0.Value", topology.AlarmType)
	read.InRegion(stop, e.Stack.Region)
	checkStop(in, stop)
}

// checkPracticeRole demands that the experiment may do what it needs, and
// nothing else.
func checkPracticeRole(in *read.Reader, role *assembly.Resource, subnets []*assembly.Resource) {
	trust := "AssumeRolePolicyDocument.Statement.0."
	read.Expect(role, trust+"Principal.Service", "fis.amazonaws.com")
	read.Expect(role, trust+"Condition.StringEquals.aws:SourceAccount", "${AWS::AccountId}")
	read.Expect(role, trust+"Condition.ArnLike.aws:SourceArn", "arn:aws:fis:"+role.Stack.Region+":${AWS::AccountId}:experiment/*")
	policy := in.PolicyOf(role)
	var actions []string
	for i, statement := range read.Objects(policy, "PolicyDocument.Statement") {
		if statement["Effect"] != "Allow" {
			continue
		}
		for _, action := range read.AsList(statement["Action"]) {
			actions = append(actions, fmt.Sprint(action))
			if action != "ec2:ReplaceNetworkAclAssociation" {
				continue
			}
			path := fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i)
			for _, subnet := range subnets {
				if !slices.Contains(read.Targets(policy, path), subnet) {
					read.Fail(policy, path, "lacks %s: it may not do %s to it", subnet, action)
				}
			}
		}
	}
	for _, action := range practiceActions {
		if !slices.Contains(actions, action) {
			read.Fail(policy, "PolicyDocument.Statement", "may not do %s", action)
		}
	}
	for _, action := range actions {
		if !slices.Contains(practiceActions, action) {
			read.Fail(policy, "PolicyDocument.Statement", "may do %s", action)
		}
	}
}

// passesHealthOn is what follows when the standby does not answer.
func passesHealthOn(in *read.Reader) topology.Response { return response(in, standbyFails(in)) }

// checkStop demands that an alarm at home repeats what the alarm on the
// standby says in us-east-1, when it goes off and when it ends.
func checkStop(in *read.Reader, stop *assembly.Resource) {
	r := passesHealthOn(in)
	read.Expect(r.Forward, "EventPattern.detail.state.value", []any{"OK", "ALARM"})
	read.InRegion(r.Machine, stop.Stack.Region)
	arguments := call(r.Machine, "cloudwatch:putMetricData")
	m := firstMetric(stop)
	var dimensions []any
	for _, name := range read.Sorted(m.dimensions) {
		dimensions = append(dimensions, map[string]any{"Name": name, "Value": m.dimensions[name]})
	}
	published := map[string]any{}
	if data := read.AsList(arguments["MetricData"]); len(data) == 1 {
		published, _ = data[0].(map[string]any)
	}
	if arguments["Namespace"] != m.namespace || published["MetricName"] != m.name ||
		fmt.Sprint(published["Dimensions"]) != fmt.Sprint(dimensions) {
		read.Fail(r.Machine, definitionPath, "publishes %v, %s reads %s", arguments, stop, m)
	}
	read.ExpectAll(stop, "", map[string]any{
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "TreatMissingData": "ignore",
	})
	policy := in.PolicyOf(read.Target(r.Machine, "RoleArn", "AWS::IAM::Role"))
	if denied := fmt.Sprint(read.Statements(policy, "Deny")); !strings.Contains(denied, "StringNotEquals:map[cloudwatch:namespace:"+m.namespace+"]") {
		read.Fail(policy, "PolicyDocument.Statement", "may publish metrics of other namespaces: %s", denied)
	}
	alarmOn(in, "ExecutionsFailed", "StateMachineArn", r.Machine)
}
