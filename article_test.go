package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
)

// articlePromises has a row for every section of the article.
var articlePromises = []promise{{
	row: "1 normal and failover path",
	keeps: func(w *walk) {
		for _, name := range w.site.HostNames() {
			for _, recordType := range w.types() {
				primary, secondary := w.pair(name, recordType)
				for _, record := range []assembly.Record{primary, secondary} {
					if record.Alias == nil {
						fail("%s %s %s leads nowhere", record.Name, record.Type, record.Failover)
					}
				}
				if primary.Alias != w.siteDistribution() || secondary.Alias != w.standbyBalancer() {
					fail("%s %s leads to %s and %s, unlike the first name", name, recordType, primary.Alias, secondary.Alias)
				}
			}
		}
		if w.home().group == w.standby().group {
			fail("both regions have the same web servers")
		}
	},
	twins: []twin{{
		breaks: "the distribution's origin is the standby",
		edit: func(w *walk) {
			distribution := w.siteDistribution()
			if w.site.Edge.OriginTLS {
				distribution.Set(defaultOrigin(distribution)+".DomainName", w.site.OriginHost(w.site.Standby.Region.Name))
				return
			}
			distribution.Set(defaultOrigin(distribution)+".DomainName", getAtt(w.staticDistribution(w.site.Home.Region.Name), "DomainName"))
		},
		want: ", want ",
	}, {
		breaks: "the SECONDARY record leads home",
		edit: func(w *walk) {
			primary, secondary := w.pair(w.site.HostNames()[0], "A")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), getStackOutput(primary.Alias, primary.AliasName))
		},
		want: "want a load balancer",
	}, {
		breaks: "a second name has no SECONDARY record",
		edit: func(w *walk) {
			_, secondary := w.pair(w.site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("Failover"), "PRIMARY")
		},
		want: "want a PRIMARY and a SECONDARY",
	}, {
		breaks: "the group serves no target group",
		edit:   func(w *walk) { w.home().group.Delete("TargetGroupARNs") },
		want:   "0 of Auto Scaling groups",
	}},
}, {
	row:  "2, 3 hosted zone",
	when: func(s *site.Site) bool { return s.Zone.ID == "" },
	keeps: func(w *walk) {
		zone := only("hosted zones", w.Resources("AWS::Route53::HostedZone")...)
		only("resources in the zone's stack", zone.Stack.Resources()...)
		expect(zone, "Name", w.site.Domain+".")
		expect(zone, "HostedZoneFeatures.EnableAcceleratedRecovery", true)
		removed(zone, w.site.Retention.Zone)
		for i := range 4 {
			output := must(zone.Stack.Output(fmt.Sprintf("NameServer%d", i+1)))
			if text := must(output.Text()); !strings.HasSuffix(text, fmt.Sprintf(".NameServers[%d]}", i)) || must(output.Target()) != zone {
				fail("output %s is %s, want the zone's name server %d", output.Name, text, i)
			}
		}
		for _, record := range must(w.Records("")) {
			leads(record.Resource, "HostedZoneId", zone)
		}
	},
	twins: []twin{
		{"it meets another end", func(w *walk) { zone(w).Set(".DeletionPolicy", "Snapshot") }, "deletion policy Snapshot"},
		{"no accelerated recovery", func(w *walk) { zone(w).Set("HostedZoneFeatures.EnableAcceleratedRecovery", false) }, "EnableAcceleratedRecovery is false"},
		{"another name", func(w *walk) { zone(w).Set("Name", "elsewhere.test.") }, "Name is elsewhere.test."},
	},
}, {
	row: "4 certificate",
	keeps: func(w *walk) {
		certificate := target(w.siteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn", "AWS::CertificateManager::Certificate")
		inRegion(certificate, "us-east-1")
		for _, certificate := range w.Resources("AWS::CertificateManager::Certificate") {
			covers(certificate, w.site.Domain, "www."+w.site.Domain)
			expect(certificate, "ValidationMethod", "DNS")
			zoneID := must(certificate.Text("DomainValidationOptions.0.HostedZoneId"))
			if record := must(w.Records(w.site.HostNames()[0]))[0]; zoneID != must(record.Resource.Text("HostedZoneId")) {
				fail("%s is validated in the zone %s, not in the site's", certificate, zoneID)
			}
		}
	},
	twins: []twin{
		{"no wildcard", func(w *walk) { certificate(w).Delete("SubjectAlternativeNames") }, "does not cover www."},
		{"by e-mail", func(w *walk) { certificate(w).Set("ValidationMethod", "EMAIL") }, "ValidationMethod is EMAIL"},
		{"in another zone", func(w *walk) { certificate(w).Set("DomainValidationOptions.0.HostedZoneId", "Z123") }, "zone Z123"},
	},
}, {
	row: "5 static files at home",
	keeps: func(w *walk) {
		w.keepsStaticSite(w.site.Home.Region.Name)
		bucket := w.bucket(w.site.Home.Region.Name)
		uploads := w.Resources("Custom::CDKBucketDeployment")
		if len(uploads) == 0 {
			fail("nothing is uploaded")
		}
		for _, upload := range uploads {
			leads(upload, "DestinationBucketName", bucket)
		}
	},
	twins: append(staticTwins(func(s *site.Site) string { return s.Home.Region.Name }),
		twin{"uploaded to the standby", func(w *walk) {
			w.Resources("Custom::CDKBucketDeployment")[0].Set("DestinationBucketName", "elsewhere")
		}, "leads to no resource"}),
}, {
	row: "6 static files at the standby, and replication",
	keeps: func(w *walk) {
		w.keepsStaticSite(w.site.Standby.Region.Name)
		w.keepsReplication()
	},
	twins: append(staticTwins(func(s *site.Site) string { return s.Standby.Region.Name }),
		replicationTwin("no delete markers", "DeleteMarkerReplication.Status", "Disabled"),
		replicationTwin("no replica modifications", "SourceSelectionCriteria.ReplicaModifications.Status", "Disabled"),
		replicationTwin("some objects only", "Filter.Prefix", "images/"),
		replicationTwin("switched off", "Status", "Disabled"),
		twin{"onto itself", func(w *walk) {
			home := w.bucket(w.site.Home.Region.Name)
			home.Set(rule+"Destination.Bucket", getAtt(home, "Arn"))
		}, "leads to Primary.StaticSiteBucket"},
		twin{"its role may not write there", func(w *walk) {
			w.replicationPolicy().Set("PolicyDocument.Statement.2.Resource", "*")
		}, "no statement lets"},
	),
}, {
	row: "7 security groups",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			want := []string{"tcp 80-80 from " + t.balancerSecurity.String()}
			for _, addressRange := range t.SSH {
				want = append(want, "tcp 22-22 from "+addressRange.String())
			}
			w.admits(t.webSecurity, want...)
			// The way out of the load balancer is to the web servers only.
			for _, egress := range w.Referrers(t.balancerSecurity, "AWS::EC2::SecurityGroupEgress") {
				leads(egress, "DestinationSecurityGroupId", t.webSecurity)
			}
			if t.balancerSecurity.Has("SecurityGroupEgress") {
				fail("%s has other ways out", t.balancerSecurity)
			}
		}
	},
	twins: []twin{
		{"SSH from everywhere", func(w *walk) { open(w.home().webSecurity, 22) }, "22-22 from 0.0.0.0/0"},
		{"HTTP from everywhere", func(w *walk) { open(w.standby().webSecurity, 80) }, "80-80 from 0.0.0.0/0"},
		{"nobody may reach the servers", func(w *walk) {
			group := w.home().webSecurity
			for _, rule := range w.Referrers(group, "AWS::EC2::SecurityGroupIngress") {
				group.Stack.Remove(rule.LogicalID)
			}
		}, "admits "},
		{"the load balancer may reach anything", func(w *walk) {
			w.home().balancerSecurity.Add("SecurityGroupEgress", []any{map[string]any{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}})
		}, "other ways out"},
	},
}, {
	row:  "7, 11 home listener, open HTTP",
	when: func(s *site.Site) bool { return !s.Edge.OriginTLS },
	keeps: func(w *walk) {
		home := w.home()
		w.ports(home.balancer, 80)
		listener := w.listener(home.balancer, 80)
		expect(listener, "Protocol", "HTTP")
		leads(listener, "DefaultActions.0.TargetGroupArn", home.targetGroup)
		var want []string
		for _, addressRange := range w.everybody() {
			want = append(want, "tcp 80-80 from "+addressRange)
		}
		w.admits(home.balancerSecurity, want...)
	},
	twins: []twin{
		{"another port", func(w *walk) { w.listener(w.homeBalancer(), 80).Set("Port", 8080) }, "listens on [8080]"},
		{"another protocol", func(w *walk) { w.listener(w.homeBalancer(), 80).Set("Protocol", "HTTPS") }, "Protocol is HTTPS"},
		{"SSH to the load balancer", func(w *walk) { open(w.home().balancerSecurity, 22) }, "22-22 from 0.0.0.0/0"},
	},
}, {
	row: "8 image, user data and environment",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			image := must(t.template.Text("LaunchTemplateData.ImageId"))
			want := t.Images[t.Region.Name]
			if want == "" {
				want = "/aws/service/ami-amazon-linux-latest/al2023-ami-"
			}
			if !strings.Contains(image, want) {
				fail("%s: the image is %s, want %s", t.template, image, want)
			}
			w.keepsUserData(t)
		}
	},
	twins: []twin{
		{"another image", func(w *walk) { w.home().template.Set("LaunchTemplateData.ImageId", "ami-00000000") }, "the image is ami-00000000"},
		{"no environment", func(w *walk) {
			w.standby().template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": "#!/bin/bash\n"})
		}, "does not write /etc/twinsite.env"},
		{"the other region's environment", func(w *walk) {
			w.home().template.Set("LaunchTemplateData.UserData", map[string]any{"Fn::Base64": must(w.standby().template.Text("LaunchTemplateData.UserData"))})
		}, "lacks TWINSITE_REGION="},
	},
}, {
	row: "9 launch template",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			expect(t.template, "LaunchTemplateData.InstanceType", t.InstanceType)
			if version := must(t.group.Text("LaunchTemplate.Version")); !strings.HasSuffix(version, ".LatestVersionNumber}") {
				fail("%s stays at version %s of its launch template", t.group, version)
			}
			// What the article does without: see the deviations.
			expect(t.template, "LaunchTemplateData.MetadataOptions.HttpTokens", "required")
			if len(t.Images) == 0 { // the disks of other images are their own
				expect(t.template, "LaunchTemplateData.BlockDeviceMappings.0.Ebs.Encrypted", true)
			}
		}
	},
	twins: []twin{
		{"version 1 for ever", func(w *walk) { w.home().group.Set("LaunchTemplate.Version", "1") }, "stays at version 1"},
		{"open metadata", func(w *walk) {
			w.home().template.Set("LaunchTemplateData.MetadataOptions.HttpTokens", "optional")
		}, "HttpTokens is optional"},
		{"another type", func(w *walk) { w.standby().template.Set("LaunchTemplateData.InstanceType", "x1e.32xlarge") }, "InstanceType is x1e"},
	},
}, {
	row: "10, 19 target group",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			for path, want := range map[string]any{
				"Protocol": "HTTP", "Port": 80, "HealthCheckProtocol": "HTTP", "HealthCheckPath": t.HealthPath,
				"TargetType": "instance", "Matcher.HttpCode": "200",
			} {
				expect(t.targetGroup, path, want)
			}
		}
	},
	twins: []twin{
		{"another port", func(w *walk) { w.home().targetGroup.Set("Port", 8080) }, "Port is 8080"},
		{"another health check", func(w *walk) { w.standby().targetGroup.Set("HealthCheckPath", "/nothing") }, "HealthCheckPath is /nothing"},
		{"a redirect is healthy", func(w *walk) { w.home().targetGroup.Set("Matcher.HttpCode", "200-399") }, "HttpCode is 200-399"},
	},
}, {
	row: "11, 19 load balancer",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			expect(t.balancer, "Scheme", "internet-facing")
			expect(t.balancer, "Type", "application")
			w.keepsSubnets(t.balancer, "Subnets", t, "AWS::EC2::InternetGateway")
		}
	},
	twins: []twin{
		{"internal", func(w *walk) { w.home().balancer.Set("Scheme", "internal") }, "Scheme is internal"},
		{"in private subnets", func(w *walk) {
			t := w.standby()
			t.balancer.Set("Subnets", t.rawSubnets())
		}, "AWS::EC2::NatGateway, want AWS::EC2::InternetGateway"},
		{"in one zone", func(w *walk) { w.home().balancer.Delete("Subnets.1") }, "want zones"},
	},
}, {
	row: "12 Auto Scaling group",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			expect(t.group, "MinSize", t.Minimum)
			expect(t.group, "MaxSize", t.Maximum)
			expect(t.group, "HealthCheckType", "ELB")
			if t.group.Has("DesiredCapacity") {
				fail("%s: a deployment would put the desired capacity back", t.group)
			}
			for i := range must(t.group.Value("Tags")).([]any) {
				expect(t.group, fmt.Sprintf("Tags.%d.PropagateAtLaunch", i), true)
			}
			if !slices.ContainsFunc(must(t.group.Value("Tags")).([]any), func(tag any) bool {
				return tag.(map[string]any)["Key"] == "Site" && tag.(map[string]any)["Value"] == w.site.Name
			}) {
				fail("%s has no tag Site", t.group)
			}
			w.keepsSubnets(t.group, "VPCZoneIdentifier", t, "AWS::EC2::NatGateway")
			if !slices.ContainsFunc(t.group.DependsOn(), func(id string) bool { return strings.Contains(id, "DefaultRoute") }) {
				fail("%s: its first servers boot before they have a way out", t.group)
			}
			// One server at a time, and on only when the last one is healthy.
			refresh := ".UpdatePolicy.AutoScalingInstanceRefresh."
			expect(t.group, refresh+"Strategy", "Rolling")
			expect(t.group, refresh+"Preferences.MinHealthyPercentage", 100)
		}
	},
	twins: []twin{
		{"a desired capacity", func(w *walk) { w.home().group.Add("DesiredCapacity", "2") }, "put the desired capacity back"},
		{"the other size", func(w *walk) { w.standby().group.Set("MaxSize", "99") }, "MaxSize is 99"},
		{"dead servers stay", func(w *walk) { w.home().group.Set("HealthCheckType", "EC2") }, "HealthCheckType is EC2"},
		{"tags stay behind", func(w *walk) { w.home().group.Set("Tags.0.PropagateAtLaunch", false) }, "PropagateAtLaunch is false"},
		{"boots too early", func(w *walk) { w.home().group.Delete(".DependsOn") }, "before they have a way out"},
		{"replaces all servers at once", func(w *walk) {
			w.home().group.Set(".UpdatePolicy.AutoScalingInstanceRefresh.Preferences.MinHealthyPercentage", 0)
		}, "MinHealthyPercentage is 0"},
		{"in public subnets", func(w *walk) {
			t := w.home()
			t.group.Set("VPCZoneIdentifier", t.rawPublicSubnets())
		}, "AWS::EC2::InternetGateway, want AWS::EC2::NatGateway"},
	},
}, {
	row: "13, 14 alarms and scaling policies",
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			w.keepsScaling(t, "GreaterThanOrEqualToThreshold", t.CPU.High, +1)
			w.keepsScaling(t, "LessThanOrEqualToThreshold", t.CPU.Low, -1)
		}
	},
	twins: []twin{
		{"another threshold", func(w *walk) { w.alarm(w.home(), "GreaterThanOrEqualToThreshold").Set("Threshold", 99) }, "Threshold is 99"},
		{"another metric", func(w *walk) { w.alarm(w.standby(), "LessThanOrEqualToThreshold").Set("MetricName", "NetworkIn") }, "0 of alarms"},
		{"no action", func(w *walk) { w.alarm(w.home(), "GreaterThanOrEqualToThreshold").Delete("AlarmActions") }, "AlarmActions"},
		{"removes instead of adding", func(w *walk) {
			alarm := w.alarm(w.home(), "GreaterThanOrEqualToThreshold")
			must(alarm.Target("AlarmActions")).Set("ScalingAdjustment", -1)
		}, "ScalingAdjustment is -1"},
		{"step scaling", func(w *walk) {
			alarm := w.alarm(w.home(), "LessThanOrEqualToThreshold")
			must(alarm.Target("AlarmActions")).Set("PolicyType", "StepScaling")
		}, "PolicyType is StepScaling"},
	},
}, {
	row:  "15 scheduled actions",
	when: func(s *site.Site) bool { return len(s.Web.Schedules) > 0 },
	keeps: func(w *walk) {
		for _, t := range w.tiers() {
			actions := w.Referrers(t.group, "AWS::AutoScaling::ScheduledAction")
			if len(actions) != len(t.Schedules) {
				fail("%s has %d scheduled actions, want %d", t.group, len(actions), len(t.Schedules))
			}
			for _, schedule := range t.Schedules {
				keepsSchedule(actions, schedule)
			}
		}
	},
	twins: []twin{
		{"in UTC", func(w *walk) { w.schedule().Delete("TimeZone") }, "no scheduled action"},
		{"at another hour", func(w *walk) { w.schedule().Set("Recurrence", "0 0 * * *") }, "no scheduled action"},
		{"another size", func(w *walk) { w.schedule().Set("MinSize", 1) }, "no scheduled action"},
		{"forgotten", func(w *walk) { w.schedule().Stack.Remove(w.schedule().LogicalID) }, "scheduled actions, want"},
	},
}, {
	row: "16 distribution",
	keeps: func(w *walk) {
		d := w.siteDistribution()
		behavior := "DistributionConfig.DefaultCacheBehavior."
		expect(d, behavior+"ViewerProtocolPolicy", "redirect-to-https")
		expect(d, behavior+"Compress", true)
		// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
		expect(d, behavior+"CachePolicyId", cachingDisabled)
		expect(d, behavior+"OriginRequestPolicyId", allViewer)
		methods := must(d.Texts(behavior + "AllowedMethods"))
		if slices.Sort(methods); !slices.Equal(methods, []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
			fail("%s allows %v, want all methods", d, methods)
		}
		aliases := must(d.Texts("DistributionConfig.Aliases"))
		if !slices.Equal(aliases, w.site.HostNames()) {
			fail("%s has the alternate names %v, want %v", d, aliases, w.site.HostNames())
		}
		if d.Has("DistributionConfig.CacheBehaviors") {
			fail("%s has other behaviours", d)
		}
		if !w.site.Edge.OriginTLS {
			expect(d, defaultOrigin(d)+".CustomOriginConfig.OriginProtocolPolicy", "http-only")
		}
	},
	twins: []twin{
		{"plain HTTP", distributionTwin("DefaultCacheBehavior.ViewerProtocolPolicy", "allow-all"), "ViewerProtocolPolicy is allow-all"},
		{"cached", distributionTwin("DefaultCacheBehavior.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6"), "CachePolicyId is 658327ea"},
		{"reads only", distributionTwin("DefaultCacheBehavior.AllowedMethods", []string{"GET", "HEAD"}), "want all methods"},
		{"no names", distributionTwin("Aliases", []string{}), "has the alternate names []"},
	},
}, {
	row: "18 health check and PRIMARY records",
	keeps: func(w *walk) {
		for _, name := range w.site.HostNames() {
			for _, recordType := range w.types() {
				w.keepsPrimary(name, recordType)
			}
		}
	},
	twins: []twin{
		{"no health check", func(w *walk) {
			primary, _ := w.pair(w.site.HostNames()[0], "A")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "has no health check"},
		{"evaluates the distribution's health", func(w *walk) {
			primary, _ := w.pair(w.site.HostNames()[1], "A")
			primary.Resource.Set(primary.At("AliasTarget.EvaluateTargetHealth"), true)
		}, "must not evaluate"},
		{"checks every 30 seconds", healthCheckTwin("RequestInterval", 31), "RequestInterval is 31"},
		{"checks plain HTTP, which redirects", healthCheckTwin("Type", "HTTP"), "Type is HTTP"},
		{"checks another host", healthCheckTwin("FullyQualifiedDomainName", "example.com"), "leads to no resource"},
		{"checks another path", healthCheckTwin("ResourcePath", "/login"), "ResourcePath is /login"},
		{"inverted", healthCheckTwin("Inverted", true), "inverted"},
		{"no SNI", healthCheckTwin("EnableSNI", false), "EnableSNI is false"},
		{"never changes its mind", healthCheckTwin("FailureThreshold", 10), "FailureThreshold is 10"},
		{"the alias is in no zone of CloudFront's", func(w *walk) {
			primary, _ := w.pair(w.site.HostNames()[0], "A")
			primary.Resource.Set(primary.At("AliasTarget.HostedZoneId"), "Z123")
		}, "HostedZoneId is Z123"},
	},
}, {
	row: "19 standby listeners",
	keeps: func(w *walk) {
		standby := w.standby()
		w.ports(standby.balancer, 80, 443)
		https := w.listener(standby.balancer, 443)
		expect(https, "Protocol", "HTTPS")
		leads(https, "DefaultActions.0.TargetGroupArn", standby.targetGroup)
		certificate := target(https, "Certificates.0.CertificateArn", "AWS::CertificateManager::Certificate")
		inRegion(certificate, standby.Region.Name)
		covers(certificate, w.site.HostNames()...)
		http := w.listener(standby.balancer, 80)
		for path, want := range map[string]any{
			"Protocol": "HTTP", "DefaultActions.0.Type": "redirect",
			"DefaultActions.0.RedirectConfig.Protocol": "HTTPS", "DefaultActions.0.RedirectConfig.Port": "443",
			"DefaultActions.0.RedirectConfig.StatusCode": "HTTP_301",
		} {
			expect(http, path, want)
		}
		var want []string
		for _, addressRange := range w.everybody() {
			want = append(want, "tcp 80-80 from "+addressRange, "tcp 443-443 from "+addressRange)
		}
		w.admits(standby.balancerSecurity, want...)
	},
	twins: []twin{
		{"no redirect", func(w *walk) {
			w.listener(w.standbyBalancer(), 80).Set("DefaultActions.0.RedirectConfig.Port", "8443")
		}, "RedirectConfig.Port is 8443"},
		{"443 is closed", func(w *walk) {
			group := w.standby().balancerSecurity
			kept := slices.DeleteFunc(must(group.Value("SecurityGroupIngress")).([]any), func(rule any) bool {
				return rule.(map[string]any)["FromPort"] == 443.0
			})
			group.Set("SecurityGroupIngress", kept)
		}, `admits ["tcp 80-80`},
		{"the certificate is another site's", func(w *walk) {
			certificate := must(w.listener(w.standbyBalancer(), 443).Target("Certificates.0.CertificateArn"))
			certificate.Set("DomainName", "elsewhere.test")
			certificate.Set("SubjectAlternativeNames", []string{"*.elsewhere.test"})
		}, "does not cover"},
		{"443 leads elsewhere", func(w *walk) {
			w.listener(w.standbyBalancer(), 443).Set("Protocol", "TLS")
		}, "Protocol is TLS"},
	},
}, {
	row: "20 SECONDARY records",
	keeps: func(w *walk) {
		for _, name := range w.site.HostNames() {
			for _, recordType := range w.types() {
				_, secondary := w.pair(name, recordType)
				if !secondary.EvaluateTargetHealth {
					fail("%s %s SECONDARY does not evaluate its target's health", name, recordType)
				}
				if secondary.HealthCheck != nil {
					fail("%s %s SECONDARY has a health check: it must answer even then", name, recordType)
				}
				zone := must(secondary.Resource.Text(secondary.At("AliasTarget.HostedZoneId")))
				if !strings.HasSuffix(zone, ".CanonicalHostedZoneID}") {
					fail("%s %s SECONDARY is in the zone %s, want the load balancer's", name, recordType, zone)
				}
				leads(secondary.Resource, secondary.At("AliasTarget.HostedZoneId"), w.standbyBalancer())
			}
		}
	},
	twins: []twin{
		{"does not evaluate", func(w *walk) {
			_, secondary := w.pair(w.site.HostNames()[1], "A")
			secondary.Resource.Set(secondary.At("AliasTarget.EvaluateTargetHealth"), false)
		}, "does not evaluate"},
		{"has the primary's health check", func(w *walk) {
			primary, secondary := w.pair(w.site.HostNames()[0], "A")
			secondary.Resource.Add(secondary.At("HealthCheckId"), ref(primary.HealthCheck))
		}, "has a health check"},
		{"in CloudFront's zone", func(w *walk) {
			_, secondary := w.pair(w.site.HostNames()[0], "A")
			secondary.Resource.Set(secondary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
		}, "want the load balancer's"},
	},
}}
