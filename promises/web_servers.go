package promises

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// A tier is what stands behind a load balancer.
type tier struct {
	site.Region
	site.Web
	balancer, targetGroup, group, template *assembly.Resource
	balancerSecurity, webSecurity          *assembly.Resource
}

// tiers are both regions' tiers, home first.
func (in *reader) tiers() []*tier { return []*tier{in.home(), in.standby()} }

func (in *reader) home() *tier {
	return in.tier(in.homeBalancer(), in.site.Home.Region, in.site.Web)
}

func (in *reader) standby() *tier {
	return in.tier(in.standbyBalancer(), in.site.Standby.Region, in.site.StandbyWeb())
}

func (in *reader) tier(balancer *assembly.Resource, region site.Region, web site.Web) *tier {
	t := &tier{Region: region, Web: web, balancer: balancer}
	inRegion(balancer, region.Name)
	t.balancerSecurity = target(balancer, "SecurityGroups", "AWS::EC2::SecurityGroup")
	t.targetGroup = only("target groups behind "+balancer.String(), must.Get(topology.TargetGroups(in.Assembly, balancer))...)
	t.group = only("Auto Scaling groups behind "+t.targetGroup.String(), topology.AutoScalingGroups(in.Assembly, t.targetGroup)...)
	t.template = target(t.group, "LaunchTemplate.LaunchTemplateId", "AWS::EC2::LaunchTemplate")
	t.webSecurity = target(t.template, "LaunchTemplateData.SecurityGroupIds", "AWS::EC2::SecurityGroup")
	return t
}

// checkImages demands that servers start from the site's image and run its
// script.
func (in *reader) checkImages() {
	for _, t := range in.tiers() {
		image := text(t.template, "LaunchTemplateData.ImageId")
		want := t.Images[t.Region.Name]
		if want == "" {
			want = "/aws/service/ami-amazon-linux-latest/al2023-ami-"
		}
		if !strings.Contains(image, want) {
			fail(t.template, "LaunchTemplateData.ImageId", "is %s, want %s", image, want)
		}
		in.checkUserData(t)
	}
}

// checkUserData demands that an instance learns where it is, and on the default
// image becomes a web server.
func (in *reader) checkUserData(t *tier) {
	const path = "LaunchTemplateData.UserData"
	data := text(t.template, path)
	if len(data) > 16*1024 {
		fail(t.template, path, "has %d bytes, EC2 takes 16384", len(data))
	}
	distribution := in.staticDistribution(t.Region.Name)
	address := placeholder(distribution, "DomainName")
	if in.site.StaticFiles.HostNames {
		address = text(distribution, "DistributionConfig.Aliases.0")
	}
	if !strings.HasPrefix(data, "#!/bin/bash\ncat > /etc/twinsite.env ") {
		fail(t.template, path, "does not write /etc/twinsite.env")
	}
	_, paths, _ := strings.Cut(data, "TWINSITE_HEALTH_PATHS='")
	paths, _, _ = strings.Cut(paths, "'")
	for _, asked := range []string{t.HealthPath, in.site.Failover.Path} {
		if !slices.Contains(strings.Fields(paths), asked) {
			fail(t.template, path, "does not say that the servers are asked for %s", asked)
		}
	}
	lines := []string{
		"TWINSITE_REGION='" + t.Region.Name + "'", "TWINSITE_STATIC_URL='https://" + address + "'",
		"TWINSITE_SITE='" + in.site.Name + "'",
	}
	if t.UserData != "" {
		lines = append(lines, string(must.Get(os.ReadFile(t.UserData))))
	} else if len(t.Images) == 0 {
		lines = append(lines, "install nginx")
	}
	for _, line := range lines {
		if !strings.Contains(data, line) {
			fail(t.template, path, "lacks %s", line)
		}
	}
}

func (in *reader) checkLaunchTemplates() {
	for _, t := range in.tiers() {
		expect(t.template, "LaunchTemplateData.InstanceType", t.InstanceType)
		if version := text(t.group, "LaunchTemplate.Version"); !strings.HasSuffix(version, ".LatestVersionNumber}") {
			fail(t.group, "LaunchTemplate.Version", "stays at version %s", version)
		}
		// What the article does without: see the deviations.
		expect(t.template, "LaunchTemplateData.MetadataOptions.HttpTokens", "required")
		if len(t.Images) == 0 { // the disks of other images are their own
			expect(t.template, "LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted", true)
		}
	}
}

