package regions

import (
	"fmt"
	"strings"

	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
)

// applicationPromises are what site.yaml says of the application's servers.
func applicationPromises() []read.Promise {
	return []read.Promise{
		{Name: "servers that leave finish what they have begun", Check: checkDrain},
		{Name: "visitors stay with a server", When: when.Sticky, Check: checkSticky},
		{Name: "servers read the site's own variables", When: when.OwnEntries, Check: checkEnvironment},
		{Name: "servers know the bucket of their own region", When: when.MayUpload, Check: checkBucket},
		{Name: "an average CPU is held where the site says so", Check: checkTracking},
	}
}

// expectTargetAttribute demands a value of an attribute of a target group, where
// one that is left out has AWS's own default.
func expectTargetAttribute(t *read.Tier, name, standard, want string) {
	got := standard
	for _, attribute := range read.Objects(t.TargetGroup, "TargetGroupAttributes") {
		if attribute["Key"] == name {
			got = fmt.Sprint(attribute["Value"])
		}
	}
	if got != want {
		read.Fail(t.TargetGroup, "TargetGroupAttributes", "has %s %q, want %q", name, got, want)
	}
}

func checkDrain(in *read.Reader) {
	for _, t := range in.Tiers() {
		expectTargetAttribute(t, "deregistration_delay.timeout_seconds", "300", fmt.Sprintf("%.0f", t.Drain.Seconds()))
	}
}

func checkSticky(in *read.Reader) {
	for _, t := range in.Tiers() {
		expectTargetAttribute(t, "stickiness.enabled", "false", "true")
		expectTargetAttribute(t, "stickiness.type", "lb_cookie", "lb_cookie")
		expectTargetAttribute(t, "stickiness.lb_cookie.duration_seconds", "86400", fmt.Sprintf("%.0f", t.Sticky.Seconds()))
	}
}

// userData is the path of a launch template's user data.
const userData = "LaunchTemplateData.UserData"

// checkEnvironment demands each variable, quoted so that a shell takes nothing in
// it for its own.
func checkEnvironment(in *read.Reader) {
	for _, t := range in.Tiers() {
		data := read.Text(t.Template, userData)
		for _, name := range read.Sorted(t.Environment) {
			line := "\n" + name + "='" + strings.ReplaceAll(t.Environment[name], "'", `'"'"'`) + "'\n"
			if !strings.Contains(data, line) {
				read.Fail(t.Template, userData, "lacks %s", strings.TrimSpace(line))
			}
		}
	}
}

func checkBucket(in *read.Reader) {
	for _, t := range in.Tiers() {
		line := "\nTWINSITE_BUCKET='" + read.Placeholder(in.Bucket(t.Region.Name)) + "'\n"
		if !strings.Contains(read.Text(t.Template, userData), line) {
			read.Fail(t.Template, userData, "lacks %s", strings.TrimSpace(line))
		}
	}
}

// checkTracking demands one policy of target tracking where the site gives a
// target, and none that would work against the two alarms where it does not.
func checkTracking(in *read.Reader) {
	const tracking = "TargetTrackingScaling"
	for _, t := range in.Tiers() {
		policies := in.Referrers(t.Group, "AWS::AutoScaling::ScalingPolicy")
		if t.CPU.Target == 0 {
			for _, policy := range policies {
				if read.Text(policy, "PolicyType") == tracking {
					read.Fail(policy, "PolicyType", "is %s, which works against the two alarms", tracking)
				}
			}
			continue
		}
		policy := read.Only("scaling policies of "+t.Group.String(), policies...)
		read.Expect(policy, "PolicyType", tracking)
		read.Expect(policy, "TargetTrackingConfiguration.PredefinedMetricSpecification.PredefinedMetricType", "ASGAverageCPUUtilization")
		read.Expect(policy, "TargetTrackingConfiguration.TargetValue", t.CPU.Target)
	}
}
