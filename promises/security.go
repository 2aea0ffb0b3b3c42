package promises

import (
	"fmt"
	"slices"

	"twinsite/assembly"
	"twinsite/topology"
)

// securityPromises are what SECURITY.md promises, beside what the others do.
func securityPromises() []Promise {
	return []Promise{
		{Name: "every request leaves a line", when: accessLogs, check: (*reader).checkAccessLogs},
		{Name: "access logs are private and forgotten", when: accessLogs, check: (*reader).checkLogBuckets},
		{Name: "buckets speak TLS only", check: (*reader).checkBucketTLS},
		{Name: "operators hear of servers that start, end or fail to", when: notifications, check: (*reader).checkServerEvents},
		{Name: "notifications are encrypted all the way", when: notifications, check: (*reader).checkTopics},
		{Name: "a web ACL before the distribution", when: firewall, check: (*reader).checkEdgeACL},
		{Name: "a web ACL before the standby load balancer", when: firewall, check: (*reader).checkStandbyACL},
		{Name: "what web ACLs refuse is logged, without what lets in", when: firewall, check: (*reader).checkACLLogs},
		{Name: "a budget tells before it is spent", when: withBudget, check: (*reader).checkBudget},
		{Name: "network traffic is recorded", when: flowLogs, check: (*reader).checkFlowLogs},
		{Name: "default security groups are closed", check: (*reader).checkDefaultGroups},
		{Name: "load balancers read requests strictly, and stay", check: (*reader).checkStrictBalancers},
		{Name: "logs are forgotten", check: (*reader).checkLogGroups},
		{Name: "a shell without a port or a key", check: (*reader).checkShell},
		{Name: "no role may do more than it must", check: (*reader).checkLeastPrivilege},
		{Name: "home and standby agree", check: (*reader).checkParity},
	}
}

// checkAccessLogs demands that load balancers, distributions and buckets log to
// the bucket of their region.
func (in *reader) checkAccessLogs() {
	for _, t := range in.tiers() {
		logs := in.logBucket(t)
		expectAttributes(t.balancer, map[string]string{
			"access_logs.s3.enabled": "true", "access_logs.s3.bucket": placeholder(logs),
		})
		leads(in.bucket(t.Region.Name), "LoggingConfiguration.DestinationBucketName", logs)
		leads(in.staticDistribution(t.Region.Name), "DistributionConfig.Logging.Bucket", logs)
	}
	leads(in.siteDistribution(), "DistributionConfig.Logging.Bucket", in.logBucket(in.home()))
}

// logBucket is the bucket for the access logs of a tier's region.
func (in *reader) logBucket(t *tier) *assembly.Resource {
	var found []*assembly.Resource
	for _, bucket := range t.balancer.Stack.Resources(topology.BucketType) {
		if bucket != in.bucket(t.Region.Name) {
			found = append(found, bucket)
		}
	}
	return only("log buckets in "+t.Region.Name, found...)
}

func (in *reader) checkLogBuckets() {
	for _, t := range in.tiers() {
		logs := in.logBucket(t)
		expect(logs, "LifecycleConfiguration.Rules.0.Status", "Enabled")
		expect(logs, "LifecycleConfiguration.Rules.0.ExpirationInDays", 90)
		expect(logs, "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm", "AES256")
		expect(logs, "OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerPreferred") // CloudFront writes with ACLs
		checkPrivate(logs)
	}
}

func (in *reader) checkBucketTLS() {
	for _, bucket := range in.Resources(topology.BucketType) {
		if !slices.ContainsFunc(statements(in.bucketPolicy(bucket), "Deny"), func(s map[string]any) bool {
			return s["Action"] == "s3:*" && fmt.Sprint(s["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
		}) {
			fail(bucket, "", "may be read in the clear")
		}
	}
}

// checkServerEvents demands that each group reports to its region's topic, and
// that the topic leads to the operators.
func (in *reader) checkServerEvents() {
	for _, t := range in.tiers() {
		topic := in.topic(t)
		inRegion(topic, t.Region.Name)
		const path = "NotificationConfigurations.0.NotificationTypes"
		events := texts(t.group, path)
		for _, event := range []string{"LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR"} {
			if !slices.Contains(events, "autoscaling:EC2_INSTANCE_"+event) {
				fail(t.group, path, "says nothing of %s", event)
			}
		}
		in.checkSubscriptions(topic, len(in.site.Notify))
	}
}

// topic is where a tier's group sends notifications.
func (in *reader) topic(t *tier) *assembly.Resource {
	return target(t.group, "NotificationConfigurations.0.TopicARN", "AWS::SNS::Topic")
}

func (in *reader) checkSubscriptions(topic *assembly.Resource, want int) {
	if n := len(in.Referrers(topic, "AWS::SNS::Subscription")); n != want {
		fail(topic, "", "leads to %d addresses, want %d", n, want)
	}
}

// checkTopics demands that topics are encrypted with a key of ours.
func (in *reader) checkTopics() {
	for _, topic := range in.Resources("AWS::SNS::Topic") {
		key := target(topic, "KmsMasterKeyId", "AWS::KMS::Key")
		expect(key, "EnableKeyRotation", true)
	}
}

func (in *reader) checkBudget() {
	budget := in.budget()
	expect(budget, "Budget.BudgetLimit.Amount", in.site.Budget.Monthly)
	expect(budget, "Budget.TimeUnit", "MONTHLY")
	for i, kind := range []string{"ACTUAL", "FORECASTED"} {
		path := fmt.Sprintf("NotificationsWithSubscribers.%d.", i)
		expect(budget, path+"Notification.NotificationType", kind)
		expect(budget, path+"Subscribers.0.Address", in.site.Budget.Email)
	}
}

func (in *reader) budget() *assembly.Resource {
	return only("budgets", in.Resources("AWS::Budgets::Budget")...)
}

func (in *reader) checkFlowLogs() {
	for _, vpc := range in.Resources("AWS::EC2::VPC") {
		log := only("flow logs of "+vpc.String(), in.Referrers(vpc, "AWS::EC2::FlowLog")...)
		expect(log, "TrafficType", "ALL")
		target(log, "LogGroupName", "AWS::Logs::LogGroup")
	}
}

func (in *reader) checkDefaultGroups() {
	for _, vpc := range in.Resources("AWS::EC2::VPC") {
		restricted := only("restrictions of "+vpc.String(), in.Referrers(vpc, "Custom::VpcRestrictDefaultSG")...)
		expect(restricted, "DefaultSecurityGroupId", placeholder(vpc, "DefaultSecurityGroup"))
	}
}

// checkLogGroups demands that nothing is logged for ever, and that functions
// log to groups of the templates: those that Lambda makes itself keep all.
func (in *reader) checkLogGroups() {
	for _, group := range in.Resources("AWS::Logs::LogGroup") {
		if days := integer(group, "RetentionInDays"); days > 731 {
			fail(group, "RetentionInDays", "is %d: logs are kept for %d days", days, days)
		}
	}
	for _, function := range in.Resources("AWS::Lambda::Function") {
		// The group is named by the function, or after it.
		if len(in.Referrers(function, "AWS::Logs::LogGroup")) == 0 {
			target(function, "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
		}
	}
}
