package site

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"twinsite/web"
)

// Web describes an Auto Scaling group of web servers.
type Web struct {
	// InstanceType is the EC2 instance type, as "t3.small". Its processor must
	// be that of Images. Without Images, both x86-64 and arm64 will do; types
	// whose names do not tell which, as "u-6tb1.metal", need Images.
	InstanceType string `yaml:"instanceType" validate:"instanceType"`

	// Images gives each of the two regions its image: an AMI id, as
	// "ami-0123456789abcdef0", or the name of an SSM parameter that holds one, as
	// "/my/image", each under its region's name. Empty:
	// Amazon Linux 2023 for the instance type's processor, on which the default
	// user data installs nginx.
	Images map[string]string `yaml:"images"`

	// UserData is a bash script that runs at an instance's first boot, as a path
	// relative to the site's file; it replaces the default script. Its first line
	// is "#!/bin/bash"; it has at most 12 KiB, and finds the region and the static files'
	// address in "/etc/twinsite.env". Empty: the default script.
	UserData string `yaml:"userData"`

	// HealthPath is what the load balancer asks each web server for. It must
	// answer 200, never a redirect: mind that servers redirect a folder's path
	// that lacks the last "/". No query. Changing it takes two deployments, which
	// "make deploy" makes by itself: servers answer the new path before they are
	// asked for it, as Auto Scaling replaces all that do not. Servers of your own
	// have to answer every path in "TWINSITE_HEALTH_PATHS".
	HealthPath string `yaml:"healthPath" validate:"urlPath=1024"`

	// Boot is how long an instance takes from its start until it answers HealthPath:
	// whole seconds, 30s to 30m. For so long it is not replaced, a deployment waits
	// before it replaces the next, and scaling waits for its effect. Too short, no
	// instance ever serves. 0s: 2m for the default script; 5m with Images or
	// UserData.
	Boot time.Duration `yaml:"boot" validate:"omitempty,min=30s,max=30m,wholeSeconds"`

	// Port is the port on which the web servers listen, by HTTP, from 1 to 65535; 22,
	// which is sshd's, only with Images and without SSH. The default script finds it as
	// "TWINSITE_PORT", and listens there. Changing it on a live site replaces the target
	// group: no server listens on the new port before all are replaced.
	Port int `yaml:"port" validate:"min=1,max=65535"`

	// Drain is how long a server that leaves may finish what it has begun: whole
	// seconds, 0s to 1h. Connections that are still open then are cut, WebSockets
	// among them; every replacement of a server takes so much longer.
	Drain time.Duration `yaml:"drain" validate:"min=0s,max=1h,wholeSeconds"`

	// Sticky is how long a visitor stays with one server, by a cookie of the load
	// balancer's, counted from the last request: whole seconds, to 168h. A visitor
	// whose server ends, or whose region fails, goes to another all the same. 0s: each
	// request goes to any server.
	Sticky time.Duration `yaml:"sticky" validate:"min=0s,max=168h,wholeSeconds"`

	// Policies are the ARNs of managed policies that say what the web servers may do
	// in your account, as "arn:aws:iam::111122223333:policy/tickets": up to 9. Those
	// that hand over the account are refused: AdministratorAccess, PowerUserAccess and
	// IAMFullAccess.
	Policies []string `yaml:"policies" validate:"max=9,dive,managedPolicy"`

	// Uploads is the prefix of the objects that the web servers may read, write and
	// delete in the static files' bucket of their own region, as "uploads/". They find
	// the bucket's name as "TWINSITE_BUCKET". It ends in "/"; "assets/" is the
	// product's. What is written during an outage comes home by Replication.BothWays.
	// Empty: they may touch no object.
	Uploads string `yaml:"uploads" validate:"omitempty,uploads"`

	// Environment are lines of "/etc/twinsite.env", by name: capital letters, digits
	// and "_", the first a letter, but not "TWINSITE_". Each value is one line of up
	// to 1,024 characters; with the script, all have to fit 16 KiB. They stand in the
	// template for whoever may read it, so that names that end in PASSWORD, SECRET or
	// TOKEN are refused: give the secret's ARN, and let Policies fetch it.
	Environment map[string]string `yaml:"environment"`

	// Minimum is the least number of instances. There is no desired capacity:
	// CloudFormation would reset it at every deployment.
	Minimum int `yaml:"minimum" validate:"min=1"`

	// Maximum is the greatest number of instances.
	Maximum int `yaml:"maximum" validate:"min=1"`

	// CPU says when instances are added and removed.
	CPU CPU `yaml:"cpu"`

	// Schedules change the group's size at set times.
	Schedules []Schedule `yaml:"schedules" validate:"max=50,dive"`

	// SSH are the IPv4 ranges that may reach the web servers on port 22, which
	// have private addresses only. Together they may hold as many public
	// addresses as a /8. Empty: none; Session Manager needs no open port.
	SSH []netip.Prefix `yaml:"ssh" validate:"max=50,dive,sshRange"`
}

