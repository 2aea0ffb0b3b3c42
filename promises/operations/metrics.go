package operations

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

// A metric is one that an alarm or a dashboard reads.
type metric struct {
	reader *assembly.Resource // alarm or dashboard
	path   string             // in reader
	widget string             // of a dashboard: its title
	id     string             // of metric math: "" if there is none

	namespace, name, statistic, region string

	// dimensions by name, as text: of what only exists at deployment, the
	// placeholder. One that a query leaves open is "".
	dimensions map[string]string
}

func (m metric) String() string {
	return fmt.Sprintf("%s %s (%s) in %s", m.namespace, m.name, strings.Join(read.Sorted(m.dimensions), ", "), m.region)
}

// about reports whether the metric is one of a resource or, with a dimension
// more, of a part of it.
func (m metric) about(name, dimension string, r *assembly.Resource) bool {
	return m.name == name && strings.HasPrefix(m.dimensions[dimension], "${"+r.String())
}

// fail says that it is wrong to read the metric.
func (m metric) fail(format string, args ...any) {
	why := fmt.Sprintf(format, args...)
	if m.widget != "" {
		why = fmt.Sprintf("in the widget %q %s", m.widget, why)
	}
	read.Fail(m.reader, m.path, "%s", why)
}

// A documentedMetric is one that AWS documents, or that we publish.
type documentedMetric struct {
	name string // with its namespace

	// dimensions are the sets of dimensions that it is published with, each
	// sorted.
	dimensions []string

	// statistics are those that mean something.
	statistics string

	// at is where it is published: a region, or the dimension whose resource is
	// in that region.
	at string

	source string
}

const (
	route53Metrics     = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html"
	cloudFrontMetrics  = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html"
	balancerMetrics    = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html"
	autoScalingMetrics = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html"
	ec2Metrics         = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html"
	replicationMetrics = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html"
	acmMetrics         = "https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html"
	statesMetrics      = "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"
)

// documentedMetrics are all that anything may read, as AWS's pages had them in
// November 2026.
var documentedMetrics = []documentedMetric{
	{"AWS/Route53 HealthCheckStatus", []string{"HealthCheckId"}, "Minimum Average Maximum", "us-east-1", route53Metrics},
	{"AWS/Route53 HealthCheckPercentageHealthy", []string{"HealthCheckId"}, "Minimum Average Maximum", "us-east-1", route53Metrics},
	{"AWS/CloudFront Requests", []string{"DistributionId, Region"}, "Sum", "us-east-1", cloudFrontMetrics},
	{"AWS/CloudFront 4xxErrorRate", []string{"DistributionId, Region"}, "Average", "us-east-1", cloudFrontMetrics},
	{"AWS/CloudFront 5xxErrorRate", []string{"DistributionId, Region"}, "Average", "us-east-1", cloudFrontMetrics},
	{"AWS/ApplicationELB RequestCount", []string{"LoadBalancer"}, "Sum", "LoadBalancer", balancerMetrics},
	{"AWS/ApplicationELB HTTPCode_ELB_5XX_Count", []string{"LoadBalancer"}, "Sum", "LoadBalancer", balancerMetrics},
	{"AWS/ApplicationELB HTTPCode_Target_5XX_Count", []string{"LoadBalancer"}, "Sum", "LoadBalancer", balancerMetrics},
	{"AWS/ApplicationELB TargetResponseTime", []string{"LoadBalancer"}, "Average p99", "LoadBalancer", balancerMetrics},
	{"AWS/ApplicationELB HealthyHostCount", []string{"LoadBalancer, TargetGroup", "AvailabilityZone, LoadBalancer, TargetGroup"}, "Average Minimum Maximum", "LoadBalancer", balancerMetrics},
	{"AWS/ApplicationELB UnHealthyHostCount", []string{"LoadBalancer, TargetGroup", "AvailabilityZone, LoadBalancer, TargetGroup"}, "Average Minimum Maximum", "LoadBalancer", balancerMetrics},
	{"AWS/EC2 CPUUtilization", []string{"AutoScalingGroupName"}, "Average", "AutoScalingGroupName", ec2Metrics},
	{"AWS/AutoScaling GroupMinSize", []string{"AutoScalingGroupName"}, "Average", "AutoScalingGroupName", autoScalingMetrics},
	{"AWS/AutoScaling GroupMaxSize", []string{"AutoScalingGroupName"}, "Average", "AutoScalingGroupName", autoScalingMetrics},
	{"AWS/AutoScaling GroupDesiredCapacity", []string{"AutoScalingGroupName"}, "Average", "AutoScalingGroupName", autoScalingMetrics},
	{"AWS/AutoScaling GroupInServiceInstances", []string{"AutoScalingGroupName"}, "Average", "AutoScalingGroupName", autoScalingMetrics},
	{"AWS/S3 OperationsPendingReplication", []string{"DestinationBucket, RuleId, SourceBucket"}, "Maximum", "DestinationBucket", replicationMetrics},
	{"AWS/S3 BytesPendingReplication", []string{"DestinationBucket, RuleId, SourceBucket"}, "Maximum", "DestinationBucket", replicationMetrics},
	{"AWS/S3 ReplicationLatency", []string{"DestinationBucket, RuleId, SourceBucket"}, "Maximum MAX", "DestinationBucket", replicationMetrics},
	{"AWS/S3 OperationsFailedReplication", []string{"DestinationBucket, RuleId, SourceBucket"}, "Sum SUM", "SourceBucket", replicationMetrics},
	{"AWS/CertificateManager DaysToExpiry", []string{"CertificateArn"}, "Minimum", "CertificateArn", acmMetrics},
	{"AWS/States ExecutionsFailed", []string{"StateMachineArn"}, "Sum", "StateMachineArn", statesMetrics},
	// Ours: the state machine of a practised outage publishes it at home.
	{"Twinsite StandbyUnhealthy", []string{"Site"}, "Maximum", "home", "constructs/practice.go"},
}