// checkGroups demands groups that replace dead servers, and servers one at a
// time.
func (in *reader) checkGroups() {
	for _, t := range in.tiers() {
		expect(t.group, "MinSize", t.Minimum)
		expect(t.group, "MaxSize", t.Maximum)
		expect(t.group, "HealthCheckType", "ELB")
		if t.group.Has("DesiredCapacity") {
			fail(t.group, "DesiredCapacity", "is there: a deployment would put the desired capacity back")
		}
		for i := range length(t.group, "Tags") {
			expect(t.group, fmt.Sprintf("Tags.%d.PropagateAtLaunch", i), true)
		}
		checkTag(t.group, "Site", in.site.Name)
		in.checkSubnets(t.group, "VPCZoneIdentifier", t, "AWS::EC2::NatGateway")
		if !slices.ContainsFunc(t.group.DependsOn(), func(id string) bool { return strings.Contains(id, "DefaultRoute") }) {
			fail(t.group, ".DependsOn", "lacks the default routes: its first servers boot before they have a way out")
		}
		// One server at a time, and on only when the last one is healthy.
		refresh := ".UpdatePolicy.AutoScalingInstanceRefresh."
		expect(t.group, refresh+"Strategy", "Rolling")
		expect(t.group, refresh+"Preferences.MinHealthyPercentage", 100)
	}
}

func checkTag(r *assembly.Resource, key, value string) {
	for _, tag := range objects(r, "Tags") {
		if tag["Key"] == key && tag["Value"] == value {
			return
		}
	}
	fail(r, "Tags", "lacks the tag %s", key)
}

// checkSubnets demands one subnet in each of a region's zones, whose way out is
// a resource of a type.
func (in *reader) checkSubnets(r *assembly.Resource, path string, t *tier, wayOut string) {
	var zones []string
	for _, subnet := range targets(r, path) {
		zones = append(zones, text(subnet, "AvailabilityZone"))
		table := in.routeTable(subnet)
		for _, route := range in.Referrers(table, "AWS::EC2::Route") {
			if !route.Has("DestinationCidrBlock") {
				continue
			}
			for _, gateway := range targets(route, "") {
				if gateway != table && gateway.Type != wayOut {
					fail(r, path, "leads to %s, whose way out is a %s, want %s", subnet, gateway.Type, wayOut)
				}
			}
		}
	}
	if !slices.Equal(zones, t.AvailabilityZones) {
		fail(r, path, "is in the zones %v, want zones %v", zones, t.AvailabilityZones)
	}
}

func (in *reader) routeTable(subnet *assembly.Resource) *assembly.Resource {
	return follow(only("route tables of "+subnet.String(),
		in.Referrers(subnet, "AWS::EC2::SubnetRouteTableAssociation")...), "RouteTableId")
}

func (in *reader) checkScaling() {
	for _, t := range in.tiers() {
		in.checkScalingAlarm(t, "GreaterThanOrEqualToThreshold", t.CPU.High, +1)
		in.checkScalingAlarm(t, "LessThanOrEqualToThreshold", t.CPU.Low, -1)
	}
}

// checkScalingAlarm demands that an alarm changes the group by a number of
// instances.
func (in *reader) checkScalingAlarm(t *tier, operator string, threshold, instances int) {
	alarm := in.scalingAlarm(t, operator)
	expectAll(alarm, "", map[string]any{
		"Namespace": "AWS/EC2", "Statistic": "Average", "Threshold": threshold, "Period": int(t.CPU.Period.Seconds()),
		"Dimensions.0.Name": "AutoScalingGroupName",
	})
	policy := target(alarm, "AlarmActions", "AWS::AutoScaling::ScalingPolicy")
	leads(policy, "AutoScalingGroupName", t.group)
	expect(policy, "PolicyType", "SimpleScaling")
	expect(policy, "AdjustmentType", "ChangeInCapacity")
	expect(policy, "ScalingAdjustment", instances)
}

// scalingAlarm is the one alarm on a group's average CPU with an operator.
func (in *reader) scalingAlarm(t *tier, operator string) *assembly.Resource {
	var found []*assembly.Resource
	for _, alarm := range in.Referrers(t.group, topology.AlarmType) {
		if alarm.Has("MetricName") && text(alarm, "MetricName") == "CPUUtilization" && text(alarm, "ComparisonOperator") == operator {
			found = append(found, alarm)
		}
	}
	return only("alarms "+operator+" on "+t.group.String(), found...)
}

func (in *reader) checkSchedules() {
	for _, t := range in.tiers() {
		actions := in.Referrers(t.group, "AWS::AutoScaling::ScheduledAction")
		if len(actions) != len(t.Schedules) {
			fail(t.group, "", "has %d scheduled actions, want %d", len(actions), len(t.Schedules))
		}
		for _, schedule := range t.Schedules {
			checkSchedule(t.group, actions, schedule)
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
		properties := as[map[string]any](action, "", value(action, ""), "an object")
		delete(properties, "AutoScalingGroupName")
		return fmt.Sprint(properties) == fmt.Sprint(want)
	}) {
		fail(group, "", "has no scheduled action %v", want)
	}
}
