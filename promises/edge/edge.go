// Package edge holds the promises about what Twinsite adds to the article.
package edge

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// Promises returns the promises about what Twinsite adds to the article.
func Promises() []read.Promise {
	return slices.Concat(edgePromises(), servingPromises(), endpointPromises(), switchPromises(), staticFailoverPromises())
}

// edgePromises are what Twinsite adds to the article: each can be switched off
// in site.yaml, and is in examples/article.yaml.
func edgePromises() []read.Promise {
	return []read.Promise{
		{Name: "reads fail over at the edge", When: when.ReadFailover, Check: checkReadFailover},
		{Name: "the health path cannot fail over at the edge", When: when.AnyFailover, Check: checkHealthPath},
		{Name: "the failover switch", When: when.FailoverSwitch, Check: checkSwitch},
		{Name: "TLS to the origin", When: when.OriginTLS, Check: checkOriginTLS},
		{Name: "load balancers take certificates of their own region", When: when.CertificateAtHome, Check: checkHomeCertificate},
		{Name: "only CloudFront reaches the home load balancer", When: when.OriginSecrets, Check: checkOriginSecrets},
		{Name: "secrets come and go while visitors are served", When: when.OriginTLS, Check: checkOriginRules},
		{Name: "a secret's value is in no template", When: when.OriginSecrets, Check: checkSecrets},
		{Name: "both address families fail over", When: when.BothFamilies, Check: checkFamilies},
		{Name: "the application says what CloudFront keeps", When: when.CachePaths, Check: checkCachePaths},
		{Name: "a host that only redirects leads to one that serves, at the edge and at the standby", When: when.SomeRedirect, Check: checkRedirects},
		{Name: "no 5xx is cached", When: when.NothingCached, Check: checkErrorCaching},
		{Name: "the distribution is near and stays connected", Check: checkConnections},
		{Name: "security headers that never override the application's", When: when.HeadersAdded, Check: checkSecurityHeaders},
		{Name: "a name is a host's, or tells the site from others", Check: checkNames},
		{Name: "static files have names of the site's", When: when.StaticNames, Check: checkStaticNames},
		{Name: "hashed names are cached for a year, others for minutes", When: when.Uploads, Check: checkUploads},
		{Name: "no Replication Time Control unless asked for", When: when.NoTimeControl, Check: checkNoTimeControl},
		{Name: "Replication Time Control", When: when.TimeControl, Check: checkTimeControl},
		{Name: "replication both ways", When: when.BothWays, Check: checkReverseReplication},
	}
}

// checkOriginTLS demands that CloudFront speaks TLS with both load balancers,
// by names that their certificates cover.
func checkOriginTLS(in *read.Reader) {
	d := in.SiteDistribution()
	names := []string{in.Site.ServingHost()}
	for _, t := range in.Tiers() {
		names = append(names, in.Site.OriginHost(t.Region.Name))
	}
	for _, origin := range must.Get(topology.Origins(d)) {
		read.Expect(d, origin.At("CustomOriginConfig.OriginProtocolPolicy"), "https-only")
		read.Expect(d, origin.At("CustomOriginConfig.OriginSSLProtocols"), []any{"TLSv1.2"})
		if !slices.Contains(names, origin.Domain) {
			read.Fail(d, origin.At("DomainName"), "is %s, which no certificate of ours covers", origin.Domain)
		}
	}
	in.CheckPorts(in.HomeBalancer(), 443)
	for _, t := range in.Tiers() {
		name := in.Site.OriginHost(t.Region.Name)
		in.LeadsTo(name, t.Balancer)
		listener := in.Listener(t.Balancer, 443)
		read.Expect(listener, "Protocol", "HTTPS")
		if policy := read.Text(listener, "SslPolicy"); !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-2-") {
			read.Fail(listener, "SslPolicy", "is %s, want TLS 1.2 and 1.3", policy)
		}
		certificate := read.Target(listener, "Certificates.0.CertificateArn", topology.CertificateType)
		read.InRegion(certificate, t.Region.Name)
		read.CheckCovers(certificate, name, in.Site.ServingHost())
	}
}

