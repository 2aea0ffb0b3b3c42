// Package operations holds the promises about what operators rely on.
package operations

import (
	"maps"
	"slices"
	"strings"

	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
	"twinsite/topology"
)

// Promises returns the promises about what operators rely on.
func Promises() []read.Promise {
	return slices.Concat(operationsPromises(), alarmPromises(), firstServersPromises(), followingPromises(), errorRatePromises())
}

// operationsPromises are what operators rely on: alarms, the dashboard, the way
// home, and practice.
func operationsPromises() []read.Promise {
	return []read.Promise{
		{Name: "every alarm does something", Check: checkActions},
		{Name: "alarms tell their region's operators when they go off and when they end", When: when.Notifications, Check: checkNotified},
		{Name: "alarms read documented metrics of what is there, where they are published", Check: checkMetrics},
		{Name: "alarms of us-east-1 and of replication read where they must", When: when.Notifications, Check: checkRemoteAlarms},
		{Name: "each region's web tier is watched", When: when.Notifications, Check: checkTierAlarms},
		{Name: "certificates are watched where they are", When: when.Notifications, Check: checkCertificateAlarms},
		{Name: "missing data is treated on purpose", Check: checkMissingData},
		{Name: "every scaling policy is triggered by an alarm", When: when.CPUAlarms, Check: checkScalingPolicies},
		{Name: "alarms say what they mean and where to read on", Check: checkDescriptions},
		{Name: "visitors are affected: one page for an outage, one more when nobody is served", When: when.Notifications, Check: checkPages},
		{Name: "the standby is asked whether it answers, and no visitor waits for it", When: when.StandbyAsked, Check: checkStandbyCheck},
		{Name: "the dashboard shows what is there, from where it is published", When: when.Dashboard, Check: checkDashboard},
		{Name: "the dashboard shows every alarm", When: when.AlarmsShown, Check: checkShownAlarms},
		{Name: "manual failback: what moved the site puts the switch", When: when.ManualFailback, Check: checkFailback},
		{Name: "nothing on the way to the standby waits for failback", When: when.ManualFailback, Check: checkWayOut},
		{Name: "practice cuts the home web servers off, for ten minutes", When: when.Practice, Check: checkPractice},
		{Name: "no experiment unless one is asked for", When: when.NoPractice, Check: checkNoPractice},
		{Name: "two sites fit into one account", Check: checkNames},
		{Name: "a creation that fails leaves nothing but buckets", Check: checkLeftovers},
		{Name: "stacks say where things are", Check: checkOutputs},
	}
}

// checkLeftovers demands that what a failed creation leaves is a bucket, whose logs
// may say why it failed, and which has a name of CloudFormation's.
func checkLeftovers(in *read.Reader) {
	for _, r := range in.Resources() {
		if r.DeletionPolicy() == "Retain" && (r.Type != topology.BucketType || r.Has("BucketName")) {
			read.Fail(r, ".DeletionPolicy", "is Retain: a creation that fails leaves it behind")
		}
	}
}

// checkOutputs demands what an operator looks for after a deployment.
func checkOutputs(in *read.Reader) {
	want := map[[2]string]string{
		{site.FailoverStack, site.SiteAddressOutput}:    "https://" + in.FirstName(),
		{site.PrimaryStack, site.StaticAddressOutput}:   "https://",
		{site.SecondaryStack, site.StaticAddressOutput}: "https://",
	}
	for stack, tier := range map[string]*read.Tier{site.PrimaryStack: in.Home(), site.SecondaryStack: in.Standby()} {
		want[[2]string{stack, site.NetworkOutput}] = read.Placeholder(read.Follow(tier.WebSecurity, "VpcId"))
		want[[2]string{stack, site.GroupOutput}] = read.Placeholder(tier.Group)
	}
	if in.Site.Dashboard {
		want[[2]string{site.FailoverStack, site.DashboardOutput}] =
			"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/" + in.Site.Name
	}
	if in.Site.Failover.Switch {
		want[[2]string{site.SecondaryStack, site.SwitchOutput}] = "s3://" + read.Placeholder(in.SwitchBucket()) + read.SwitchPath
	}
	if in.Site.Practice {
		want[[2]string{site.PrimaryStack, site.PracticeOutput}] = read.Placeholder(experiment(in), "Id")
	}
	names := slices.SortedFunc(maps.Keys(want), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, name := range names {
		output := read.Output(must.Get(in.Stack(name[0])), name[1])
		if text := must.Get(output.Text()); !strings.HasPrefix(text, want[name]) {
			read.Fail(nil, "", "the output %s of %s is %q, want %s", name[1], name[0], text, want[name])
		}
	}
}

// nameOf is the property by which a resource of a type is given a name.
var nameOf = map[string]string{
	"AWS::CloudFront::CachePolicy":           "CachePolicyConfig.Name",
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
func checkNames(in *read.Reader) {
	for _, r := range in.Resources(read.Sorted(nameOf)...) {
		path := nameOf[r.Type]
		if !r.Has(path) {
			continue // CloudFormation's name
		}
		if name := read.Text(r, path); !strings.Contains(name, in.Site.Name) && !strings.Contains(name, "${") {
			read.Fail(r, path, "is called %q, as that of another site would be", name)
		}
	}
}
