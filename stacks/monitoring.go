package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"

	"twinsite/constructs"
	"twinsite/site"
)

// monitoring is where the access logs and the alarms of one region go. It is made
// once, before what it monitors, and handed down.
type monitoring struct {
	// logs is the bucket for access logs; nil without them.
	logs awss3.IBucket

	// topic notifies the region's operators; nil without notifications.
	topic awssns.ITopic

	// alarms is what the region's alarms share; nil without notifications.
	alarms *constructs.Alarms
}

// newMonitoring makes a region's log bucket and topic.
func newMonitoring(stack awscdk.Stack, s *site.Site) monitoring {
	var m monitoring
	if s.AccessLogs {
		m.logs = constructs.NewLogBucket(stack, "AccessLogs", &constructs.LogBucketProps{Removal: bucketRemovalPolicy(s.Retention.Logs)})
	}
	if s.Notifications {
		m.topic = constructs.NewNotifications(stack, "Notifications", &constructs.NotificationsProps{
			Emails: s.Notify, AutoScaling: true,
		})
		m.alarms = alarms(s, m.topic)
	}
	return m
}

// alarms is what alarms share that notify a topic of their region.
func alarms(s *site.Site, topic awssns.ITopic) *constructs.Alarms {
	return &constructs.Alarms{Prefix: s.AlarmName(""), Runbook: s.Runbook, Topic: topic}
}

// regionalCertificate is the certificate that a load balancer of the stack's
// region takes, and the alarms on it: a certificate serves its own region only.
func regionalCertificate(stack awscdk.Stack, s *site.Site, global *Global, m monitoring) (awscertificatemanager.ICertificate, []awscloudwatch.IAlarm) {
	if *stack.Region() == site.GlobalRegion {
		return global.Certificate, nil // Failover has its alarm
	}
	certificate := constructs.NewCertificate(stack, "Certificate", &constructs.CertificateProps{Domain: s.Domain, Zone: global.Zone})
	if m.alarms == nil {
		return certificate, nil
	}
	return certificate, []awscloudwatch.IAlarm{certificateAlarm(stack, m.alarms, certificate)}
}

func certificateAlarm(stack awscdk.Stack, alarms *constructs.Alarms, certificate awscertificatemanager.ICertificate) awscloudwatch.IAlarm {
	return constructs.NewCertificateAlarm(stack, "CertificateExpires", &constructs.CertificateAlarmProps{
		Alarms: alarms, Certificate: certificate,
	})
}

// tierAlarmsProps describes the alarms on the web tier of either region.
func tierAlarmsProps(region site.Region, w site.Web, tier *constructs.WebTier, alarms *constructs.Alarms) *constructs.WebTierAlarmsProps {
	props := &constructs.WebTierAlarmsProps{Alarms: alarms, Tier: tier}
	if w.Minimum >= len(region.AvailabilityZones) { // Auto Scaling then has a server in each
		props.AvailabilityZones = region.AvailabilityZones
	}
	return props
}
