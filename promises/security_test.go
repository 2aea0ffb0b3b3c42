package promises

// securityCopies break the promises of security.go.
var securityCopies = map[string][]brokenCopy{
	"every request leaves a line": {
		{"none of the load balancer's", func(in *reader) { setAttribute(in.standby().balancer, "access_logs.s3.enabled", "false") }, `access_logs.s3.enabled "false"`},
		{"none of the bucket's", func(in *reader) { in.homeBucket().Delete("LoggingConfiguration") }, "LoggingConfiguration"},
		{"none of the static files'", func(in *reader) {
			in.standbyStatic().Delete("DistributionConfig.Logging")
		}, "Logging"},
		{"none of the site's", func(in *reader) { in.siteDistribution().Delete("DistributionConfig.Logging") }, "Logging"},
	},
	"access logs are private and forgotten": {
		{"kept for ever", func(in *reader) { in.logBucket(in.home()).Delete("LifecycleConfiguration") }, "LifecycleConfiguration"},
		{"public", func(in *reader) {
			in.logBucket(in.standby()).Set("PublicAccessBlockConfiguration.BlockPublicAcls", false)
		}, "BlockPublicAcls is false"},
		{"CloudFront cannot write", func(in *reader) {
			in.logBucket(in.home()).Set("OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerEnforced")
		}, "ObjectOwnership is BucketOwnerEnforced"},
	},
	"buckets speak TLS only": {{"in the clear", func(in *reader) {
		in.bucketPolicy(in.homeBucket()).Set("PolicyDocument.Statement.0.Effect", "Allow")
	}, "in the clear"}},
	"operators hear of servers that start, end or fail to": {
		{"not of failures", func(in *reader) {
			in.home().group.Set("NotificationConfigurations.0.NotificationTypes", []string{"autoscaling:EC2_INSTANCE_LAUNCH"})
		}, "says nothing of LAUNCH_ERROR"},
		{"nobody at the standby", func(in *reader) { in.standby().group.Delete("NotificationConfigurations") }, "NotificationConfigurations"},
		{"another address", func(in *reader) { in.site.Notify = []string{"a@example.com", "b@example.com"} }, "addresses, want 2"},
	},
	"notifications are encrypted all the way": {
		{"in plain text", func(in *reader) { in.topic(in.home()).Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
		{"with AWS's key", func(in *reader) { in.topic(in.home()).Set("KmsMasterKeyId", "alias/aws/sns") }, "leads to no resource"},
		{"the pages in plain text", func(in *reader) { in.pagesTopic().Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
	},
	"a web ACL before the distribution": append([]brokenCopy{
		{"none", func(in *reader) { in.siteDistribution().Delete("DistributionConfig.WebACLId") }, "WebACLId"},
		{"a regional one", func(in *reader) { in.edgeACL().Set("Scope", "REGIONAL") }, "Scope is REGIONAL"},
	}, aclCopies((*reader).edgeACL)...),
	"a web ACL before the standby load balancer": append([]brokenCopy{
		{"none", func(in *reader) {
			association := in.Resources("AWS::WAFv2::WebACLAssociation")[0]
			association.Stack.Remove(association.LogicalID)
		}, "0 of web ACLs"},
		{"CloudFront is a visitor", func(in *reader) {
			acl := in.standbyACL()
			acl.Set(aclRule(acl, "ForwardedRateLimit")+".Name", "Other")
		}, "ForwardedRateLimit"},
	}, aclCopies((*reader).standbyACL)...),
	"what web ACLs refuse is logged, without what lets in": {
		{"nothing is logged", func(in *reader) {
			logging := in.Resources("AWS::WAFv2::LoggingConfiguration")[0]
			logging.Stack.Remove(logging.LogicalID)
		}, "0 of logging configurations"},
		{"another name", func(in *reader) {
			follow(in.Resources("AWS::WAFv2::LoggingConfiguration")[0], "LogDestinationConfigs.0").Set("LogGroupName", "waf")
		}, "WAF writes to no group"},
		{"cookies are shown", func(in *reader) {
			in.Resources("AWS::WAFv2::LoggingConfiguration")[1].Delete("RedactedFields.1")
		}, "shows the header cookie"},
		{"samples are shown", func(in *reader) { in.edgeACL().Set("Rules.0.VisibilityConfig.SampledRequestsEnabled", true) }, "SampledRequestsEnabled is true"},
	},
	"a budget tells before it is spent": {
		{"ten times as much", func(in *reader) { in.budget().Set("Budget.BudgetLimit.Amount", 2000) }, "Amount is 2000"},
		{"somebody else", func(in *reader) {
			in.budget().Set("NotificationsWithSubscribers.1.Subscribers.0.Address", "other@example.com")
		}, "Address is other@example.com"},
	},
	"network traffic is recorded": {
		{"rejected traffic only", func(in *reader) { in.Resources("AWS::EC2::FlowLog")[0].Set("TrafficType", "REJECT") }, "TrafficType is REJECT"},
		{"one region only", func(in *reader) {
			log := in.Resources("AWS::EC2::FlowLog")[1]
			log.Stack.Remove(log.LogicalID)
		}, "0 of flow logs"},
	},
	"default security groups are closed": {
		{"open", func(in *reader) {
			r := in.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Stack.Remove(r.LogicalID)
		}, "0 of restrictions"},
		{"another group", func(in *reader) {
			r := in.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Set("DefaultSecurityGroupId", getAtt(in.Referrers(follow(r, "DefaultSecurityGroupId"), "AWS::EC2::SecurityGroup")[0], "GroupId"))
		}, "0 of restrictions"},
	},
	"load balancers read requests strictly, and stay": {
		{"invalid headers", func(in *reader) {
			setAttribute(in.home().balancer, "routing.http.drop_invalid_header_fields.enabled", "false")
		}, `drop_invalid_header_fields.enabled "false"`},
		{"smuggled requests", func(in *reader) {
			setAttribute(in.standby().balancer, "routing.http.desync_mitigation_mode", "monitor")
		}, `desync_mitigation_mode "monitor"`},
		{"deleted by mistake", func(in *reader) {
			in.site.Retention.TerminationProtection = !in.site.Retention.TerminationProtection
		}, "deletion_protection.enabled"},
	},
	"logs are forgotten": {
		{"kept for ever", func(in *reader) { in.Resources("AWS::Logs::LogGroup")[0].Delete("RetentionInDays") }, "RetentionInDays"},
		{"kept for ten years", func(in *reader) { in.Resources("AWS::Logs::LogGroup")[0].Set("RetentionInDays", 3653) }, "kept for 3653 days"},
		{"a function makes its own", func(in *reader) {
			follow(in.Resources("Custom::VpcRestrictDefaultSG")[0], "ServiceToken").Delete("LoggingConfig")
		}, "LoggingConfig"},
	},
	"a shell without a port or a key": {
		{"a key", func(in *reader) { in.home().template.Add("LaunchTemplateData.KeyName", "mine") }, "has a key"},
		{"every parameter of the account", func(in *reader) {
			serverRole(in.home()).Add("ManagedPolicyArns", []string{"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"})
		}, "other people's policies"},
	},
	"no role may do more than it must": {
		{"everything", func(in *reader) {
			in.policyOf(serverRole(in.home())).Set("PolicyDocument.Statement.0.Action", "*")
		}, "allows the action *"},
		{"everything of a service", func(in *reader) {
			in.policyOf(replicationRole(in)).Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "allows the action s3:*"},
		{"on everything", func(in *reader) {
			in.policyOf(replicationRole(in)).Set("PolicyDocument.Statement.2.Resource", "*")
		}, "on every resource"},
		{"AWS's widest policy", func(in *reader) {
			serverRole(in.home()).Add("ManagedPolicyArns", []string{"arn:aws:iam::aws:policy/AdministratorAccess"})
		}, "has the policy arn:aws:iam::aws:policy/AdministratorAccess"},
		{"for everybody", func(in *reader) {
			in.bucketPolicy(in.standbyBucket()).Set("PolicyDocument.Statement.1", map[string]any{
				"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": "arn:aws:s3:::x/y",
			})
		}, "is for everybody"},
		{"inline", func(in *reader) {
			serverRole(in.home()).Add("Policies", []any{map[string]any{"PolicyName": "More", "PolicyDocument": map[string]any{
				"Statement": []any{map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}},
			}}})
		}, "allows the action iam:*"},
	},
	"home and standby agree": {
		{"another health check", func(in *reader) { in.standby().targetGroup.Set("HealthCheckIntervalSeconds", 300) }, "HealthCheckIntervalSeconds"},
		{"open metadata at the standby", func(in *reader) {
			in.standby().template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "MetadataOptions.HttpTokens"},
		{"another policy of the bucket", func(in *reader) {
			in.bucketPolicy(in.standbyBucket()).Delete("PolicyDocument.Statement.0")
		}, "StaticSiteBucketPolicy"},
		{"an alarm less", func(in *reader) {
			alarm := in.scalingAlarm(in.standby(), "LessThanOrEqualToThreshold")
			alarm.Stack.Remove(alarm.LogicalID)
		}, "at home only"},
		{"its files are not retained", func(in *reader) {
			in.standbyBucket().Set(".DeletionPolicy", "Snapshot")
		}, ".DeletionPolicy"},
		{"the other's region", func(in *reader) {
			in.standby().template.Set("LaunchTemplateData.UserData", value(in.home().template, "LaunchTemplateData.UserData"))
		}, "UserData"},
	},
}
