package promises

import (
	"maps"
	"slices"
	"strings"

	"twinsite/internal/must"
	"twinsite/site"
)

// operationsPromises are what operators rely on: alarms, the dashboard, the way
// home, and practice.
func operationsPromises() []Promise {
	return []Promise{
		{Name: "every alarm does something", check: (*reader).checkActions},
		{Name: "alarms tell their region's operators when they go off and when they end", when: notifications, check: (*reader).checkNotified},
		{Name: "alarms read documented metrics of what is there, where they are published", check: (*reader).checkMetrics},
		{Name: "alarms of us-east-1 and of replication read where they must", when: notifications, check: (*reader).checkRemoteAlarms},
		{Name: "each region's web tier is watched", when: notifications, check: (*reader).checkTierAlarms},
		{Name: "certificates are watched where they are", when: notifications, check: (*reader).checkCertificateAlarms},
		{Name: "missing data is treated on purpose", check: (*reader).checkMissingData},
		{Name: "every scaling policy is triggered by an alarm", check: (*reader).checkScalingPolicies},
		{Name: "alarms say what they mean and where to read on", check: (*reader).checkDescriptions},
		{Name: "visitors are affected: one page for an outage, one more when nobody is served", when: notifications, check: (*reader).checkPages},
		{Name: "the standby is asked whether it answers, and nothing depends on it", when: watched, check: (*reader).checkStandbyCheck},
		{Name: "the dashboard shows what is there, from where it is published", when: dashboard, check: (*reader).checkDashboard},
		{Name: "the dashboard shows every alarm", when: alarmsShown, check: (*reader).checkShownAlarms},
		{Name: "manual failback: what moved the site puts the switch", when: manualFailback, check: (*reader).checkFailback},
		{Name: "nothing on the way to the standby waits for failback", when: manualFailback, check: (*reader).checkWayOut},
		{Name: "practice cuts the home web servers off, for ten minutes", when: practice, check: (*reader).checkPractice},
		{Name: "no experiment unless one is asked for", when: noPractice, check: (*reader).checkNoPractice},
		{Name: "two sites fit into one account", check: (*reader).checkNames},
		{Name: "stacks say where things are", check: (*reader).checkOutputs},
	}
}

// checkOutputs demands what an operator looks for after a deployment.
func (in *reader) checkOutputs() {
	want := map[[2]string]string{
		{site.FailoverStack, site.SiteAddressOutput}:    "https://" + in.firstName(),
		{site.PrimaryStack, site.StaticAddressOutput}:   "https://",
		{site.SecondaryStack, site.StaticAddressOutput}: "https://",
	}
	if in.site.Dashboard {
		want[[2]string{site.FailoverStack, site.DashboardOutput}] =
			"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/" + in.site.Name
	}
	if in.site.Failover.Switch {
		want[[2]string{site.SecondaryStack, site.SwitchOutput}] = "s3://" + placeholder(in.standbyBucket()) + switchPath
	}
	if in.site.Practice {
		want[[2]string{site.PrimaryStack, site.PracticeOutput}] = placeholder(in.experiment(), "Id")
	}
	names := slices.SortedFunc(maps.Keys(want), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, name := range names {
		output := output(must.Get(in.Stack(name[0])), name[1])
		if text := must.Get(output.Text()); !strings.HasPrefix(text, want[name]) {
			fail(nil, "", "the output %s of %s is %q, want %s", name[1], name[0], text, want[name])
		}
	}
}

// nameOf is the property by which a resource of a type is given a name.
var nameOf = map[string]string{
	"AWS::CloudFront::Function":              "Name",
	"AWS::CloudFront::OriginAccessControl":   "OriginAccessControlConfig.Name",
	"AWS::CloudFront::ResponseHeadersPolicy": "ResponseHeadersPolicyConfig.Name",
	"AWS::CloudWatch::Alarm":                 "AlarmName",
	"AWS::CloudWatch::CompositeAlarm":        "AlarmName",
	"AWS::CloudWatch::Dashboard":             "DashboardName",
	"AWS::Events::EventBus":                  "Name",
	"AWS::Events::Rule":                      "Name",
	"AWS::IAM::Role":                         "RoleName",
	"AWS::Lambda::Function":                  "FunctionName",
	"AWS::Logs::LogGroup":                    "LogGroupName",
	"AWS::S3::Bucket":                        "BucketName",
	"AWS::SNS::Topic":                        "TopicName",
	"AWS::SecretsManager::Secret":            "Name",
	"AWS::StepFunctions::StateMachine":       "StateMachineName",
	"AWS::WAFv2::WebACL":                     "Name",
}

// checkNames demands that what has a name of ours has the site's in it, or a
// stack's id: two sites fit into one account and region then.
func (in *reader) checkNames() {
	for _, r := range in.Resources(sorted(nameOf)...) {
		path := nameOf[r.Type]
		if !r.Has(path) {
			continue // CloudFormation's name
		}
		if name := text(r, path); !strings.Contains(name, in.site.Name) && !strings.Contains(name, "${") {
			fail(r, path, "is called %q, as that of another site would be", name)
		}
	}
}
