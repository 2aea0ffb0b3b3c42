package regions

import (
	"fmt"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// setTargetAttribute changes an attribute of a target group, or adds it.
func setTargetAttribute(t *read.Tier, name, value string) {
	for i, attribute := range read.Objects(t.TargetGroup, "TargetGroupAttributes") {
		if attribute["Key"] == name {
			t.TargetGroup.Set(fmt.Sprintf("TargetGroupAttributes.%d.Value", i), value)
			return
		}
	}
	t.TargetGroup.Set("TargetGroupAttributes", append(read.List(t.TargetGroup, "TargetGroupAttributes"), map[string]any{"Key": name, "Value": value}))
}

// editUserData changes the user data of a tier.
func editUserData(t *read.Tier, from, to string) {
	t.Template.Set(userData, map[string]any{"Fn::Base64": strings.ReplaceAll(read.Text(t.Template, userData), from, to)})
}

// applicationCopies break the promises of application.go.
var applicationCopies = map[string][]brokencopy.Copy{
	"servers that leave finish what they have begun": {
		{"cut off", func(in *read.Reader) {
			setTargetAttribute(in.Home(), "deregistration_delay.timeout_seconds", "0")
		}, `timeout_seconds "0", want`},
		{"waited for at the standby", func(in *read.Reader) {
			setTargetAttribute(in.Standby(), "deregistration_delay.timeout_seconds", "3600")
		}, `timeout_seconds "3600", want`},
	},
	"visitors stay with a server": {
		{"not at the standby", func(in *read.Reader) {
			setTargetAttribute(in.Standby(), "stickiness.enabled", "false")
		}, `stickiness.enabled "false"`},
		{"by the application's cookie", func(in *read.Reader) {
			setTargetAttribute(in.Home(), "stickiness.type", "app_cookie")
		}, `stickiness.type "app_cookie"`},
		{"for a second", func(in *read.Reader) {
			setTargetAttribute(in.Home(), "stickiness.lb_cookie.duration_seconds", "1")
		}, `duration_seconds "1"`},
	},
	"servers read the site's own variables": {
		{"another name", func(in *read.Reader) { editUserData(in.Home(), "\nMOTTO=", "\nMOTTO2=") }, "lacks MOTTO="},
		{"a shell reads the value", func(in *read.Reader) { editUserData(in.Standby(), `'"'"'`, "'") }, "lacks MOTTO="},
	},
	"servers know the bucket of their own region": {
		{"no bucket", func(in *read.Reader) { editUserData(in.Home(), "\nTWINSITE_BUCKET=", "\nBUCKET=") }, "lacks TWINSITE_BUCKET="},
		{"another bucket", func(in *read.Reader) {
			editUserData(in.Standby(), "\nTWINSITE_BUCKET='"+read.Placeholder(in.StandbyBucket())+"'", "\nTWINSITE_BUCKET='elsewhere'")
		}, "lacks TWINSITE_BUCKET="},
	},
	"an average CPU is held where the site says so": {
		{"by two alarms", func(in *read.Reader) { in.Site.Web.CPU.Target = 50 }, "2 of scaling policies"},
		{"at another average", func(in *read.Reader) {
			track(in)
			in.Site.Web.CPU.Target = 60
		}, "TargetValue is 50, want 60"},
		{"by another metric", func(in *read.Reader) {
			track(in).Set("TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType", "ASGAverageNetworkIn")
		}, "PredefinedMetricType is ASGAverageNetworkIn"},
		{"in steps", func(in *read.Reader) { track(in).Set("PolicyType", "StepScaling") }, "PolicyType is StepScaling"},
		{"beside the two alarms", func(in *read.Reader) {
			scalingPolicies(in, in.Home())[0].Set("PolicyType", "TargetTrackingScaling")
		}, "works against the two alarms"},
	},
}

func scalingPolicies(in *read.Reader, t *read.Tier) []*assembly.Resource {
	return in.Referrers(t.Group, "AWS::AutoScaling::ScalingPolicy")
}

// track makes of a site with the two alarms one that holds an average of 50 %. It
// returns the policy at home.
func track(in *read.Reader) *assembly.Resource {
	in.Site.Web.CPU.Target = 50
	for _, t := range in.Tiers() {
		policies := scalingPolicies(in, t)
		policies[1].Stack.Remove(policies[1].LogicalID)
		policies[0].Set("PolicyType", "TargetTrackingScaling")
		policies[0].Add("TargetTrackingConfiguration", map[string]any{
			"TargetValue":                   50,
			"PredefinedMetricSpecification": map[string]any{"PredefinedMetricType": "ASGAverageCPUUtilization"},
		})
	}
	return scalingPolicies(in, in.Home())[0]
}

// TestTracking shows that a site that holds an average is as promised, without
// which the broken copies would show nothing.
func TestTracking(t *testing.T) {
	in := brokencopy.Everything(t)
	changed := *in.Site
	in = read.New(in.Assembly.Clone(), &changed)
	track(in)
	if err := must.Catch(func() { checkTracking(in) }); err != nil {
		t.Error(err)
	}
}
