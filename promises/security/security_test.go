package security

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// securityCopies break the promises of security.go.
var securityCopies = map[string][]brokencopy.Copy{
	"every request leaves a line": {
		{"none of the load balancer's", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Standby().Balancer, "access_logs.s3.enabled", "false")
		}, `access_logs.s3.enabled "false"`},
		{"none of the bucket's", func(in *read.Reader) { in.HomeBucket().Delete("LoggingConfiguration") }, "LoggingConfiguration"},
		{"none of the static files'", func(in *read.Reader) {
			in.StandbyStatic().Delete("DistributionConfig.Logging")
		}, "Logging"},
		{"none of the site's", func(in *read.Reader) { in.SiteDistribution().Delete("DistributionConfig.Logging") }, "Logging"},
	},
	"access logs are private and forgotten": {
		{"kept for ever", func(in *read.Reader) { logBucket(in, in.Home()).Delete("LifecycleConfiguration") }, "LifecycleConfiguration"},
		{"public", func(in *read.Reader) {
			logBucket(in, in.Standby()).Set("PublicAccessBlockConfiguration.BlockPublicAcls", false)
		}, "BlockPublicAcls is false"},
		{"CloudFront cannot write", func(in *read.Reader) {
			logBucket(in, in.Home()).Set("OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerEnforced")
		}, "ObjectOwnership is BucketOwnerEnforced"},
	},
	"buckets speak TLS only": {{"in the clear", func(in *read.Reader) {
		in.BucketPolicy(in.HomeBucket()).Set("PolicyDocument.Statement.0.Effect", "Allow")
	}, "in the clear"}},
	"operators hear of servers that start, end or fail to": {
		{"not of failures", func(in *read.Reader) {
			in.Home().Group.Set("NotificationConfigurations.0.NotificationTypes", []string{"autoscaling:EC2_INSTANCE_LAUNCH"})
		}, "says nothing of LAUNCH_ERROR"},
		{"nobody at the standby", func(in *read.Reader) { in.Standby().Group.Delete("NotificationConfigurations") }, "NotificationConfigurations"},
		{"another address", func(in *read.Reader) { in.Site.Notify = []string{"a@example.com", "b@example.com"} }, "addresses, want 2"},
	},
	"notifications are encrypted all the way": {
		{"in plain text", func(in *read.Reader) { topic(in.Home()).Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
		{"with AWS's key", func(in *read.Reader) { topic(in.Home()).Set("KmsMasterKeyId", "alias/aws/sns") }, "leads to no resource"},
		{"the pages in plain text", func(in *read.Reader) { in.PagesTopic().Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
	},
	"a web ACL before the distribution": append([]brokencopy.Copy{
		{"none", func(in *read.Reader) { in.SiteDistribution().Delete("DistributionConfig.WebACLId") }, "WebACLId"},
		{"a regional one", func(in *read.Reader) { edgeACL(in).Set("Scope", "REGIONAL") }, "Scope is REGIONAL"},
	}, aclCopies(edgeACL)...),
	"a web ACL before the standby load balancer": append([]brokencopy.Copy{
		{"none", func(in *read.Reader) {
			association := in.Resources("AWS::WAFv2::WebACLAssociation")[0]
			association.Stack.Remove(association.LogicalID)
		}, "0 of web ACLs"},
		{"CloudFront is a visitor", func(in *read.Reader) {
			acl := standbyACL(in)
			acl.Set(aclRule(acl, "ForwardedRateLimit")+".Name", "Other")
		}, "ForwardedRateLimit"},
	}, aclCopies(standbyACL)...),
	"what web ACLs refuse is logged, without what lets in": {
		{"nothing is logged", func(in *read.Reader) {
			logging := in.Resources("AWS::WAFv2::LoggingConfiguration")[0]
			logging.Stack.Remove(logging.LogicalID)
		}, "0 of logging configurations"},
		{"another name", func(in *read.Reader) {
			read.Follow(in.Resources("AWS::WAFv2::LoggingConfiguration")[0], "LogDestinationConfigs.0").Set("LogGroupName", "waf")
		}, "WAF writes to no group"},
		{"cookies are shown", func(in *read.Reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Delete("RedactedFields.1")
		}, "shows the header cookie"},
		{"samples are shown", func(in *read.Reader) { edgeACL(in).Set("Rules.0.VisibilityConfig.SampledRequestsEnabled", true) }, "SampledRequestsEnabled is true"},
	},
	"a budget tells before it is spent": {
		{"ten times as much", func(in *read.Reader) { budget(in).Set("Budget.BudgetLimit.Amount", 2000) }, "Amount is 2000"},
		{"somebody else", func(in *read.Reader) {
			budget(in).Set("NotificationsWithSubscribers.1.Subscribers.0.Address", "other@example.com")
		}, "Address is other@example.com"},
	},
	"network traffic is recorded": {
		{"rejected traffic only", func(in *read.Reader) { in.Resources("AWS::EC2::FlowLog")[0].Set("TrafficType", "REJECT") }, "TrafficType is REJECT"},
		{"one region only", func(in *read.Reader) {
			log := in.Resources("AWS::EC2::FlowLog")[1]
			log.Stack.Remove(log.LogicalID)
		}, "0 of flow logs"},
	},
	"default security groups are closed": {
		{"open", func(in *read.Reader) {
			r := in.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Stack.Remove(r.LogicalID)
		}, "0 of restrictions"},
		{"another group", func(in *read.Reader) {
			r := in.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Set("DefaultSecurityGroupId", brokencopy.GetAtt(in.Referrers(read.Follow(r, "DefaultSecurityGroupId"), "AWS::EC2::SecurityGroup")[0], "GroupId"))
		}, "0 of restrictions"},
	},
	"load balancers read requests strictly, and stay": {
		{"invalid headers", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Home().Balancer, "routing.http.drop_invalid_header_fields.enabled", "false")
		}, `drop_invalid_header_fields.enabled "false"`},
		{"smuggled requests", func(in *read.Reader) {
			brokencopy.SetAttribute(in.Standby().Balancer, "routing.http.desync_mitigation_mode", "monitor")
		}, `desync_mitigation_mode "monitor"`},
		{"deleted by mistake", func(in *read.Reader) {
			in.Site.Retention.TerminationProtection = !in.Site.Retention.TerminationProtection
		}, "deletion_protection.enabled"},
	},
	"logs are forgotten": {
		{"kept for ever", func(in *read.Reader) { in.Resources("AWS::Logs::LogGroup")[0].Delete("RetentionInDays") }, "RetentionInDays"},
		{"kept for ten years", func(in *read.Reader) { in.Resources("AWS::Logs::LogGroup")[0].Set("RetentionInDays", 3653) }, "kept for 3653 days"},
		{"a function makes its own", func(in *read.Reader) {
			read.Follow(in.Resources("Custom::VpcRestrictDefaultSG")[0], "ServiceToken").Delete("LoggingConfig")
		}, "LoggingConfig"},
	},
	"a shell without a port or a key": {
		{"a key", func(in *read.Reader) { in.Home().Template.Add("LaunchTemplateData.KeyName", "mine") }, "has a key"},
		{"every parameter of the account", func(in *read.Reader) {
			attach(serverRole(in.Home()), "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
		}, "other people's policies"},
	},
	"no role may do more than it must": {
		{"everything", func(in *read.Reader) {
			in.PolicyOf(serverRole(in.Home())).Set("PolicyDocument.Statement.0.Action", "*")
		}, "allows the action *"},
		{"everything of a service", func(in *read.Reader) {
			in.PolicyOf(replicationRole(in)).Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "allows the action s3:*"},
		{"on everything", func(in *read.Reader) {
			in.PolicyOf(replicationRole(in)).Set("PolicyDocument.Statement.2.Resource", "*")
		}, "on every resource"},
		{"AWS's widest policy", func(in *read.Reader) {
			attach(serverRole(in.Home()), "arn:aws:iam::aws:policy/AdministratorAccess")
		}, "has the policy arn:aws:iam::aws:policy/AdministratorAccess"},
		{"for everybody", func(in *read.Reader) {
			in.BucketPolicy(in.StandbyBucket()).Set("PolicyDocument.Statement.1", map[string]any{
				"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": "arn:aws:s3:::x/y",
			})
		}, "is for everybody"},
		{"inline", func(in *read.Reader) {
			serverRole(in.Home()).Add("Policies", []any{map[string]any{"PolicyName": "More", "PolicyDocument": map[string]any{
				"Statement": []any{map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}},
			}}})
		}, "allows the action iam:*"},
	},
	"home and standby agree": {
		{"another health check", func(in *read.Reader) { in.Standby().TargetGroup.Set("HealthCheckIntervalSeconds", 300) }, "HealthCheckIntervalSeconds"},
		{"open metadata at the standby", func(in *read.Reader) {
			in.Standby().Template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "MetadataOptions.HttpTokens"},
		{"another policy of the bucket", func(in *read.Reader) {
			in.BucketPolicy(in.StandbyBucket()).Delete("PolicyDocument.Statement.0")
		}, "StaticSiteBucketPolicy"},
		{"an alarm less", func(in *read.Reader) {
			alarm := in.ScalingAlarm(in.Standby(), "LessThanOrEqualToThreshold")
			alarm.Stack.Remove(alarm.LogicalID)
		}, "at home only"},
		{"its files are not retained", func(in *read.Reader) {
			in.StandbyBucket().Set(".DeletionPolicy", "Snapshot")
		}, ".DeletionPolicy"},
		{"the other's region", func(in *read.Reader) {
			in.Standby().Template.Set("LaunchTemplateData.UserData", read.Value(in.Home().Template, "LaunchTemplateData.UserData"))
		}, "UserData"},
	},
}
