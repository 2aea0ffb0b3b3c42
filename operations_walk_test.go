package main

import (
	"maps"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/site"
)

func notifications(s *site.Site) bool { return s.Notifications }
func dashboard(s *site.Site) bool     { return s.Dashboard }
func practice(s *site.Site) bool      { return s.Practice }
func manual(s *site.Site) bool        { return s.Failover.Failback == site.FailbackManual }
func watched(s *site.Site) bool       { return s.Notifications || s.Dashboard }

// homeCheck asks the home region, through the distribution.
func (w *walk) homeCheck() *assembly.Resource {
	return only("health checks of the home region", w.Referrers(w.siteDistribution(), "AWS::Route53::HealthCheck")...)
}

// standbyCheck asks the standby load balancer.
func (w *walk) standbyCheck() *assembly.Resource {
	return only("health checks of the standby", w.Referrers(w.standbyBalancer(), "AWS::Route53::HealthCheck")...)
}

// keepsStandbyCheck demands a health check of the standby's own load balancer
// that no record depends on.
func (w *walk) keepsStandbyCheck() {
	check := w.standbyCheck()
	expect(check, "HealthCheckConfig.Type", "HTTPS")
	expect(check, "HealthCheckConfig.RequestInterval", 30)
	expect(check, "HealthCheckConfig.ResourcePath", w.site.Failover.Path)
	expect(check, "HealthCheckConfig.FullyQualifiedDomainName", "${"+w.standbyBalancer().String()+".DNSName}")
	for _, group := range w.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet") {
		if slices.Contains(behind(group), check) {
			fail("%s depends on %s", group, check)
		}
	}
}

// keepsOutputs demands what an operator looks for after a deployment.
func (w *walk) keepsOutputs() {
	want := map[string]string{
		"Failover SiteAddress":    "https://" + w.site.HostNames()[0],
		"Primary StaticAddress":   "https://",
		"Secondary StaticAddress": "https://",
	}
	if w.site.Dashboard {
		want["Failover DashboardAddress"] = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/" + w.site.Name
	}
	if w.site.Failover.Switch {
		want["Secondary FailoverSwitch"] = "s3://${" + w.bucket(w.site.Standby.Region.Name).String() + "}" + constructs.FailoverSwitchPath
	}
	if w.site.Practice {
		want["Primary PracticeTemplate"] = "${" + w.experiment().String() + ".Id}"
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		stack, output, _ := strings.Cut(name, " ")
		if text := must(must(must(w.Stack(stack)).Output(output)).Text()); !strings.HasPrefix(text, want[name]) {
			fail("the output %s is %s, want %s", name, text, want[name])
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

// keepsNames demands that what has a name of ours has the site's in it, or a
// stack's id: two sites fit into one account and region then.
func (w *walk) keepsNames() {
	for _, r := range w.Resources(slices.Collect(maps.Keys(nameOf))...) {
		path := nameOf[r.Type]
		if !r.Has(path) {
			continue // CloudFormation's name
		}
		if name := must(r.Text(path)); !strings.Contains(name, w.site.Name) && !strings.Contains(name, "${") {
			fail("%s is called %q, as that of another site would be", r, name)
		}
	}
}
