package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
	"twinsite/web"
)

// edgePromises are what Twinsite adds to the article: each can be switched off
// in site.yaml, and is in examples/article.yaml.
func edgePromises() []Promise {
	return []Promise{
		{Name: "reads fail over at the edge", when: readFailover, check: (*reader).checkReadFailover},
		{Name: "the health path cannot fail over at the edge", when: readFailover, check: (*reader).checkHealthPath},
		{Name: "the failover switch", when: failoverSwitch, check: (*reader).checkSwitch},
		{Name: "TLS to the origin", when: originTLS, check: (*reader).checkOriginTLS},
		{Name: "load balancers take certificates of their own region", when: certificateAtHome, check: (*reader).checkHomeCertificate},
		{Name: "only CloudFront reaches the home load balancer", when: originSecrets, check: (*reader).checkOriginSecrets},
		{Name: "a secret's value is in no template", when: originSecrets, check: (*reader).checkSecrets},
		{Name: "both address families fail over", when: bothFamilies, check: (*reader).checkFamilies},
		{Name: "no 5xx is cached", when: nothingCached, check: (*reader).checkErrorCaching},
		{Name: "the distribution is near and stays connected", check: (*reader).checkConnections},
		{Name: "security headers that never override the application's", when: headersAdded, check: (*reader).checkSecurityHeaders},
		{Name: "static files have names of the site's", when: staticNames, check: (*reader).checkStaticNames},
		{Name: "hashed names are cached for a year, others for minutes", check: (*reader).checkUploads},
		{Name: "no Replication Time Control unless asked for", when: noTimeControl, check: (*reader).checkNoTimeControl},
		{Name: "Replication Time Control", when: timeControl, check: (*reader).checkTimeControl},
		{Name: "replication both ways", when: bothWays, check: (*reader).checkReverseReplication},
	}
}

// checkReadFailover demands that CloudFront retries reads at the very standby
// to which DNS moves, and gives home up within seconds.
func (in *reader) checkReadFailover() {
	d := in.siteDistribution()
	in.edgeFunction()
	expect(d, defaultBehavior+"TargetOriginId", "home")
	home, standby := origin(d, "home"), origin(d, "standby")
	expect(d, home.At("ConnectionAttempts"), 2)
	expect(d, home.At("ConnectionTimeout"), 2)
	expect(d, standby.At("CustomOriginConfig.OriginProtocolPolicy"), "https-only")
	retries := must.Get(standby.Balancer(in.Assembly))
	for _, name := range in.site.HostNames() {
		if _, secondary := in.pair(name, "A"); retries != secondary.Alias {
			fail(d, standby.At("DomainName"), "retries at %s, but DNS moves %s to %s", retries, name, secondary.Alias)
		}
	}
}

// edgeFunction is the function that sees every request of visitors.
func (in *reader) edgeFunction() *assembly.Resource {
	d := in.siteDistribution()
	const path = defaultBehavior + "FunctionAssociations"
	if n := length(d, path); n != 1 {
		fail(d, path, "has %d functions, want one", n)
	}
	expect(d, path+".0.EventType", "viewer-request")
	return target(d, path+".0.FunctionARN", "AWS::CloudFront::Function")
}

// checkHealthPath demands the function that never retries the path that the
// health check asks for. What it does with each request is tested where it
// lives, in package web; here it is that very function, with the right path.
func (in *reader) checkHealthPath() {
	path := text(in.endpointCheck(in.serves()), "HealthCheckConfig.ResourcePath")
	function := in.edgeFunction()
	if text(function, "FunctionCode") != web.EdgeFunction(path) {
		fail(function, "FunctionCode", "is not the function that spares %s", path)
	}
	expect(function, "FunctionConfig.Runtime", "cloudfront-js-2.0")
}

// checkOriginTLS demands that CloudFront speaks TLS with both load balancers,
// by names that their certificates cover.
func (in *reader) checkOriginTLS() {
	d := in.siteDistribution()
	origin := defaultOrigin(d)
	expect(d, origin.At("CustomOriginConfig.OriginProtocolPolicy"), "https-only")
	expect(d, origin.At("CustomOriginConfig.OriginSSLProtocols"), []any{"TLSv1.2"})
	in.checkPorts(in.homeBalancer(), 443)
	for _, t := range in.tiers() {
		name := in.site.OriginHost(t.Region.Name)
		in.leadsTo(name, t.balancer)
		listener := in.listener(t.balancer, 443)
		expect(listener, "Protocol", "HTTPS")
		if policy := text(listener, "SslPolicy"); !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-2-") {
			fail(listener, "SslPolicy", "is %s, want TLS 1.2 and 1.3", policy)
		}
		certificate := target(listener, "Certificates.0.CertificateArn", topology.CertificateType)
		inRegion(certificate, t.Region.Name)
		checkCovers(certificate, name)
	}
	if origin.Domain != in.site.OriginHost(in.site.Home.Region.Name) {
		fail(d, origin.At("DomainName"), "is %s, which no certificate of ours covers", origin.Domain)
	}
}

