package main

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/site"
	"twinsite/web"
)

// edgePromises are what Twinsite adds to the article: each can be switched off
// in site.yaml, and is in examples/article.yaml.
var edgePromises = []promise{{
	row:  "reads fail over at the edge",
	when: readFailover,
	keeps: func(w *walk) {
		d := w.siteDistribution()
		only("functions on requests", w.edgeFunction(d))
		if target := must(d.Text("DistributionConfig.DefaultCacheBehavior.TargetOriginId")); target != "home" {
			fail("%s sends writes to the origin %q, want home", d, target)
		}
		expect(d, origin(d, "home")+".ConnectionAttempts", 2)
		expect(d, origin(d, "home")+".ConnectionTimeout", 2)
		expect(d, origin(d, "standby")+".CustomOriginConfig.OriginProtocolPolicy", "https-only")
		for _, name := range w.site.HostNames() {
			_, secondary := w.pair(name, "A")
			if standby := w.balancerOf(d, origin(d, "standby")); standby != secondary.Alias {
				fail("%s: the edge retries at %s, but DNS moves %s to %s", d, standby, name, secondary.Alias)
			}
		}
	},
	twins: []twin{
		{"no standby origin", func(w *walk) {
			w.siteDistribution().Set(origin(w.siteDistribution(), "standby")+".Id", "elsewhere")
		}, `no origin "standby"`},
		{"the standby origin is home", func(w *walk) {
			d := w.siteDistribution()
			d.Set(origin(d, "standby")+".DomainName", w.site.OriginHost(w.site.Home.Region.Name))
		}, "the edge retries at Primary."},
		{"no function", func(w *walk) {
			w.siteDistribution().Delete("DistributionConfig.DefaultCacheBehavior.FunctionAssociations")
		}, "FunctionAssociations"},
		{"the function runs too late", func(w *walk) {
			w.siteDistribution().Set("DistributionConfig.DefaultCacheBehavior.FunctionAssociations.0.EventType", "viewer-response")
		}, "EventType is viewer-response"},
		{"thirty seconds for a dead region", func(w *walk) {
			d := w.siteDistribution()
			d.Set(origin(d, "home")+".ConnectionTimeout", 10)
		}, "ConnectionTimeout is 10"},
	},
}, {
	// What the function does with each request is tested where it lives, in
	// package web; here it is that very function, with the right path.
	row:  "the health path cannot fail over at the edge",
	when: readFailover,
	keeps: func(w *walk) {
		primary, _ := w.pair(w.site.HostNames()[0], "A")
		path := must(w.endpointCheck(primary.HealthCheck).Text("HealthCheckConfig.ResourcePath"))
		function := w.edgeFunction(w.siteDistribution())
		if must(function.Text("FunctionCode")) != web.EdgeFunction(path) {
			fail("%s is not the function that spares %s", function, path)
		}
		expect(function, "FunctionConfig.Runtime", "cloudfront-js-2.0")
	},
	twins: []twin{
		{"another path is checked", healthCheckTwin("ResourcePath", "/login"), "spares /login"},
		{"another path is spared", func(w *walk) {
			w.edgeFunction(w.siteDistribution()).Set("FunctionCode", web.EdgeFunction("/elsewhere"))
		}, "is not the function that spares"},
		{"the old runtime", func(w *walk) {
			w.edgeFunction(w.siteDistribution()).Set("FunctionConfig.Runtime", "cloudfront-js-1.0")
		}, "Runtime is cloudfront-js-1.0"},
	},
}, {
	row:  "the failover switch",
	when: failoverSwitch,
	keeps: func(w *walk) {
		for _, name := range w.site.HostNames() {
			for _, recordType := range w.types() {
				primary, _ := w.pair(name, recordType)
				serves := primary.HealthCheck
				expect(serves, "HealthCheckConfig.Type", "CALCULATED")
				expect(serves, "HealthCheckConfig.HealthThreshold", 2)
				if n := len(must(serves.Targets("HealthCheckConfig.ChildHealthChecks"))); n != 2 {
					fail("%s is calculated from %d health checks, want two", serves, n)
				}
			}
		}
		primary, _ := w.pair(w.site.HostNames()[0], "A")
		w.keepsSwitch(w.switchCheck(primary.HealthCheck))
	},
	twins: []twin{
		{"one of the two is enough", servesTwin("HealthThreshold", 1), "HealthThreshold is 1"},
		{"the switch is not asked for", func(w *walk) {
			serves := servesCheck(w)
			serves.Set("HealthCheckConfig.ChildHealthChecks", []any{ref(w.endpointCheck(serves))})
		}, "from 1 health checks"},
		{"on when it is off", func(w *walk) { w.switchCheck(servesCheck(w)).Set("HealthCheckConfig.Inverted", false) }, "Inverted is false"},
		{"in the home region", func(w *walk) {
			w.switchCheck(servesCheck(w)).Set("HealthCheckConfig.FullyQualifiedDomainName", "static."+w.site.Domain)
		}, "asks static."},
		{"another object", func(w *walk) {
			w.switchCheck(servesCheck(w)).Set("HealthCheckConfig.ResourcePath", "/other")
		}, "no health check of the switch"},
		{"cached", func(w *walk) {
			w.staticDistribution(w.site.Standby.Region.Name).Set("DistributionConfig.CacheBehaviors.0.CachePolicyId", "658327ea-f89d-4fab-a63d-7e88639e58f6")
		}, "CachePolicyId is 658327ea"},
		{"its absence is cached", func(w *walk) {
			w.staticDistribution(w.site.Standby.Region.Name).Set("DistributionConfig.CustomErrorResponses.0.ErrorCachingMinTTL", 10)
		}, "ErrorCachingMinTTL is 10"},
	},
}, {
	row:  "TLS to the origin",
	when: originTLS,
	keeps: func(w *walk) {
		d := w.siteDistribution()
		path := defaultOrigin(d)
		expect(d, path+".CustomOriginConfig.OriginProtocolPolicy", "https-only")
		expect(d, path+".CustomOriginConfig.OriginSSLProtocols", []any{"TLSv1.2"})
		w.ports(w.homeBalancer(), 443)
		for _, t := range w.tiers() {
			name := w.site.OriginHost(t.Region.Name)
			for _, recordType := range w.types() {
				records := must(w.Records(name, recordType))
				if len(records) != 1 || records[0].Alias != t.balancer {
					fail("%s %s does not lead to %s", name, recordType, t.balancer)
				}
			}
			listener := w.listener(t.balancer, 443)
			expect(listener, "Protocol", "HTTPS")
			if policy := must(listener.Text("SslPolicy")); !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-2-") {
				fail("%s has the policy %s, want TLS 1.2 and 1.3", listener, policy)
			}
			certificate := target(listener, "Certificates.0.CertificateArn", "AWS::CertificateManager::Certificate")
			inRegion(certificate, t.Region.Name)
			covers(certificate, name)
		}
		if name := must(d.Text(path + ".DomainName")); name != w.site.OriginHost(w.site.Home.Region.Name) {
			fail("%s: the origin's name is %s, which no certificate of ours covers", d, name)
		}
	},
	twins: []twin{
		{"plain HTTP", func(w *walk) {
			d := w.siteDistribution()
			d.Set(defaultOrigin(d)+".CustomOriginConfig.OriginProtocolPolicy", "match-viewer")
		}, "OriginProtocolPolicy is match-viewer"},
		{"TLS 1.0", func(w *walk) {
			w.listener(w.homeBalancer(), 443).Set("SslPolicy", "ELBSecurityPolicy-2016-08")
		}, "want TLS 1.2 and 1.3"},
		{"by the load balancer's own name", func(w *walk) {
			d, balancer := w.siteDistribution(), w.homeBalancer()
			d.Set(defaultOrigin(d)+".DomainName", getAtt(balancer, "DNSName"))
		}, "no certificate of ours covers"},
		{"the certificate has no wildcard", func(w *walk) {
			must(w.listener(w.homeBalancer(), 443).Target("Certificates.0.CertificateArn")).Delete("SubjectAlternativeNames")
		}, "does not cover origin-"},
		{"the origin's name leads nowhere", func(w *walk) {
			record := must(w.Records(w.site.OriginHost(w.site.Standby.Region.Name), "A"))[0]
			record.Resource.Set("Name", "elsewhere."+w.site.Domain)
		}, "does not lead to"},
	},
}, {
	row: "load balancers take certificates of their own region",
	when: func(s *site.Site) bool {
		return s.Edge.OriginTLS && s.Home.Region.Name != "us-east-1"
	},
	keeps: func(w *walk) {
		certificate := target(w.listener(w.homeBalancer(), 443), "Certificates.0.CertificateArn", "AWS::CertificateManager::Certificate")
		inRegion(certificate, w.site.Home.Region.Name)
	},
	twins: []twin{{"CloudFront's certificate", func(w *walk) {
		global := certificate(w)
		arn := must(w.siteDistribution().Text("DistributionConfig.ViewerCertificate.AcmCertificateArn"))
		w.listener(w.homeBalancer(), 443).Set("Certificates.0.CertificateArn", getStackOutput(global, arn))
	}, "is in us-east-1, want"}},
}, {
	row:  "only CloudFront reaches the home load balancer",
	when: originSecrets,
	keeps: func(w *walk) {
		home := w.home()
		w.admits(home.balancerSecurity, "tcp 443-443 from "+w.site.Home.PrefixList())
		listener := w.listener(home.balancer, 443)
		expect(listener, "DefaultActions.0.Type", "fixed-response")
		expect(listener, "DefaultActions.0.FixedResponseConfig.StatusCode", "403")
		rule := only("rules of "+listener.String(), w.Referrers(listener, "AWS::ElasticLoadBalancingV2::ListenerRule")...)
		leads(rule, "Actions.0.TargetGroupArn", home.targetGroup)
		if conditions := must(rule.Value("Conditions")).([]any); len(conditions) != 1 {
			fail("%s has %d conditions, want one", rule, len(conditions))
		}
		expect(rule, "Conditions.0.Field", "http-header")
		header := must(rule.Text("Conditions.0.HttpHeaderConfig.HttpHeaderName"))
		accepted := w.secrets(rule, "Conditions.0.HttpHeaderConfig.Values")
		if len(accepted) != len(w.site.Edge.OriginSecrets) {
			fail("%s accepts %d secrets, want %d", rule, len(accepted), len(w.site.Edge.OriginSecrets))
		}
		d := w.siteDistribution()
		headers := defaultOrigin(d) + ".OriginCustomHeaders"
		expect(d, headers+".0.HeaderName", header)
		if sent := w.secrets(d, headers); len(sent) != 1 || sent[0] != accepted[0] {
			fail("%s sends %v, but %s accepts %v", d, sent, rule, accepted)
		}
		// In one deployment, the new secret is accepted before it is sent.
		if !slices.Contains(d.DependsOn(), rule.LogicalID) {
			fail("%s may change before %s does", d, rule)
		}
	},
	twins: []twin{
		{"open to everybody", func(w *walk) { open(w.home().balancerSecurity, 443) }, "443-443 from 0.0.0.0/0"},
		{"another prefix list", func(w *walk) {
			w.Referrers(w.home().balancerSecurity, "AWS::EC2::SecurityGroupIngress")[0].Set("SourcePrefixListId", "pl-00000000")
		}, "from pl-00000000"},
		{"forwards by default", func(w *walk) {
			w.listener(w.homeBalancer(), 443).Set("DefaultActions.0", map[string]any{"Type": "forward", "TargetGroupArn": ref(w.home().targetGroup)})
		}, "Type is forward"},
		{"answers 200 by default", func(w *walk) {
			w.listener(w.homeBalancer(), 443).Set("DefaultActions.0.FixedResponseConfig.StatusCode", "200")
		}, "StatusCode is 200"},
		{"lets any path in", func(w *walk) {
			w.listenerRule().Set("Conditions.0", map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []string{"*"}}})
		}, "Field is path-pattern"},
		{"accepts a known word", func(w *walk) {
			w.listenerRule().Set("Conditions.0.HttpHeaderConfig.Values.0", "open sesame")
		}, "is not a secret"},
		{"sends nothing", func(w *walk) {
			d := w.siteDistribution()
			d.Delete(defaultOrigin(d) + ".OriginCustomHeaders")
		}, "OriginCustomHeaders"},
		{"sends in another header", func(w *walk) {
			d := w.siteDistribution()
			d.Set(defaultOrigin(d)+".OriginCustomHeaders.0.HeaderName", "X-Other")
		}, "HeaderName is X-Other"},
		{"is sent first", func(w *walk) { w.siteDistribution().Delete(".DependsOn") }, "may change before"},
	},
}, {
	row:  "a secret's value is in no template",
	when: originSecrets,
	keeps: func(w *walk) {
		secrets := w.Resources("AWS::SecretsManager::Secret")
		if len(secrets) != len(w.site.Edge.OriginSecrets) {
			fail("%d secrets, want %d", len(secrets), len(w.site.Edge.OriginSecrets))
		}
		for _, secret := range secrets {
			if secret.Has("SecretString") || secret.Has("GenerateSecretString.SecretStringTemplate") {
				fail("%s: its value is in the template", secret)
			}
			if length := must(secret.Int("GenerateSecretString.PasswordLength")); length < 32 {
				fail("%s has %d characters, want 32 or more", secret, length)
			}
			for _, reference := range w.ReferencesTo(secret) {
				if text := must(reference.From.Text(reference.Path)); !isSecret(text) {
					fail("%s: %s is %s", reference.From, reference.Path, text)
				}
			}
			for _, output := range secret.Stack.Outputs() {
				if strings.Contains(must(output.Text()), secret.String()) {
					fail("output %s shows %s", output.Name, secret)
				}
			}
		}
	},
	twins: []twin{
		{"written down", func(w *walk) { originSecret(w).Add("SecretString", "hunter2") }, "its value is in the template"},
		{"too short", func(w *walk) { originSecret(w).Set("GenerateSecretString.PasswordLength", 8) }, "has 8 characters"},
		{"its id as the value", func(w *walk) {
			w.listenerRule().Set("Conditions.0.HttpHeaderConfig.Values.0", ref(originSecret(w)))
		}, "HttpHeaderConfig.Values.0 is ${"},
	},
}, {
	row:  "both address families fail over",
	when: func(s *site.Site) bool { return s.IPv6 },
	keeps: func(w *walk) {
		for _, record := range must(w.Records("")) {
			other := map[string]string{"A": "AAAA", "AAAA": "A"}[record.Type]
			if !slices.ContainsFunc(must(w.Records(record.Name, other)), func(o assembly.Record) bool {
				return o.Alias == record.Alias && o.Failover == record.Failover && o.HealthCheck == record.HealthCheck &&
					o.EvaluateTargetHealth == record.EvaluateTargetHealth
			}) {
				fail("%s %s %s has no %s beside it", record.Name, record.Type, record.Failover, other)
			}
		}
		for _, d := range w.Resources("AWS::CloudFront::Distribution") {
			expect(d, "DistributionConfig.IPV6Enabled", true)
		}
		for _, t := range w.tiers() {
			expect(t.balancer, "IpAddressType", "dualstack")
			for _, subnet := range slices.Concat(must(t.balancer.Targets("Subnets")), must(t.group.Targets("VPCZoneIdentifier"))) {
				if !subnet.Has("Ipv6CidrBlock") {
					fail("%s has no IPv6 range", subnet)
				}
				w.keepsIPv6Route(subnet)
			}
		}
	},
	twins: []twin{
		{"an AAAA record is missing", func(w *walk) {
			_, secondary := w.pair(w.site.HostNames()[0], "AAAA")
			secondary.Resource.Set(secondary.At("Type"), "TXT")
		}, "has no AAAA beside it"},
		{"AAAA does not follow the health check", func(w *walk) {
			primary, _ := w.pair(w.site.HostNames()[0], "AAAA")
			primary.Resource.Delete(primary.At("HealthCheckId"))
		}, "beside it"},
		{"AAAA leads home", func(w *walk) {
			primary, secondary := w.pair(w.site.HostNames()[0], "AAAA")
			secondary.Resource.Set(secondary.At("AliasTarget.DNSName"), getStackOutput(primary.Alias, primary.AliasName))
		}, "beside it"},
		{"the standby has no IPv6 address", func(w *walk) { w.standbyBalancer().Set("IpAddressType", "ipv4") }, "IpAddressType is ipv4"},
		{"the distribution has none", distributionTwin("IPV6Enabled", false), "IPV6Enabled is false"},
		{"a subnet has none", func(w *walk) { must(w.homeBalancer().Targets("Subnets"))[0].Delete("Ipv6CidrBlock") }, "has no IPv6 range"},
		{"no way out", func(w *walk) {
			subnet := must(w.home().group.Targets("VPCZoneIdentifier"))[0]
			w.ipv6Route(subnet).Set("DestinationIpv6CidrBlock", "fd00::/8")
		}, "no IPv6 route"},
	},
}, {
	row:  "no 5xx is cached",
	when: func(s *site.Site) bool { return s.Edge.ErrorCaching == 0 },
	keeps: func(w *walk) {
		d := w.siteDistribution()
		seconds := map[int]int{}
		for i := range must(d.Value("DistributionConfig.CustomErrorResponses")).([]any) {
			path := fmt.Sprintf("DistributionConfig.CustomErrorResponses.%d.", i)
			seconds[must(d.Int(path+"ErrorCode"))] = must(d.Int(path + "ErrorCachingMinTTL"))
			if d.Has(path + "ResponseCode") {
				fail("%s replaces the answer", d)
			}
		}
		for _, code := range []int{500, 502, 503, 504} {
			if s, ok := seconds[code]; !ok || s != 0 {
				fail("%s repeats %d for %d s (given: %v; CloudFront's default is 10 s)", d, code, s, ok)
			}
		}
	},
	twins: []twin{
		{"CloudFront's default", func(w *walk) { w.siteDistribution().Delete("DistributionConfig.CustomErrorResponses.3") }, "repeats 504"},
		{"ten seconds", distributionTwin("CustomErrorResponses.0.ErrorCachingMinTTL", 10), "repeats 500 for 10 s"},
		{"answers 200", func(w *walk) {
			w.siteDistribution().Add("DistributionConfig.CustomErrorResponses.1.ResponseCode", 200)
		}, "replaces the answer"},
	},
}, {
	row: "the distribution is near and stays connected",
	keeps: func(w *walk) {
		d := w.siteDistribution()
		expect(d, "DistributionConfig.PriceClass", "PriceClass_All")
		expect(d, defaultOrigin(d)+".CustomOriginConfig.OriginKeepaliveTimeout", int(w.site.Edge.KeepAlive.Seconds()))
		want := "http2"
		if w.site.Edge.HTTP3 {
			want = "http2and3"
		}
		expect(d, "DistributionConfig.HttpVersion", want)
		expect(d, "DistributionConfig.ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021")
	},
	twins: []twin{
		{"a cheap price class", distributionTwin("PriceClass", "PriceClass_100"), "PriceClass is PriceClass_100"},
		{"reconnects", func(w *walk) {
			d := w.siteDistribution()
			d.Set(defaultOrigin(d)+".CustomOriginConfig.OriginKeepaliveTimeout", 1)
		}, "OriginKeepaliveTimeout is 1"},
		{"HTTP/1.1", distributionTwin("HttpVersion", "http1.1"), "HttpVersion is http1.1"},
		{"TLS 1.0", distributionTwin("ViewerCertificate.MinimumProtocolVersion", "TLSv1"), "MinimumProtocolVersion is TLSv1"},
	},
}, {
	row:  "security headers that never override the application's",
	when: func(s *site.Site) bool { return s.Edge.SecurityHeaders },
	keeps: func(w *walk) {
		policy := target(w.siteDistribution(), "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId", "AWS::CloudFront::ResponseHeadersPolicy")
		for _, header := range []string{"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"} {
			expect(policy, "ResponseHeadersPolicyConfig.SecurityHeadersConfig."+header+".Override", false)
		}
		if policy.Has("ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy") {
			fail("%s: what a page may load is the application's to say", policy)
		}
	},
	twins: []twin{
		{"overrides", func(w *walk) {
			must(w.siteDistribution().Target("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")).
				Set("ResponseHeadersPolicyConfig.SecurityHeadersConfig.FrameOptions.Override", true)
		}, "FrameOptions.Override is true"},
		{"none", func(w *walk) {
			w.siteDistribution().Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
	},
}, {
	row:  "static files have names of the site's",
	when: func(s *site.Site) bool { return s.StaticFiles.HostNames },
	keeps: func(w *walk) {
		for region, name := range map[string]string{
			w.site.Home.Region.Name: "static." + w.site.Domain, w.site.Standby.Region.Name: "static-standby." + w.site.Domain,
		} {
			d := w.staticDistribution(region)
			expect(d, "DistributionConfig.Aliases", []any{name})
			certificate := target(d, "DistributionConfig.ViewerCertificate.AcmCertificateArn", "AWS::CertificateManager::Certificate")
			inRegion(certificate, "us-east-1")
			covers(certificate, name)
			for _, recordType := range w.types() {
				if records := must(w.Records(name, recordType)); len(records) != 1 || records[0].Alias != d {
					fail("%s %s does not lead to %s", name, recordType, d)
				}
			}
			expect(d, "DistributionConfig.DefaultCacheBehavior.Compress", true)
			if w.site.StaticFiles.Headers {
				// CORS and security headers, CloudFront's managed policy.
				expect(d, "DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId", corsAndSecurityHeaders)
			}
		}
	},
	twins: []twin{
		{"the other's name", func(w *walk) {
			w.staticDistribution(w.site.Standby.Region.Name).Set("DistributionConfig.Aliases.0", "static."+w.site.Domain)
		}, "Aliases is [static."},
		{"no record", func(w *walk) {
			must(w.Records("static."+w.site.Domain, "A"))[0].Resource.Set("Name", "elsewhere."+w.site.Domain)
		}, "does not lead to"},
		{"no headers", func(w *walk) {
			w.staticDistribution(w.site.Home.Region.Name).Delete("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId")
		}, "ResponseHeadersPolicyId"},
		{"not compressed", func(w *walk) {
			w.staticDistribution(w.site.Home.Region.Name).Set("DistributionConfig.DefaultCacheBehavior.Compress", false)
		}, "Compress is false"},
	},
}, {
	row: "hashed names are cached for a year, others for minutes",
	keeps: func(w *walk) {
		ages := map[string]string{}
		for _, upload := range w.Resources("Custom::CDKBucketDeployment") {
			files := strings.Join(must(upload.Texts("Include")), " ") + " but " + strings.Join(must(upload.Texts("Exclude")), " ")
			ages[files] = must(upload.Text("SystemMetadata.cache-control"))
			expect(upload, "Prune", false) // what the application put there stays
		}
		want := map[string]string{
			"assets/* but *": "public, max-age=31536000, immutable", " but assets/*": "public, max-age=300",
		}
		if fmt.Sprint(ages) != fmt.Sprint(want) {
			fail("files are cached as %q, want %q", ages, want)
		}
	},
	twins: []twin{
		{"everything for a year", func(w *walk) {
			for _, upload := range w.Resources("Custom::CDKBucketDeployment") {
				upload.Set("SystemMetadata.cache-control", "public, max-age=31536000, immutable")
			}
		}, "files are cached as"},
		{"deletes the application's files", func(w *walk) {
			w.Resources("Custom::CDKBucketDeployment")[0].Set("Prune", true)
		}, "Prune is true"},
	},
}, {
	row:  "no Replication Time Control unless asked for",
	when: func(s *site.Site) bool { return !s.Replication.TimeControl },
	keeps: func(w *walk) {
		if home := w.bucket(w.site.Home.Region.Name); home.Has(rule + "Destination.ReplicationTime") {
			fail("%s pays for time control", home)
		}
	},
	twins: []twin{{"on", func(w *walk) {
		w.bucket(w.site.Home.Region.Name).Add(rule+"Destination.ReplicationTime",
			map[string]any{"Status": "Enabled", "Time": map[string]any{"Minutes": 15}})
	}, "pays for time control"}},
}, {
	row:  "Replication Time Control",
	when: func(s *site.Site) bool { return s.Replication.TimeControl },
	keeps: func(w *walk) {
		home := w.bucket(w.site.Home.Region.Name)
		expect(home, rule+"Destination.ReplicationTime.Status", "Enabled")
		expect(home, rule+"Destination.ReplicationTime.Time.Minutes", 15)
		expect(home, rule+"Destination.Metrics.EventThreshold.Minutes", 15)
	},
	twins: []twin{
		{"an hour", replicationTwin("", "Destination.ReplicationTime.Time.Minutes", 60).edit, "Time.Minutes is 60"},
		{"off", func(w *walk) {
			w.bucket(w.site.Home.Region.Name).Delete(rule + "Destination.ReplicationTime")
		}, "ReplicationTime"},
	},
}, {
	row:   "replication both ways",
	when:  func(s *site.Site) bool { return s.Replication.BothWays },
	keeps: (*walk).keepsReverseReplication,
	twins: []twin{
		reverseTwin("no delete markers", `"DeleteMarkerReplication":{"Status":"Enabled"}`, `"DeleteMarkerReplication":{"Status":"Disabled"}`, "DeleteMarkerReplication"),
		reverseTwin("no replica modifications", `"ReplicaModifications":{"Status":"Enabled"}`, `"ReplicaModifications":{"Status":"Disabled"}`, "ReplicaModifications"),
		reverseTwin("some objects only", `"Prefix":""`, `"Prefix":"images/"`, "Prefix"),
		reverseTwin("a field that S3 does not know", `"Filter":`, `"Filters":`, "unknown field"),
		reverseTwin("another call", `"action":"putBucketReplication"`, `"action":"putBucketVersioning"`, "putBucketVersioning"),
		reverseTwin("in the wrong region", `"service":"S3"`, `"service":"EC2"`, "EC2"),
		{"not removed", func(w *walk) { w.reverseReplication().Delete("Delete") }, "Delete"},
		{"not updated", func(w *walk) { w.reverseReplication().Delete("Update") }, "Update"},
		{"its function may do anything to S3", func(w *walk) {
			w.callPolicy().Set("PolicyDocument.Statement.0.Action", "s3:*")
		}, "may s3:*"},
		{"on any bucket", func(w *walk) { w.callPolicy().Set("PolicyDocument.Statement.0.Resource", "*") }, "on *"},
		{"anybody may take the role", func(w *walk) {
			for _, r := range must(w.reverseReplication().Targets("Create")) {
				if r.Type == "AWS::IAM::Role" {
					r.Set("AssumeRolePolicyDocument.Statement.0.Principal", "*")
				}
			}
		}, "Principal is *"},
		{"put before the role may write", func(w *walk) { w.reverseReplication().Set(".DependsOn", []string{w.callPolicy().LogicalID}) }, "may be put before"},
	},
}}

// corsAndSecurityHeaders is the id of CloudFront's managed policy.
const corsAndSecurityHeaders = "e61eb60c-9c35-4d20-a928-2b84e02af89c"

func failoverSwitch(s *site.Site) bool { return s.Failover.Switch }

// servesCheck is the health check of the first PRIMARY record.
func servesCheck(w *walk) *assembly.Resource {
	primary, _ := w.pair(w.site.HostNames()[0], "A")
	return primary.HealthCheck
}

func servesTwin(property string, value any) func(*walk) {
	return func(w *walk) { servesCheck(w).Set("HealthCheckConfig."+property, value) }
}

// switchCheck is the one of a calculated health check's children that asks for
// the failover switch.
func (w *walk) switchCheck(serves *assembly.Resource) *assembly.Resource {
	for _, child := range must(serves.Targets("HealthCheckConfig.ChildHealthChecks")) {
		if must(child.Text("HealthCheckConfig.ResourcePath")) == constructs.FailoverSwitchPath {
			return child
		}
	}
	fail("%s: no health check of the switch at %s", serves, constructs.FailoverSwitchPath)
	return nil
}

// keepsSwitch demands that a health check asks the standby for the switch, and
// gets an answer that nobody cached.
func (w *walk) keepsSwitch(check *assembly.Resource) {
	expect(check, "HealthCheckConfig.Type", "HTTPS")
	expect(check, "HealthCheckConfig.Inverted", true)
	d := w.staticDistribution(w.site.Standby.Region.Name)
	host := must(check.Text("HealthCheckConfig.FullyQualifiedDomainName"))
	if want := must(w.standbyBalancer().Stack.Output("StaticAddress")); "https://"+host != must(want.Text()) {
		fail("%s asks %s, want %s", check, host, must(want.Text()))
	}
	expect(d, "DistributionConfig.CacheBehaviors.0.PathPattern", constructs.FailoverSwitchPath)
	expect(d, "DistributionConfig.CacheBehaviors.0.CachePolicyId", cachingDisabled)
	for i, status := range []int{403, 404} {
		path := fmt.Sprintf("DistributionConfig.CustomErrorResponses.%d.", i)
		expect(d, path+"ErrorCode", status)
		expect(d, path+"ErrorCachingMinTTL", 0)
	}
	bucket := w.bucket(w.site.Standby.Region.Name)
	object := must(must(bucket.Stack.Output("FailoverSwitch")).Text())
	if want := "s3://${" + bucket.String() + "}" + constructs.FailoverSwitchPath; object != want {
		fail("the output FailoverSwitch is %s, want %s", object, want)
	}
}

func readFailover(s *site.Site) bool  { return s.Edge.ReadFailover }
func originTLS(s *site.Site) bool     { return s.Edge.OriginTLS }
func originSecrets(s *site.Site) bool { return len(s.Edge.OriginSecrets) > 0 }

// edgeFunction is the function that sees every request of visitors.
func (w *walk) edgeFunction(d *assembly.Resource) *assembly.Resource {
	path := "DistributionConfig.DefaultCacheBehavior.FunctionAssociations"
	if n := len(must(d.Value(path)).([]any)); n != 1 {
		fail("%s has %d functions, want one", d, n)
	}
	expect(d, path+".0.EventType", "viewer-request")
	return target(d, path+".0.FunctionARN", "AWS::CloudFront::Function")
}

func originSecret(w *walk) *assembly.Resource { return w.Resources("AWS::SecretsManager::Secret")[0] }

func (w *walk) listenerRule() *assembly.Resource {
	return only("listener rules", w.Resources("AWS::ElasticLoadBalancingV2::ListenerRule")...)
}

// isSecret reports whether a text is a dynamic reference to a secret's whole
// value, and nothing else.
func isSecret(text string) bool {
	return strings.HasPrefix(text, "{{resolve:secretsmanager:${") && strings.HasSuffix(text, "}:SecretString:::}}")
}

// secrets are the secrets that the values at a path are; each value must be one.
func (w *walk) secrets(r *assembly.Resource, path string) []*assembly.Resource {
	for _, value := range must(r.Value(path)).([]any) {
		if header, ok := value.(map[string]any); ok {
			value = header["HeaderValue"]
		}
		if !isSecret(value.(string)) {
			fail("%s: %s is not a secret: %v", r, path, value)
		}
	}
	return must(r.Targets(path))
}

// ipv6Route is a subnet's way out by IPv6, or nil.
func (w *walk) ipv6Route(subnet *assembly.Resource) *assembly.Resource {
	table := must(only("route tables", w.Referrers(subnet, "AWS::EC2::SubnetRouteTableAssociation")...).Target("RouteTableId"))
	for _, route := range w.Referrers(table, "AWS::EC2::Route") {
		if route.Has("DestinationIpv6CidrBlock") && must(route.Text("DestinationIpv6CidrBlock")) == "::/0" {
			return route
		}
	}
	return nil
}

func (w *walk) keepsIPv6Route(subnet *assembly.Resource) {
	if w.ipv6Route(subnet) == nil {
		fail("%s has no IPv6 route", subnet)
	}
}