// dimensionResources are what dimensions name: a type of resource, and the
// attribute that is its name there, "" for Ref.
var dimensionResources = map[string]struct{ resourceType, attribute string }{
	"HealthCheckId":        {topology.HealthCheckType, ""},
	"DistributionId":       {topology.DistributionType, ""},
	"LoadBalancer":         {topology.BalancerType, "LoadBalancerFullName"},
	"TargetGroup":          {topology.TargetGroupType, "TargetGroupFullName"},
	"AutoScalingGroupName": {topology.GroupType, ""},
	"SourceBucket":         {topology.BucketType, ""},
	"DestinationBucket":    {topology.BucketType, ""},
	"CertificateArn":       {topology.CertificateType, ""},
	"StateMachineArn":      {topology.MachineType, ""},
}

// checkMetric demands that a metric is documented, read where it is published,
// and about what is there.
func checkMetric(in *read.Reader, m metric) {
	i := slices.IndexFunc(documentedMetrics, func(d documentedMetric) bool { return d.name == m.namespace+" "+m.name })
	if i < 0 {
		m.fail("reads %s, which nobody documents", m)
	}
	d := documentedMetrics[i]
	if dimensions := strings.Join(read.Sorted(m.dimensions), ", "); !slices.Contains(d.dimensions, dimensions) {
		m.fail("reads %s, which is published by %q only: %s", m, d.dimensions, d.source)
	}
	if !slices.Contains(strings.Fields(d.statistics), m.statistic) {
		m.fail("asks for the %s of %s, which means nothing: %s", m.statistic, m, d.source)
	}
	region := map[string]string{site.GlobalRegion: site.GlobalRegion, "home": in.Site.Home.Region.Name}[d.at]
	for _, name := range read.Sorted(m.dimensions) {
		to := dimension(in, m, name, m.dimensions[name])
		if name == d.at {
			if to == nil {
				m.fail("reads %s of any %s", m, name)
				return
			}
			region = to.Stack.Region
		}
	}
	if m.region != region {
		m.fail("reads %s, which is published in %s", m, region)
	}
}

