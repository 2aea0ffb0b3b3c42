package cost

import (
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/topology"
)

// counters are how resources of each type are counted. A type that is not here stands
// in prices.yaml, or a test fails.
var counters map[string]func(c *counter, r *assembly.Resource) error

func init() { // as the functions ask whether a type is counted
	counters = map[string]func(c *counter, r *assembly.Resource) error{
		"AWS::EC2::NatGateway":   each("natGateway", Hours),
		"AWS::EC2::EIP":          each("publicIPv4", Hours),
		"AWS::EC2::VPCEndpoint":  countEndpoint,
		topology.BalancerType:    countBalancer,
		topology.GroupType:       countGroup,
		topology.AlarmType:       countAlarm,
		topology.HealthCheckType: countHealthCheck,
		topology.ZoneType:        each("hostedZone", 1),

		"AWS::CloudWatch::CompositeAlarm": each("alarmComposite", 1),
		"AWS::CloudWatch::Dashboard":      each("dashboard", 1),
		"AWS::DynamoDB::GlobalTable":      countTable,
		"AWS::DynamoDB::Table":            countTable,
		"AWS::KMS::Key":                   each("key", 1),
		"AWS::KMS::ReplicaKey":            each("key", 1),
		"AWS::SecretsManager::Secret":     countSecret,
		"AWS::WAFv2::WebACL":              countWebACL,
		"AWS::WAFv2::RuleGroup":           countRules,
		topology.EventRuleType:            countRule,
	}
}

// each counts so many units of a kind for each resource.
func each(name string, units float64) func(c *counter, r *assembly.Resource) error {
	return func(c *counter, r *assembly.Resource) error {
		c.add(name, r.Stack.Region, units)
		return nil
	}
}

// countEndpoint counts an interface endpoint in each of its zones. A gateway endpoint,
// which is the default, is free.
func countEndpoint(c *counter, r *assembly.Resource) error {
	kind, err := topology.OrDefault(r, "VpcEndpointType", (*assembly.Resource).Text, "Gateway")
	if err != nil || kind == "Gateway" {
		return err
	}
	zones, err := topology.Length(r, "SubnetIds")
	c.add("interfaceEndpoint", r.Stack.Region, float64(Hours*max(zones, 1)))
	return err
}

// countBalancer counts a load balancer, and an address in each zone of one that faces
// the internet. Those that its owner gave it are counted as Elastic IPs.
// https://aws.amazon.com/blogs/networking-and-content-delivery/identify-and-optimize-public-ipv4-address-usage-on-aws/
func countBalancer(c *counter, r *assembly.Resource) error {
	kind, err := topology.OrDefault(r, "Type", (*assembly.Resource).Text, "application")
	if err != nil {
		return err
	}
	name := "loadBalancer"
	switch kind {
	case "application":
	case "network":
		name = "networkLoadBalancer"
	default:
		return fmt.Errorf("%s: a load balancer of type %s has no price", r, kind)
	}
	c.add(name, r.Stack.Region, Hours)
	scheme, err := topology.OrDefault(r, "Scheme", (*assembly.Resource).Text, "internet-facing")
	if err != nil || scheme != "internet-facing" {
		return err
	}
	addresses, err := topology.OrDefault(r, "IpAddressType", (*assembly.Resource).Text, "ipv4")
	if err != nil || addresses == "dualstack-without-public-ipv4" {
		return err
	}
	zones, err := topology.Length(r, "Subnets")
	if err != nil {
		return err
	}
	mappings, err := topology.Length(r, "SubnetMappings")
	for i := range mappings {
		if !r.Has(fmt.Sprintf("SubnetMappings.%d.AllocationId", i)) {
			zones++
		}
	}
	c.add("publicIPv4", r.Stack.Region, float64(Hours*zones))
	return err
}

// countAlarm counts the metrics that an alarm reads, by which it is billed: a query as
// one, as it finds one of each site; one of anomalies as three.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_billing.html
func countAlarm(c *counter, r *assembly.Resource) error {
	entries, err := topology.Length(r, "Metrics")
	if err != nil {
		return err
	}
	period := "Period"
	metrics, queries := 0, 0
	if entries == 0 {
		metrics = 1
	}
	for i := range entries {
		at := fmt.Sprintf("Metrics.%d.", i)
		if r.Has(at + "MetricStat") {
			metrics++
			period = at + "MetricStat.Period"
			continue
		}
		expression, err := topology.OrDefault(r, at+"Expression", (*assembly.Resource).Text, "")
		switch expression = strings.ToUpper(strings.TrimSpace(expression)); {
		case err != nil:
			return err
		case strings.HasPrefix(expression, "SELECT"):
			queries++
		case strings.HasPrefix(expression, "ANOMALY_DETECTION_BAND"):
			metrics += 2
		}
	}
	seconds, err := topology.OrDefault(r, period, (*assembly.Resource).Int, 60)
	if err != nil {
		return err
	}
	name := "alarm"
	if seconds < 60 {
		name = "alarmHighResolution"
	}
	c.add(name, r.Stack.Region, float64(metrics))
	c.add("alarmQuery", r.Stack.Region, float64(queries))
	return nil
}

