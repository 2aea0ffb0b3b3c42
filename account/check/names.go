package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/site"
)

// aliases asks whether another distribution of the account has one of the site's
// names: only one distribution can have a name.
func (c *Check) aliases(ctx context.Context, _ string) (report.Finding, error) {
	ours, err := c.ids(ctx, "AWS::CloudFront::Distribution")
	if err != nil {
		return report.Finding{}, err
	}
	names := c.Site.HostNames()
	if c.Site.StaticFiles.HostNames {
		names = append(names, c.Site.StaticHost(), c.Site.StandbyStaticHost())
	}
	pages := cloudfront.NewListDistributionsPaginator(cloudfront.NewFromConfig(c.Account.In(site.GlobalRegion)), &cloudfront.ListDistributionsInput{})
	var taken []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("cloudfront:ListDistributions", err)
		}
		if page.DistributionList == nil {
			break
		}
		for _, distribution := range page.DistributionList.Items {
			if distribution.Aliases == nil || slices.Contains(ours, aws.ToString(distribution.Id)) {
				continue
			}
			for _, alias := range distribution.Aliases.Items {
				if slices.Contains(names, alias) {
					taken = append(taken, fmt.Sprintf("%s by %s", alias, aws.ToString(distribution.Id)))
				}
			}
		}
	}
	if len(taken) > 0 {
		return red("remove the names from that distribution, in a quiet hour: it serves them until then", "taken: %s", listed(taken)), nil
	}
	return report.Good("no other distribution of this account has them; of other accounts, AWS says nothing"), nil
}

// remaining is the remedy where something of an earlier site has a name that is
// needed: CloudFormation does not take over what is there.
const remaining = "delete it if nobody needs it, or choose another name for the site"

// alarmNames asks for alarms that have a name of the site's and are not its own.
func (c *Check) alarmNames(ctx context.Context, region string) (report.Finding, error) {
	ours, err := c.ids(ctx, "AWS::CloudWatch::Alarm")
	if err != nil {
		return report.Finding{}, err
	}
	composite, err := c.ids(ctx, "AWS::CloudWatch::CompositeAlarm")
	if err != nil {
		return report.Finding{}, err
	}
	ours = append(ours, composite...)
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(c.Account.In(region)), &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(c.Site.AlarmName("")), AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	var taken []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("cloudwatch:DescribeAlarms", err)
		}
		for _, alarm := range page.MetricAlarms {
			taken = append(taken, aws.ToString(alarm.AlarmName))
		}
		for _, alarm := range page.CompositeAlarms {
			taken = append(taken, aws.ToString(alarm.AlarmName))
		}
	}
	return free("alarm", taken, ours), nil
}

// dashboardName asks for a dashboard with the site's name that is not its own.
func (c *Check) dashboardName(ctx context.Context, _ string) (report.Finding, error) {
	if !c.Site.Dashboard {
		return report.Good("not used, as dashboard is false"), nil
	}
	ours, err := c.ids(ctx, "AWS::CloudWatch::Dashboard")
	if err != nil {
		return report.Finding{}, err
	}
	pages := cloudwatch.NewListDashboardsPaginator(cloudwatch.NewFromConfig(c.Account.In(site.GlobalRegion)),
		&cloudwatch.ListDashboardsInput{DashboardNamePrefix: aws.String(c.Site.Name)})
	var taken []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return report.Finding{}, account.Unanswered("cloudwatch:ListDashboards", err)
		}
		for _, dashboard := range page.DashboardEntries {
			if name := aws.ToString(dashboard.DashboardName); name == c.Site.Name {
				taken = append(taken, name)
			}
		}
	}
	return free("dashboard", taken, ours), nil
}

// functionNames asks for CloudFront functions that are named as those of the site and
// are not its own.
func (c *Check) functionNames(ctx context.Context, _ string) (report.Finding, error) {
	ours, err := c.ids(ctx, "AWS::CloudFront::Function")
	if err != nil {
		return report.Finding{}, err
	}
	prefix := c.uniquePrefix(site.PrimaryStack)
	client := cloudfront.NewFromConfig(c.Account.In(site.GlobalRegion))
	var taken []string
	for marker := (*string)(nil); marker == nil || *marker != ""; { // an empty one would begin again
		page, err := client.ListFunctions(ctx, &cloudfront.ListFunctionsInput{Marker: marker})
		if err != nil {
			return report.Finding{}, account.Unanswered("cloudfront:ListFunctions", err)
		}
		if page.FunctionList == nil {
			break
		}
		for _, function := range page.FunctionList.Items {
			if name := aws.ToString(function.Name); strings.HasPrefix(name, prefix) {
				taken = append(taken, name)
			}
		}
		if marker = page.FunctionList.NextMarker; marker == nil {
			break
		}
	}
	for i, arn := range ours { // CloudFormation's id of a function is its ARN
		ours[i] = arn[strings.LastIndex(arn, "/")+1:]
	}
	return free("function", slices.Compact(taken), ours), nil
}

// busNames asks for event buses that are named as those of the site in a region and
// are not its own. Only manual failback, practice and a standby that follows have any.
func (c *Check) busNames(ctx context.Context, region string) (report.Finding, error) {
	if c.Site.Failover.Failback != site.FailbackManual && !c.Site.Practice && c.Site.Standby.Web.Follow == 0 {
		return report.Good("not used"), nil
	}
	ours, err := c.ids(ctx, "AWS::Events::EventBus")
	if err != nil {
		return report.Finding{}, err
	}
	client := eventbridge.NewFromConfig(c.Account.In(region))
	var taken []string
	for next := (*string)(nil); next == nil || *next != ""; {
		page, err := client.ListEventBuses(ctx, &eventbridge.ListEventBusesInput{NamePrefix: aws.String(strings.ReplaceAll(c.Site.Name, "-", "")), NextToken: next})
		if err != nil {
			return report.Finding{}, account.Unanswered("events:ListEventBuses", err)
		}
		for _, bus := range page.EventBuses {
			for _, id := range c.Site.StackIDs() {
				if strings.HasPrefix(aws.ToString(bus.Name), c.uniquePrefix(id)) {
					taken = append(taken, aws.ToString(bus.Name))
				}
			}
		}
		if next = page.NextToken; next == nil {
			break
		}
	}
	return free("event bus", taken, ours), nil
}

// uniquePrefix is how the CDK's unique names of a stack's resources begin: with the
// stack's name without its hyphens.
func (c *Check) uniquePrefix(id string) string {
	return strings.ReplaceAll(c.Site.StackName(id), "-", "") + "-"
}

// free judges names that are there against those of the site's own stacks.
func free(kind string, taken, ours []string) report.Finding {
	taken = slices.DeleteFunc(taken, func(name string) bool { return slices.Contains(ours, name) })
	if len(taken) > 0 {
		return red(remaining, "the account has the %s %q, which no stack of the site made", kind, taken[0])
	}
	return report.Good("free, or the site's own")
}
