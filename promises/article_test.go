package promises

import (
	"slices"

	"twinsite/site"
)

// articleCopies break the promises of article.go.
var articleCopies = map[string][]brokenCopy{
	"1 normal and failover path": {{
		breaks: "the distribution's origin is the standby",
		edit: func(in *reader) {
			distribution := in.siteDistribution()
			if in.site.Edge.OriginTLS {
				distribution.Set(defaultOrigin(distribution).At("DomainName"), in.site.OriginHost(in.site.Standby.Region.Name))
				return
			}
			distribution.Set(defaultOrigin(distribution).At("DomainName"), getAtt(in.homeStatic(), "DomainName"))
		},
		want: ", want ",
	}, {
		breaks: "the SECONDARY record leads home",
		edit: func(in *reader) {
			primary, secondary := in.pair(in.firstName(), "A")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), getStackOutput(primary.Alias, primary.AliasName))
		},
		want: "leads to Primary.SiteDistribution390DED28, want Secondary.",
	}, {
		breaks: "a second name has no SECONDARY record",
		edit: func(in *reader) {
			_, secondary := in.pair(in.site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("Failover"), "PRIMARY")
		},
		want: "has a second PRIMARY record",
	}, {
		breaks: "the group serves no target group",
		edit:   func(in *reader) { in.home().group.Delete("TargetGroupARNs") },
		want:   "0 of Auto Scaling groups",
	}},
	"2, 3 hosted zone": {
		{"it meets another end", func(in *reader) { zone(in).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
		{"no accelerated recovery", func(in *reader) { zone(in).Set("HostedZoneFeatures.EnableAcceleratedRecovery", false) }, "EnableAcceleratedRecovery is false"},
		{"another name", func(in *reader) { zone(in).Set("Name", "elsewhere.test.") }, "Name is elsewhere.test."},
	},
	"4 certificate": {
		{"no wildcard", func(in *reader) { certificate(in).Delete("SubjectAlternativeNames") }, "does not cover www."},
		{"by e-mail", func(in *reader) { certificate(in).Set("ValidationMethod", "EMAIL") }, "ValidationMethod is EMAIL"},
		{"for another name", func(in *reader) {
			certificate(in).Set("DomainValidationOptions.0.DomainName", "elsewhere.test")
		}, "is elsewhere.test, none of the certificate's names"},
		{"in another zone", func(in *reader) { certificate(in).Set("DomainValidationOptions.0.HostedZoneId", "Z123") }, "zone Z123"},
	},
	"5 static files at home": append(staticCopies(func(s *site.Site) string { return s.Home.Region.Name }),
		brokenCopy{"uploaded to the standby", func(in *reader) {
			in.uploads()[0].Set("DestinationBucketName", "elsewhere")
		}, "leads to no resource"}),
	"6 static files at the standby, and replication": append(staticCopies(func(s *site.Site) string { return s.Standby.Region.Name }),
		replicationCopy("no delete markers", "DeleteMarkerReplication.Status", "Disabled"),
		replicationCopy("no replica modifications", "SourceSelectionCriteria.ReplicaModifications.Status", "Disabled"),
		replicationCopy("some objects only", "Filter.Prefix", "images/"),
		replicationCopy("switched off", "Status", "Disabled"),
		brokenCopy{"onto itself", func(in *reader) {
			home := in.homeBucket()
			home.Set(rule+"Destination.Bucket", getAtt(home, "Arn"))
		}, "replicates to ${Primary.StaticSiteBucket"},
	),
	"7 security groups": {
		{"SSH from everywhere", func(in *reader) { open(in.home().webSecurity, 22) }, "22-22 from 0.0.0.0/0"},
		{"HTTP from everywhere", func(in *reader) { open(in.standby().webSecurity, 80) }, "80-80 from 0.0.0.0/0"},
		{"nobody may reach the servers", func(in *reader) {
			group := in.home().webSecurity
			for _, rule := range in.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
				group.Stack.Remove(rule.LogicalID)
			}
		}, "admits "},
		{"the load balancer may reach anything", func(in *reader) {
			in.home().balancerSecurity.Add("SecurityGroupEgress", []any{map[string]any{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}})
		}, "other ways out"},
	},
	"7, 11 home listener, open HTTP": {
		{"another port", func(in *reader) { in.listener(in.homeBalancer(), 80).Set("Port", 8080) }, "listens on [8080]"},
		{"another protocol", func(in *reader) { in.listener(in.homeBalancer(), 80).Set("Protocol", "HTTPS") }, "Protocol is HTTPS"},
		{"SSH to the load balancer", func(in *reader) { open(in.home().balancerSecurity, 22) }, "22-22 from 0.0.0.0/0"},
	},
	"8 image, user data and environment": {
		{"another image", func(in *reader) { in.home().template.Set("LaunchTemplateData.ImageId", "ami-00000000") }, "ImageId is ami-00000000"},
		{"no environment", func(in *reader) {
			in.standby().template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": "#!/bin/bash\n"})
		}, "does not write /etc/twinsite.env"},
		{"the other region's environment", func(in *reader) {
			in.home().template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": text(in.standby().template, "LaunchTemplateData.UserData")})
		}, "lacks TWINSITE_REGION="},
	},
	"9 launch template": {
		{"version 1 for ever", func(in *reader) { in.home().group.Set("LaunchTemplate.Version", "1") }, "stays at version 1"},
		{"open metadata", func(in *reader) {
			in.home().template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "HttpTokens is optional"},
		{"another type", func(in *reader) { in.standby().template.Set("LaunchTemplateData.InstanceType", "x1e.32xlarge") }, "InstanceType is x1e"},
	},
	"10, 19 target group": {
		{"another port", func(in *reader) { in.home().targetGroup.Set("Port", 8080) }, "Port is 8080"},
		{"another health check", func(in *reader) { in.standby().targetGroup.Set("HealthCheckPath", "/nothing") }, "HealthCheckPath is /nothing"},
		{"a redirect is healthy", func(in *reader) { in.home().targetGroup.Set("Matcher.HttpCode", "200-399") }, "HttpCode is 200-399"},
	},
	"11, 19 load balancer": {
		{"internal", func(in *reader) { in.home().balancer.Set("Scheme", "internal") }, "Scheme is internal"},
		{"in private subnets", func(in *reader) {
			t := in.standby()
			t.balancer.Set("Subnets", refs(targets(t.group, "VPCZoneIdentifier")))
		}, "AWS::EC2::NatGateway, want AWS::EC2::InternetGateway"},
		{"in one zone", func(in *reader) { in.home().balancer.Delete("Subnets.1") }, "want zones"},
	},
	"12 Auto Scaling group": {
		{"a desired capacity", func(in *reader) { in.home().group.Add("DesiredCapacity", "2") }, "put the desired capacity back"},
		{"the other size", func(in *reader) { in.standby().group.Set("MaxSize", "99") }, "MaxSize is 99"},
		{"dead servers stay", func(in *reader) { in.home().group.Set("HealthCheckType", "EC2") }, "HealthCheckType is EC2"},
		{"tags stay behind", func(in *reader) { in.home().group.Set("Tags.0.PropagateAtLaunch", false) }, "PropagateAtLaunch is false"},
		{"boots too early", func(in *reader) { in.home().group.Delete(".DependsOn") }, "before they have a way out"},
		{"replaces all servers at once", func(in *reader) {
			in.home().group.Set(".UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MinHealthyPercentage", 0)
		}, "MinHealthyPercentage is 0"},
		{"in public subnets", func(in *reader) {
			t := in.home()
			t.group.Set("VPCZoneIdentifier", refs(targets(t.balancer, "Subnets")))
		}, "AWS::EC2::InternetGateway, want AWS::EC2::NatGateway"},
	},
	"13, 14 alarms and scaling policies": {
		{"another threshold", func(in *reader) { in.scalingAlarm(in.home(), "GreaterThanOrEqualToThreshold").Set("Threshold", 99) }, "Threshold is 99"},
		{"another metric", func(in *reader) {
			in.scalingAlarm(in.standby(), "LessThanOrEqualToThreshold").Set("MetricName", "NetworkIn")
		}, "0 of alarms"},
		{"no action", func(in *reader) { in.scalingAlarm(in.home(), "GreaterThanOrEqualToThreshold").Delete("AlarmActions") }, "AlarmActions"},
		{"removes instead of adding", func(in *reader) {
			alarm := in.scalingAlarm(in.home(), "GreaterThanOrEqualToThreshold")
			follow(alarm, "AlarmActions").Set("ScalingAdjustment", -1)
		}, "ScalingAdjustment is -1"},
		{"step scaling", func(in *reader) {
			alarm := in.scalingAlarm(in.home(), "LessThanOrEqualToThreshold")
			follow(alarm, "AlarmActions").Set("PolicyType", "StepScaling")
		}, "PolicyType is StepScaling"},
	},
	"15 scheduled actions": {
		{"in UTC", func(in *reader) { in.schedule().Delete("TimeZone") }, "no scheduled action"},
		{"at another hour", func(in *reader) { in.schedule().Set("Recurrence", "0 0 * * *") }, "no scheduled action"},
		{"another size", func(in *reader) { in.schedule().Set("MinSize", 1) }, "no scheduled action"},
		{"forgotten", func(in *reader) { in.schedule().Stack.Remove(in.schedule().LogicalID) }, "scheduled actions, want"},
	},
	"16 distribution": {
		{"plain HTTP", distributionCopy("DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"), "ViewerProtocolPolicy is allow-all"},
		{"cached", distributionCopy("DefaultCacheBehavior.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6"), "CachePolicyId is 658327ea"},
		{"reads only", distributionCopy("DefaultCacheBehavior.AllowedMethods", []string{"GET", "HEAD"}), "want all methods"},
		{"no names", distributionCopy("Aliases", []string{}), "Aliases is []"},
	},
	"18 health check and PRIMARY records": {
		{"no health check", func(in *reader) {
			primary, _ := in.pair(in.firstName(), "A")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "has no health check"},
		{"evaluates the distribution's health", func(in *reader) {
			primary, _ := in.pair(in.site.HostNames()[1], "A")
			primary.Resource.Set(primary.At("AliasTarget.EvaluateTargetHealth"), true)
		}, "must not evaluate"},
		{"checks every 30 seconds", healthCheckCopy("RequestInterval", 31), "RequestInterval is 31"},
		{"checks another host", healthCheckCopy("FullyQualifiedDomainName", "example.com"), "leads to no resource"},
		{"checks another path", healthCheckCopy("ResourcePath", "/login"), "ResourcePath is /login"},
		{"never changes its mind", healthCheckCopy("FailureThreshold", 10), "FailureThreshold is 10"},
		{"the alias is in no zone of CloudFront's", func(in *reader) {
			primary, _ := in.pair(in.firstName(), "A")
			primary.Resource.Set(primary.At("AliasTarget.HostedZoneId"), "Z123")
		}, "HostedZoneId is Z123"},
	},
	"19 standby listeners": {
		{"no redirect", func(in *reader) {
			in.listener(in.standbyBalancer(), 80).Set("DefaultActions.0.RedirectConfig.Port", "8443")
		}, "RedirectConfig.Port is 8443"},
		{"443 is closed", func(in *reader) {
			group := in.standby().balancerSecurity
			kept := slices.DeleteFunc(list(group, "SecurityGroupIngress"), func(rule any) bool {
				return rule.(map[string]any)["FromPort"] == 443.0
			})
			group.Set("SecurityGroupIngress", kept)
		}, `admits ["tcp 80-80`},
		{"the certificate is another site's", func(in *reader) {
			certificate := follow(in.listener(in.standbyBalancer(), 443), "Certificates.0.CertificateArn")
			certificate.Set("DomainName", "elsewhere.test")
			certificate.Set("SubjectAlternativeNames", []string{"*.elsewhere.test"})
		}, "does not cover"},
		{"443 leads elsewhere", func(in *reader) {
			in.listener(in.standbyBalancer(), 443).Set("Protocol", "TLS")
		}, "Protocol is TLS"},
	},
	"20 SECONDARY records": {
		{"SECONDARY is false", func(in *reader) {
			_, secondary := in.pair(in.site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("AliasTarget.EvaluateTargetHealth"), false)
		}, "SECONDARY is false"},
		{"has the primary's health check", func(in *reader) {
			primary, secondary := in.pair(in.firstName(), "A")
			secondary.Resource.Add(secondary.At("HealthCheckId"), ref(primary.HealthCheck))
		}, "HealthCheckId of "},
		{"in CloudFront's zone", func(in *reader) {
			_, secondary := in.pair(in.firstName(), "A")
			secondary.Resource.Set(secondary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
		}, "want the load balancer's"},
	},
}
