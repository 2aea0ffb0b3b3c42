package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"twinsite/constructs"
	"twinsite/site"
)

// guardRails are what either region keeps and tells of what happens in it. Each
// is nil where the site has switched it off.
type guardRails struct {
	// logs takes the access logs of the region.
	logs awss3.IBucket

	// topic takes what its operators should hear of.
	topic awssns.ITopic
}

// newGuardRails makes a region's log bucket and topic.
func newGuardRails(stack awscdk.Stack, s *site.Site) *guardRails {
	rails := &guardRails{}
	if s.AccessLogs {
		rails.logs = constructs.NewLogBucket(stack, "AccessLogs", s.Retention.Logs == site.Delete)
	}
	if s.Notifications {
		rails.topic = constructs.NewNotifications(stack, "Notifications", s.Notify).Topic
	}
	return rails
}

// guard makes a web tier use them.
func (g *guardRails) guard(tier *constructs.WebTierProps) {
	tier.LoadBalancer.Logs = g.logs
	tier.Servers.Notify = g.topic
}
