package constructs

import (
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The metrics that alarms and the dashboard read. The CDK's own functions leave out
// the region of some, so that a dashboard in another region would look for them in
// its own. They also leave out CloudFront's dimension Region, without which its
// metrics do not exist.

// globalRegion is the one region that publishes the metrics of Route 53 and of
// CloudFront.
const globalRegion = "us-east-1"

// Statistics of a metric. The CDK has the same texts, but each costs a call to Node,
// and a dashboard needs a hundred.
const (
	sum     = "Sum"
	average = "Average"
	minimum = "Minimum"
	maximum = "Maximum"
	p99     = "p99"
)

// everyMinute is the period at which most metrics are published.
var everyMinute = sync.OnceValue(func() awscdk.Duration { return awscdk.Duration_Minutes(jsii.Number(1)) })

// healthCheckMetric is a metric of a health check.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html
func healthCheckMetric(name string, check awsroute53.IHealthCheck, statistic string) *awscloudwatch.MetricProps {
	return newMetric(globalRegion, "AWS/Route53", name, statistic, map[string]*string{"HealthCheckId": check.HealthCheckId()})
}

// edgeMetric is a metric of a distribution.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
func edgeMetric(name string, distribution awscloudfront.IDistribution, statistic string) *awscloudwatch.MetricProps {
	return newMetric(globalRegion, "AWS/CloudFront", name, statistic, map[string]*string{
		"DistributionId": distribution.DistributionId(),
		"Region":         jsii.String("Global"),
	})
}

// balancerMetric is a metric of a web tier's load balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func balancerMetric(name string, tier *WebTier, statistic string) *awscloudwatch.MetricProps {
	return newMetric(tier.region, "AWS/ApplicationELB", name, statistic, map[string]*string{
		"LoadBalancer": tier.LoadBalancer.LoadBalancerFullName(),
	})
}

// hostCount is a number of hosts behind a web tier's load balancer, in one zone or,
// with "", in all.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func hostCount(name string, tier *WebTier, zone string, statistic string) *awscloudwatch.MetricProps {
	dimensions := map[string]*string{
		"LoadBalancer": tier.LoadBalancer.LoadBalancerFullName(),
		"TargetGroup":  tier.TargetGroup.TargetGroupFullName(),
	}
	if zone != "" {
		dimensions["AvailabilityZone"] = &zone
	}
	return newMetric(tier.region, "AWS/ApplicationELB", name, statistic, dimensions)
}

// groupSize is one of an Auto Scaling group's own metrics. They are published only
// because the group enables them.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
func groupSize(name string, tier *WebTier) *awscloudwatch.MetricProps {
	return newMetric(tier.region, "AWS/AutoScaling", name, average, groupDimension(tier.Group))
}

// groupCPU is the average CPU utilization of a group's servers, in percent.
func groupCPU(group awsautoscaling.AutoScalingGroup) *awscloudwatch.MetricProps {
	return newMetric(regionOf(group), "AWS/EC2", "CPUUtilization", average, groupDimension(group))
}

func groupDimension(group awsautoscaling.AutoScalingGroup) map[string]*string {
	return map[string]*string{"AutoScalingGroupName": group.AutoScalingGroupName()}
}

// replicationMetric is a metric of the replication from one bucket to another.
// Failures are published in the region of the source, everything else in that
// of the destination.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
func replicationMetric(name string, from, to awss3.IBucket, statistic string) *awscloudwatch.MetricProps {
	at := to
	if name == operationsFailed {
		at = from
	}
	return newMetric(regionOf(at), "AWS/S3", name, statistic, map[string]*string{
		"SourceBucket":      from.BucketName(),
		"DestinationBucket": to.BucketName(),
		"RuleId":            jsii.String(replicationRuleID),
	})
}

// operationsFailed counts objects, deletions and the like that did not
// replicate.
const operationsFailed = "OperationsFailedReplication"

// regionOf is the region of the stack that a construct stands in.
func regionOf(construct constructs.IConstruct) string { return *awscdk.Stack_Of(construct).Region() }

// newMetric describes a metric of a region, with a period of one minute.
func newMetric(region, namespace, name string, statistic string, dimensions map[string]*string) *awscloudwatch.MetricProps {
	return &awscloudwatch.MetricProps{
		Namespace:     &namespace,
		MetricName:    &name,
		Statistic:     &statistic,
		Period:        everyMinute(),
		DimensionsMap: &dimensions,
		Region:        &region,
	}
}
