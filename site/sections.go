package site

import (
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"twinsite/site/aws"
)

// sectionRules returns the rules that compare fields, or need more than the
// value of one. Each speaks only when the fields it reads are right in
// themselves.
func sectionRules() []func(*report, *Site) {
	return []func(*report, *Site){
		checkUnique,
		checkHosts,
		checkTags,
		checkRegions,
		checkZones,
		checkRanges,
		checkNATGateways,
		checkCapacity,
		checkImages,
		checkProcessor,
		checkUserData,
		checkEnvironment,
		checkHealthPaths,
		checkCPU,
		checkSchedules,
		checkSSH,
		checkPort,
		checkStaticFolder,
		checkUploads,
		checkEdge,
		checkCachePaths,
		checkRedirects,
		checkPrefixList,
		checkAccessLogs,
		checkNotifications,
		checkFailback,
		checkErrorRate,
		checkBudget,
	}
}

// checkUnique refuses lists that say the same twice.
func checkUnique(report *report, site *Site) {
	schedules := make([]string, len(site.Web.Schedules))
	for i, schedule := range site.Web.Schedules {
		schedules[i] = schedule.Name
	}
	texts := func(ranges []netip.Prefix) (all []string) {
		for _, prefix := range ranges {
			all = append(all, prefix.String())
		}
		return all
	}
	lists := []struct {
		field, key string
		values     []string
	}{
		{"hosts", "", site.Hosts},
		{"home.availabilityZones", "", site.Home.AvailabilityZones},
		{"standby.availabilityZones", "", site.Standby.AvailabilityZones},
		{"web.schedules", ".name", schedules},
		{"web.ssh", "", texts(site.Web.SSH)},
		{"wafRules.unlimited", "", texts(site.WAFRules.Unlimited)},
		{"web.policies", "", site.Web.Policies},
		{"edge.originSecrets", "", site.Edge.OriginSecrets},
		{"wafRules.count", "", site.WAFRules.Count},
		{"edge.cachePaths", "", site.Edge.CachePaths},
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

// checkHosts refuses the names that Twinsite uses itself.
func checkHosts(report *report, site *Site) {
	for i, host := range site.Hosts {
		if field := item("hosts", i); site.owns(host) && report.valid("hosts", "zone.prefix", field) {
			report.broken(field, "is a name that Twinsite uses itself", quote(host), "give another label, or another zone.prefix")
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
		free := region.Name + "a"
		for letter := 'b'; slices.Contains(region.AvailabilityZones, free); letter++ {
			free = region.Name + string(letter)
		}
		for i, zone := range region.AvailabilityZones {
			letter, found := strings.CutPrefix(zone, region.Name)
			if field := item(half+".availabilityZones", i); report.valid(field) && !(found && len(letter) == 1 && letter[0] >= 'a' && letter[0] <= 'z') {
				report.broken(field, "is not a zone of the region "+region.Name, quote(zone), "give the region's name and a letter, as "+quote(free))
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
		const field = "standby.addressRange"
		report.broken(field, "overlaps the home region's "+home.String(), quote(standby.String()), "give another range, as "+quote(freeRange(site, field)))
	}
}

// freeRange returns a range for one region's network that the other's leaves free.
func freeRange(site *Site, field string) string {
	other := site.Home.AddressRange
	if strings.HasPrefix(field, "home.") {
		other = site.Standby.AddressRange
	}
	if free := netip.MustParsePrefix("10.1.0.0/16"); !other.Overlaps(free) {
		return free.String()
	}
	return "10.0.0.0/16"
}

// checkNATGateways wants a way out that takes the place of NAT.
func checkNATGateways(report *report, site *Site) {
	for half, region := range halves(site) {
		field := half + ".natGateways"
		if region.NATGateways == NATNone && !site.IPv6 && report.valid(field, "ipv6") {
			report.broken(field, "needs ipv6, which is false: no server would have a way out", quote("none"), "switch ipv6 on, or give single")
		}
	}
}

// checkEdge wants TLS to the origin where something relies on it: the standby's
// load balancer answers by TLS only, and a secret is none in the clear. It wants
// a health path of its own where CloudFront takes no writes for it.
func checkEdge(report *report, site *Site) {
	edge := site.Edge
	needsTLS := func(field string, uses bool, given, remedy string) {
		if uses && !edge.OriginTLS && report.valid("edge.originTls", field) {
			report.broken(field, "needs edge.originTls, which is false", given, remedy)
		}
	}
	needsTLS("edge.readFailover", edge.ReadFailover, "true", "switch both on, or both off")
	needsTLS("edge.writeFailover", edge.WriteFailover, "true", "switch both on, or both off")
	needsTLS("edge.originSecrets", len(edge.OriginSecrets) > 0, quote(strings.Join(edge.OriginSecrets, ", ")), "switch edge.originTls on, or give []")

	if site.Failover.Front == FrontEdge && !edge.WriteFailover && report.valid("failover.front", "edge.writeFailover") {
		report.broken("failover.front", "needs edge.writeFailover, which is false", quote("edge"), "switch edge.writeFailover on, or give home")
	}
	if (edge.ReadFailover || edge.WriteFailover) && site.Failover.Path == "/" && report.valid("failover.path", "edge.readFailover", "edge.writeFailover") {
		report.broken("failover.path", "is the path of the site itself, which takes no writes then, as edge.readFailover or edge.writeFailover is true", quote("/"), "give a path of its own, as \"/healthz\"")
	}
	if report.valid("edge.readTimeout", "edge.responseTimeout") && edge.ReadTimeout > edge.ResponseTimeout {
		report.broken("edge.readTimeout", "is longer than edge.responseTimeout, "+shortDuration(edge.ResponseTimeout), shortDuration(edge.ReadTimeout), "give that or less")
	}
}

// checkCachePaths keeps the health path out of the cache: a cached answer would
// hide an outage from the health checkers. It has a behavior of its own, which
// takes no writes.
func checkCachePaths(report *report, site *Site) {
	if len(site.Edge.CachePaths) == 0 || !report.valid("failover.path", "edge.cachePaths") {
		return
	}
	if edge := site.Edge; site.Failover.Path == "/" && !edge.ReadFailover && !edge.WriteFailover {
		report.broken("failover.path", "is the path of the site itself, which takes no writes then, as edge.cachePaths is given", quote("/"), "give a path of its own, as \"/healthz\"")
	}
	for i, pattern := range site.Edge.CachePaths {
		if field := item("edge.cachePaths", i); pattern == site.Failover.Path && report.valid(field) {
			report.broken(field, "is failover.path, whose answers must not be cached", quote(pattern), "remove it")
		}
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
		if field := half + ".region"; report.valid(field) && aws.Regions()[region.Name].OptIn {
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

// checkErrorRate wants what moves the site for errors, and what keeps it there:
// without visitors at home, the errors are over, and it would come back to them.
func checkErrorRate(report *report, site *Site) {
	const field = "failover.errorRate"
	failover := site.Failover
	if failover.ErrorRate == 0 || !report.valid(field) {
		return
	}
	needs := func(needed, wrong, remedy string) {
		if report.valid(needed) {
			report.broken(field, wrong, fmt.Sprint(failover.ErrorRate), remedy)
		}
	}
	switch {
	case !failover.Switch:
		needs("failover.switch", "needs failover.switch, which is false", "switch failover.switch on, or give 0")
	case !site.Notifications:
		needs("notifications", "needs notifications, which is false", "switch notifications on, or give 0")
	case failover.Failback != FailbackManual:
		needs("failover.failback", "needs failback: manual, or nothing holds the site at the standby", "give failover.failback manual, or 0 here")
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
