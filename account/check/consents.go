package check

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"twinsite/account"
	"twinsite/account/deploy"
	"twinsite/account/report"
	"twinsite/site"
)

// pending is the ARN of a subscription to which nobody has agreed.
// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
const pending = "PendingConfirmation"

// How the logical ids of the site's topics begin. Those of a topic's subscriptions go on
// with the address.
const (
	operatorsID = "NotificationsTopic"
	pagesID     = "PagesTopic"
)

// A topic of the site's, and the addresses that have to get its messages.
type topic struct {
	id        string // how its logical id begins
	addresses []string
}

// topics are the topics of a stack.
func (c *Check) topics(stack string) []topic {
	switch operators := (topic{operatorsID, c.Site.Notify}); {
	case stack == site.PrimaryStack, stack == site.SecondaryStack:
		return []topic{operators}
	case stack == site.FailoverStack && slices.Contains(c.halves(), site.GlobalRegion): // whose operators it shares
		return []topic{{pagesID, c.Site.Page}}
	case stack == site.FailoverStack:
		return []topic{operators, {pagesID, c.Site.Page}}
	}
	return nil
}

// A consent is how the addresses of a region's topics are.
type consent struct {
	given   int
	unasked []string // no stack has their subscription yet
	silent  []string // asked, and did not agree yet
	lost    []string // a stack has their subscription, the topic does not
	again   []string // commands that ask those
}

// consents asks whether every e-mail address has agreed to get messages from the site's
// topics of a region. AWS sends none to others, whatever fails.
func (c *Check) consents(ctx context.Context, region string) (report.Finding, error) {
	var found consent
	for _, id := range c.Site.StackIDs() {
		if c.Site.StackRegion(id) != region {
			continue
		}
		for _, t := range c.topics(id) {
			if len(t.addresses) == 0 {
				continue
			}
			s, err := c.own[id](ctx)
			if err == nil {
				err = c.askTopic(ctx, s, t, &found)
			}
			if err != nil {
				return report.Finding{}, err
			}
		}
	}
	return found.finding(), nil
}

// askTopic adds how the addresses of a topic are.
func (c *Check) askTopic(ctx context.Context, s stack, t topic, found *consent) error {
	arn, states := "", map[string]string{}
	for _, r := range s.resources {
		if r.Type == "AWS::SNS::Topic" && strings.HasPrefix(r.LogicalID, t.id) {
			arn = r.PhysicalID
		}
	}
	if arn != "" {
		pages := sns.NewListSubscriptionsByTopicPaginator(sns.NewFromConfig(c.Account.In(s.Region)), &sns.ListSubscriptionsByTopicInput{TopicArn: &arn})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return account.Unanswered("sns:ListSubscriptionsByTopic", err)
			}
			for _, subscription := range page.Subscriptions {
				endpoint, state := aws.ToString(subscription.Endpoint), aws.ToString(subscription.SubscriptionArn)
				if !strings.HasPrefix(states[endpoint], "arn:") { // one that unsubscribed may be listed beside its new one
					states[endpoint] = state
				}
			}
		}
	}
	for _, address := range t.addresses {
		switch state := states[address]; {
		case strings.HasPrefix(state, "arn:"):
			found.given++
		case state == pending:
			found.silent = append(found.silent, address)
		case !s.subscribes(t, address):
			found.unasked = append(found.unasked, address)
		default:
			found.lost = append(found.lost, address)
			found.again = append(found.again, fmt.Sprintf("aws sns subscribe --region %s --topic-arn %s --protocol email --notification-endpoint %s", s.Region, arn, address))
		}
	}
	return nil
}

// notInID is what the CDK leaves out of an address in a logical id, and hashed is what it
// adds.
var (
	notInID = regexp.MustCompile(`[^A-Za-z0-9]`)
	hashed  = regexp.MustCompile(`^[0-9A-F]{8}$`)
)

// subscribes reports whether the stack has a subscription of an address to a topic of its
// own. AWS may have dropped the subscription itself.
func (s stack) subscribes(t topic, address string) bool {
	id := t.id + notInID.ReplaceAllString(address, "")
	return slices.ContainsFunc(s.resources, func(r deploy.Resource) bool {
		rest, ok := strings.CutPrefix(r.LogicalID, id)
		return ok && r.Type == "AWS::SNS::Subscription" && hashed.MatchString(rest)
	})
}

// finding says it. A deployment does not ask again who was dropped: for CloudFormation,
// the subscription is there.
// https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
// https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2455
func (found *consent) finding() report.Finding {
	var said, todo []string
	if len(found.silent) > 0 {
		said = append(said, "not confirmed: "+distinct(found.silent))
		todo = append(todo, "follow the link in the message that AWS sent to each, within two days of it")
	}
	if len(found.lost) > 0 {
		said = append(said, "no longer subscribed, or not confirmed within two days: "+distinct(found.lost))
		todo = append(todo, "ask again, which a deployment does not, and follow the links that AWS sends: "+strings.Join(found.again, "; "))
	}
	switch {
	case len(said) > 0:
		return red(strings.Join(todo, "; "), "%s", strings.Join(said, "; "))
	case len(found.unasked) > 0:
		return report.Good("not deployed yet: AWS asks %s then", distinct(found.unasked))
	case found.given == 0:
		return report.Good("the site names no address")
	}
	return report.Good("confirmed")
}

// distinct is a list for people in which nobody stands twice.
func distinct(names []string) string {
	slices.Sort(names)
	return listed(slices.Compact(names))
}
