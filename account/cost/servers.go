package cost

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"twinsite/assembly"
	"twinsite/topology"
)

// detailedMetrics are how many metrics detailed monitoring makes of a server.
// https://aws.amazon.com/cloudwatch/pricing/
const detailedMetrics = 7

// countGroup counts the servers of an Auto Scaling group at its minimum, their disks,
// their public addresses and their detailed monitoring.
func countGroup(c *counter, group *assembly.Resource) error {
	servers, err := averageServers(c.assembly, group)
	if err != nil {
		return err
	}
	template, err := group.Target("LaunchTemplate.LaunchTemplateId")
	if err != nil {
		return err
	}
	instanceType, err := template.Text("LaunchTemplateData.InstanceType")
	if err != nil {
		return err
	}
	region := group.Stack.Region
	c.add(instancePrefix+instanceType, region, servers*Hours)
	monitored, err := topology.OrDefault(template, "LaunchTemplateData.Monitoring.Enabled", (*assembly.Resource).Bool, false)
	if err != nil {
		return err
	}
	if monitored {
		c.add("monitoring", region, servers*detailedMetrics)
	}
	public, err := publicAddresses(group, template)
	if err != nil {
		return err
	}
	if public {
		c.add("publicIPv4", region, servers*Hours)
	}
	return c.countDisks(template, region, servers)
}

// countDisks counts the disks that a launch template gives each server.
func (c *counter) countDisks(template *assembly.Resource, region string, servers float64) error {
	const mappings = "LaunchTemplateData.BlockDeviceMappings"
	disks, err := topology.Length(template, mappings)
	if err != nil {
		return err
	}
	if disks == 0 {
		c.unreadable("%s: its servers have the disks of their image, whose size is not in the template", template)
	}
	for i := range disks {
		at := fmt.Sprintf("%s.%d.Ebs.", mappings, i)
		if !template.Has(at + "VolumeSize") {
			c.unreadable("%s: the size of disk %d is not in the template", template, i)
			continue
		}
		size, err := template.Int(at + "VolumeSize")
		if err != nil {
			return err
		}
		kind, err := topology.OrDefault(template, at+"VolumeType", (*assembly.Resource).Text, "gp2")
		if err != nil {
			return err
		}
		switch kind {
		case "gp2", "gp3":
			c.add("disk"+strings.ToUpper(kind), region, servers*float64(size))
		default:
			c.unreadable("%s: a disk of type %s has no price", template, kind)
		}
		if kind == "gp3" && (template.Has(at+"Iops") || template.Has(at+"Throughput")) {
			c.unreadable("%s: more IOPS and throughput than a gp3 disk has by itself have no price", template)
		}
	}
	return nil
}

// publicAddresses reports whether servers get a public IPv4 address: as their launch
// template says or, if it does not, their subnets.
func publicAddresses(group, template *assembly.Resource) (bool, error) {
	const address = "LaunchTemplateData.NetworkInterfaces.0.AssociatePublicIpAddress"
	if template.Has(address) {
		return template.Bool(address)
	}
	subnets, err := topology.OrDefault(group, "VPCZoneIdentifier", (*assembly.Resource).Targets, nil)
	if err != nil {
		return false, err
	}
	for _, subnet := range subnets {
		public, err := topology.OrDefault(subnet, "MapPublicIpOnLaunch", (*assembly.Resource).Bool, false)
		if err != nil || public {
			return public, err
		}
	}
	return false, nil
}

// A change is a new minimum of a group.
type change struct {
	at      time.Time
	minimum int
}

// The year over which schedules are averaged, and how many changes of a group are
// looked at in it: one a minute.
const (
	averagedYear = 2027
	mostChanges  = 366 * 24 * 60
)

// averageServers returns how many servers a group has at least, averaged over a year of
// its recurring scheduled actions. Before the first of them in the year the minimum is
// that after the last; actions that happen once are left out. When an action lowers
// the minimum, servers run on until the alarm for low CPU has removed them; that is not
// counted.
func averageServers(a *assembly.Assembly, group *assembly.Resource) (float64, error) {
	minimum, err := group.Int("MinSize")
	if err != nil {
		return 0, err
	}
	start := time.Date(averagedYear, time.January, 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(1, 0, 0)
	var changes []change
	for _, action := range a.Resources("AWS::AutoScaling::ScheduledAction") {
		if of, err := action.Target("AutoScalingGroupName"); err != nil || of != group {
			continue
		}
		found, err := recurring(action, start, end, mostChanges-len(changes))
		if err != nil {
			return 0, err
		}
		changes = append(changes, found...)
	}
	if len(changes) == 0 {
		return float64(minimum), nil
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at.Compare(b.at) })
	sum, since, current := 0.0, start, changes[len(changes)-1].minimum
	for _, next := range append(changes, change{at: end}) {
		sum += float64(current) * next.at.Sub(since).Hours()
		since, current = next.at, next.minimum
	}
	return sum / end.Sub(start).Hours(), nil
}

// recurring returns the changes that a scheduled action makes, most of them at most.
func recurring(action *assembly.Resource, start, end time.Time, most int) ([]change, error) {
	if !action.Has("MinSize") || !action.Has("Recurrence") {
		return nil, nil
	}
	minimum, err := action.Int("MinSize")
	if err != nil {
		return nil, err
	}
	recurrence, err := action.Text("Recurrence")
	if err != nil {
		return nil, err
	}
	zone, err := topology.OrDefault(action, "TimeZone", (*assembly.Resource).Text, "UTC")
	if err != nil {
		return nil, err
	}
	schedule, err := parseRecurrence(recurrence)
	location, unknown := time.LoadLocation(cmp.Or(zone, "UTC"))
	if err = errors.Join(err, unknown); err != nil {
		return nil, fmt.Errorf("%s: Recurrence: %w", action, err)
	}
	var changes []change
	for at := schedule.Next(start.Add(-time.Second).In(location)); !at.IsZero() && at.Before(end); at = schedule.Next(at) {
		if len(changes) == most {
			return nil, fmt.Errorf("%s: the group has more than %d changes a year", action, mostChanges)
		}
		changes = append(changes, change{at, minimum})
	}
	return changes, nil
}

// parseRecurrence reads the five fields that Auto Scaling takes, and nothing else that
// the parser knows.
func parseRecurrence(text string) (cron.Schedule, error) {
	if strings.Contains(text, "=") {
		return nil, fmt.Errorf("%q is no cron expression of five fields", text)
	}
	return cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(text)
}