// countSecret counts a secret, and its replicas in their regions.
func countSecret(c *counter, r *assembly.Resource) error {
	c.add("secret", r.Stack.Region, 1)
	replicas, err := topology.Length(r, "ReplicaRegions")
	for i := range replicas {
		region, err := r.Text(fmt.Sprintf("ReplicaRegions.%d.Region", i))
		if err != nil {
			return err
		}
		c.add("secret", region, 1)
	}
	return err
}

// countTable says that a table costs by use, and names one with provisioned capacity,
// which is the default.
func countTable(c *counter, r *assembly.Resource) error {
	c.addUse(r)
	mode, err := topology.OrDefault(r, "BillingMode", (*assembly.Resource).Text, "PROVISIONED")
	if err == nil && mode != "PAY_PER_REQUEST" {
		return fmt.Errorf("%s: provisioned capacity has no price", r)
	}
	return err
}

// paidGroups are the managed rule groups that cost a monthly price beside that of
// their rule.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
var paidGroups = map[string]bool{
	"AWSManagedRulesBotControlRuleSet": true, "AWSManagedRulesATPRuleSet": true,
	"AWSManagedRulesACFPRuleSet": true, "AWSManagedRulesAntiDDoSRuleSet": true,
}

func countWebACL(c *counter, r *assembly.Resource) error {
	c.add("webACL", r.Stack.Region, 1)
	return countRules(c, r)
}

// countRules counts the rules of a web ACL or of a rule group; a managed group is one.
func countRules(c *counter, r *assembly.Resource) error {
	rules, err := topology.Length(r, "Rules")
	if err != nil {
		return err
	}
	c.add("webACLRule", r.Stack.Region, float64(rules))
	for i := range rules {
		path := fmt.Sprintf("Rules.%d.Statement.ManagedRuleGroupStatement.Name", i)
		name, err := topology.OrDefault(r, path, (*assembly.Resource).Text, "")
		if err != nil {
			return err
		}
		if paidGroups[name] {
			c.add("webACLPaidGroup", r.Stack.Region, 1)
		}
	}
	return nil
}

// countHealthCheck counts a health check and its optional features: HTTPS, a string
// that the answer must have, the fast interval and latency. One that asks nothing of
// an endpoint costs as one of AWS, without features. An endpoint counts as one of AWS
// if its name leads to a resource of the site.
// https://aws.amazon.com/route53/pricing/
func countHealthCheck(c *counter, r *assembly.Resource) error {
	const config = "HealthCheckConfig."
	check, err := topology.ReadHealthCheck(r)
	if err != nil {
		return err
	}
	features := 0
	for _, has := range []bool{
		strings.HasPrefix(check.Type, "HTTPS"),
		strings.HasSuffix(check.Type, "_STR_MATCH"),
		check.Interval > 0 && check.Interval.Seconds() < 30,
	} {
		if has {
			features++
		}
	}
	latency, err := topology.OrDefault(r, config+"MeasureLatency", (*assembly.Resource).Bool, false)
	if err != nil {
		return err
	}
	if latency {
		features++
	}
	suffix := ""
	if check.Interval > 0 {
		asked, err := check.Asks(c.assembly)
		if err != nil {
			suffix = "Elsewhere"
		} else if err := c.countCheckers(check, asked); err != nil {
			return err
		}
	}
	c.add("healthCheck"+suffix, r.Stack.Region, 1)
	c.add("healthCheckFeature"+suffix, r.Stack.Region, float64(features))
	return nil
}

// countCheckers counts what a distribution or a load balancer answers to health
// checkers, which ask also when nobody visits: about one request a second at the fast
// interval, one every two at the slow one.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
func (c *counter) countCheckers(check *topology.HealthCheck, asked *assembly.Resource) error {
	requests := float64(Hours * 3600)
	if check.Interval.Seconds() >= 30 {
		requests /= 2
	}
	balancer := asked
	if asked.Type == topology.DistributionType {
		region := check.Resource.Stack.Region
		c.add("checkerRequest", region, requests/10_000)
		if asked.Has(webACLPath) {
			c.add("webACLRequest", region, requests/1e6)
		}
		if behavior, err := topology.BehaviorFor(asked, check.Path); err == nil && runsFunction(behavior) {
			c.add("cloudFrontFunction", region, requests/1e6)
		}
		origins, err := check.Origins(c.assembly)
		if err != nil || len(origins) == 0 {
			return nil //nolint:nilerr // what is behind the distribution is not known: its own requests are counted
		}
		if balancer, err = origins[0].LeadsTo(c.assembly); err != nil {
			return nil //nolint:nilerr // the same
		}
	}
	for _, association := range c.assembly.Referrers(balancer, "AWS::WAFv2::WebACLAssociation") {
		judged, err := association.Target("ResourceArn")
		if err != nil {
			return err
		}
		if judged == balancer {
			c.add("webACLRequest", balancer.Stack.Region, requests/1e6)
		}
	}
	return nil
}

const webACLPath = "DistributionConfig.WebACLId"

func runsFunction(behavior topology.Behavior) bool {
	function, err := behavior.Function("viewer-request")
	return err == nil && function != nil
}