// dimension demands that a dimension's value names something, and returns the
// resource, if it is one.
func dimension(in *read.Reader, m metric, name, value string) *assembly.Resource {
	right := true
	switch names, isResource := dimensionResources[name]; {
	case value == "": // a query leaves it open
	case isResource:
		to := named(in, value, names.attribute)
		if to == nil || to.Type != names.resourceType {
			m.fail("reads %s of %s %q, which is no %s", m, name, value, names.resourceType)
		}
		return to
	case name == "Region":
		right = value == "Global"
	case name == "RuleId":
		right = value == read.ReplicationRule
	case name == "Site":
		right = value == in.Site.Name
	case name == "AvailabilityZone":
		right = slices.Contains(zones(in, m.region), value)
	}
	if !right {
		m.fail("reads %s of %s %q, which is none", m, name, value)
	}
	return nil
}

// zones are the availability zones of one of the site's regions.
func zones(in *read.Reader, region string) []string {
	for _, half := range []site.Region{in.Site.Home.Region, in.Site.Standby.Region} {
		if half.Name == region {
			return half.AvailabilityZones
		}
	}
	return nil
}

var placeholders = regexp.MustCompile(`^\$\{(\w+)\.(\w+)(?:\.(\w+))?\}$`)

// named is the resource that a text is the reference or the attribute of; nil
// if it is not.
func named(in *read.Reader, text, attribute string) *assembly.Resource {
	parts := placeholders.FindStringSubmatch(text)
	if parts == nil || parts[3] != attribute {
		return nil
	}
	to, err := in.Find(parts[1], parts[2])
	if err != nil {
		return nil
	}
	return to
}

// metricsOf are the metrics that an alarm reads: one, those of an expression,
// or that of a query.
func metricsOf(alarm *assembly.Resource) []metric {
	if alarm.Has("MetricName") {
		return []metric{newMetric(alarm, "", "Statistic")}
	}
	var metrics []metric
	for i := range read.Length(alarm, "Metrics") {
		path := fmt.Sprintf("Metrics.%d", i)
		switch {
		case alarm.Has(path + ".MetricStat"):
			m := newMetric(alarm, path+".MetricStat.Metric.", path+".MetricStat.Stat")
			m.id = read.Text(alarm, path+".Id")
			metrics = append(metrics, m)
		case strings.HasPrefix(read.Text(alarm, path+".Expression"), "SELECT"):
			metrics = append(metrics, newQuery(alarm, path+".Expression"))
		}
	}
	return metrics
}

// firstMetric is the first metric that an alarm reads.
func firstMetric(alarm *assembly.Resource) metric {
	metrics := metricsOf(alarm)
	if len(metrics) == 0 {
		read.Fail(alarm, "Metrics", "has no metric")
	}
	return metrics[0]
}

// newMetric reads the metric below a prefix of paths of an alarm.
func newMetric(alarm *assembly.Resource, prefix, statistic string) metric {
	m := metric{
		reader:     alarm,
		path:       strings.TrimSuffix(prefix, "."),
		namespace:  read.Text(alarm, prefix+"Namespace"),
		name:       read.Text(alarm, prefix+"MetricName"),
		statistic:  read.Text(alarm, statistic),
		region:     alarm.Stack.Region,
		dimensions: map[string]string{},
	}
	for i := range read.Length(alarm, prefix+"Dimensions") {
		dimension := fmt.Sprintf("%sDimensions.%d.", prefix, i)
		m.dimensions[read.Text(alarm, dimension+"Name")] = read.Text(alarm, dimension+"Value")
	}
	return m
}

var query = regexp.MustCompile(`^SELECT (\w+)\((\w+)\) FROM SCHEMA\("([^"]+)", ([\w, ]+)\) WHERE (\w+) = '([^']+)'$`)

// newQuery reads a query of CloudWatch Metrics Insights.
func newQuery(alarm *assembly.Resource, path string) metric {
	parts := query.FindStringSubmatch(read.Text(alarm, path))
	if parts == nil {
		read.Fail(alarm, path, "is no query of the kind that is used here: %s", read.Text(alarm, path))
	}
	m := metric{
		reader: alarm, path: path, namespace: parts[3], name: parts[2], statistic: parts[1],
		region: alarm.Stack.Region, dimensions: map[string]string{},
	}
	for dimension := range strings.SplitSeq(parts[4], ", ") {
		m.dimensions[dimension] = ""
	}
	m.dimensions[parts[5]] = parts[6]
	return m
}
