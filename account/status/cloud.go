package status

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	watched "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	checks "github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"twinsite/account"
	"twinsite/account/deploy"
	"twinsite/site"
)

// A Cloud is what is asked of an account about a deployed site. Nothing of it changes
// anything. Its errors are one line. [Of] makes one.
type Cloud interface {
	// Stack returns the stack of this name; its status is empty if there is none.
	Stack(ctx context.Context, region, name string) (deploy.Stack, error)

	// Remains are the resources of a stack.
	Remains(ctx context.Context, stack deploy.Stack) ([]deploy.Resource, error)

	// Distribution is the domain name of a distribution, as "d111111abcdef8.cloudfront.net".
	Distribution(ctx context.Context, id string) (string, error)

	// NameServers are those of a hosted zone.
	NameServers(ctx context.Context, zone string) ([]string, error)

	// Balancer is the DNS name of a load balancer.
	Balancer(ctx context.Context, region, arn string) (string, error)

	// Targets are the servers of a target group.
	Targets(ctx context.Context, region, arn string) ([]Target, error)

	// Check is how a health check is.
	Check(ctx context.Context, id string) (Check, error)

	// Switched is when the object of this key was put into a bucket; zero: it is not
	// there.
	Switched(ctx context.Context, region, bucket, key string) (time.Time, error)

	// AlarmsOn are the alarms of a region that are on and whose names begin so.
	AlarmsOn(ctx context.Context, region, prefix string) ([]Alarm, error)
}

// A Target is a server of a target group.
type Target struct {
	ID     string // as "i-0123456789abcdef0"
	State  string // as "healthy", "unhealthy", "initial", "draining"
	Reason string // as "Target.Timeout"; empty for a healthy one
}

// A Check is a health check of Route 53.
type Check struct {
	Inverted bool

	// Checkers is how many of Route 53's health checkers report, and Good how many of
	// them got a good answer. A calculated check has none.
	Checkers, Good int

	// Failure is what one of the others got.
	Failure string

	// Calculated says that the check is calculated from others. Then Published is when
	// CloudWatch last got its state, and Healthy is that. Zero: no state yet.
	Calculated bool
	Healthy    bool
	Published  time.Time
}

// An Alarm is on.
type Alarm struct {
	Name    string
	Since   time.Time
	Actions []string // the ARNs that it sends to
}

// Of returns an account as a site's status asks it.
func Of(a *account.Account) Cloud { return cloud{deploy.Of(a), a} }

type cloud struct {
	stacks  deploy.Cloud
	account *account.Account
}

func (c cloud) Stack(ctx context.Context, region, name string) (deploy.Stack, error) {
	return c.stacks.Stack(ctx, region, name)
}

func (c cloud) Remains(ctx context.Context, stack deploy.Stack) ([]deploy.Resource, error) {
	return c.stacks.Remains(ctx, stack)
}

func (c cloud) Distribution(ctx context.Context, id string) (string, error) {
	answer, err := cloudfront.NewFromConfig(c.account.In(site.GlobalRegion)).GetDistribution(ctx, &cloudfront.GetDistributionInput{Id: &id})
	if err != nil || answer.Distribution == nil {
		return "", account.Unanswered("cloudfront:GetDistribution", err)
	}
	return aws.ToString(answer.Distribution.DomainName), nil
}

func (c cloud) NameServers(ctx context.Context, zone string) ([]string, error) {
	answer, err := route53.NewFromConfig(c.account.In(site.GlobalRegion)).GetHostedZone(ctx, &route53.GetHostedZoneInput{Id: &zone})
	if err != nil || answer.DelegationSet == nil {
		return nil, account.Unanswered("route53:GetHostedZone", err)
	}
	return answer.DelegationSet.NameServers, nil
}

func (c cloud) balancing(region string) *elasticloadbalancingv2.Client {
	return elasticloadbalancingv2.NewFromConfig(c.account.In(region))
}

func (c cloud) Balancer(ctx context.Context, region, arn string) (string, error) {
	answer, err := c.balancing(region).DescribeLoadBalancers(ctx,
		&elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{arn}})
	if err != nil || len(answer.LoadBalancers) == 0 {
		return "", account.Unanswered("elasticloadbalancing:DescribeLoadBalancers", err)
	}
	return aws.ToString(answer.LoadBalancers[0].DNSName), nil
}

