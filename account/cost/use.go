package cost

import (
	"fmt"
	"math"

	"twinsite/assembly"
	"twinsite/topology"
)

// Use is what happens in a month, and what is assumed of it.
type Use struct {
	// Visits are how many visits there are, near the home region; GB is what CloudFront
	// sends them.
	Visits, GB float64

	// Pages and Files are the requests that a visit makes: to the web servers, none of
	// them answered from CloudFront's cache, and for static files, all of them answered
	// from it. GB is spread over both evenly.
	Pages, Files float64

	// Written is the GB of static files that are put into the home region's bucket.
	// They are kept for the month in both buckets, without earlier versions.
	Written float64
}

// What a request leaves behind.
const (
	logBytes     = 500 // of an access log, and of flow logs: four lines of about 120 bytes
	logMonth     = 30  // days of which each adds a month's access logs to what is kept
	unitRequests = 25 * 3600
)

// check refuses numbers that are none, or below 0.
func (u Use) check() error {
	for _, field := range []struct {
		flag  string
		value float64
	}{{"visits", u.Visits}, {"gb", u.GB}, {"pages", u.Pages}, {"files", u.Files}, {"written", u.Written}} {
		if !(field.value >= 0 && field.value <= mostUse) { // so that NaN is refused
			return fmt.Errorf("-%s %g: give a number from 0 to %g", field.flag, field.value, float64(mostUse))
		}
	}
	return nil
}

const mostUse = 1e12

// countUse adds what the use costs, of a site whose distribution can be found.
func (c *counter) countUse(use Use) {
	if use.Visits == 0 && use.GB == 0 && use.Written == 0 {
		return
	}
	site, err := topology.SiteDistribution(c.assembly)
	if err != nil {
		c.unreadable("what depends on use: %v", err)
		return
	}
	home := site.Stack.Region
	pages, files := use.Visits*use.Pages, use.Visits*use.Files
	c.add("cloudFrontGB", home, use.GB)
	c.add("cloudFrontRequest", home, (pages+files)/10_000)
	c.countDistribution(site, home, pages)
	static, err := topology.StaticDistributions(c.assembly)
	if err != nil {
		c.unreadable("static files by use: %v", err)
	}
	for _, distribution := range static {
		if distribution.Stack.Region == home {
			c.countDistribution(distribution, home, files)
		}
	}
	c.countBalancerUnits(home, use, pages)
	c.countLogs(home, pages, files)
	c.countWritten(home, use.Written)
}

// countDistribution counts what requests cost beside CloudFront's own price: web ACL
// and function.
func (c *counter) countDistribution(distribution *assembly.Resource, home string, requests float64) {
	if distribution.Has(webACLPath) {
		c.add("webACLRequest", home, requests/1e6)
	}
	behavior, err := topology.DefaultBehavior(distribution)
	if err == nil && runsFunction(behavior) {
		c.add("cloudFrontFunction", home, requests/1e6)
	}
}

// countBalancerUnits counts capacity units, of which one is a GB, or 25 new connections
// in each second of an hour: whichever is more, each request counted as a connection.
// https://aws.amazon.com/elasticloadbalancing/pricing/
func (c *counter) countBalancerUnits(home string, use Use, pages float64) {
	if pages == 0 {
		return
	}
	share := use.Pages / (use.Pages + use.Files)
	c.add("loadBalancerUnit", home, math.Max(use.GB*share, pages/unitRequests))
}

// countLogs counts access logs in S3, where distribution and load balancer both write
// a line for a page, and flow logs.
func (c *counter) countLogs(home string, pages, files float64) {
	const gb = 1e9
	for _, distribution := range c.assembly.Resources(topology.DistributionType) {
		if distribution.Stack.Region == home && distribution.Has("DistributionConfig.Logging") {
			days, err := loggedDays(distribution)
			if err != nil {
				c.unreadable("access logs by use: %v", err)
				break
			}
			c.add("accessLogs", home, (2*pages+files)*logBytes*float64(days)/logMonth/gb)
			break
		}
	}
	for _, log := range c.assembly.Resources("AWS::EC2::FlowLog") {
		to, err := topology.OrDefault(log, "LogDestinationType", (*assembly.Resource).Text, "cloud-watch-logs")
		if err == nil && log.Stack.Region == home && to == "cloud-watch-logs" {
			c.add("flowLogs", home, pages*logBytes/gb)
		}
	}
}

// loggedDays is for how many days the bucket keeps what a distribution logs.
func loggedDays(distribution *assembly.Resource) (int, error) {
	bucket, err := distribution.Target("DistributionConfig.Logging.Bucket")
	if err != nil {
		return 0, err
	}
	rules, err := topology.Length(bucket, "LifecycleConfiguration.Rules")
	if err != nil {
		return 0, err
	}
	days := 0
	for i := range rules {
		rule := fmt.Sprintf("LifecycleConfiguration.Rules.%d.", i)
		status, err := topology.OrDefault(bucket, rule+"Status", (*assembly.Resource).Text, "")
		if err != nil {
			return 0, err
		}
		if status != "Enabled" || !bucket.Has(rule+"ExpirationInDays") || bucket.Has(rule+"Prefix") || bucket.Has(rule+"TagFilters") {
			continue
		}
		kept, err := bucket.Int(rule + "ExpirationInDays")
		if err != nil {
			return 0, err
		}
		if days == 0 || kept < days {
			days = kept
		}
	}
	if days == 0 {
		return 0, fmt.Errorf("%s keeps them for ever, so that each month costs more than the last", bucket)
	}
	return days, nil
}

// countWritten counts files in both buckets and on the way between them.
func (c *counter) countWritten(home string, written float64) {
	c.add("storage", home, written)
	rules, err := topology.Replication(c.assembly)
	if err != nil {
		c.unreadable("replication by use: %v", err)
		return
	}
	for _, rule := range rules {
		if rule.From == nil || rule.To == nil || rule.From.Stack.Region != home || !rule.Enabled {
			continue
		}
		c.add("storage", rule.To.Stack.Region, written)
		c.add("replication", home, written)
		if rule.TimeControl > 0 {
			c.add("timeControl", home, written)
		}
	}
}