// Times that an instance takes to boot, where the site does not say.
const (
	// sampleBoot is of the default script. It has never been measured on AWS: Amazon
	// Linux needs about half a minute until the script runs, the packages and their
	// index as much, and two health checks 10 s apart come last. That makes about a
	// minute and a quarter.
	sampleBoot = 2 * time.Minute

	// ownBoot is of images and scripts that nobody here knows: Auto Scaling's own
	// grace period in the console.
	ownBoot = 5 * time.Minute
)

// BootTime is how long an instance may take until it answers: Boot, or what
// stands for 0s.
func (w Web) BootTime() time.Duration {
	switch {
	case w.Boot > 0:
		return w.Boot
	case len(w.Images) > 0 || w.UserData != "":
		return ownBoot
	}
	return sampleBoot
}

// CPU says when the group grows and shrinks, by the group's average CPU utilization.
type CPU struct {
	// High is the percentage at or above which one instance is added.
	High int `yaml:"high" validate:"min=1,max=100"`

	// Low is the percentage at or below which one instance is removed.
	Low int `yaml:"low" validate:"min=0,max=99"`

	// Period is how long a measurement lasts: whole minutes, 1m to 1h. Below 5m,
	// detailed monitoring is switched on, which EC2 charges for.
	Period time.Duration `yaml:"period" validate:"min=1m,max=1h,wholeMinutes"`

	// Target is the percentage of average CPU that Auto Scaling holds by adding and
	// removing as many instances as it takes (target tracking), from 1 to 100. It
	// stands in the place of High and Low, which must then be left out; Period only
	// says whether detailed monitoring is on. 0: the two alarms, which add one
	// instance each time that Web.Boot has passed: at 5m, 4 become 60 in 4 h 40 min.
	// For a rush whose time is known, give Web.Schedules.
	Target int `yaml:"target" validate:"min=0,max=100"`
}

// Schedule changes the group's size at set times, as for a ticket opening.
type Schedule struct {
	// Name is the schedule's name: 1 to 32 letters and digits, the first a
	// capital.
	Name string `yaml:"name" validate:"scheduleName"`

	// Cron is when the schedule recurs, in the five fields of cron, read in
	// TimeZone: minute, hour, day of month, month, day of week (0 to 6, 0 is
	// Sunday). Either Cron or Start is given.
	Cron string `yaml:"cron" validate:"omitempty,cron"`

	// Start is the one time the schedule acts, as "2027-01-09T09:30", read in
	// TimeZone. Auto Scaling refuses to make a schedule for the past.
	Start string `yaml:"start" validate:"omitempty,start"`

	// TimeZone is the time zone's IANA name, as "Asia/Seoul". Empty: UTC.
	TimeZone string `yaml:"timeZone" validate:"omitempty,timeZone"`

	// Minimum is the group's least size from then on, in instances, within
	// Web.Minimum and Web.Maximum.
	Minimum int `yaml:"minimum" validate:"min=1"`

	// Maximum is the group's greatest size from then on, in instances, within
	// Web.Minimum and Web.Maximum.
	Maximum int `yaml:"maximum" validate:"min=1"`
}

// checkCapacity compares the least and greatest numbers of web servers.
func checkCapacity(report *report, site *Site) {
	if report.valid("web.minimum", "web.maximum") && site.Web.Minimum > site.Web.Maximum {
		report.broken("web.minimum", fmt.Sprintf("is greater than web.maximum, %d", site.Web.Maximum), fmt.Sprint(site.Web.Minimum), "give that or less")
		return
	}
	web := site.StandbyWeb()
	if report.valid("web.minimum", "web.maximum", "standby.web.minimum", "standby.web.maximum") && web.Minimum > web.Maximum {
		report.broken("standby.web", "has a minimum greater than its maximum, with what it takes over from web",
			fmt.Sprintf("%d and %d", web.Minimum, web.Maximum), "give both, the minimum the smaller")
	}
}