func (c cloud) Targets(ctx context.Context, region, arn string) ([]Target, error) {
	answer, err := c.balancing(region).DescribeTargetHealth(ctx,
		&elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &arn})
	if err != nil {
		return nil, account.Unanswered("elasticloadbalancing:DescribeTargetHealth", err)
	}
	var targets []Target
	for _, t := range answer.TargetHealthDescriptions {
		if t.Target == nil || t.TargetHealth == nil {
			continue
		}
		targets = append(targets, Target{ID: aws.ToString(t.Target.Id), State: string(t.TargetHealth.State), Reason: string(t.TargetHealth.Reason)})
	}
	return targets, nil
}

func (c cloud) Check(ctx context.Context, id string) (Check, error) {
	client := route53.NewFromConfig(c.account.In(site.GlobalRegion))
	made, err := client.GetHealthCheck(ctx, &route53.GetHealthCheckInput{HealthCheckId: &id})
	if err != nil || made.HealthCheck == nil || made.HealthCheck.HealthCheckConfig == nil {
		return Check{}, account.Unanswered("route53:GetHealthCheck", err)
	}
	config := made.HealthCheck.HealthCheckConfig
	check := Check{Inverted: aws.ToBool(config.Inverted), Calculated: config.Type == checks.HealthCheckTypeCalculated}
	if check.Calculated {
		check.Healthy, check.Published, err = c.published(ctx, id)
		return check, err
	}
	answer, err := client.GetHealthCheckStatus(ctx, &route53.GetHealthCheckStatusInput{HealthCheckId: &id})
	if err != nil {
		return Check{}, account.Unanswered("route53:GetHealthCheckStatus", err)
	}
	for _, observation := range answer.HealthCheckObservations {
		if observation.StatusReport == nil {
			continue
		}
		check.Checkers++
		said := aws.ToString(observation.StatusReport.Status)
		// https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
		if strings.HasPrefix(said, "Success") {
			check.Good++
		} else {
			check.Failure = said
		}
	}
	return check, nil
}

// published is the state of a health check that CloudWatch got last, within the last
// ten minutes: Route 53 publishes it once a minute.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html
func (c cloud) published(ctx context.Context, id string) (healthy bool, at time.Time, err error) {
	now := time.Now()
	answer, err := cloudwatch.NewFromConfig(c.account.In(site.GlobalRegion)).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/Route53"), MetricName: aws.String("HealthCheckStatus"),
		Dimensions: []watched.Dimension{{Name: aws.String("HealthCheckId"), Value: &id}},
		StartTime:  aws.Time(now.Add(-10 * time.Minute)), EndTime: &now, Period: aws.Int32(60),
		Statistics: []watched.Statistic{watched.StatisticMinimum},
	})
	if err != nil {
		return false, time.Time{}, account.Unanswered("cloudwatch:GetMetricStatistics", err)
	}
	for _, point := range answer.Datapoints {
		if then := aws.ToTime(point.Timestamp); then.After(at) {
			at, healthy = then, aws.ToFloat64(point.Minimum) >= 1
		}
	}
	return healthy, at, nil
}

func (c cloud) Switched(ctx context.Context, region, bucket, key string) (time.Time, error) {
	answer, err := s3.NewFromConfig(c.account.In(region)).ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &key})
	if err != nil {
		return time.Time{}, account.Unanswered("s3:ListBucket", err)
	}
	for _, object := range answer.Contents {
		if aws.ToString(object.Key) == key {
			return aws.ToTime(object.LastModified), nil
		}
	}
	return time.Time{}, nil
}

func (c cloud) AlarmsOn(ctx context.Context, region, prefix string) ([]Alarm, error) {
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(c.account.In(region)), &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: &prefix, StateValue: watched.StateValueAlarm,
		AlarmTypes: []watched.AlarmType{watched.AlarmTypeMetricAlarm, watched.AlarmTypeCompositeAlarm},
	})
	var on []Alarm
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Unanswered("cloudwatch:DescribeAlarms", err)
		}
		for _, a := range page.CompositeAlarms {
			on = append(on, Alarm{aws.ToString(a.AlarmName), aws.ToTime(a.StateUpdatedTimestamp), a.AlarmActions})
		}
		for _, a := range page.MetricAlarms {
			on = append(on, Alarm{aws.ToString(a.AlarmName), aws.ToTime(a.StateUpdatedTimestamp), a.AlarmActions})
		}
	}
	slices.SortFunc(on, func(a, b Alarm) int { return strings.Compare(a.Name, b.Name) })
	return on, nil
}
