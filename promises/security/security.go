// Package security holds the promises about what protects the site and its operators.
package security

import (
	"fmt"
	"slices"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// Promises returns the promises about what protects the site and its operators.
func Promises() []read.Promise {
	return slices.Concat(securityPromises(), firewallPromises(), forwardedPromises(), rolePromises(), topicPromises(), deputyPromises(), logPromises())
}

// securityPromises are what SECURITY.md promises, beside what the others do.
func securityPromises() []read.Promise {
	return []read.Promise{
		{Name: "every request leaves a line", When: when.AccessLogs, Check: checkAccessLogs},
		{Name: "access logs are private and forgotten", When: when.AccessLogs, Check: checkLogBuckets},
		{Name: "buckets speak TLS only", Check: checkBucketTLS},
		{Name: "operators hear of servers that start, end or fail to", When: when.Notifications, Check: checkServerEvents},
		{Name: "notifications are encrypted all the way", When: when.Notifications, Check: checkTopics},
		{Name: "a web ACL before the distribution", When: when.Firewall, Check: checkEdgeACL},
		{Name: "a web ACL before the standby load balancer", When: when.Firewall, Check: checkStandbyACL},
		{Name: "what web ACLs refuse is logged, without what lets in", When: when.Firewall, Check: checkACLLogs},
		{Name: "a budget tells before it is spent", When: when.WithBudget, Check: checkBudget},
		{Name: "network traffic is recorded", When: when.FlowLogs, Check: checkFlowLogs},
		{Name: "default security groups are closed", Check: checkDefaultGroups},
		{Name: "load balancers read requests strictly, and stay", Check: checkStrictBalancers},
		{Name: "logs are forgotten", Check: checkLogGroups},
		{Name: "a shell without a port or a key", Check: checkShell},
		{Name: "no role may do more than it must", Check: checkLeastPrivilege},
		{Name: "home and standby agree", Check: checkParity},
	}
}

// checkAccessLogs demands that load balancers, distributions and buckets log to
// the bucket of their region.
func checkAccessLogs(in *read.Reader) {
	for _, t := range in.Tiers() {
		logs := logBucket(in, t)
		expectAttributes(t.Balancer, map[string]string{
			"access_logs.s3.enabled": "true", "access_logs.s3.bucket": read.Placeholder(logs),
		})
		read.Leads(in.Bucket(t.Region.Name), "LoggingConfiguration.DestinationBucketName", logs)
		read.Leads(in.StaticDistribution(t.Region.Name), "DistributionConfig.Logging.Bucket", logs)
	}
	read.Leads(in.SiteDistribution(), "DistributionConfig.Logging.Bucket", logBucket(in, in.Home()))
	if in.Site.Failover.Switch {
		read.Leads(in.SwitchBucket(), "LoggingConfiguration.DestinationBucketName", logBucket(in, in.Standby()))
	}
}

// logBucket is the bucket for the access logs of a tier's region.
func logBucket(in *read.Reader, t *read.Tier) *assembly.Resource {
	var found []*assembly.Resource
	for _, bucket := range t.Balancer.Stack.Resources(topology.BucketType) {
		if bucket != in.Bucket(t.Region.Name) && !(in.Site.Failover.Switch && bucket == in.SwitchBucket()) {
			found = append(found, bucket)
		}
	}
	return read.Only("log buckets in "+t.Region.Name, found...)
}

func checkLogBuckets(in *read.Reader) {
	for _, t := range in.Tiers() {
		logs := logBucket(in, t)
		read.Expect(logs, "LifecycleConfiguration.Rules.0.Status", "Enabled")
		read.Expect(logs, "LifecycleConfiguration.Rules.0.ExpirationInDays", in.Site.Retention.Days)
		read.Expect(logs, "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm", "AES256")
		read.Expect(logs, "OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerPreferred") // CloudFront writes with ACLs
		read.CheckPrivate(logs)
	}
}

func checkBucketTLS(in *read.Reader) {
	for _, bucket := range in.Resources(topology.BucketType) {
		if !slices.ContainsFunc(read.Statements(in.BucketPolicy(bucket), "Deny"), func(s map[string]any) bool {
			return s["Action"] == "s3:*" && fmt.Sprint(s["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
		}) {
			read.Fail(bucket, "", "may be read in the clear")
		}
	}
}

// checkServerEvents demands that each group reports to its region's topic, and
// that the topic leads to the operators.
func checkServerEvents(in *read.Reader) {
	for _, t := range in.Tiers() {
		topic := topic(t)
		read.InRegion(topic, t.Region.Name)
		const path = "NotificationConfigurations.0.NotificationTypes"
		events := read.Texts(t.Group, path)
		for _, event := range []string{"LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR"} {
			if !slices.Contains(events, "autoscaling:EC2_INSTANCE_"+event) {
				read.Fail(t.Group, path, "says nothing of %s", event)
			}
		}
		in.CheckSubscriptions(topic, len(in.Site.Notify))
	}
}

// topic is where a tier's group sends notifications.
func topic(t *read.Tier) *assembly.Resource {
	return read.Target(t.Group, "NotificationConfigurations.0.TopicARN", "AWS::SNS::Topic")
}

// checkTopics demands that topics are encrypted with a key of ours.
func checkTopics(in *read.Reader) {
	for _, topic := range in.Resources("AWS::SNS::Topic") {
		key := read.Target(topic, "KmsMasterKeyId", "AWS::KMS::Key")
		read.Expect(key, "EnableKeyRotation", true)
	}
}

func checkBudget(in *read.Reader) {
	budget := budget(in)
	read.Expect(budget, "Budget.BudgetLimit.Amount", in.Site.Budget.Monthly)
	read.Expect(budget, "Budget.TimeUnit", "MONTHLY")
	for i, kind := range []string{"ACTUAL", "FORECASTED"} {
		path := fmt.Sprintf("NotificationsWithSubscribers.%d.", i)
		read.Expect(budget, path+"Notification.NotificationType", kind)
		read.Expect(budget, path+"Subscribers.0.Address", in.Site.Budget.Email)
	}
}

func budget(in *read.Reader) *assembly.Resource {
	return read.Only("budgets", in.Resources("AWS::Budgets::Budget")...)
}

func checkFlowLogs(in *read.Reader) {
	for _, vpc := range in.Resources("AWS::EC2::VPC") {
		log := read.Only("flow logs of "+vpc.String(), in.Referrers(vpc, "AWS::EC2::FlowLog")...)
		read.Expect(log, "TrafficType", "ALL")
		read.Target(log, "LogGroupName", "AWS::Logs::LogGroup")
	}
}

func checkDefaultGroups(in *read.Reader) {
	for _, vpc := range in.Resources("AWS::EC2::VPC") {
		restricted := read.Only("restrictions of "+vpc.String(), in.Referrers(vpc, "Custom::VpcRestrictDefaultSG")...)
		read.Expect(restricted, "DefaultSecurityGroupId", read.Placeholder(vpc, "DefaultSecurityGroup"))
	}
}

// checkLogGroups demands that nothing is logged for ever, and that functions
// log to groups of the templates: those that Lambda makes itself keep all.
func checkLogGroups(in *read.Reader) {
	for _, group := range in.Resources("AWS::Logs::LogGroup") {
		if days := read.Int(group, "RetentionInDays"); days > max(731, in.Site.Retention.Days) {
			read.Fail(group, "RetentionInDays", "is %d: logs are kept for %d days", days, days)
		}
	}
	for _, function := range in.Resources("AWS::Lambda::Function") {
		// The group is named by the function, or after it.
		if len(in.Referrers(function, "AWS::Logs::LogGroup")) == 0 {
			read.Target(function, "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
		}
	}
}