// checkImages wants an image for each of the two regions and no other.
func checkImages(report *report, site *Site) {
	if len(site.Web.Images) == 0 || !report.valid("home.region", "standby.region") {
		return
	}
	wanted := []string{site.Home.Region.Name, site.Standby.Region.Name}
	for _, region := range slices.Compact(wanted) {
		field := child("web.images", region)
		if _, given := site.Web.Images[region]; !given && report.valid(field) {
			report.missing(field, "give an image for each of the two regions, or none at all")
		}
	}
	for region, image := range site.Web.Images {
		field := child("web.images", region)
		switch {
		case !report.valid(field):
		case !slices.Contains(wanted, region):
			report.broken(field, "is neither the home nor the standby region", quote(region), "give "+strings.Join(wanted, " and "))
		case !imagePattern.MatchString(image) || len(image) > longestParameter || strings.Count(image, "/") > deepestParameter:
			report.broken(field, "is neither an AMI id nor the name of an SSM parameter", quote(image), `give one as "ami-0123456789abcdef0" or "/my/image"`)
		}
	}
}

// imagePattern is an AMI id, or the full name of an SSM parameter, whose limits
// follow:
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
var imagePattern = regexp.MustCompile(`^(ami-([0-9a-f]{8}|[0-9a-f]{17})|(/[A-Za-z0-9_.-]+)+)$`)

const (
	longestParameter = 1011
	deepestParameter = 15
)

// processorPattern is of the types whose processor the CDK can tell: letters, a
// generation of one or two digits, letters. Others, as u-6tb1.metal and
// mac2-m2.metal, it answers with a stack trace.
var processorPattern = regexp.MustCompile(`^[a-z]+[0-9]{1,2}[a-z-]*\.`)

// checkProcessor wants an image for types whose processor the CDK cannot tell:
// without one, it could not choose between the two of Amazon Linux.
func checkProcessor(report *report, site *Site) {
	if len(site.Web.Images) > 0 {
		return
	}
	for field, instanceType := range map[string]string{"web.instanceType": site.Web.InstanceType, "standby.web.instanceType": site.Standby.Web.InstanceType} {
		if instanceType != "" && report.valid(field) && !processorPattern.MatchString(instanceType) {
			report.broken(field, "is of a form that does not tell its processor, so that no default image can be chosen", quote(instanceType), "give images in web.images, or another type, as \"t3.small\"")
		}
	}
}

// checkUserData reads the user-data script, so that it is not missed first by an
// instance. EC2 takes 16 KiB, of which Twinsite's preamble needs some:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
func checkUserData(report *report, site *Site) {
	const field, largest = "web.userData", 12 << 10
	if site.Web.UserData == "" || !report.valid(field) {
		return
	}
	given := quote(site.Web.UserData)
	if strings.ContainsAny(site.Web.UserData, "\n\x00") {
		report.broken(field, "is not a path but the script itself", given, "write the script to a file, and give the file's path")
		return
	}
	info, err := os.Stat(site.Web.UserData)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		report.broken(field, "does not exist", given, "give the path of a script, relative to this file")
		return
	case err != nil || !info.Mode().IsRegular():
		report.broken(field, "is not a regular file", given, "give the path of a script, relative to this file")
		return
	case info.Size() > largest:
		report.broken(field, fmt.Sprintf("is larger than %d bytes", largest), fmt.Sprintf("%s of %d", given, info.Size()), "let the script fetch what it needs")
		return
	}
	script, err := os.ReadFile(site.Web.UserData)
	if err != nil {
		report.broken(field, "cannot be read", given, "make it readable")
		return
	}
	if wrong, remedy := web.ScriptFault(script); wrong != "" {
		report.broken(field, wrong, given, remedy)
	}
}

// checkHealthPaths keeps the health paths apart from what the default script
// serves under another meaning: nginx would not start, and no server ever be
// healthy.
func checkHealthPaths(report *report, site *Site) {
	if len(site.Web.Images) > 0 || site.Web.UserData != "" {
		return
	}
	for field, path := range map[string]string{"web.healthPath": site.Web.HealthPath, "failover.path": site.Failover.Path} {
		if report.valid(field) && slices.Contains([]string{"/tickets", "/held.html"}, path) {
			report.broken(field, "is a page of the sample site", quote(path), "give another path, as \"/healthz\", or a script of your own in web.userData")
		}
	}
}

// checkCPU wants the two alarms apart, and none beside a target.
func checkCPU(report *report, site *Site) {
	cpu := site.Web.CPU
	if cpu.Target > 0 {
		for _, field := range []string{"web.cpu.high", "web.cpu.low"} {
			if report.given(field) && report.valid(field, "web.cpu.target") {
				report.broken(field, "stands beside web.cpu.target, which takes its place", fmt.Sprint(map[string]int{"web.cpu.high": cpu.High, "web.cpu.low": cpu.Low}[field]), "remove it, or give the target 0")
			}
		}
		return
	}
	if report.valid("web.cpu.low", "web.cpu.high") && cpu.Low >= cpu.High {
		report.broken("web.cpu.low", fmt.Sprintf("is not below web.cpu.high, %d", cpu.High), fmt.Sprint(cpu.Low), "give less, so that the two alarms do not work against each other")
	}
}

