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

// practiceDuration is how long the web servers are cut off, in ISO 8601: long
// enough for every visitor to have moved, for some minutes at the standby, and
// to be stopped by an alarm.
const practiceDuration = "PT10M"

// cutOff denies all traffic of subnets by a network ACL of its own, and puts
// theirs back at the end, also when it is stopped.
// https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
const cutOff = "aws:network:disrupt-connectivity"

// PracticeProps describes an outage to practise with.
type PracticeProps struct {
	// Vpc is the network whose private subnets are cut off. Required.
	Vpc awsec2.IVpc

	// Site is the site's name, as "ticketing": of all that publish the metric
	// that stops an experiment in this account and region, it tells its own.
	// Required.
	Site string

	// LogsRemoval is what happens to the logs with the stack. Default: the CDK's
	// own, to retain them.
	LogsRemoval awscdk.RemovalPolicy
}

// Practice is an experiment of AWS Fault Injection Service: an outage of the
// region's web servers for ten minutes, when somebody starts it. It ends some
// minutes after the standby has stopped to answer.
type Practice struct {
	constructs.Construct

	// Template is what an experiment is started from. It is L1: the CDK has no L2
	// for Fault Injection Service.
	Template awsfis.CfnExperimentTemplate

	standby *alarmResponse
}

// NewPractice makes the experiment's template. [Practice.Follow] names the
// alarm that stops it.
func NewPractice(scope constructs.Construct, id string, alarms *Alarms, props *PracticeProps) *Practice {
	p := &Practice{Construct: constructs.NewConstruct(scope, &id)}
	logs := newLogGroup(p.Construct, "Logs", props.LogsRemoval)
	stop := p.newStopCondition(alarms, props)
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

// newStopCondition is an alarm of this region that says what the alarm on the
// standby says in us-east-1: an experiment hears of alarms in its own region
// only, and Route 53 publishes health checks in us-east-1 only. AWS documents
// neither that it does otherwise nor that it refuses; its service-linked role
// listens to events, which stay in the alarm's region.
// https://docs.aws.amazon.com/fis/latest/userguide/using-service-linked-roles.html
func (p *Practice) newStopCondition(alarms *Alarms, props *PracticeProps) awscloudwatch.Alarm {
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
					"Timestamp":  "{% $states.input.time %}", // of what comes late, too
					"Value":      "{% $states.input.detail.state.value = 'ALARM' ? 1 : 0 %}",
				}},
			},
			IamAction:    jsii.String("cloudwatch:PutMetricData"),
			IamResources: jsii.Strings("*"),
			// The CDK's statement takes no condition; this one takes away what it
			// allows too much.
			AdditionalIamStatements: &[]awsiam.PolicyStatement{otherNamespaces(namespace)},
		},
		Acknowledge: " Nor are metrics.",
		LogsRemoval: props.LogsRemoval,
	})
	alarms.add(p.standby.Construct, "Failing", p.standby.failing("Practice is not watched",
		"What should stop the experiment when the standby does not answer failed: do not start it, or stop it by hand."))
	return alarms.add(p.Construct, "StandbyUnhealthy", alarmProps{
		title:     "Practice must stop",
		means:     "The alarm on the standby is on in us-east-1, and this one repeats it where experiments run: one that runs is stopped.",
		metric:    awscloudwatch.NewMetric(newMetric(regionOf(p.Construct), namespace, name, maximum, map[string]*string{"Site": &props.Site})),
		operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
		threshold: 1,
		// It is said once, when it changes.
		missing: awscloudwatch.TreatMissingData_IGNORE,
	})
}

// otherNamespaces denies to publish metrics in any other namespace.
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
