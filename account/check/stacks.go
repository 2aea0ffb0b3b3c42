package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"twinsite/account/deploy"
	"twinsite/account/report"
)

// A stack is one of CloudFormation's and what is in it.
type stack struct {
	deploy.Stack                   // its status is empty if there is none
	resources    []deploy.Resource // that are there
}

// of are the physical ids of the resources of a type.
func (s stack) of(kind string) (ids []string) {
	for _, r := range s.resources {
		if r.Type == kind {
			ids = append(ids, r.PhysicalID)
		}
	}
	return ids
}

// askStack asks for a stack of the site's.
func (c *Check) askStack(ctx context.Context, id string) (stack, error) {
	return c.describeStack(ctx, c.Site.StackRegion(id), c.Site.StackName(id))
}

// describeStack asks for a stack with its resources.
func (c *Check) describeStack(ctx context.Context, region, name string) (stack, error) {
	cloud := deploy.Of(c.Account)
	found, err := cloud.Stack(ctx, region, name)
	if err != nil || found.Status == "" {
		return stack{Stack: found}, err
	}
	resources, err := cloud.Remains(ctx, found)
	return stack{found, resources}, err
}

// ids are the physical ids of a type in all stacks of the site.
func (c *Check) ids(ctx context.Context, kind string) (ids []string, err error) {
	for _, id := range c.Site.StackIDs() {
		s, err := c.own[id](ctx)
		if err != nil {
			return nil, err
		}
		ids = append(ids, s.of(kind)...)
	}
	return ids, nil
}

// stackState asks how a stack is, and what is left in one that failed.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
func (c *Check) stackState(ctx context.Context, id string) (report.Finding, error) {
	s, err := c.own[id](ctx)
	if err != nil {
		return report.Finding{}, err
	}
	command := fmt.Sprintf("--region %s --stack-name %s", s.Region, s.Name)
	if !s.Holds() {
		return report.Good("not deployed yet"), nil
	}
	switch s.Status {
	case "CREATE_FAILED", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE": // of creations only: an update's begin with UPDATE_
		return red("make deploy removes that and makes the stack anew", "its first creation failed (%s); it left %s", s.Status, left(s.resources)), nil
	case "DELETE_FAILED":
		return red("see in its events what hinders that, then: aws cloudformation delete-stack "+command,
			"its deletion failed (%s); there is still %s", s.Status, left(s.resources)), nil
	case "UPDATE_ROLLBACK_FAILED":
		return red("see in its events what hinders that, then: aws cloudformation continue-update-rollback "+command,
			"an update failed, and so did its way back (%s)", s.Status), nil
	}
	if strings.HasSuffix(s.Status, "_FAILED") { // as an update that "--no-rollback" left
		return red("see in its events what hinders that, then deploy again", "its last change failed (%s)", s.Status), nil
	}
	if strings.HasSuffix(s.Status, "_IN_PROGRESS") {
		return warning("wait until that ends", "it is worked on (%s)", s.Status), nil
	}
	return report.Good("deployed (%s)", s.Status), nil
}

// left says what is in a stack that failed.
func left(resources []deploy.Resource) string {
	const most = 3
	var shown []string
	for _, r := range resources[:min(most, len(resources))] {
		shown = append(shown, r.Type+" "+r.PhysicalID)
	}
	switch more := len(resources) - most; {
	case len(resources) == 0:
		return "nothing"
	case more > 0:
		return fmt.Sprintf("%s and %d more", listed(shown), more)
	}
	return listed(shown)
}

// leftBuckets asks for buckets that earlier stacks of the site have left. They hinder
// nothing, as each has a name of its own.
func (c *Check) leftBuckets(ctx context.Context, _ string) (report.Finding, error) {
	buckets, err := deploy.Of(c.Account).Buckets(ctx, c.Site)
	if err != nil {
		return report.Finding{}, err
	}
	ours, err := c.ids(ctx, "AWS::S3::Bucket")
	if err != nil {
		return report.Finding{}, err
	}
	var forgotten []string
	for _, bucket := range buckets {
		if !slices.Contains(ours, bucket.Name) {
			forgotten = append(forgotten, fmt.Sprintf("%s in %s", bucket.Name, bucket.Region))
		}
	}
	if len(forgotten) > 0 {
		return warning("if you need nothing in them, empty and delete them in the S3 console", "of earlier stacks: %s", listed(forgotten)), nil
	}
	return report.Good("none"), nil
}
