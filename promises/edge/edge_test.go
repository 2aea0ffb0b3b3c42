package edge

import (
	"strings"
	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// edgeCopies break the promises of edge.go.
var edgeCopies = map[string][]brokencopy.Copy{
	"the failover switch": {
		{"one of the two is enough", servesCopy("HealthThreshold", 1), "HealthThreshold is 1"},
		{"the switch is not asked for", func(in *read.Reader) {
			serves := in.Serves()
			serves.Set("HealthCheckConfig.ChildHealthChecks", []any{brokencopy.Ref(in.EndpointCheck(serves))})
		}, "from 1 health checks"},
		{"in the home region", func(in *read.Reader) {
			switchCheck(in.Serves()).Set("HealthCheckConfig.FullyQualifiedDomainName", in.Site.StaticHost())
		}, "static."},
		{"another object", func(in *read.Reader) {
			switchCheck(in.Serves()).Set("HealthCheckConfig.ResourcePath", "/other")
		}, "no health check of the switch"},
		{"asked for where it was", func(in *read.Reader) {
			in.StandbyStatic().Set("DistributionConfig.Origins.1.DomainName", brokencopy.GetAtt(in.StandbyBucket(), "RegionalDomainName"))
		}, "is not what the output FailoverSwitch names"},
	},
	"TLS to the origin": {
		{"plain HTTP", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.DefaultOrigin(d).At("CustomOriginConfig.OriginProtocolPolicy"), "match-viewer")
		}, "OriginProtocolPolicy is match-viewer"},
		{"TLS 1.0", func(in *read.Reader) {
			in.Listener(in.HomeBalancer(), 443).Set("SslPolicy", "ELBSecurityPolicy-2016-08")
		}, "want TLS 1.2 and 1.3"},
		{"by the load balancer's own name", func(in *read.Reader) {
			d, balancer := in.SiteDistribution(), in.HomeBalancer()
			d.Set(read.Origin(d, homeOrigin).At("DomainName"), brokencopy.GetAtt(balancer, "DNSName"))
		}, "no certificate of ours covers"},
		{"the certificate has no wildcard", func(in *read.Reader) {
			read.Follow(in.Listener(in.HomeBalancer(), 443), "Certificates.0.CertificateArn").Delete("SubjectAlternativeNames")
		}, "origin-us-"},
		{"the origin's name leads nowhere", func(in *read.Reader) {
			record := must.Get(in.Records(in.Site.OriginHost(in.Site.Standby.Region.Name), "A"))[0]
			record.Resource.Set("Name", "elsewhere."+in.Site.Domain)
		}, "does not lead to"},
	},
	"load balancers take certificates of their own region": {{"CloudFront's certificate", func(in *read.Reader) {
		global := brokencopy.Certificate(in)
		arn := read.Text(in.SiteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn")
		in.Listener(in.HomeBalancer(), 443).Set("Certificates.0.CertificateArn", brokencopy.GetStackOutput(global, arn))
	}, "is in us-east-1, want"}},
	"only CloudFront reaches the home load balancer": {
		{"open to everybody", func(in *read.Reader) { brokencopy.Open(in.Home().BalancerSecurity, 443) }, "443-443 from 0.0.0.0/0"},
		{"another prefix list", func(in *read.Reader) {
			in.Referrers(in.Home().BalancerSecurity, "AWS::EC2::SecurityGroupIngress")[0].Set("SourcePrefixListId", "pl-00000000")
		}, "from pl-00000000"},
		{"forwards by default", func(in *read.Reader) {
			in.Listener(in.HomeBalancer(), 443).Set("DefaultActions.0", map[string]any{"Type": "forward", "TargetGroupArn": brokencopy.Ref(in.Home().TargetGroup)})
		}, "Type is forward"},
		{"answers 200 by default", func(in *read.Reader) {
			in.Listener(in.HomeBalancer(), 443).Set("DefaultActions.0.FixedResponseConfig.StatusCode", "200")
		}, "StatusCode is 200"},
		{"lets any path in", func(in *read.Reader) {
			listenerRule(in).Set("Conditions.0", map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []string{"*"}}})
		}, "Field is path-pattern"},
		{"accepts a known word", func(in *read.Reader) {
			listenerRule(in).Set("Conditions.0.HttpHeaderConfig.Values.0", "open sesame")
		}, "is not a secret"},
		{"sends nothing", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Delete(read.DefaultOrigin(d).At("OriginCustomHeaders"))
		}, "OriginCustomHeaders"},
		{"sends nothing to health checkers' origin", secretless(homeOrigin), "OriginCustomHeaders"},
		{"sends nothing with reads", secretless(readsOrigin), "OriginCustomHeaders"},
		{"sends in another header", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.DefaultOrigin(d).At("OriginCustomHeaders.1.HeaderName"), "X-Other")
		}, "has no header X-Twinsite-Origin"},
		{"is sent first", func(in *read.Reader) { in.SiteDistribution().Delete(".DependsOn") }, "may change before"},
	},
	"a secret's value is in no template": {
		{"written down", func(in *read.Reader) { originSecret(in).Add("SecretString", "hunter2") }, "its value is in the template"},
		{"with wildcards", func(in *read.Reader) { originSecret(in).Set("GenerateSecretString.ExcludePunctuation", false) }, "ExcludePunctuation is false"},
		{"too short", func(in *read.Reader) { originSecret(in).Set("GenerateSecretString.PasswordLength", 8) }, "has 8 characters"},
		{"shown at the end of a deployment", func(in *read.Reader) {
			secret := in.StandbyBalancer().Stack.Resources("AWS::SecretsManager::Secret")[0]
			for _, output := range secret.Stack.Outputs() {
				if strings.Contains(must.Get(output.Text()), secret.String()) {
					output.Set("{{resolve:secretsmanager:" + must.Get(output.Text()) + "}}")
				}
			}
		}, "is shown by the output"},
		{"its id as the value", func(in *read.Reader) {
			listenerRule(in).Set("Conditions.0.HttpHeaderConfig.Values.0", brokencopy.Ref(originSecret(in)))
		}, "HttpHeaderConfig.Values.0 is ${"},
	},
	"both address families fail over": {
		{"an AAAA record is missing", func(in *read.Reader) {
			_, secondary := in.Pair(in.FirstName(), "AAAA")
			secondary.Resource.Set(secondary.At("Type"), "TXT")
		}, "has no AAAA beside it"},
		{"AAAA does not follow the health check", func(in *read.Reader) {
			primary, _ := in.Pair(in.FirstName(), "AAAA")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "beside it"},
		{"AAAA leads home", func(in *read.Reader) {
			primary, secondary := in.Pair(in.FirstName(), "AAAA")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), brokencopy.GetStackOutput(primary.Alias, primary.AliasName))
		}, "beside it"},
		{"the standby has no IPv6 address", func(in *read.Reader) { in.StandbyBalancer().Set("IpAddressType", "ipv4") }, "IpAddressType is ipv4"},
		{"the distribution has none", brokencopy.DistributionCopy("IPV6Enabled", false), "IPV6Enabled is false"},
		{"a subnet has none", func(in *read.Reader) { read.Targets(in.HomeBalancer(), "Subnets")[0].Delete("Ipv6CidrBlock") }, "has no IPv6 range"},
		{"no way out", func(in *read.Reader) {
			subnet := read.Targets(in.Home().Group, "VPCZoneIdentifier")[0]
			ipv6Route(in, subnet).Set("DestinationIpv6CidrBlock", "fd00::/8")
		}, "no IPv6 route"},
	},
	"no 5xx is cached": {
		{"CloudFront's default", func(in *read.Reader) { in.SiteDistribution().Delete("DistributionConfig.CustomErrorResponses.3") }, "repeats 504"},
		{"ten seconds", brokencopy.DistributionCopy("CustomErrorResponses.0.ErrorCachingMinTTL", 10), "repeats 500 for 10s"},
		{"answers 200", func(in *read.Reader) {
			in.SiteDistribution().Add("DistributionConfig.CustomErrorResponses.1.ResponseCode", 200)
		}, "replaces the answer"},
	},
	"the distribution is near and stays connected": {
		{"a cheap price class", brokencopy.DistributionCopy("PriceClass", "PriceClass_100"), "PriceClass is PriceClass_100"},
		{"reconnects", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.DefaultOrigin(d).At("CustomOriginConfig.OriginKeepaliveTimeout"), 1)
		}, "OriginKeepaliveTimeout is 1"},
		{"ends answers early", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.DefaultOrigin(d).At("CustomOriginConfig.OriginReadTimeout"), 1)
		}, "OriginReadTimeout is 1"},
		{"HTTP/1.1", brokencopy.DistributionCopy("HttpVersion", "http1.1"), "HttpVersion is http1.1"},
		{"TLS 1.0", brokencopy.DistributionCopy("ViewerCertificate.MinimumProtocolVersion", "TLSv1"), "MinimumProtocolVersion is TLSv1"},
	},
	"security headers that never override the application's": {
		{"overrides", func(in *read.Reader) {
			read.Follow(in.SiteDistribution(), "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId").
				Set("ResponseHeadersPolicyConfig.SecurityHeadersConfig.FrameOptions.Override", true)
		}, "FrameOptions.Override is true"},
		{"none", func(in *read.Reader) {
			in.SiteDistribution().Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
	},
	"static files have names of the site's": {
		{"the other's name", func(in *read.Reader) {
			in.StandbyStatic().Set("DistributionConfig.Aliases.0", in.Site.StaticHost())
		}, "Aliases is ["},
		{"no record", func(in *read.Reader) {
			must.Get(in.Records(in.Site.StaticHost(), "A"))[0].Resource.Set("Name", "elsewhere."+in.Site.Domain)
		}, "does not lead to"},
		{"no headers", func(in *read.Reader) {
			in.HomeStatic().Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
		{"no frame", func(in *read.Reader) {
			policy := read.Follow(in.HomeStatic(), read.DefaultBehavior+"ResponseHeadersPolicyId")
			policy.Add("ResponseHeadersPolicyConfig.SecurityHeadersConfig.FrameOptions", map[string]any{"FrameOption": "SAMEORIGIN", "Override": true})
		}, "FrameOptions is there"},
		{"S3 does not know what a preflight request asks for", func(in *read.Reader) {
			in.HomeStatic().Delete(read.DefaultBehavior + "OriginRequestPolicyId")
		}, "OriginRequestPolicyId"},
		{"no preflight request arrives", func(in *read.Reader) {
			in.StandbyStatic().Set(read.DefaultBehavior+"AllowedMethods", []string{"GET", "HEAD"})
		}, "without preflight"},
		{"S3 refuses preflight requests", func(in *read.Reader) {
			in.Bucket(in.Site.Standby.Region.Name).Delete("CorsConfiguration")
		}, "CorsConfiguration"},
		{"pages of the site may write", func(in *read.Reader) {
			in.Bucket(in.Site.Home.Region.Name).Set("CorsConfiguration.CorsRules.0.AllowedMethods", []string{"GET", "PUT"})
		}, "AllowedMethods is"},
		{"not compressed", func(in *read.Reader) {
			in.HomeStatic().Set("DistributionConfig.DefaultCacheBehavior.Compress", false)
		}, "Compress is false"},
	},
	"hashed names are cached for a year, others for minutes": {
		{"everything for a year", func(in *read.Reader) {
			for _, upload := range in.Uploads() {
				upload.Set("SystemMetadata.cache-control", "public, max-age=31536000, immutable")
			}
		}, "files are cached as"},
		{"deletes the application's files", func(in *read.Reader) {
			in.Uploads()[0].Set("Prune", true)
		}, "Prune is true"},
		{"deletes them when it goes itself", func(in *read.Reader) {
			in.Uploads()[0].Add("RetainOnDelete", false)
		}, "RetainOnDelete is false"},
	},
	"no Replication Time Control unless asked for": {{"on", func(in *read.Reader) {
		in.HomeBucket().Add(read.Rule+"Destination.ReplicationTime",
			map[string]any{"Status": "Enabled", "Time": map[string]any{"Minutes": 15}})
	}, "pays for time control"}},
	"Replication Time Control": {
		{"an hour", brokencopy.ReplicationCopy("", "Destination.ReplicationTime.Time.Minutes", 60).Edit, "Time.Minutes is 60"},
		{"off", func(in *read.Reader) {
			in.HomeBucket().Delete(read.Rule + "Destination.ReplicationTime")
		}, "ReplicationTime"},
	},
	"replication both ways": {
		reverseCopy("no delete markers", `"DeleteMarkerReplication":{"Status":"Enabled"}`, `"DeleteMarkerReplication":{"Status":"Disabled"}`, "DeleteMarkerReplication"),
		reverseCopy("no replica modifications", `"ReplicaModifications":{"Status":"Enabled"}`, `"ReplicaModifications":{"Status":"Disabled"}`, "ReplicaModifications"),
		reverseCopy("some objects only", `"Prefix":""`, `"Prefix":"images/"`, "Prefix"),
		reverseCopy("a field that S3 does not know", `"Filter":`, `"Filters":`, "at Rules.0.Filter.Prefix"),
		reverseCopy("another call", `"action":"putBucketReplication"`, `"action":"putBucketVersioning"`, "putBucketVersioning"),
		reverseCopy("in the wrong region", `"service":"S3"`, `"service":"EC2"`, "EC2"),
		{"not removed", func(in *read.Reader) { reverseReplication(in).Delete("Delete") }, "Delete"},
		{"not updated", func(in *read.Reader) { reverseReplication(in).Delete("Update") }, "Update"},
		{"put before the role may write", func(in *read.Reader) { reverseReplication(in).Set(".DependsOn", []string{}) }, "may be put before"},
	},
}
