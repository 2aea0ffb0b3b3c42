package article

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// checkImages demands that servers start from the site's image and run its
// script.
func checkImages(in *read.Reader) {
	for _, t := range in.Tiers() {
		image := read.Text(t.Template, "LaunchTemplateData.ImageId")
		want := t.Images[t.Region.Name]
		if want == "" {
			want = "/aws/service/ami-amazon-linux-latest/al2023-ami-"
		}
		if !strings.Contains(image, want) {
			read.Fail(t.Template, "LaunchTemplateData.ImageId", "is %s, want %s", image, want)
		}
		checkUserData(in, t)
	}
}

// checkUserData demands that an instance learns where it is, and on the default
// image becomes a web server.
func checkUserData(in *read.Reader, t *read.Tier) {
	const path = "LaunchTemplateData.UserData"
	data := read.Text(t.Template, path)
	if len(data) > 16*1024 {
		read.Fail(t.Template, path, "has %d bytes, EC2 takes 16384", len(data))
	}
	distribution := in.StaticDistribution(t.Region.Name)
	address := read.Placeholder(distribution, "DomainName")
	if in.Site.StaticFiles.HostNames {
		address = read.Text(distribution, "DistributionConfig.Aliases.0")
	}
	if !strings.HasPrefix(data, "#!/bin/bash\ncat > /etc/twinsite.env ") {
		read.Fail(t.Template, path, "does not write /etc/twinsite.env")
	}
	_, paths, _ := strings.Cut(data, "TWINSITE_HEALTH_PATHS='")
	paths, _, _ = strings.Cut(paths, "'")
	for _, asked := range []string{t.HealthPath, in.Site.Failover.Path} {
		if !slices.Contains(strings.Fields(paths), asked) {
			read.Fail(t.Template, path, "does not say that the servers are asked for %s", asked)
		}
	}
	lines := []string{
		"TWINSITE_REGION='" + t.Region.Name + "'", "TWINSITE_STATIC_URL='https://" + address + "'",
		"TWINSITE_SITE='" + in.Site.Name + "'", fmt.Sprintf("TWINSITE_PORT='%d'", t.Port),
	}
	if t.UserData != "" {
		lines = append(lines, string(must.Get(os.ReadFile(t.UserData))))
	} else if len(t.Images) == 0 {
		lines = append(lines, "install nginx")
	}
	for _, line := range lines {
		if !strings.Contains(data, line) {
			read.Fail(t.Template, path, "lacks %s", line)
		}
	}
}

func checkLaunchTemplates(in *read.Reader) {
	for _, t := range in.Tiers() {
		read.Expect(t.Template, "LaunchTemplateData.InstanceType", t.InstanceType)
		if version := read.Text(t.Group, "LaunchTemplate.Version"); !strings.HasSuffix(version, ".LatestVersionNumber}") {
			read.Fail(t.Group, "LaunchTemplate.Version", "stays at version %s", version)
		}
		// What the article does without: see the deviations.
		read.Expect(t.Template, "LaunchTemplateData.MetadataOptions.HttpTokens", "required")
		if len(t.Images) == 0 { // the disks of other images are their own
			read.Expect(t.Template, "LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted", true)
		}
	}
}

// checkGroups demands groups that replace dead servers, and servers one at a
// time.
func checkGroups(in *read.Reader) {
	for _, t := range in.Tiers() {
		read.Expect(t.Group, "MinSize", t.Minimum)
		read.Expect(t.Group, "MaxSize", t.Maximum)
		read.Expect(t.Group, "HealthCheckType", "ELB")
		if t.Group.Has("DesiredCapacity") {
			read.Fail(t.Group, "DesiredCapacity", "is there: a deployment would put the desired capacity back")
		}
		for i := range read.Length(t.Group, "Tags") {
			read.Expect(t.Group, fmt.Sprintf("Tags.%d.PropagateAtLaunch", i), true)
		}
		read.CheckTag(t.Group, "Site", in.Site.Name)
		checkSubnets(in, t.Group, "VPCZoneIdentifier", t, "AWS::EC2::NatGateway")
		if !slices.ContainsFunc(t.Group.DependsOn(), func(id string) bool { return strings.Contains(id, "DefaultRoute") }) {
			read.Fail(t.Group, ".DependsOn", "lacks the default routes: its first servers boot before they have a way out")
		}
		// One server at a time, and on only when the last one is healthy.
		refresh := ".UpdatePolicy.AutoScalingInstanceRefresh."
		read.Expect(t.Group, refresh+"Strategy", "Rolling")
		read.Expect(t.Group, refresh+"Preferences.MinHealthyPercentage", 100)
	}
}

