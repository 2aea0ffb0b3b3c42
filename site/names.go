package site

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/site/aws"
)

// Names by contract: the stacks write them into the templates, and the command
// line, the promises and the pictures look for them there. Change one, and a
// deployed site of an earlier version is no longer found.
const (
	// SwitchKey is the key of the failover switch: an object in a bucket of its own
	// that moves the site to the standby by being there.
	SwitchKey = "failover-switch"

	// SwitchPath is the path by which health checkers ask for it.
	SwitchPath = "/" + SwitchKey

	// StandbyCheckPath is the path of the site's distribution by which health
	// checkers ask for the standby, where Failover.Front is "edge".
	StandbyCheckPath = "/.well-known/twinsite-standby"

	// StandbyServesAlarm is the title of the alarm that is on while the failover
	// records lead to the standby. It is a heading of docs/operations.md.
	StandbyServesAlarm = "The standby serves"

	// GlobalRegion is where CloudFront looks for certificates, and where Route 53
	// and CloudFront publish their metrics.
	GlobalRegion = "us-east-1"
)

// The ids of the stacks, as on the CDK's command line.
const (
	DomainStack    = "Domain"
	GlobalStack    = "Global"
	SecondaryStack = "Secondary"
	PrimaryStack   = "Primary"
	FailoverStack  = "Failover"
)

// The stacks' outputs.
const (
	NameServerOutput    = "NameServer"       // of Domain; "1" to "4" follow
	SwitchOutput        = "FailoverSwitch"   // of Secondary: "s3://BUCKET/failover-switch"
	StaticAddressOutput = "StaticAddress"    // of Secondary and of Primary
	NetworkOutput       = "NetworkId"        // of Secondary and of Primary: the id of the VPC
	GroupOutput         = "WebServersGroup"  // of Secondary and of Primary: the name of the Auto Scaling group
	PracticeOutput      = "PracticeTemplate" // of Primary: the id of the experiment template
	SiteAddressOutput   = "SiteAddress"      // of Failover
	HealthCheckOutput   = "HealthCheck"      // of Failover: the id of the one that the records follow
	PagesTopicOutput    = "PagesTopic"       // of Failover: the topic's ARN
	DashboardOutput     = "DashboardAddress" // of Failover
)

// The constants of the bound: visitors have followed the health check after
// threshold × (interval + SlowestAnswer) + AliasTTL.
const (
	// SlowestConnection and SlowestStatus are what a health checker waits for the
	// connection, and then for a status.
	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
	SlowestConnection = 4 * time.Second
	SlowestStatus     = 2 * time.Second

	// SlowestAnswer is what a health checker waits for an answer, both together.
	SlowestAnswer = SlowestConnection + SlowestStatus

	// ServingTTL is how long CloudFront keeps the answer of the record that
	// [Site.ServingHost] names. An alias's cannot be lowered, so that record is a
	// CNAME.
	ServingTTL = 10 * time.Second

	// AliasTTL is how long resolvers keep the answer of an alias record that leads
	// to a load balancer or a distribution. It cannot be set.
	// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html
	AliasTTL = 60 * time.Second
)

// StackName returns the name of a stack in CloudFormation, by its id:
// "ticketing-Secondary".
func (s *Site) StackName(id string) string {
	return s.Name + "-" + id
}

// StackIDs returns the ids of the site's stacks in the order of their deployment.
// Domain is missing where the site uses a zone that exists.
func (s *Site) StackIDs() []string {
	ids := []string{DomainStack, GlobalStack, SecondaryStack, PrimaryStack, FailoverStack}
	if s.Zone.ID != "" {
		return ids[1:]
	}
	return ids
}

// CheckStacks returns an error that names the first of the ids that is no stack of
// the site's.
func (s *Site) CheckStacks(ids []string) error {
	for _, id := range ids {
		if !slices.Contains(s.StackIDs(), id) {
			return fmt.Errorf("the site has no stack %q: its stacks are %s", id, strings.Join(s.StackIDs(), ", "))
		}
	}
	return nil
}

// StackRegion returns the region of a stack, by its id.
func (s *Site) StackRegion(id string) string {
	switch id {
	case SecondaryStack:
		return s.Standby.Region.Name
	case PrimaryStack:
		return s.Home.Region.Name
	default:
		return GlobalRegion
	}
}

