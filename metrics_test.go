package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A metric is one that an alarm or a dashboard reads.
type metric struct {
	namespace, name, statistic, region string

	// dimensions by name, as text: of what only exists at deployment, the
	// placeholder. One that a query leaves open is "".
	dimensions map[string]string
}

func (m metric) String() string {
	return fmt.Sprintf("%s %s (%s) in %s", m.namespace, m.name, strings.Join(slices.Sorted(maps.Keys(m.dimensions)), ", "), m.region)
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
	"HealthCheckId":        {"AWS::Route53::HealthCheck", ""},
	"DistributionId":       {"AWS::CloudFront::Distribution", ""},
	"LoadBalancer":         {"AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"},
	"TargetGroup":          {"AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"},
	"AutoScalingGroupName": {"AWS::AutoScaling::AutoScalingGroup", ""},
	"SourceBucket":         {"AWS::S3::Bucket", ""},
	"DestinationBucket":    {"AWS::S3::Bucket", ""},
	"CertificateArn":       {"AWS::CertificateManager::Certificate", ""},
	"StateMachineArn":      {"AWS::StepFunctions::StateMachine", ""},
}

// keepsMetric demands that a metric is documented, read where it is published,
// and about what is there.
func (w *walk) keepsMetric(of string, m metric) {
	i := slices.IndexFunc(documentedMetrics, func(d documentedMetric) bool { return d.name == m.namespace+" "+m.name })
	if i < 0 {
		fail("%s reads %s, which nobody documents", of, m)
	}
	d := documentedMetrics[i]
	if dimensions := strings.Join(slices.Sorted(maps.Keys(m.dimensions)), ", "); !slices.Contains(d.dimensions, dimensions) {
		fail("%s reads %s, which is published by %q only: %s", of, m, d.dimensions, d.source)
	}
	if !slices.Contains(strings.Fields(d.statistics), m.statistic) {
		fail("%s asks for the %s of %s, which means nothing: %s", of, m.statistic, m, d.source)
	}
	region := map[string]string{"us-east-1": "us-east-1", "home": w.site.Home.Region.Name}[d.at]
	for name, value := range m.dimensions {
		to := w.keepsDimension(of, m, name, value)
		if name == d.at {
			if to == nil {
				fail("%s reads %s of any %s", of, m, name)
			}
			region = to.Stack.Region
		}
	}
	if m.region != region {
		fail("%s reads %s, which is published in %s", of, m, region)
	}
}

// keepsDimension demands that a dimension's value names something, and returns
// the resource, if it is one.
func (w *walk) keepsDimension(of string, m metric, name, value string) *assembly.Resource {
	right := true
	switch names, isResource := dimensionResources[name]; {
	case value == "": // a query leaves it open
	case isResource:
		to := w.placeholder(value, names.attribute)
		if to == nil || to.Type != names.resourceType {
			fail("%s reads %s of %s %q, which is no %s", of, m, name, value, names.resourceType)
		}
		return to
	case name == "Region":
		right = value == "Global"
	case name == "RuleId":
		right = value == "AllObjects" // as replication_test.go demands of the rules
	case name == "Site":
		right = value == w.site.Name
	case name == "AvailabilityZone":
		right = slices.Contains(w.zones(m.region), value)
	}
	if !right {
		fail("%s reads %s of %s %q, which is none", of, m, name, value)
	}
	return nil
}

// zones are the availability zones of one of the site's regions.
func (w *walk) zones(region string) []string {
	for _, half := range []struct {
		region string
		zones  []string
	}{
		{w.site.Home.Region.Name, w.site.Home.AvailabilityZones},
		{w.site.Standby.Region.Name, w.site.Standby.AvailabilityZones},
	} {
		if half.region == region {
			return half.zones
		}
	}
	return nil
}

// placeholder is the resource that a text is the reference or the attribute
// of; nil if it is not.
func (w *walk) placeholder(text, attribute string) *assembly.Resource {
	parts := regexp.MustCompile(`^\$\{(\w+)\.(\w+)(?:\.(\w+))?\}$`).FindStringSubmatch(text)
	if parts == nil || parts[3] != attribute {
		return nil
	}
	to, err := w.Find(parts[1], parts[2])
	if err != nil {
		return nil
	}
	return to
}

// metricsOf are the metrics that an alarm reads: one, those of an expression,
// or that of a query.
func metricsOf(alarm *assembly.Resource) []metric {
	region := alarm.Stack.Region
	if alarm.Has("MetricName") {
		return []metric{newMetric(alarm, "", must(alarm.Text("Statistic")), region)}
	}
	var metrics []metric
	for i := range must(alarm.Value("Metrics")).([]any) {
		path := fmt.Sprintf("Metrics.%d.", i)
		switch {
		case alarm.Has(path + "MetricStat"):
			metrics = append(metrics, newMetric(alarm, path+"MetricStat.Metric.", must(alarm.Text(path+"MetricStat.Stat")), region))
		case strings.HasPrefix(must(alarm.Text(path+"Expression")), "SELECT"):
			metrics = append(metrics, newQuery(alarm, must(alarm.Text(path+"Expression")), region))
		}
	}
	return metrics
}

// newMetric reads the metric at a path of an alarm.
func newMetric(alarm *assembly.Resource, path, statistic, region string) metric {
	m := metric{
		namespace:  must(alarm.Text(path + "Namespace")),
		name:       must(alarm.Text(path + "MetricName")),
		statistic:  statistic,
		region:     region,
		dimensions: map[string]string{},
	}
	for i := range must(alarm.Value(path + "Dimensions")).([]any) {
		dimension := fmt.Sprintf("%sDimensions.%d.", path, i)
		m.dimensions[must(alarm.Text(dimension+"Name"))] = must(alarm.Text(dimension + "Value"))
	}
	return m
}

var query = regexp.MustCompile(`^SELECT (\w+)\((\w+)\) FROM SCHEMA\("([^"]+)", ([\w, ]+)\) WHERE (\w+) = '([^']+)'$`)

// newQuery reads a query of CloudWatch Metrics Insights.
func newQuery(alarm *assembly.Resource, text, region string) metric {
	parts := query.FindStringSubmatch(text)
	if parts == nil {
		fail("%s: no query of the kind that is used here: %s", alarm, text)
	}
	m := metric{namespace: parts[3], name: parts[2], statistic: parts[1], region: region, dimensions: map[string]string{}}
	for dimension := range strings.SplitSeq(parts[4], ", ") {
		m.dimensions[dimension] = ""
	}
	m.dimensions[parts[5]] = parts[6]
	return m
}
