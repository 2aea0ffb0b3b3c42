package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
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

	// alarms tell the region's operators what they should hear of.
	alarms *constructs.Alarms

	// errors is on while the region's load balancer answers with errors.
	errors awscloudwatch.IAlarm
}

// newGuardRails makes a region's log bucket and topic.
func newGuardRails(stack awscdk.Stack, s *site.Site) *guardRails {
	rails := &guardRails{}
	if s.AccessLogs {
		rails.logs = constructs.NewLogBucket(stack, "AccessLogs", removalPolicy(s.Retention.Logs))
	}
	if s.Notifications {
		rails.alarms = newAlarms(s, constructs.NewNotifications(stack, "Notifications", &constructs.NotificationsProps{
			Emails: s.Notify, AutoScaling: true,
		}).Topic)
	}
	return rails
}

func newAlarms(s *site.Site, topic awssns.ITopic) *constructs.Alarms {
	return &constructs.Alarms{Site: s.Name, Runbook: s.Runbook, Topic: topic}
}

// guard makes a web tier use them.
func (g *guardRails) guard(tier *constructs.WebTierProps) {
	tier.LoadBalancer.Logs = g.logs
	if g.alarms != nil {
		tier.Servers.Notify = g.alarms.Topic
	}
}

// watch makes a region's alarms on its web tier and its files, of which some
// replicate from here and some to here.
func (g *guardRails) watch(stack awscdk.Stack, region site.Region, w site.Web, tier *constructs.WebTier, files constructs.ReplicationAlarmsProps) {
	if g.alarms == nil {
		return
	}
	props := &constructs.WebTierAlarmsProps{Tier: tier}
	if w.Minimum >= len(region.AvailabilityZones) { // Auto Scaling spreads them
		props.AvailabilityZones = region.AvailabilityZones
	}
	g.errors = constructs.NewWebTierAlarms(stack, "WebTierAlarms", g.alarms, props).Errors
	constructs.NewReplicationAlarms(stack, "ReplicationAlarms", g.alarms, &files)
}
