package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// sectionRules returns the rules that compare fields, or need more than the
// value of one. Each speaks only when the fields it reads are right in
// themselves.
func sectionRules() []func(*report, *Site) {
	return []func(*report, *Site){
		checkUnique,
		checkTags,
		checkRegions,
		checkZones,
		checkRanges,
		checkCapacity,
		checkImages,
		checkProcessor,
		checkUserData,
		checkHealthPaths,
		checkCPU,
		checkSchedules,
		checkSSH,
		checkEdge,
		checkPrefixList,
		checkAccessLogs,
		checkNotifications,
		checkFailback,
		checkBudget,
	}
}

// checkUnique refuses lists that say the same twice.
func checkUnique(report *report, site *Site) {
	schedules := make([]string, len(site.Web.Schedules))
	for i, schedule := range site.Web.Schedules {
		schedules[i] = schedule.Name
	}
	ssh := make([]string, len(site.Web.SSH))
	for i, prefix := range site.Web.SSH {
		ssh[i] = prefix.String()
	}
	lists := []struct {
		field, key string
		values     []string
	}{
		{"hosts", "", site.Hosts},
		{"home.availabilityZones", "", site.Home.AvailabilityZones},
		{"standby.availabilityZones", "", site.Standby.AvailabilityZones},
		{"web.schedules", ".name", schedules},
		{"web.ssh", "", ssh},
		{"edge.originSecrets", "", site.Edge.OriginSecrets},
		{"notify", "", site.Notify},
		{"page", "", site.Page},
	}
	for _, list := range lists {
		if !report.valid(list.field) {
			continue // too many
		}
		for i, value := range list.values {
			field := item(list.field, i) + list.key
			first := slices.Index(list.values, value)
			if first < i && report.valid(field) {
				report.broken(field, "is repeated", quote(value), fmt.Sprintf("change or remove it, %s is the same", item(list.field, first)+list.key))
			}
		}
	}
}