// checkSchedules compares the fields of each schedule with each other and with
// the group's capacity.
func checkSchedules(report *report, site *Site) {
	if !report.valid("web.schedules") {
		return // too many
	}
	for i, schedule := range site.Web.Schedules {
		field := item("web.schedules", i)
		if !report.valid(field) {
			continue // no schedule at all
		}
		at := func(key string) string { return child(field, key) }
		if (schedule.Cron == "") == (schedule.Start == "") && report.valid(at("cron"), at("start")) {
			report.broken(field, "needs either cron or start", fmt.Sprintf("%s and %s", quote(schedule.Cron), quote(schedule.Start)), "give one of the two")
		}
		if schedule.Start != "" && report.valid(at("start"), at("timeZone")) {
			checkStart(report, at("start"), schedule)
		}
		if !report.valid(at("minimum"), at("maximum"), "web.minimum", "web.maximum") {
			continue
		}
		switch {
		case schedule.Minimum > schedule.Maximum:
			report.broken(at("minimum"), fmt.Sprintf("is greater than the schedule's maximum, %d", schedule.Maximum), fmt.Sprint(schedule.Minimum), "give that or less")
		case schedule.Minimum < site.Web.Minimum:
			report.broken(at("minimum"), fmt.Sprintf("is less than web.minimum, %d", site.Web.Minimum), fmt.Sprint(schedule.Minimum), "give that or more")
		case schedule.Maximum > site.Web.Maximum:
			report.broken(at("maximum"), fmt.Sprintf("is greater than web.maximum, %d", site.Web.Maximum), fmt.Sprint(schedule.Maximum), "give that or less")
		}
	}
}

// checkStart refuses times that clock changes leave out or repeat: which instant
// is meant cannot be told.
func checkStart(report *report, field string, schedule Schedule) {
	start, _ := schedule.localStart()
	if start.Format(startLayout) != schedule.Start {
		report.broken(field, "is left out by a change of clocks in "+schedule.TimeZone, quote(schedule.Start), "give a time before or after it")
		return
	}
	for _, shift := range []time.Duration{-2 * time.Hour, -time.Hour, -time.Hour / 2, time.Hour / 2, time.Hour, 2 * time.Hour} {
		if start.Add(shift).Format(startLayout) == schedule.Start {
			report.broken(field, "comes twice, by a change of clocks in "+schedule.TimeZone, quote(schedule.Start), "give a time before or after it, or the time zone UTC")
			return
		}
	}
}

// checkSSH judges all ranges together: each half of the internet is a range of
// its own. Private addresses do not count, as nobody outside has one.
func checkSSH(report *report, site *Site) {
	const field, most = "web.ssh", 1 << 24 // as many addresses as a /8 has
	ranges := site.Web.SSH
	for i := range ranges {
		if !report.valid(field, item(field, i)) {
			return
		}
	}
	admitted := 0
	for i, prefix := range ranges {
		// Two ranges share nothing, or one holds the other; equal ones are reported already.
		inside := slices.ContainsFunc(ranges, func(other netip.Prefix) bool { return other.Bits() < prefix.Bits() && other.Contains(prefix.Addr()) })
		if !inside && !private(ranges[i]) {
			admitted += 1 << (32 - prefix.Bits())
		}
	}
	if admitted > most {
		report.broken(field, fmt.Sprintf("admits more than %d public addresses", most), fmt.Sprint(admitted), "give the ranges you work from, or none at all and use Session Manager")
	}
}

// checkPort leaves port 22 to sshd, which the default image starts, and to the ranges
// that may reach it.
func checkPort(report *report, site *Site) {
	const field, ssh = "web.port", 22
	switch {
	case site.Web.Port != ssh || !report.valid(field, "web.ssh"):
	case len(site.Web.Images) == 0:
		report.broken(field, "is the port of the default image's SSH server, so that no web server would ever be healthy", fmt.Sprint(ssh), "give another, as 8080")
	case len(site.Web.SSH) > 0:
		report.broken(field, "is the port that web.ssh opens, so that its ranges would reach the application itself", fmt.Sprint(ssh), "give another, as 8080, or [] for web.ssh")
	}
}