func checkHomeCertificate(in *read.Reader) {
	certificate := read.Target(in.Listener(in.HomeBalancer(), 443), "Certificates.0.CertificateArn", topology.CertificateType)
	read.InRegion(certificate, in.Site.Home.Region.Name)
}

// checkFamilies demands that whatever answers by IPv4 answers by IPv6, too.
func checkFamilies(in *read.Reader) {
	for _, record := range in.RecordsOf("") {
		other, of := map[string]string{"A": "AAAA", "AAAA": "A"}[record.Type]
		if of && !slices.ContainsFunc(in.RecordsOf(record.Name, other), func(o assembly.Record) bool {
			return o.Alias == record.Alias && o.Failover == record.Failover && o.HealthCheck == record.HealthCheck &&
				o.EvaluateTargetHealth == record.EvaluateTargetHealth
		}) {
			read.Fail(record.Resource, record.Path, "has no %s beside it: %s %s %s", other, record.Name, record.Type, record.Failover)
		}
	}
	for _, d := range in.Resources(topology.DistributionType) {
		read.Expect(d, "DistributionConfig.IPV6Enabled", true)
	}
	for _, t := range in.Tiers() {
		read.Expect(t.Balancer, "IpAddressType", "dualstack")
		for _, subnet := range slices.Concat(read.Targets(t.Balancer, "Subnets"), read.Targets(t.Group, "VPCZoneIdentifier")) {
			if !subnet.Has("Ipv6CidrBlock") {
				read.Fail(subnet, "Ipv6CidrBlock", "is missing: it has no IPv6 range")
			}
			ipv6Route(in, subnet)
		}
	}
}

// ipv6Route is a subnet's way out by IPv6.
func ipv6Route(in *read.Reader, subnet *assembly.Resource) *assembly.Resource {
	for _, route := range in.Referrers(in.RouteTable(subnet), "AWS::EC2::Route") {
		if route.Has("DestinationIpv6CidrBlock") && read.Text(route, "DestinationIpv6CidrBlock") == "::/0" {
			return route
		}
	}
	read.Fail(subnet, "", "has no IPv6 route")
	return nil
}

// checkErrorCaching demands that CloudFront asks again after every error, and
// shows the server's own answer.
func checkErrorCaching(in *read.Reader) {
	d := in.SiteDistribution()
	const path = "DistributionConfig.CustomErrorResponses"
	for i := range read.Length(d, path) {
		if response := fmt.Sprintf("%s.%d.ResponseCode", path, i); d.Has(response) {
			read.Fail(d, response, "replaces the answer")
		}
	}
	caching := must.Get(topology.ErrorCaching(d))
	for _, code := range []int{500, 502, 503, 504} {
		if caching[code] != 0 {
			read.Fail(d, path, "repeats %d for %s, CloudFront's default is 10s", code, caching[code])
		}
	}
}

// checkConnections demands that CloudFront is near its visitors, and keeps its
// connections.
func checkConnections(in *read.Reader) {
	d := in.SiteDistribution()
	read.Expect(d, "DistributionConfig.PriceClass", "PriceClass_All")
	for _, origin := range must.Get(topology.Origins(d)) {
		read.Expect(d, origin.At("CustomOriginConfig.OriginKeepaliveTimeout"), int(in.Site.Edge.KeepAlive.Seconds()))
	}
	read.Expect(d, read.DefaultOrigin(d).At("CustomOriginConfig.OriginReadTimeout"), int(in.Site.Edge.ResponseTimeout.Seconds()))
	want := "http2"
	if in.Site.Edge.HTTP3 {
		want = "http2and3"
	}
	read.Expect(d, "DistributionConfig.HttpVersion", want)
	read.Expect(d, "DistributionConfig.ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2025")
}

func checkSecurityHeaders(in *read.Reader) {
	policy := read.Target(in.SiteDistribution(), read.DefaultBehavior+"ResponseHeadersPolicyId", "AWS::CloudFront::ResponseHeadersPolicy")
	const path = "ResponseHeadersPolicyConfig.SecurityHeadersConfig."
	for _, header := range []string{"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"} {
		read.Expect(policy, path+header+".Override", false)
	}
	if policy.Has(path + "ContentSecurityPolicy") {
		read.Fail(policy, path+"ContentSecurityPolicy", "is there: what a page may load is the application's to say")
	}
}