func (in *reader) checkHomeCertificate() {
	certificate := target(in.listener(in.homeBalancer(), 443), "Certificates.0.CertificateArn", topology.CertificateType)
	inRegion(certificate, in.site.Home.Region.Name)
}

// checkFamilies demands that whatever answers by IPv4 answers by IPv6, too.
func (in *reader) checkFamilies() {
	for _, record := range in.records("") {
		other, of := map[string]string{"A": "AAAA", "AAAA": "A"}[record.Type]
		if of && !slices.ContainsFunc(in.records(record.Name, other), func(o assembly.Record) bool {
			return o.Alias == record.Alias && o.Failover == record.Failover && o.HealthCheck == record.HealthCheck &&
				o.EvaluateTargetHealth == record.EvaluateTargetHealth
		}) {
			fail(record.Resource, record.Path, "has no %s beside it: %s %s %s", other, record.Name, record.Type, record.Failover)
		}
	}
	for _, d := range in.Resources(topology.DistributionType) {
		expect(d, "DistributionConfig.IPV6Enabled", true)
	}
	for _, t := range in.tiers() {
		expect(t.balancer, "IpAddressType", "dualstack")
		for _, subnet := range slices.Concat(targets(t.balancer, "Subnets"), targets(t.group, "VPCZoneIdentifier")) {
			if !subnet.Has("Ipv6CidrBlock") {
				fail(subnet, "Ipv6CidrBlock", "is missing: it has no IPv6 range")
			}
			in.ipv6Route(subnet)
		}
	}
}

// ipv6Route is a subnet's way out by IPv6.
func (in *reader) ipv6Route(subnet *assembly.Resource) *assembly.Resource {
	for _, route := range in.Referrers(in.routeTable(subnet), "AWS::EC2::Route") {
		if route.Has("DestinationIpv6CidrBlock") && text(route, "DestinationIpv6CidrBlock") == "::/0" {
			return route
		}
	}
	fail(subnet, "", "has no IPv6 route")
	return nil
}

// checkErrorCaching demands that CloudFront asks again after every error, and
// shows the server's own answer.
func (in *reader) checkErrorCaching() {
	d := in.siteDistribution()
	const path = "DistributionConfig.CustomErrorResponses"
	for i := range length(d, path) {
		if response := fmt.Sprintf("%s.%d.ResponseCode", path, i); d.Has(response) {
			fail(d, response, "replaces the answer")
		}
	}
	caching := must.Get(topology.ErrorCaching(d))
	for _, code := range []int{500, 502, 503, 504} {
		if caching[code] != 0 {
			fail(d, path, "repeats %d for %s, CloudFront's default is 10s", code, caching[code])
		}
	}
}

// checkConnections demands that CloudFront is near its visitors, and keeps its
// connections.
func (in *reader) checkConnections() {
	d := in.siteDistribution()
	expect(d, "DistributionConfig.PriceClass", "PriceClass_All")
	expect(d, defaultOrigin(d).At("CustomOriginConfig.OriginKeepaliveTimeout"), int(in.site.Edge.KeepAlive.Seconds()))
	want := "http2"
	if in.site.Edge.HTTP3 {
		want = "http2and3"
	}
	expect(d, "DistributionConfig.HttpVersion", want)
	expect(d, "DistributionConfig.ViewerCertificate.MinimumProtocolVersion", "TLSv1.2_2021")
}

func (in *reader) checkSecurityHeaders() {
	policy := target(in.siteDistribution(), defaultBehavior+"ResponseHeadersPolicyId", "AWS::CloudFront::ResponseHeadersPolicy")
	const path = "ResponseHeadersPolicyConfig.SecurityHeadersConfig."
	for _, header := range []string{"ContentTypeOptions", "FrameOptions", "ReferrerPolicy", "StrictTransportSecurity"} {
		expect(policy, path+header+".Override", false)
	}
	if policy.Has(path + "ContentSecurityPolicy") {
		fail(policy, path+"ContentSecurityPolicy", "is there: what a page may load is the application's to say")
	}
}