// AlarmName returns the name of an alarm in CloudWatch, by its title:
// "ticketing: The standby serves".
func (s *Site) AlarmName(title string) string {
	return s.Name + ": " + title
}

// HostNames returns the full names that visitors use, in the order of Hosts:
// "example.com" for "@", "www.example.com" for "www".
func (s *Site) HostNames() []string {
	names := make([]string, len(s.Hosts))
	for i, host := range s.Hosts {
		names[i] = s.hostName(host)
	}
	return names
}

func (s *Site) hostName(host string) string {
	if host == apex {
		return s.Domain
	}
	return host + "." + s.Domain
}

// Uploads reports whether a deployment uploads static files: a folder of the
// site's own, or the sample page's on the default image and script.
func (s *Site) Uploads() bool {
	return s.StaticFiles.Folder != "" || len(s.Web.Images) == 0 && s.Web.UserData == ""
}

// StaticHost returns the name of the home region's static files:
// "static.example.com".
func (s *Site) StaticHost() string {
	return s.own(staticLabel)
}

// StandbyStaticHost returns the name of the standby region's static files:
// "static-standby.example.com".
func (s *Site) StandbyStaticHost() string {
	return s.own(standbyStaticLabel)
}

// OriginHost returns the name under which CloudFront finds a region's load
// balancer: "origin-eu-west-1.example.com".
func (s *Site) OriginHost(region string) string {
	return s.own(originLabel + region)
}

// ServingHost returns the name under which CloudFront finds the load balancer
// that serves, which moves when the home region fails: "origin.example.com".
func (s *Site) ServingHost() string {
	return s.own(servingLabel)
}

// own returns the full name of a label that Twinsite uses itself.
func (s *Site) own(label string) string {
	return s.Zone.Prefix + label + "." + s.Domain
}

// owns reports whether a label below the domain is one that Twinsite uses itself.
func (s *Site) owns(host string) bool {
	label, prefixed := strings.CutPrefix(host, s.Zone.Prefix)
	region, origin := strings.CutPrefix(label, originLabel)
	_, known := aws.Regions()[region]
	return prefixed && (label == staticLabel || label == standbyStaticLabel || label == servingLabel || origin && known)
}

// The labels below the domain that Twinsite uses itself, each with Zone.Prefix before
// it: still one label, which the certificates' wildcard covers. "@" is the domain.
const (
	apex               = "@"
	staticLabel        = "static"
	standbyStaticLabel = "static-standby"
	servingLabel       = "origin"
	originLabel        = "origin-"
)

// PrefixList returns the id of CloudFront's managed prefix list in the home
// region, as "pl-22a6434b": the given one, or the one known to Twinsite. It is
// empty when there is neither, which Load accepts only without OriginSecrets.
func (h Home) PrefixList() string {
	if h.CloudFrontPrefixList != "" {
		return h.CloudFrontPrefixList
	}
	return aws.Regions()[h.Region.Name].PrefixList
}

// StandbyWeb returns the standby's web servers: those of home with the
// standby's instance type and capacity. Schedules are cut to that capacity.
func (s *Site) StandbyWeb() Web {
	web := s.Web
	override := s.Standby.Web
	if override.InstanceType != "" {
		web.InstanceType = override.InstanceType
	}
	if override.Minimum != 0 {
		web.Minimum = override.Minimum
	}
	if override.Maximum != 0 {
		web.Maximum = override.Maximum
	}
	web.Schedules = make([]Schedule, len(s.Web.Schedules))
	for i, schedule := range s.Web.Schedules {
		schedule.Minimum = min(max(schedule.Minimum, web.Minimum), web.Maximum)
		schedule.Maximum = min(max(schedule.Maximum, web.Minimum), web.Maximum)
		web.Schedules[i] = schedule
	}
	return web
}

// StartTime returns, in UTC, the one time at which the schedule acts. It answers
// false for a schedule that recurs.
func (s Schedule) StartTime() (start time.Time, once bool) {
	local, once := s.localStart()
	return local.UTC(), once
}

// localStart returns the time of StartTime in the schedule's time zone.
func (s Schedule) localStart() (start time.Time, once bool) {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.Time{}, false
	}
	start, err = time.ParseInLocation(startLayout, s.Start, zone)
	return start, err == nil
}

// startLayout is how Schedule.Start is written.
const startLayout = "2006-01-02T15:04"
