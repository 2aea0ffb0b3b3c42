package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/topology"
)

const experimentType = "AWS::FIS::ExperimentTemplate"

func (in *reader) experiment() *assembly.Resource {
	return only("experiments", in.Resources(experimentType)...)
}

func (in *reader) checkNoPractice() {
	for _, found := range in.Resources(experimentType) {
		fail(found, "", "is there")
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
func (in *reader) checkPractice() {
	e := in.experiment()
	inRegion(e, in.site.Home.Region.Name)
	expectAll(e, "", map[string]any{
		"Actions.CutOff.ActionId":            "aws:network:disrupt-connectivity",
		"Actions.CutOff.Parameters.scope":    "all",
		"Actions.CutOff.Parameters.duration": "PT10M",
		"Actions.CutOff.Targets.Subnets":     "WebSubnets",
		"Targets.WebSubnets.ResourceType":    "aws:ec2:subnet",
		"Targets.WebSubnets.SelectionMode":   "ALL",
	})
	const arns = "Targets.WebSubnets.ResourceArns"
	var cut []*assembly.Resource
	for i := range length(e, arns) {
		cut = append(cut, target(e, fmt.Sprintf("%s.%d", arns, i), "AWS::EC2::Subnet"))
	}
	web := targets(in.home().group, "VPCZoneIdentifier")
	if !slices.Equal(cut, web) {
		fail(e, arns, "cuts off %v, want %v", cut, web)
	}
	target(e, "LogConfiguration.CloudWatchLogsConfiguration.LogGroupArn", "AWS::Logs::LogGroup")
	in.checkPracticeRole(target(e, "RoleArn", "AWS::IAM::Role"), web)

	expect(e, "StopConditions.0.Source", "aws:cloudwatch:alarm")
	stop := target(e, "StopConditions.0.Value", topology.AlarmType)
	inRegion(stop, e.Stack.Region)
	in.checkStop(stop)
}

// checkPracticeRole demands that the experiment may do what it needs, and
// nothing else.
func (in *reader) checkPracticeRole(role *assembly.Resource, subnets []*assembly.Resource) {
	trust := "AssumeRolePolicyDocument.Statement.0."
	expect(role, trust+"Principal.Service", "fis.amazonaws.com")
	expect(role, trust+"Condition.StringEquals.aws:SourceAccount", "${AWS::AccountId}")
	expect(role, trust+"Condition.ArnLike.aws:SourceArn", "arn:aws:fis:"+role.Stack.Region+":${AWS::AccountId}:experiment/*")
	policy := in.policyOf(role)
	var actions []string
	for i, statement := range objects(policy, "PolicyDocument.Statement") {
		if statement["Effect"] != "Allow" {
			continue
		}
		for _, action := range asList(statement["Action"]) {
			actions = append(actions, fmt.Sprint(action))
			if action != "ec2:ReplaceNetworkAclAssociation" {
				continue
			}
			path := fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i)
			for _, subnet := range subnets {
				if !slices.Contains(targets(policy, path), subnet) {
					fail(policy, path, "lacks %s: it may not do %s to it", subnet, action)
				}
			}
		}
	}
	for _, action := range practiceActions {
		if !slices.Contains(actions, action) {
			fail(policy, "PolicyDocument.Statement", "may not do %s", action)
		}
	}
	for _, action := range actions {
		if !slices.Contains(practiceActions, action) {
			fail(policy, "PolicyDocument.Statement", "may do %s", action)
		}
	}
}

// passesHealthOn is what follows when the standby does not answer.
func (in *reader) passesHealthOn() topology.Response { return in.response(in.standbyFails()) }

// checkStop demands that an alarm at home repeats what the alarm on the
// standby says in us-east-1, when it goes off and when it ends.
func (in *reader) checkStop(stop *assembly.Resource) {
	r := in.passesHealthOn()
	expect(r.Forward, "EventPattern.detail.state.value", []any{"OK", "ALARM"})
	inRegion(r.Machine, stop.Stack.Region)
	arguments := call(r.Machine, "cloudwatch:putMetricData")
	m := firstMetric(stop)
	var dimensions []any
	for _, name := range sorted(m.dimensions) {
		dimensions = append(dimensions, map[string]any{"Name": name, "Value": m.dimensions[name]})
	}
	published := map[string]any{}
	if data := asList(arguments["MetricData"]); len(data) == 1 {
		published, _ = data[0].(map[string]any)
	}
	if arguments["Namespace"] != m.namespace || published["MetricName"] != m.name ||
		fmt.Sprint(published["Dimensions"]) != fmt.Sprint(dimensions) {
		fail(r.Machine, definitionPath, "publishes %v, %s reads %s", arguments, stop, m)
	}
	expectAll(stop, "", map[string]any{
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1, "TreatMissingData": "ignore",
	})
	policy := in.policyOf(target(r.Machine, "RoleArn", "AWS::IAM::Role"))
	if denied := fmt.Sprint(statements(policy, "Deny")); !strings.Contains(denied, "StringNotEquals:map[cloudwatch:namespace:"+m.namespace+"]") {
		fail(policy, "PolicyDocument.Statement", "may publish metrics of other namespaces: %s", denied)
	}
	in.alarmOn("ExecutionsFailed", "StateMachineArn", r.Machine)
}
