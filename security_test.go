package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

// securityPromises are the guard rails: what SECURITY.md promises, beside what
// the others do.
var securityPromises = []promise{{
	row:  "every request leaves a line",
	when: accessLogs,
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			logs := w.logBucket(t)
			for attribute, want := range map[string]string{"access_logs.s3.enabled": "true", "access_logs.s3.bucket": "${" + logs.String() + "}"} {
				if got := attributes(t.balancer)[attribute]; got != want {
					fail("%s: %s is %q, want %s", t.balancer, attribute, got, want)
				}
			}
			leads(w.bucket(t.Region.Name), "LoggingConfiguration.DestinationBucketName", logs)
			leads(w.staticDistribution(t.Region.Name), "DistributionConfig.Logging.Bucket", logs)
		}
		leads(w.siteDistribution(), "DistributionConfig.Logging.Bucket", w.logBucket(w.home()))
	},
	twins: []twin{
		{"none of the load balancer's", func(w *walk) { setAttribute(w.standby().balancer, "access_logs.s3.enabled", "false") }, `enabled is "false"`},
		{"none of the bucket's", func(w *walk) { w.bucket(w.site.Home.Region.Name).Delete("LoggingConfiguration") }, "LoggingConfiguration"},
		{"none of the static files'", func(w *walk) {
			w.staticDistribution(w.site.Standby.Region.Name).Delete("DistributionConfig.Logging")
		}, "Logging"},
		{"none of the site's", func(w *walk) { w.siteDistribution().Delete("DistributionConfig.Logging") }, "Logging"},
	},
}, {
	row:  "access logs are private and forgotten",
	when: accessLogs,
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			logs := w.logBucket(t)
			expect(logs, "LifecycleConfiguration.Rules.0.Status", "Enabled")
			expect(logs, "LifecycleConfiguration.Rules.0.ExpirationInDays", 90)
			expect(logs, "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm", "AES256")
			expect(logs, "OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerPreferred")
			for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				expect(logs, "PublicAccessBlockConfiguration."+block, true)
			}
		}
	},
	twins: []twin{
		{"kept for ever", func(w *walk) { w.logBucket(w.home()).Delete("LifecycleConfiguration") }, "LifecycleConfiguration"},
		{"public", func(w *walk) {
			w.logBucket(w.standby()).Set("PublicAccessBlockConfiguration.BlockPublicAcls", false)
		}, "BlockPublicAcls is false"},
		{"CloudFront cannot write", func(w *walk) {
			w.logBucket(w.home()).Set("OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerEnforced")
		}, "ObjectOwnership is BucketOwnerEnforced"},
	},
}, {
	row: "buckets speak TLS only",
	keeps: func(w *walk) {
		for _, bucket := range w.Resources("AWS::S3::Bucket") {
			if !slices.ContainsFunc(statements(w.bucketPolicy(bucket), "Deny"), func(s map[string]any) bool {
				return s["Action"] == "s3:*" && fmt.Sprint(s["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
			}) {
				fail("%s may be read in the clear", bucket)
			}
		}
	},
	twins: []twin{{"in the clear", func(w *walk) {
		w.bucketPolicy(w.bucket(w.site.Home.Region.Name)).Set("PolicyDocument.Statement.0.Effect", "Allow")
	}, "in the clear"}},
}, {
	row:  "operators hear of servers that start, end or fail to",
	when: func(s *site.Site) bool { return s.Notifications },
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			topic := w.topic(t)
			inRegion(topic, t.Region.Name)
			events := must(t.group.Texts("NotificationConfigurations.0.NotificationTypes"))
			for _, event := range []string{"LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR"} {
				if !slices.Contains(events, "autoscaling:EC2_INSTANCE_"+event) {
					fail("%s tells nobody of %s", t.group, event)
				}
			}
			if n := len(w.Referrers(topic, "AWS::SNS::Subscription")); n != len(w.site.Notify) {
				fail("%s has %d subscriptions, want %d", topic, n, len(w.site.Notify))
			}
		}
	},
	twins: []twin{
		{"not of failures", func(w *walk) {
			w.home().group.Set("NotificationConfigurations.0.NotificationTypes", []string{"autoscaling:EC2_INSTANCE_LAUNCH"})
		}, "tells nobody of LAUNCH_ERROR"},
		{"nobody at the standby", func(w *walk) { w.standby().group.Delete("NotificationConfigurations") }, "NotificationConfigurations"},
		{"another address", func(w *walk) { w.site.Notify = []string{"a@example.com", "b@example.com"} }, "subscriptions, want 2"},
	},
}, {
	row:  "notifications are encrypted all the way",
	when: func(s *site.Site) bool { return s.Notifications },
	keeps: func(w *walk) {
		for _, topic := range w.Resources("AWS::SNS::Topic") {
			key := target(topic, "KmsMasterKeyId", "AWS::KMS::Key")
			expect(key, "EnableKeyRotation", true)
			allowed := fmt.Sprint(must(key.Value("KeyPolicy.Statement")))
			groups := len(w.Referrers(topic, "AWS::AutoScaling::AutoScalingGroup")) > 0
			for who, may := range map[string]bool{"AWSServiceRoleForAutoScaling": groups, "cloudwatch.amazonaws.com": true} {
				if strings.Contains(allowed, who) != may {
					fail("%s: %s may use it: %t, want %t", key, who, !may, may)
				}
			}
			policy := only("policies of "+topic.String(), w.Referrers(topic, "AWS::SNS::TopicPolicy")...)
			if denied := statements(policy, "Deny"); len(denied) != 1 || !strings.Contains(fmt.Sprint(denied[0]["Condition"]), "SecureTransport:false") {
				fail("%s may be published to in the clear", topic)
			}
			if alarms := statements(policy, "Allow"); len(alarms) != 1 || !strings.Contains(fmt.Sprint(alarms[0]["Principal"]), "cloudwatch.amazonaws.com") ||
				!strings.Contains(fmt.Sprint(alarms[0]["Condition"]), "aws:SourceAccount") {
				fail("%s takes messages of others than the account's alarms", topic)
			}
		}
	},
	twins: []twin{
		{"in plain text", func(w *walk) { w.topic(w.home()).Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
		{"with AWS's key", func(w *walk) { w.topic(w.home()).Set("KmsMasterKeyId", "alias/aws/sns") }, "leads to no resource"},
		{"in the clear", func(w *walk) {
			w.Referrers(w.topic(w.home()), "AWS::SNS::TopicPolicy")[0].Set("PolicyDocument.Statement.0.Effect", "Allow")
		}, "in the clear"},
		{"Auto Scaling is silenced", func(w *walk) {
			must(w.topic(w.standby()).Target("KmsMasterKeyId")).Set("KeyPolicy.Statement.1.Condition", map[string]any{})
		}, "AWSServiceRoleForAutoScaling may use it: false"},
		{"anybody's alarms", func(w *walk) {
			w.Referrers(w.topic(w.home()), "AWS::SNS::TopicPolicy")[0].Delete("PolicyDocument.Statement.1.Condition")
		}, "of others than the account's alarms"},
		{"the pages in plain text", func(w *walk) { w.pages().Delete("KmsMasterKeyId") }, "KmsMasterKeyId"},
	},
}, {
	row:  "a web ACL before the distribution",
	when: func(s *site.Site) bool { return s.WAF },
	keeps: func(w *walk) {
		acl := target(w.siteDistribution(), "DistributionConfig.WebACLId", "AWS::WAFv2::WebACL")
		inRegion(acl, "us-east-1")
		w.keepsWebACL(acl, "CLOUDFRONT")
	},
	twins: append([]twin{
		{"none", func(w *walk) { w.siteDistribution().Delete("DistributionConfig.WebACLId") }, "WebACLId"},
		{"a regional one", func(w *walk) { w.edgeACL().Set("Scope", "REGIONAL") }, "Scope is REGIONAL"},
	}, webACLTwins((*walk).edgeACL)...),
}, {
	row:  "a web ACL before the standby load balancer",
	when: func(s *site.Site) bool { return s.WAF },
	keeps: func(w *walk) {
		acl := w.standbyACL()
		inRegion(acl, w.site.Standby.Region.Name)
		w.keepsWebACL(acl, "REGIONAL")
		// CloudFront's addresses stand for all visitors when it retries reads here.
		_, forwarded := webACLRule(acl, "ForwardedRateLimit")
		scope := fmt.Sprint(must(acl.Value(must(webACLRule(acl, "RateLimit")) + ".Statement.RateBasedStatement.ScopeDownStatement")))
		if w.site.Edge.ReadFailover && (forwarded != nil || !strings.Contains(scope, "x-forwarded-for")) {
			fail("%s counts CloudFront as one visitor", acl)
		}
	},
	twins: append([]twin{
		{"none", func(w *walk) {
			association := w.Resources("AWS::WAFv2::WebACLAssociation")[0]
			association.Stack.Remove(association.LogicalID)
		}, "0 of web ACLs"},
		{"CloudFront is a visitor", func(w *walk) {
			acl := w.standbyACL()
			acl.Set(must(webACLRule(acl, "ForwardedRateLimit"))+".Name", "Other")
		}, "CloudFront as one visitor"},
	}, webACLTwins((*walk).standbyACL)...),
}, {
	row:  "what web ACLs refuse is logged, without what lets in",
	when: func(s *site.Site) bool { return s.WAF },
	keeps: func(w *walk) {
		for _, acl := range w.Resources("AWS::WAFv2::WebACL") {
			logging := only("logging configurations of "+acl.String(), w.Referrers(acl, "AWS::WAFv2::LoggingConfiguration")...)
			group := target(logging, "LogDestinationConfigs.0", "AWS::Logs::LogGroup")
			if name := must(group.Text("LogGroupName")); !strings.HasPrefix(name, "aws-waf-logs-") {
				fail("%s: WAF writes to no group %s", logging, name)
			}
			redacted := fmt.Sprint(must(logging.Value("RedactedFields")))
			for _, header := range []string{"authorization", "cookie"} {
				if !strings.Contains(redacted, "SingleHeader:map[Name:"+header+"]") {
					fail("%s shows the header %s", logging, header)
				}
			}
			for i := range must(acl.Value("Rules")).([]any) {
				expect(acl, fmt.Sprintf("Rules.%d.VisibilityConfig.SampledRequestsEnabled", i), false)
			}
		}
	},
	twins: []twin{
		{"nothing is logged", func(w *walk) {
			logging := w.Resources("AWS::WAFv2::LoggingConfiguration")[0]
			logging.Stack.Remove(logging.LogicalID)
		}, "0 of logging configurations"},
		{"another name", func(w *walk) {
			must(w.Resources("AWS::WAFv2::LoggingConfiguration")[0].Target("LogDestinationConfigs.0")).Set("LogGroupName", "waf")
		}, "WAF writes to no group"},
		{"cookies are shown", func(w *walk) {
			w.Resources("AWS::WAFv2::LoggingConfiguration")[1].Delete("RedactedFields.1")
		}, "shows the header cookie"},
		{"samples are shown", func(w *walk) { w.edgeACL().Set("Rules.0.VisibilityConfig.SampledRequestsEnabled", true) }, "SampledRequestsEnabled is true"},
	},
}, {
	row:  "a budget tells before it is spent",
	when: func(s *site.Site) bool { return s.Budget.Monthly > 0 },
	keeps: func(w *walk) {
		budget := only("budgets", w.Resources("AWS::Budgets::Budget")...)
		expect(budget, "Budget.BudgetLimit.Amount", w.site.Budget.Monthly)
		expect(budget, "Budget.TimeUnit", "MONTHLY")
		for i, kind := range []string{"ACTUAL", "FORECASTED"} {
			path := fmt.Sprintf("NotificationsWithSubscribers.%d.", i)
			expect(budget, path+"Notification.NotificationType", kind)
			expect(budget, path+"Subscribers.0.Address", w.site.Budget.Email)
		}
	},
	twins: []twin{
		{"ten times as much", func(w *walk) { w.budget().Set("Budget.BudgetLimit.Amount", 2000) }, "Amount is 2000"},
		{"somebody else", func(w *walk) {
			w.budget().Set("NotificationsWithSubscribers.1.Subscribers.0.Address", "other@example.com")
		}, "Address is other@example.com"},
	},
}, {
	row:  "network traffic is recorded",
	when: func(s *site.Site) bool { return s.FlowLogs },
	keeps: func(w *walk) {
		for _, vpc := range w.Resources("AWS::EC2::VPC") {
			log := only("flow logs of "+vpc.String(), w.Referrers(vpc, "AWS::EC2::FlowLog")...)
			expect(log, "TrafficType", "ALL")
			target(log, "LogGroupName", "AWS::Logs::LogGroup")
		}
	},
	twins: []twin{
		{"rejected traffic only", func(w *walk) { w.Resources("AWS::EC2::FlowLog")[0].Set("TrafficType", "REJECT") }, "TrafficType is REJECT"},
		{"one region only", func(w *walk) {
			log := w.Resources("AWS::EC2::FlowLog")[1]
			log.Stack.Remove(log.LogicalID)
		}, "0 of flow logs"},
	},
}, {
	row: "default security groups are closed",
	keeps: func(w *walk) {
		for _, vpc := range w.Resources("AWS::EC2::VPC") {
			restricted := only("restrictions of "+vpc.String(), w.Referrers(vpc, "Custom::VpcRestrictDefaultSG")...)
			if id := must(restricted.Text("DefaultSecurityGroupId")); id != "${"+vpc.String()+".DefaultSecurityGroup}" {
				fail("%s closes %s", restricted, id)
			}
		}
	},
	twins: []twin{
		{"open", func(w *walk) {
			r := w.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Stack.Remove(r.LogicalID)
		}, "0 of restrictions"},
		{"another group", func(w *walk) {
			r := w.Resources("Custom::VpcRestrictDefaultSG")[0]
			r.Set("DefaultSecurityGroupId", getAtt(w.Referrers(must(r.Target("DefaultSecurityGroupId")), "AWS::EC2::SecurityGroup")[0], "GroupId"))
		}, "0 of restrictions"},
	},
}, {
	row: "load balancers read requests strictly, and stay",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			for attribute, want := range map[string]string{
				"routing.http.drop_invalid_header_fields.enabled": "true",
				"routing.http.desync_mitigation_mode":             "defensive",
				"deletion_protection.enabled":                     fmt.Sprint(w.site.Retention.TerminationProtection),
			} {
				if got := attributes(t.balancer)[attribute]; got != want {
					fail("%s: %s is %q, want %s", t.balancer, attribute, got, want)
				}
			}
		}
	},
	twins: []twin{
		{"invalid headers", func(w *walk) {
			setAttribute(w.home().balancer, "routing.http.drop_invalid_header_fields.enabled", "false")
		}, `drop_invalid_header_fields.enabled is "false"`},
		{"smuggled requests", func(w *walk) {
			setAttribute(w.standby().balancer, "routing.http.desync_mitigation_mode", "monitor")
		}, `desync_mitigation_mode is "monitor"`},
		{"deleted by mistake", func(w *walk) {
			w.site.Retention.TerminationProtection = !w.site.Retention.TerminationProtection
		}, "deletion_protection.enabled is"},
	},
}, {
	row: "logs are forgotten",
	keeps: func(w *walk) {
		for _, group := range w.Resources("AWS::Logs::LogGroup") {
			if days := must(group.Int("RetentionInDays")); days > 731 {
				fail("%s is kept for %d days", group, days)
			}
		}
		for _, function := range w.Resources("AWS::Lambda::Function") {
			// The group is named by the function, or after it.
			if len(w.Referrers(function, "AWS::Logs::LogGroup")) == 0 {
				target(function, "LoggingConfig.LogGroup", "AWS::Logs::LogGroup")
			}
		}
	},
	twins: []twin{
		{"kept for ever", func(w *walk) { w.Resources("AWS::Logs::LogGroup")[0].Delete("RetentionInDays") }, "RetentionInDays"},
		{"kept for ten years", func(w *walk) { w.Resources("AWS::Logs::LogGroup")[0].Set("RetentionInDays", 3653) }, "kept for 3653 days"},
		{"a function makes its own", func(w *walk) {
			must(w.Resources("Custom::VpcRestrictDefaultSG")[0].Target("ServiceToken")).Delete("LoggingConfig")
		}, "LoggingConfig"},
	},
}, {
	row: "a shell without a port or a key",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			if t.template.Has("LaunchTemplateData.KeyName") {
				fail("%s has a key", t.template)
			}
			profile := target(t.template, "LaunchTemplateData.IamInstanceProfile.Arn", "AWS::IAM::InstanceProfile")
			role := target(profile, "Roles.0", "AWS::IAM::Role")
			if role.Has("ManagedPolicyArns") {
				fail("%s has other people's policies", role)
			}
			allowed := statements(w.policyOf(role), "Allow")
			if actions := fmt.Sprint(allowed[0]["Action"]); len(allowed) != 1 || actions != sessionManager {
				fail("%s lets the servers do %s", role, actions)
			}
		}
	},
	twins: []twin{
		{"a key", func(w *walk) { w.home().template.Add("LaunchTemplateData.KeyName", "mine") }, "has a key"},
		{"every parameter of the account", func(w *walk) {
			w.serverRole().Add("ManagedPolicyArns", []string{"arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"})
		}, "other people's policies"},
		{"anything in S3", func(w *walk) {
			w.policyOf(w.serverRole()).Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "lets the servers do s3:*"},
	},
}, {
	row:   "no role may do more than it must",
	keeps: (*walk).keepsLeastPrivilege,
	twins: []twin{
		{"everything", func(w *walk) {
			w.policyOf(w.serverRole()).Set("PolicyDocument.Statement.0.Action", "*")
		}, "allows the action *"},
		{"everything of a service", func(w *walk) {
			w.replicationPolicy().Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "allows the action s3:*"},
		{"on everything", func(w *walk) {
			w.replicationPolicy().Set("PolicyDocument.Statement.2.Resource", "*")
		}, "on every resource"},
		{"AWS's widest policy", func(w *walk) {
			w.serverRole().Add("ManagedPolicyArns", []string{"arn:aws:iam::aws:policy/AdministratorAccess"})
		}, "has the policy arn:aws:iam::aws:policy/AdministratorAccess"},
		{"for everybody", func(w *walk) {
			w.bucketPolicy(w.bucket(w.site.Standby.Region.Name)).Set("PolicyDocument.Statement.1", map[string]any{
				"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": "arn:aws:s3:::x/y",
			})
		}, "is for everybody"},
		{"inline", func(w *walk) {
			w.serverRole().Add("Policies", []any{map[string]any{"PolicyName": "More", "PolicyDocument": map[string]any{
				"Statement": []any{map[string]any{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}},
			}}})
		}, "allows the action iam:*"},
	},
}, {
	row:   "home and standby agree",
	keeps: (*walk).keepsParity,
	twins: []twin{
		{"another health check", func(w *walk) { w.standby().targetGroup.Set("HealthCheckIntervalSeconds", 300) }, "HealthCheckIntervalSeconds"},
		{"open metadata at the standby", func(w *walk) {
			w.standby().template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "MetadataOptions.HttpTokens"},
		{"another policy of the bucket", func(w *walk) {
			w.bucketPolicy(w.bucket(w.site.Standby.Region.Name)).Delete("PolicyDocument.Statement.0")
		}, "StaticSiteBucketPolicy"},
		{"an alarm less", func(w *walk) {
			alarm := w.alarm(w.standby(), "LessThanOrEqualToThreshold")
			alarm.Stack.Remove(alarm.LogicalID)
		}, "at home only"},
		{"its files are not retained", func(w *walk) {
			w.bucket(w.site.Standby.Region.Name).Set(".DeletionPolicy", "Snapshot")
		}, ".DeletionPolicy"},
		{"the other's region", func(w *walk) {
			w.standby().template.Set("LaunchTemplateData.UserData", must(w.home().template.Value("LaunchTemplateData.UserData")))
		}, "UserData"},
	},
}}

// webACLTwins break a web ACL.
func webACLTwins(acl func(*walk) *assembly.Resource) []twin {
	edit := func(rule, path string, value any) func(*walk) {
		return func(w *walk) {
			acl := acl(w)
			acl.Set(must(webACLRule(acl, rule))+path, value)
		}
	}
	return []twin{
		{"known attacks are counted only", edit("AWSManagedRulesKnownBadInputsRuleSet", ".OverrideAction", map[string]any{"Count": map[string]any{}}), "KnownBadInputs"},
		{"no reputation", edit("AWSManagedRulesAmazonIpReputationList", ".Statement.ManagedRuleGroupStatement.Name", "Other"), "Name is Other"},
		{"common rules do otherwise", func(w *walk) {
			w.site.WAFRules.CommonRules = map[site.CommonRules]site.CommonRules{site.CommonCount: site.CommonBlock, site.CommonBlock: site.CommonCount}[w.site.WAFRules.CommonRules]
		}, "AWSManagedRulesCommonRuleSet"},
		{"another limit", edit("RateLimit", ".Statement.RateBasedStatement.Limit", 10), "Limit is 10"},
		{"the limit is counted only", edit("RateLimit", ".Action", map[string]any{"Count": map[string]any{}}), "Action"},
		{"health checkers are limited", edit("RateLimit", ".Statement.RateBasedStatement.ScopeDownStatement", map[string]any{}), "limits health checkers"},
	}
}
