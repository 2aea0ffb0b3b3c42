package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

func (w *walk) experiment() *assembly.Resource {
	return only("experiments", w.Resources("AWS::FIS::ExperimentTemplate")...)
}

func (w *walk) practicePolicy() *assembly.Resource {
	return w.policyOf(must(w.experiment().Target("RoleArn")))
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

// keepsPractice reads the experiment, its role and what stops it.
func (w *walk) keepsPractice() {
	e, home := w.experiment(), w.home()
	inRegion(e, w.site.Home.Region.Name)
	expect(e, "Actions.CutOff.ActionId", "aws:network:disrupt-connectivity")
	expect(e, "Actions.CutOff.Parameters.scope", "all")
	expect(e, "Actions.CutOff.Parameters.duration", "PT10M")
	expect(e, "Actions.CutOff.Targets.Subnets", "WebSubnets")
	expect(e, "Targets.WebSubnets.ResourceType", "aws:ec2:subnet")
	expect(e, "Targets.WebSubnets.SelectionMode", "ALL")
	var cut []*assembly.Resource
	for i := range must(e.Value("Targets.WebSubnets.ResourceArns")).([]any) {
		cut = append(cut, target(e, fmt.Sprintf("Targets.WebSubnets.ResourceArns.%d", i), "AWS::EC2::Subnet"))
	}
	web := must(home.group.Targets("VPCZoneIdentifier"))
	if !slices.Equal(cut, web) {
		fail("%s cuts off %v, want %v", e, cut, web)
	}
	target(e, "LogConfiguration.CloudWatchLogsConfiguration.LogGroupArn", "AWS::Logs::LogGroup")
	w.keepsPracticeRole(target(e, "RoleArn", "AWS::IAM::Role"), web)

	expect(e, "StopConditions.0.Source", "aws:cloudwatch:alarm")
	stop := target(e, "StopConditions.0.Value", "AWS::CloudWatch::Alarm")
	inRegion(stop, e.Stack.Region)
	w.keepsStop(stop)
}

// keepsPracticeRole demands that the experiment may do what it needs, and
// nothing else.
func (w *walk) keepsPracticeRole(role *assembly.Resource, subnets []*assembly.Resource) {
	trust := "AssumeRolePolicyDocument.Statement.0."
	expect(role, trust+"Principal.Service", "fis.amazonaws.com")
	expect(role, trust+"Condition.StringEquals.aws:SourceAccount", "${AWS::AccountId}")
	expect(role, trust+"Condition.ArnLike.aws:SourceArn", "arn:aws:fis:"+role.Stack.Region+":${AWS::AccountId}:experiment/*")
	policy := w.policyOf(role)
	var actions []string
	for i, statement := range statements(policy, "Allow") {
		for _, action := range asList(statement["Action"]) {
			actions = append(actions, action.(string))
			if action == "ec2:ReplaceNetworkAclAssociation" {
				for _, subnet := range subnets {
					if !slices.Contains(must(policy.Targets(fmt.Sprintf("PolicyDocument.Statement.%d.Resource", i))), subnet) {
						fail("%s may not do %s to %s", role, action, subnet)
					}
				}
			}
		}
	}
	slices.Sort(actions)
	actions = slices.Compact(actions)
	for _, action := range practiceActions {
		if !slices.Contains(actions, action) {
			fail("%s may not do %s", role, action)
		}
	}
	for _, action := range actions {
		if !slices.Contains(practiceActions, action) {
			fail("%s may do %s", role, action)
		}
	}
}

// keepsStop demands that an alarm at home repeats what the alarm on the
// standby says in us-east-1, when it goes off and when it ends.
func (w *walk) keepsStop(stop *assembly.Resource) {
	r := w.response(w.alarmNamed("The standby does not answer", "us-east-1"))
	expect(r.forward, "EventPattern.detail.state.value", []any{"OK", "ALARM"})
	inRegion(r.machine, stop.Stack.Region)
	arguments := keepsCall(r.machine, "cloudwatch:putMetricData")
	m := metricsOf(stop)[0]
	published := arguments["MetricData"].([]any)[0].(map[string]any)
	dimension := published["Dimensions"].([]any)[0].(map[string]any)
	if arguments["Namespace"] != m.namespace || published["MetricName"] != m.name || m.dimensions[dimension["Name"].(string)] != dimension["Value"] {
		fail("%s publishes %v, %s reads %s", r.machine, arguments, stop, m)
	}
	expect(stop, "ComparisonOperator", "GreaterThanOrEqualToThreshold")
	expect(stop, "Threshold", 1)
	expect(stop, "TreatMissingData", "ignore")
	policy := w.policyOf(target(r.machine, "RoleArn", "AWS::IAM::Role"))
	if denied := fmt.Sprint(statements(policy, "Deny")); !strings.Contains(denied, "StringNotEquals:map[cloudwatch:namespace:"+m.namespace+"]") {
		fail("%s may publish metrics of other namespaces: %s", policy, denied)
	}
	w.watches("ExecutionsFailed", "StateMachineArn", r.machine)
}