// tagText is what a tag's key and value may consist of.
var tagText = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`)

// checkTags applies the limits that hold for the tags of every service:
// https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
func checkTags(report *report, site *Site) {
	const most = 40 // of 50; CDK and Twinsite add their own
	if len(site.Tags) > most {
		report.broken("tags", "are too many", fmt.Sprint(len(site.Tags)), fmt.Sprintf("give %d or less", most))
	}
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(site.Tags)) {
		value, lower, field := site.Tags[key], strings.ToLower(key), child("tags", key)
		switch {
		case !report.valid(field):
		case key == "" || utf8.RuneCountInString(key) > 128 || !tagText.MatchString(key):
			report.broken(field, "is not a tag's key", quote(key), `give 1 to 128 letters, digits, spaces and "_.:/=+-@"`)
		case strings.HasPrefix(lower, "aws:"):
			report.broken(field, `begins with "aws:", which AWS keeps for itself`, quote(key), "give another key")
		case lower == "site":
			report.broken(field, "is the tag that Twinsite sets to the site's name", quote(key), "give another key")
		case seen[lower] != "":
			report.broken(field, "differs from another key in capitals only, which IAM takes for the same", quote(key), fmt.Sprintf("keep one of it and %s", quote(seen[lower])))
		case utf8.RuneCountInString(value) > 256 || !tagText.MatchString(value):
			report.broken(field, "is not a tag's value", quote(value), `give up to 256 letters, digits, spaces and "_.:/=+-@"`)
		}
		seen[lower] = key
	}
}

// checkRegions refuses one region for both halves: a site's second half is for
// the case that the region of the first fails.
func checkRegions(report *report, site *Site) {
	if report.valid("home.region", "standby.region") && site.Home.Region.Name == site.Standby.Region.Name {
		report.broken("standby.region", "is the home region, too", quote(site.Standby.Region.Name), "give another region")
	}
}

// checkZones wants zones of their own region: its name and one letter, which
// leaves out Local Zones. Which letters an account has cannot be known without
// asking AWS.
func checkZones(report *report, site *Site) {
	for half, region := range halves(site) {
		if !report.valid(half + ".region") {
			continue
		}
		for i, zone := range region.AvailabilityZones {
			letter, found := strings.CutPrefix(zone, region.Name)
			if field := item(half+".availabilityZones", i); report.valid(field) && !(found && len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z') {
				report.broken(field, "is not a zone of the region "+region.Name, quote(zone), fmt.Sprintf("give the region's name and a letter, as %q", region.Name+"a"))
			}
		}
	}
}

// halves returns the site's two regions by their fields.
func halves(site *Site) map[string]Region {
	return map[string]Region{"home": site.Home.Region, "standby": site.Standby.Region}
}

// checkRanges wants ranges that do not overlap, so that the two networks can be
// connected.
func checkRanges(report *report, site *Site) {
	home, standby := site.Home.AddressRange, site.Standby.AddressRange
	if report.valid("home.addressRange", "standby.addressRange") && home.Overlaps(standby) {
		free := "10.1.0.0/16"
		if home.Overlaps(netip.MustParsePrefix(free)) {
			free = "10.0.0.0/16"
		}
		report.broken("standby.addressRange", "overlaps the home region's "+home.String(), quote(standby.String()), fmt.Sprintf("give another range, as %q", free))
	}
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
	if wrong, remedy := scriptFault(script); wrong != "" {
		report.broken(field, wrong, given, remedy)
	}
}

// scriptFault says what is wrong with a user-data script, and the remedy.
func scriptFault(script []byte) (wrong, remedy string) {
	line, _, _ := bytes.Cut(script, []byte("\n"))
	switch {
	case bytes.HasPrefix(script, []byte("\ufeff")):
		return "begins with a byte-order mark, which an instance takes for text", "save it as UTF-8 without one"
	case bytes.Contains(script, []byte("\r\n")), !utf8.Valid(script):
		return "is not UTF-8 with lines that end in \"\\n\"", "save it as a UTF-8 text with Unix line ends"
	case bytes.ContainsRune(script, 0):
		return "holds a NUL character, which bash leaves out", "save it as a text"
	case bytes.Contains(script, []byte("${Token[")):
		return "holds \"${Token[\", which the CDK takes for a value of its own", "give the variable another name"
	case string(line) != "#!/bin/bash":
		return "is no bash script", "begin it with the line \"#!/bin/bash\"; what it starts may be of any kind"
	}
	return "", ""
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

// checkCPU wants the two alarms apart.
func checkCPU(report *report, site *Site) {
	cpu := site.Web.CPU
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

// checkEdge wants TLS to the origin where something relies on it: reads at the
// standby reach its load balancer by TLS only, and a secret is none in the clear.
func checkEdge(report *report, site *Site) {
	if site.Edge.OriginTLS || !report.valid("edge.originTls") {
		return
	}
	if site.Edge.ReadFailover && report.valid("edge.readFailover") {
		report.broken("edge.readFailover", "needs edge.originTls, which is false", "true", "switch both on, or both off")
	}
	if secrets := site.Edge.OriginSecrets; len(secrets) > 0 && report.valid("edge.originSecrets") {
		report.broken("edge.originSecrets", "needs edge.originTls, which is false", quote(strings.Join(secrets, ", ")), "switch edge.originTls on, or give []")
	}
}

// findPrefixList finds the id of CloudFront's prefix list in a region.
const findPrefixList = "aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values=com.amazonaws.global.cloudfront.origin-facing"

// checkPrefixList asks for the id of CloudFront's prefix list where it is not
// known and the home load balancer is closed to all others.
func checkPrefixList(report *report, site *Site) {
	region, field := site.Home.Region.Name, "home.cloudFrontPrefixList"
	if len(site.Edge.OriginSecrets) == 0 || site.Home.PrefixList() != "" || !report.valid("home.region", "edge.originSecrets", field) {
		return
	}
	report.add(field, fmt.Sprintf("is missing, and Twinsite does not know it for %s: give the PrefixListId that this prints: %s --region %s", region, findPrefixList, region))
}

// checkAccessLogs refuses access logs where CloudFront cannot write them:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
func checkAccessLogs(report *report, site *Site) {
	if !site.AccessLogs || !report.valid("accessLogs") {
		return
	}
	for half, region := range halves(site) {
		if field := half + ".region"; report.valid(field) && regions()[region.Name].optIn {
			report.broken(field, "is a region to which CloudFront cannot write accessLogs, which is true", quote(region.Name), "give another region, or switch accessLogs off")
		}
	}
}

// checkNotifications wants alarms and topics where something relies on them.
func checkNotifications(report *report, site *Site) {
	if site.Notifications || !report.valid("notifications") {
		return
	}
	needs := func(field string, given any, remedy string) {
		if report.valid(field) {
			report.broken(field, "needs notifications, which is false", fmt.Sprint(given), "switch notifications on, or give "+remedy)
		}
	}
	if len(site.Notify) > 0 {
		needs("notify", len(site.Notify), "[]")
	}
	if len(site.Page) > 0 {
		needs("page", len(site.Page), "[]")
	}
	if site.Practice {
		needs("practice", true, "false")
	}
	if site.Failover.Failback == FailbackManual {
		needs("failover.failback", quote("manual"), "automatic")
	}
}

// checkFailback wants a switch where coming home waits for its removal.
func checkFailback(report *report, site *Site) {
	if site.Failover.Failback == FailbackManual && !site.Failover.Switch && report.valid("failover.failback", "failover.switch") {
		report.broken("failover.failback", "needs failover.switch, which is false", quote("manual"), "switch failover.switch on, or give automatic")
	}
}

// checkBudget wants a budget and somebody to tell, or neither.
func checkBudget(report *report, site *Site) {
	budget := site.Budget
	if !report.valid("budget.monthly", "budget.email") || (budget.Monthly > 0) == (budget.Email != "") {
		return
	}
	report.broken("budget", "has one of monthly and email only", fmt.Sprintf("%d and %s", budget.Monthly, quote(budget.Email)), "give both, or neither")
}
