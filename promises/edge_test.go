package promises

import (
	"twinsite/internal/must"
	"twinsite/web"
)

// edgeCopies break the promises of edge.go.
var edgeCopies = map[string][]brokenCopy{
	"reads fail over at the edge": {
		{"no standby origin", func(in *reader) {
			in.siteDistribution().Set(origin(in.siteDistribution(), "standby").At("Id"), "elsewhere")
		}, `no origin "standby"`},
		{"the standby origin is home", func(in *reader) {
			d := in.siteDistribution()
			d.Set(origin(d, "standby").At("DomainName"), in.site.OriginHost(in.site.Home.Region.Name))
		}, "retries at Primary."},
		{"no function", func(in *reader) {
			in.siteDistribution().Delete("DistributionConfig.DefaultCacheBehavior.FunctionAssociations")
		}, "FunctionAssociations"},
		{"the function runs too late", func(in *reader) {
			in.siteDistribution().Set("DistributionConfig.DefaultCacheBehavior.FunctionAssociations.0.EventType", "viewer-response")
		}, "EventType is viewer-response"},
		{"thirty seconds for a dead region", func(in *reader) {
			d := in.siteDistribution()
			d.Set(origin(d, "home").At("ConnectionTimeout"), 10)
		}, "ConnectionTimeout is 10"},
	},
	"the health path cannot fail over at the edge": {
		{"another path is checked", healthCheckCopy("ResourcePath", "/login"), "spares /login"},
		{"another path is spared", func(in *reader) {
			in.edgeFunction().Set("FunctionCode", web.EdgeFunction("/elsewhere"))
		}, "is not the function that spares"},
		{"the old runtime", func(in *reader) {
			in.edgeFunction().Set("FunctionConfig.Runtime", "cloudfront-js-1.0")
		}, "Runtime is cloudfront-js-1.0"},
	},
	"the failover switch": {
		{"one of the two is enough", servesCopy("HealthThreshold", 1), "HealthThreshold is 1"},
		{"the switch is not asked for", func(in *reader) {
			serves := in.serves()
			serves.Set("HealthCheckConfig.ChildHealthChecks", []any{ref(in.endpointCheck(serves))})
		}, "from 1 health checks"},
		{"in the home region", func(in *reader) {
			in.switchCheck(in.serves()).Set("HealthCheckConfig.FullyQualifiedDomainName", "static."+in.site.Domain)
		}, "asks static."},
		{"another object", func(in *reader) {
			in.switchCheck(in.serves()).Set("HealthCheckConfig.ResourcePath", "/other")
		}, "no health check of the switch"},
		{"cached", func(in *reader) {
			in.standbyStatic().Set("DistributionConfig.CacheBehaviors.0.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6")
		}, "CachePolicyId is 658327ea"},
		{"its absence is cached", func(in *reader) {
			in.standbyStatic().Set("DistributionConfig.CustomErrorResponses.0.ErrorCachingMinTTL", 10)
		}, "ErrorCachingMinTTL is 10"},
	},
	"TLS to the origin": {
		{"plain HTTP", func(in *reader) {
			d := in.siteDistribution()
			d.Set(defaultOrigin(d).At("CustomOriginConfig.OriginProtocolPolicy"), "match-viewer")
		}, "OriginProtocolPolicy is match-viewer"},
		{"TLS 1.0", func(in *reader) {
			in.listener(in.homeBalancer(), 443).Set("SslPolicy", "ELBSecurityPolicy-2016-08")
		}, "want TLS 1.2 and 1.3"},
		{"by the load balancer's own name", func(in *reader) {
			d, balancer := in.siteDistribution(), in.homeBalancer()
			d.Set(defaultOrigin(d).At("DomainName"), getAtt(balancer, "DNSName"))
		}, "no certificate of ours covers"},
		{"the certificate has no wildcard", func(in *reader) {
			follow(in.listener(in.homeBalancer(), 443), "Certificates.0.CertificateArn").Delete("SubjectAlternativeNames")
		}, "does not cover origin-"},
		{"the origin's name leads nowhere", func(in *reader) {
			record := must.Get(in.Records(in.site.OriginHost(in.site.Standby.Region.Name), "A"))[0]
			record.Resource.Set("Name", "elsewhere."+in.site.Domain)
		}, "does not lead to"},
	},
	"load balancers take certificates of their own region": {{"CloudFront's certificate", func(in *reader) {
		global := certificate(in)
		arn := text(in.siteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn")
		in.listener(in.homeBalancer(), 443).Set("Certificates.0.CertificateArn", getStackOutput(global, arn))
	}, "is in us-east-1, want"}},
	"only CloudFront reaches the home load balancer": {
		{"open to everybody", func(in *reader) { open(in.home().balancerSecurity, 443) }, "443-443 from 0.0.0.0/0"},
		{"another prefix list", func(in *reader) {
			in.Referrers(in.home().balancerSecurity, "AWS::EC2::SecurityGroupIngress")[0].Set("SourcePrefixListId", "pl-00000000")
		}, "from pl-00000000"},
		{"forwards by default", func(in *reader) {
			in.listener(in.homeBalancer(), 443).Set("DefaultActions.0", map[string]any{"Type": "forward", "TargetGroupArn": ref(in.home().targetGroup)})
		}, "Type is forward"},
		{"answers 200 by default", func(in *reader) {
			in.listener(in.homeBalancer(), 443).Set("DefaultActions.0.FixedResponseConfig.StatusCode", "200")
		}, "StatusCode is 200"},
		{"lets any path in", func(in *reader) {
			in.listenerRule().Set("Conditions.0", map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []string{"*"}}})
		}, "Field is path-pattern"},
		{"accepts a known word", func(in *reader) {
			in.listenerRule().Set("Conditions.0.HttpHeaderConfig.Values.0", "open sesame")
		}, "is not a secret"},
		{"sends nothing", func(in *reader) {
			d := in.siteDistribution()
			d.Delete(defaultOrigin(d).At("OriginCustomHeaders"))
		}, "OriginCustomHeaders"},
		{"sends in another header", func(in *reader) {
			d := in.siteDistribution()
			d.Set(defaultOrigin(d).At("OriginCustomHeaders.0.HeaderName"), "X-Other")
		}, "HeaderName is X-Other"},
		{"is sent first", func(in *reader) { in.siteDistribution().Delete(".DependsOn") }, "may change before"},
	},
	"a secret's value is in no template": {
		{"written down", func(in *reader) { originSecret(in).Add("SecretString", "hunter2") }, "its value is in the template"},
		{"with wildcards", func(in *reader) { originSecret(in).Set("GenerateSecretString.ExcludePunctuation", false) }, "ExcludePunctuation is false"},
		{"too short", func(in *reader) { originSecret(in).Set("GenerateSecretString.PasswordLength", 8) }, "has 8 characters"},
		{"its id as the value", func(in *reader) {
			in.listenerRule().Set("Conditions.0.HttpHeaderConfig.Values.0", ref(originSecret(in)))
		}, "HttpHeaderConfig.Values.0 is ${"},
	},
	"both address families fail over": {
		{"an AAAA record is missing", func(in *reader) {
			_, secondary := in.pair(in.firstName(), "AAAA")
			secondary.Resource.Set(secondary.At("Type"), "TXT")
		}, "has no AAAA beside it"},
		{"AAAA does not follow the health check", func(in *reader) {
			primary, _ := in.pair(in.firstName(), "AAAA")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "beside it"},
		{"AAAA leads home", func(in *reader) {
			primary, secondary := in.pair(in.firstName(), "AAAA")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), getStackOutput(primary.Alias, primary.AliasName))
		}, "beside it"},
		{"the standby has no IPv6 address", func(in *reader) { in.standbyBalancer().Set("IpAddressType", "ipv4") }, "IpAddressType is ipv4"},
		{"the distribution has none", distributionCopy("IPV6Enabled", false), "IPV6Enabled is false"},
		{"a subnet has none", func(in *reader) { targets(in.homeBalancer(), "Subnets")[0].Delete("Ipv6CidrBlock") }, "has no IPv6 range"},
		{"no way out", func(in *reader) {
			subnet := targets(in.home().group, "VPCZoneIdentifier")[0]
			in.ipv6Route(subnet).Set("DestinationIpv6CidrBlock", "fd00::/8")
		}, "no IPv6 route"},
	},
	"no 5xx is cached": {
		{"CloudFront's default", func(in *reader) { in.siteDistribution().Delete("DistributionConfig.CustomErrorResponses.3") }, "repeats 504"},
		{"ten seconds", distributionCopy("CustomErrorResponses.0.ErrorCachingMinTTL", 10), "repeats 500 for 10s"},
		{"answers 200", func(in *reader) {
			in.siteDistribution().Add("DistributionConfig.CustomErrorResponses.1.ResponseCode", 200)
		}, "replaces the answer"},
	},
	"the distribution is near and stays connected": {
		{"a cheap price class", distributionCopy("PriceClass", "PriceClass_100"), "PriceClass is PriceClass_100"},
		{"reconnects", func(in *reader) {
			d := in.siteDistribution()
			d.Set(defaultOrigin(d).At("CustomOriginConfig.OriginKeepaliveTimeout"), 1)
		}, "OriginKeepaliveTimeout is 1"},
		{"HTTP/1.1", distributionCopy("HttpVersion", "http1.1"), "HttpVersion is http1.1"},
		{"TLS 1.0", distributionCopy("ViewerCertificate.MinimumProtocolVersion", "TLSv1"), "MinimumProtocolVersion is TLSv1"},
	},
	"security headers that never override the application's": {
		{"overrides", func(in *reader) {
			follow(in.siteDistribution(), "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId").
				Set("ResponseHeadersPolicyConfig.SecurityHeadersConfig.FrameOptions.Override", true)
		}, "FrameOptions.Override is true"},
		{"none", func(in *reader) {
			in.siteDistribution().Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
	},
	"static files have names of the site's": {
		{"the other's name", func(in *reader) {
			in.standbyStatic().Set("DistributionConfig.Aliases.0", "static."+in.site.Domain)
		}, "Aliases is [static."},
		{"no record", func(in *reader) {
			must.Get(in.Records("static."+in.site.Domain, "A"))[0].Resource.Set("Name", "elsewhere."+in.site.Domain)
		}, "does not lead to"},
		{"no headers", func(in *reader) {
			in.homeStatic().Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
		{"not compressed", func(in *reader) {
			in.homeStatic().Set("DistributionConfig.DefaultCacheBehavior.Compress", false)
		}, "Compress is false"},
	},
	"hashed names are cached for a year, others for minutes": {
		{"everything for a year", func(in *reader) {
			for _, upload := range in.uploads() {
				upload.Set("SystemMetadata.cache-control", "public, max-age=31536000, immutable")
			}
		}, "files are cached as"},
		{"deletes the application's files", func(in *reader) {
			in.uploads()[0].Set("Prune", true)
		}, "Prune is true"},
	},
	"no Replication Time Control unless asked for": {{"on", func(in *reader) {
		in.homeBucket().Add(rule+"Destination.ReplicationTime",
			map[string]any{"Status": "Enabled", "Time": map[string]any{"Minutes": 15}})
	}, "pays for time control"}},
	"Replication Time Control": {
		{"an hour", replicationCopy("", "Destination.ReplicationTime.Time.Minutes", 60).edit, "Time.Minutes is 60"},
		{"off", func(in *reader) {
			in.homeBucket().Delete(rule + "Destination.ReplicationTime")
		}, "ReplicationTime"},
	},
	"replication both ways": {
		reverseCopy("no delete markers", `"DeleteMarkerReplication":{"Status":"Enabled"}`, `"DeleteMarkerReplication":{"Status":"Disabled"}`, "DeleteMarkerReplication"),
		reverseCopy("no replica modifications", `"ReplicaModifications":{"Status":"Enabled"}`, `"ReplicaModifications":{"Status":"Disabled"}`, "ReplicaModifications"),
		reverseCopy("some objects only", `"Prefix":""`, `"Prefix":"images/"`, "Prefix"),
		reverseCopy("a field that S3 does not know", `"Filter":`, `"Filters":`, "at Rules.0.Filter.Prefix"),
		reverseCopy("another call", `"action":"putBucketReplication"`, `"action":"putBucketVersioning"`, "putBucketVersioning"),
		reverseCopy("in the wrong region", `"service":"S3"`, `"service":"EC2"`, "EC2"),
		{"not removed", func(in *reader) { in.reverseReplication().Delete("Delete") }, "Delete"},
		{"not updated", func(in *reader) { in.reverseReplication().Delete("Update") }, "Update"},
		{"put before the role may write", func(in *reader) { in.reverseReplication().Set(".DependsOn", []string{}) }, "may be put before"},
	},
}
