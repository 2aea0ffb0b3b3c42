package check

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"twinsite/account"
	"twinsite/account/report"
)

// pending is the ARN of a subscription to which nobody has agreed.
// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
const pending = "PendingConfirmation"

// consents asks whether every e-mail address has agreed to get messages from the
// site's topics of a region. AWS sends none to others, whatever fails.
func (c *Check) consents(ctx context.Context, region string) (report.Finding, error) {
	addresses := slices.Concat(c.Site.Notify, c.Site.Page)
	if len(addresses) == 0 {
		return report.Good("the site names no address"), nil
	}
	var topics []string
	for _, id := range c.Site.StackIDs() {
		if c.Site.StackRegion(id) != region {
			continue
		}
		s, err := c.own[id](ctx)
		if err != nil {
			return report.Finding{}, err
		}
		topics = append(topics, s.of("AWS::SNS::Topic")...)
	}
	if len(topics) == 0 {
		return report.Good("not deployed yet: AWS asks %s then", listed(addresses)), nil
	}
	var silent []string
	for _, topic := range topics {
		pages := sns.NewListSubscriptionsByTopicPaginator(sns.NewFromConfig(c.Account.In(region)), &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return report.Finding{}, account.Unanswered("sns:ListSubscriptionsByTopic", err)
			}
			for _, subscription := range page.Subscriptions {
				if aws.ToString(subscription.SubscriptionArn) == pending {
					silent = append(silent, aws.ToString(subscription.Endpoint))
				}
			}
		}
	}
	if len(silent) > 0 {
		slices.Sort(silent)
		return red("follow the link in the message that AWS sent to each; after three days, deploy again", "not confirmed: %s", listed(slices.Compact(silent))), nil
	}
	return report.Good("confirmed"), nil
}
