package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsfis"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// practiceDuration is how long the web servers are cut off, in ISO 8601. It leaves
// time for every visitor to move, for some minutes at the standby, and for an
// alarm to stop the experiment.
const practiceDuration = "PT10M"

// cutOff is the action of Fault Injection Service that cuts subnets off: it gives
// them a network ACL that denies all traffic, and at the end, also after a stop,
// their own again.
// https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
const cutOff = "aws:network:disrupt-connectivity"

// PracticeProps describes an outage to practise with.
type PracticeProps struct {
	// Alarms is what the alarms of the region share. Required.
	Alarms *Alarms

	// Vpc is the network whose private subnets are cut off. Required.
	Vpc awsec2.IVpc

	// Site is the site's name, as "ticketing". It is the dimension of the metric
	// that stops the experiment: several sites may share an account and region.
	// Required.
	Site string

	// LogsRemoval is what happens to the logs when the stack is deleted. Default:
	// the CDK's own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// Practice is an experiment of AWS Fault Injection Service: when somebody starts
// it, the region's web servers are cut off for ten minutes. It is stopped within
// some minutes when the standby does not answer.
type Practice struct {
	constructs.Construct

	// Template is what an experiment is started from. It is L1: the CDK has no L2
	// for Fault Injection Service.
	Template awsfis.CfnExperimentTemplate

	// Alarms are the alarms made: that the experiment is not watched, and that it
	// must stop.
	Alarms []awscloudwatch.IAlarm

	standby *alarmResponse
}

// NewPractice makes the experiment's template. [Practice.Follow] names the
// alarm that stops it.
func NewPractice(scope constructs.Construct, id string, props *PracticeProps) *Practice {
	require(id, "Alarms", props.Alarms)
	require(id, "Vpc", props.Vpc)
	require(id, "Site", props.Site)
	p := &Practice{Construct: constructs.NewConstruct(scope, &id)}
	logs := newLogGroup(p.Construct, "Logs", props.LogsRemoval)
	stop := p.newStopCondition(props)
	subnets := p.subnetARNs(props.Vpc)
	p.Template = awsfis.NewCfnExperimentTemplate(p.Construct, jsii.String("Template"), &awsfis.CfnExperimentTemplateProps{
		Description: jsii.String("The web servers of the home region are cut off for ten minutes"),
		RoleArn:     newPracticeRole(p.Construct, props.Vpc, subnets).RoleArn(),
		Targets: map[string]any{"WebSubnets": &awsfis.CfnExperimentTemplate_ExperimentTemplateTargetProperty{
			ResourceType: jsii.String("aws:ec2:subnet"), ResourceArns: &subnets, SelectionMode: jsii.String("ALL"),
		}},
		Actions: map[string]any{"CutOff": &awsfis.CfnExperimentTemplate_ExperimentTemplateActionProperty{
			ActionId:   jsii.String(cutOff),
			Parameters: map[string]any{"scope": "all", "duration": practiceDuration},
			Targets:    map[string]any{"Subnets": "WebSubnets"},
		}},
		StopConditions: []any{&awsfis.CfnExperimentTemplate_ExperimentTemplateStopConditionProperty{
			Source: jsii.String("aws:cloudwatch:alarm"), Value: stop.AlarmArn(),
		}},
		LogConfiguration: &awsfis.CfnExperimentTemplate_ExperimentTemplateLogConfigurationProperty{
			LogSchemaVersion:            jsii.Number(2),
			CloudWatchLogsConfiguration: map[string]any{"LogGroupArn": logs.LogGroupArn()},
		},
		Tags: &map[string]*string{"Name": jsii.String(props.Site + ": practice")},
	})
	return p
}

func (p *Practice) subnetARNs(vpc awsec2.IVpc) []*string {
	var arns []*string
	for _, id := range *vpc.SelectSubnets(privateSubnets).SubnetIds {
		arns = append(arns, ec2ARN(p.Construct, "subnet", *id))
	}
	return arns
}

// newStopCondition makes an alarm in this region that repeats the state of the
// alarm on the standby, which is in us-east-1 as Route 53's metrics are. An
// experiment can probably be stopped by alarms of its own region only: AWS does
// not document it, but the service learns of alarms from events, and those stay in
// the alarm's region.
// https://docs.aws.amazon.com/fis/latest/userguide/using-service-linked-roles.html
func (p *Practice) newStopCondition(props *PracticeProps) awscloudwatch.Alarm {
	const namespace, name = "Twinsite", "StandbyUnhealthy"
	p.standby = newAlarmResponse(p.Construct, "Standby", &alarmResponseProps{
		Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
			Comment: jsii.String("Repeats in this region what the alarm on the standby says"),
			Service: jsii.String("cloudwatch"),
			Action:  jsii.String("putMetricData"),
			Parameters: &map[string]any{
				"Namespace": namespace,
				"MetricData": []any{map[string]any{
					"MetricName": name,
					"Dimensions": []any{map[string]any{"Name": "Site", "Value": props.Site}},
					"Timestamp":  "{% $states.input.time %}", // of the change, however late it arrives
					"Value":      "{% $states.input.detail.state.value = 'ALARM' ? 1 : 0 %}",
				}},
			},
			IamAction:    jsii.String("cloudwatch:PutMetricData"),
			IamResources: jsii.Strings("*"),
			// The CDK's statement allows every namespace and takes no condition. This one
			// denies all others.
			AdditionalIamStatements: &[]awsiam.PolicyStatement{otherNamespaces(namespace)},
		},
		AllResources: "Nor are metrics.",
		LogsRemoval:  props.LogsRemoval,
	})
	failing := props.Alarms.add(p.standby.Construct, "Failing", p.standby.failing("Practice is not watched",
		"What should stop the experiment when the standby does not answer failed: do not start it, or stop it by hand."))
	stop := props.Alarms.add(p.Construct, "StandbyUnhealthy", alarmProps{
		title:     "Practice must stop",
		means:     "The alarm on the standby is on in us-east-1, and this one repeats it where experiments run: one that runs is stopped.",
		metric:    awscloudwatch.NewMetric(newMetric(regionOf(p.Construct), namespace, name, maximum, map[string]*string{"Site": &props.Site})),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		// A value is published only when the state changes.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
	p.Alarms = []awscloudwatch.IAlarm{failing, stop}
	return stop
}

// otherNamespaces denies publishing metrics in any other namespace.
func otherNamespaces(namespace string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Effect:     awsiam.Effect_DENY,
		Actions:    jsii.Strings("cloudwatch:PutMetricData"),
		Resources:  jsii.Strings("*"),
		Conditions: &map[string]any{"StringNotEquals": map[string]any{"cloudwatch:namespace": namespace}},
	})
}

// Follow stops the experiment when the standby does not answer.
func (p *Practice) Follow(scope constructs.Construct, id string, standbyUnhealthy awscloudwatch.IAlarm) {
	p.standby.follow(scope, id, standbyUnhealthy, []string{"OK", "ALARM", "INSUFFICIENT_DATA"}, []string{"OK", "ALARM"})
}
