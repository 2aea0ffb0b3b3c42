package check

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"twinsite/account"
	"twinsite/account/report"
	"twinsite/site"
)

// policies asks whether the managed policies that the web servers get are there, and
// of AWS's or this account: a role takes no others.
func (c *Check) policies(ctx context.Context, _ string) (report.Finding, error) {
	client := iam.NewFromConfig(c.Account.In(site.GlobalRegion))
	remedy := "make it in this account, or name another in web.policies"
	for _, arn := range c.Site.Web.Policies {
		if !strings.HasPrefix(arn, "arn:aws:iam::aws:") && !strings.HasPrefix(arn, fmt.Sprintf("arn:aws:iam::%s:", c.Account.ID)) {
			return red(remedy, "%s is of another account", arn), nil
		}
		answer, err := client.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
		switch {
		case refusedWith(err, "NoSuchEntity"):
			return red(remedy, "there is no %s", arn), nil
		case err != nil:
			return report.Finding{}, account.Unanswered("iam:GetPolicy", err)
		case answer.Policy != nil && !answer.Policy.IsAttachable:
			return red(remedy, "AWS attaches %s to no role", arn), nil
		}
	}
	return report.Good("%d of web.policies are there", len(c.Site.Web.Policies)), nil
}