// checkSubnets demands one subnet in each of a region's zones, whose way out is
// a resource of a type.
func checkSubnets(in *read.Reader, r *assembly.Resource, path string, t *read.Tier, wayOut string) {
	var zones []string
	for _, subnet := range read.Targets(r, path) {
		zones = append(zones, read.Text(subnet, "AvailabilityZone"))
		table := in.RouteTable(subnet)
		for _, route := range in.Referrers(table, "AWS::EC2::Route") {
			if !route.Has("DestinationCidrBlock") {
				continue
			}
			for _, gateway := range read.Targets(route, "") {
				if gateway != table && gateway.Type != wayOut {
					read.Fail(r, path, "leads to %s, whose way out is a %s, want %s", subnet, gateway.Type, wayOut)
				}
			}
		}
	}
	if !slices.Equal(zones, t.AvailabilityZones) {
		read.Fail(r, path, "is in the zones %v, want zones %v", zones, t.AvailabilityZones)
	}
}

func checkScaling(in *read.Reader) {
	for _, t := range in.Tiers() {
		checkScalingAlarm(in, t, "GreaterThanOrEqualToThreshold", t.CPU.High, +1)
		checkScalingAlarm(in, t, "LessThanOrEqualToThreshold", t.CPU.Low, -1)
	}
}

// checkScalingAlarm demands that an alarm changes the group by a number of
// instances.
func checkScalingAlarm(in *read.Reader, t *read.Tier, operator string, threshold, instances int) {
	alarm := in.ScalingAlarm(t, operator)
	read.ExpectAll(alarm, "", map[string]any{
		"Namespace": "AWS/EC2", "Statistic": "Average", "Threshold": threshold, "Period": int(t.CPU.Period.Seconds()),
		"Dimensions.0.Name": "AutoScalingGroupName",
	})
	policy := read.Target(alarm, "AlarmActions", "AWS::AutoScaling::ScalingPolicy")
	read.Leads(policy, "AutoScalingGroupName", t.Group)
	read.Expect(policy, "PolicyType", "SimpleScaling")
	read.Expect(policy, "AdjustmentType", "ChangeInCapacity")
	read.Expect(policy, "ScalingAdjustment", instances)
}

func checkSchedules(in *read.Reader) {
	for _, t := range in.Tiers() {
		actions := in.Referrers(t.Group, "AWS::AutoScaling::ScheduledAction")
		if len(actions) != len(t.Schedules) {
			read.Fail(t.Group, "", "has %d scheduled actions, want %d", len(actions), len(t.Schedules))
		}
		for _, schedule := range t.Schedules {
			checkSchedule(t.Group, actions, schedule)
		}
	}
}

func checkSchedule(group *assembly.Resource, actions []*assembly.Resource, schedule site.Schedule) {
	want := map[string]any{"MinSize": float64(schedule.Minimum), "MaxSize": float64(schedule.Maximum)}
	if start, once := schedule.StartTime(); once {
		want["StartTime"] = start.Format("2006-01-02T15:04:05Z")
	} else {
		want["Recurrence"], want["TimeZone"] = schedule.Cron, schedule.TimeZone
	}
	if !slices.ContainsFunc(actions, func(action *assembly.Resource) bool {
		properties := read.As[map[string]any](action, "", read.Value(action, ""), "an object")
		delete(properties, "AutoScalingGroupName")
		return fmt.Sprint(properties) == fmt.Sprint(want)
	}) {
		read.Fail(group, "", "has no scheduled action %v", want)
	}
}
