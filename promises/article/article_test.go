package article

import (
	"slices"

	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// articleCopies break the promises of article.go.
var articleCopies = map[string][]brokencopy.Copy{
	"1 normal and failover path": {{
		Breaks: "the distribution's origin is the standby",
		Edit: func(in *read.Reader) {
			distribution := in.SiteDistribution()
			if in.Site.Edge.OriginTLS {
				distribution.Set(read.DefaultOrigin(distribution).At("DomainName"), in.Site.OriginHost(in.Site.Standby.Region.Name))
				return
			}
			distribution.Set(read.DefaultOrigin(distribution).At("DomainName"), brokencopy.GetAtt(in.HomeStatic(), "DomainName"))
		},
		Want: ", want ",
	}, {
		Breaks: "the SECONDARY record leads home",
		Edit: func(in *read.Reader) {
			primary, secondary := in.Pair(in.FirstName(), "A")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), brokencopy.GetStackOutput(primary.Alias, primary.AliasName))
		},
		Want: "leads to Primary.SiteDistribution390DED28, want Secondary.",
	}, {
		Breaks: "a second name has no SECONDARY record",
		Edit: func(in *read.Reader) {
			_, secondary := in.Pair(in.Site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("Failover"), "PRIMARY")
		},
		Want: "has a second PRIMARY record",
	}, {
		Breaks: "the group serves no target group",
		Edit:   func(in *read.Reader) { in.Home().Group.Delete("TargetGroupARNs") },
		Want:   "0 of Auto Scaling groups",
	}},
	"2, 3 hosted zone": {
		{"it meets another end", func(in *read.Reader) { zone(in).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
		{"a failed creation leaves it behind", func(in *read.Reader) {
			in.Site.Retention.Zone = site.Retain
			zone(in).Set(".DeletionPolicy", "Retain")
			zone(in).Set(".UpdateReplacePolicy", "Retain")
		}, "deletion policy Retain, Retain when it is replaced, want RetainExceptOnCreate and Retain"},
		{"no accelerated recovery", func(in *read.Reader) { zone(in).Set("HostedZoneFeatures.EnableAcceleratedRecovery", false) }, "EnableAcceleratedRecovery is false"},
		{"another name", func(in *read.Reader) { zone(in).Set("Name", "elsewhere.test.") }, "Name is elsewhere.test."},
	},
	"4 certificate": {
		{"no wildcard", func(in *read.Reader) { brokencopy.Certificate(in).Delete("SubjectAlternativeNames") }, "does not cover www."},
		{"by e-mail", func(in *read.Reader) { brokencopy.Certificate(in).Set("ValidationMethod", "EMAIL") }, "ValidationMethod is EMAIL"},
		{"for another name", func(in *read.Reader) {
			brokencopy.Certificate(in).Set("DomainValidationOptions.0.DomainName", "elsewhere.test")
		}, "is elsewhere.test, none of the certificate's names"},
		{"in another zone", func(in *read.Reader) {
			brokencopy.Certificate(in).Set("DomainValidationOptions.0.HostedZoneId", "Z123")
		}, "zone Z123"},
	},
	"5 static files at home": append(staticCopies(func(s *site.Site) string { return s.Home.Region.Name }),
		brokencopy.Copy{"the sample's files on an image of one's own", func(in *read.Reader) {
			in.Site.StaticFiles.Folder, in.Site.Web.UserData = "", "own.sh"
		}, "the site has no files of its own"},
		brokencopy.Copy{"uploaded to the standby", func(in *read.Reader) {
			in.Uploads()[0].Set("DestinationBucketName", "elsewhere")
		}, "leads to no resource"}),
	"6 static files at the standby, and replication": append(staticCopies(func(s *site.Site) string { return s.Standby.Region.Name }),
		brokencopy.ReplicationCopy("no delete markers", "DeleteMarkerReplication.Status", "Disabled"),
		brokencopy.ReplicationCopy("no replica modifications", "SourceSelectionCriteria.ReplicaModifications.Status", "Disabled"),
		brokencopy.ReplicationCopy("some objects only", "Filter.Prefix", "images/"),
		brokencopy.ReplicationCopy("switched off", "Status", "Disabled"),
		brokencopy.Copy{"onto itself", func(in *read.Reader) {
			home := in.HomeBucket()
			home.Set(read.Rule+"Destination.Bucket", brokencopy.GetAtt(home, "Arn"))
		}, "replicates to ${Primary.StaticSiteBucket"},
	),
	"7 security groups": {
		{"SSH from everywhere", func(in *read.Reader) { brokencopy.Open(in.Home().WebSecurity, 22) }, "22-22 from 0.0.0.0/0"},
		{"HTTP from everywhere", func(in *read.Reader) { brokencopy.Open(in.Standby().WebSecurity, 80) }, "80-80 from 0.0.0.0/0"},
		{"nobody may reach the servers", func(in *read.Reader) {
			group := in.Home().WebSecurity
			for _, rule := range in.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
				group.Stack.Remove(rule.LogicalID)
			}
		}, "admits "},
		{"the load balancer may reach anything", func(in *read.Reader) {
			in.Home().BalancerSecurity.Set("SecurityGroupEgress.0.CidrIp", "0.0.0.0/0")
		}, "other ways out"},
		{"the load balancer reaches everything, as CloudFormation adds", func(in *read.Reader) {
			in.Home().BalancerSecurity.Delete("SecurityGroupEgress")
		}, "SecurityGroupEgress"},
	},
	"7, 11 home listener, open HTTP": {
		{"another port", func(in *read.Reader) { in.Listener(in.HomeBalancer(), 80).Set("Port", 8080) }, "listens on [8080]"},
		{"another protocol", func(in *read.Reader) { in.Listener(in.HomeBalancer(), 80).Set("Protocol", "HTTPS") }, "Protocol is HTTPS"},
		{"SSH to the load balancer", func(in *read.Reader) { brokencopy.Open(in.Home().BalancerSecurity, 22) }, "22-22 from 0.0.0.0/0"},
	},
	"8 image, user data and environment": {
		{"another image", func(in *read.Reader) { in.Home().Template.Set("LaunchTemplateData.ImageId", "ami-00000000") }, "ImageId is ami-00000000"},
		{"no environment", func(in *read.Reader) {
			in.Standby().Template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": "#!/bin/bash\n"})
		}, "does not write /etc/twinsite.env"},
		{"the other region's environment", func(in *read.Reader) {
			in.Home().Template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": read.Text(in.Standby().Template, "LaunchTemplateData.UserData")})
		}, "lacks TWINSITE_REGION="},
	},
	"9 launch template": {
		{"version 1 for ever", func(in *read.Reader) { in.Home().Group.Set("LaunchTemplate.Version", "1") }, "stays at version 1"},
		{"open metadata", func(in *read.Reader) {
			in.Home().Template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "HttpTokens is optional"},
		{"another type", func(in *read.Reader) { in.Standby().Template.Set("LaunchTemplateData.InstanceType", "x1e.32xlarge") }, "InstanceType is x1e"},
	},
	"10, 19 target group": {
		{"another port", func(in *read.Reader) { in.Home().TargetGroup.Set("Port", 8081) }, "Port is 8081"},
		{"another health check", func(in *read.Reader) { in.Standby().TargetGroup.Set("HealthCheckPath", "/nothing") }, "HealthCheckPath is /nothing"},
		{"a redirect is healthy", func(in *read.Reader) { in.Home().TargetGroup.Set("Matcher.HttpCode", "200-399") }, "HttpCode is 200-399"},
	},
	"11, 19 load balancer": {
		{"internal", func(in *read.Reader) { in.Home().Balancer.Set("Scheme", "internal") }, "Scheme is internal"},
		{"in private subnets", func(in *read.Reader) {
			t := in.Home()
			t.Balancer.Set("Subnets", refs(read.Targets(t.Group, "VPCZoneIdentifier")))
		}, "AWS::EC2::NatGateway, want AWS::EC2::InternetGateway"},
		{"in one zone", func(in *read.Reader) { in.Home().Balancer.Delete("Subnets.1") }, "want zones"},
	},
	"12 Auto Scaling group": {
		{"a desired capacity", func(in *read.Reader) { in.Home().Group.Add("DesiredCapacity", "2") }, "put the desired capacity back"},
		{"the other size", func(in *read.Reader) { in.Standby().Group.Set("MaxSize", "99") }, "MaxSize is 99"},
		{"dead servers stay", func(in *read.Reader) { in.Home().Group.Set("HealthCheckType", "EC2") }, "HealthCheckType is EC2"},
		{"tags stay behind", func(in *read.Reader) { in.Home().Group.Set("Tags.0.PropagateAtLaunch", false) }, "PropagateAtLaunch is false"},
		{"boots too early", func(in *read.Reader) { in.Home().Group.Delete(".DependsOn") }, "before they have a way out"},
		{"replaces all servers at once", func(in *read.Reader) {
			in.Home().Group.Set(".UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MinHealthyPercentage", 0)
		}, "MinHealthyPercentage is 0"},
		{"in public subnets", func(in *read.Reader) {
			t := in.Home()
			t.Group.Set("VPCZoneIdentifier", refs(read.Targets(t.Balancer, "Subnets")))
		}, "AWS::EC2::InternetGateway, want AWS::EC2::NatGateway"},
	},
	"13, 14 alarms and scaling policies": {
		{"another threshold", func(in *read.Reader) {
			in.ScalingAlarm(in.Home(), "GreaterThanOrEqualToThreshold").Set("Threshold", 99)
		}, "Threshold is 99"},
		{"another metric", func(in *read.Reader) {
			in.ScalingAlarm(in.Standby(), "LessThanOrEqualToThreshold").Set("MetricName", "NetworkIn")
		}, "0 of alarms"},
		{"no action", func(in *read.Reader) {
			in.ScalingAlarm(in.Home(), "GreaterThanOrEqualToThreshold").Delete("AlarmActions")
		}, "AlarmActions"},
		{"removes instead of adding", func(in *read.Reader) {
			alarm := in.ScalingAlarm(in.Home(), "GreaterThanOrEqualToThreshold")
			read.Follow(alarm, "AlarmActions").Set("ScalingAdjustment", -1)
		}, "ScalingAdjustment is -1"},
		{"step scaling", func(in *read.Reader) {
			alarm := in.ScalingAlarm(in.Home(), "LessThanOrEqualToThreshold")
			read.Follow(alarm, "AlarmActions").Set("PolicyType", "StepScaling")
		}, "PolicyType is StepScaling"},
	},
	"15 scheduled actions": {
		{"in UTC", func(in *read.Reader) { schedule(in).Delete("TimeZone") }, "no scheduled action"},
		{"at another hour", func(in *read.Reader) { schedule(in).Set("Recurrence", "0 0 * * *") }, "no scheduled action"},
		{"another size", func(in *read.Reader) { schedule(in).Set("MinSize", 1) }, "no scheduled action"},
		{"forgotten", func(in *read.Reader) { schedule(in).Stack.Remove(schedule(in).LogicalID) }, "scheduled actions, want"},
	},
	"16 distribution": {
		{"plain HTTP", brokencopy.DistributionCopy("DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"), "ViewerProtocolPolicy is allow-all"},
		{"cached", brokencopy.DistributionCopy("DefaultCacheBehavior.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6"), "CachePolicyId is 658327ea"},
		{"cookies are dropped", brokencopy.DistributionCopy("DefaultCacheBehavior.OriginRequestPolicyId", "acba4595-bd28-49b8-b9fe-13317c0390fa"), "OriginRequestPolicyId is acba4595"},
		{"without the visitor's address, or with it in the article's site", func(in *read.Reader) {
			other := read.AllViewer
			if !in.Site.Edge.OriginTLS {
				other = read.AllViewerAndCloudFront
			}
			brokencopy.DistributionCopy("DefaultCacheBehavior.OriginRequestPolicyId", other)(in)
		}, "OriginRequestPolicyId is"},
		{"reads only", brokencopy.DistributionCopy("DefaultCacheBehavior.AllowedMethods", []string{"GET", "HEAD"}), "want all methods"},
		{"no names", brokencopy.DistributionCopy("Aliases", []string{}), "Aliases is []"},
	},
	"18 health check and PRIMARY records": {
		{"no health check", func(in *read.Reader) {
			primary, _ := in.Pair(in.FirstName(), "A")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "has no health check"},
		{"evaluates the distribution's health", func(in *read.Reader) {
			primary, _ := in.Pair(in.Site.HostNames()[1], "A")
			primary.Resource.Set(primary.At("AliasTarget.EvaluateTargetHealth"), true)
		}, "must not evaluate"},
		{"checks every 30 seconds", brokencopy.HealthCheckCopy("RequestInterval", 31), "RequestInterval is 31"},
		{"checks another host", brokencopy.HealthCheckCopy("FullyQualifiedDomainName", "example.com"), "leads to no resource"},
		{"checks another path", brokencopy.HealthCheckCopy("ResourcePath", "/login"), "ResourcePath is /login"},
		{"never changes its mind", brokencopy.HealthCheckCopy("FailureThreshold", 10), "FailureThreshold is 10"},
		{"the alias is in no zone of CloudFront's", func(in *read.Reader) {
			primary, _ := in.Pair(in.FirstName(), "A")
			primary.Resource.Set(primary.At("AliasTarget.HostedZoneId"), "Z123")
		}, "HostedZoneId is Z123"},
	},
	"19 standby listeners": {
		{"no redirect", func(in *read.Reader) {
			in.Listener(in.StandbyBalancer(), 80).Set("DefaultActions.0.RedirectConfig.Port", "8443")
		}, "RedirectConfig.Port is 8443"},
		{"443 is closed", func(in *read.Reader) {
			group := in.Standby().BalancerSecurity
			kept := slices.DeleteFunc(read.List(group, "SecurityGroupIngress"), func(rule any) bool {
				return rule.(map[string]any)["FromPort"] == 443.0
			})
			group.Set("SecurityGroupIngress", kept)
		}, `admits ["tcp 80-80`},
		{"the certificate is another site's", func(in *read.Reader) {
			certificate := read.Follow(in.Listener(in.StandbyBalancer(), 443), "Certificates.0.CertificateArn")
			certificate.Set("DomainName", "elsewhere.test")
			certificate.Set("SubjectAlternativeNames", []string{"*.elsewhere.test"})
		}, "does not cover"},
		{"443 leads elsewhere", func(in *read.Reader) {
			in.Listener(in.StandbyBalancer(), 443).Set("Protocol", "TLS")
		}, "Protocol is TLS"},
	},
	"20 SECONDARY records": {
		{"SECONDARY is false", func(in *read.Reader) {
			_, secondary := in.Pair(in.Site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("AliasTarget.EvaluateTargetHealth"), false)
		}, "SECONDARY is false"},
		{"has the primary's health check", func(in *read.Reader) {
			primary, secondary := in.Pair(in.FirstName(), "A")
			secondary.Resource.Add(secondary.At("HealthCheckId"), brokencopy.Ref(primary.HealthCheck))
		}, "HealthCheckId of "},
		{"in CloudFront's zone", func(in *read.Reader) {
			_, secondary := in.Pair(in.FirstName(), "A")
			secondary.Resource.Set(secondary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
		}, "want the load balancer's"},
	},
}
