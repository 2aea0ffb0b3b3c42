package promises

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// articlePromises has a row for every section of the article.
func articlePromises() []Promise {
	return []Promise{
		{Name: "1 normal and failover path", check: (*reader).checkPaths},
		{Name: "2, 3 hosted zone", when: ownZone, check: (*reader).checkZone},
		{Name: "4 certificate", check: (*reader).checkCertificates},
		{Name: "5 static files at home", check: (*reader).checkHomeFiles},
		{Name: "6 static files at the standby, and replication", check: (*reader).checkStandbyFiles},
		{Name: "7 security groups", check: (*reader).checkSecurityGroups},
		{Name: "7, 11 home listener, open HTTP", when: openOrigin, check: (*reader).checkOpenListener},
		{Name: "8 image, user data and environment", check: (*reader).checkImages},
		{Name: "9 launch template", check: (*reader).checkLaunchTemplates},
		{Name: "10, 19 target group", check: (*reader).checkTargetGroups},
		{Name: "11, 19 load balancer", check: (*reader).checkBalancers},
		{Name: "12 Auto Scaling group", check: (*reader).checkGroups},
		{Name: "13, 14 alarms and scaling policies", check: (*reader).checkScaling},
		{Name: "15 scheduled actions", when: withSchedules, check: (*reader).checkSchedules},
		{Name: "16 distribution", check: (*reader).checkDistribution},
		{Name: "18 health check and PRIMARY records", check: (*reader).checkPrimaries},
		{Name: "19 standby listeners", check: (*reader).checkStandbyListeners},
		{Name: "20 SECONDARY records", check: (*reader).checkSecondaries},
	}
}

// checkPaths demands that every name leads to the distribution, and to the
// standby when that fails, and that other servers answer there.
func (in *reader) checkPaths() {
	in.pairs(func(primary, secondary assembly.Record) {
		for _, record := range []assembly.Record{primary, secondary} {
			if record.Alias == nil {
				fail(record.Resource, record.At("AliasTarget"), "leads nowhere: %s %s %s", record.Name, record.Type, record.Failover)
			}
		}
		if home := in.siteDistribution(); primary.Alias != home {
			fail(primary.Resource, primary.At("AliasTarget"), "leads to %s, want %s", primary.Alias, home)
		}
		if standby := in.standbyBalancer(); secondary.Alias != standby {
			fail(secondary.Resource, secondary.At("AliasTarget"), "leads to %s, want %s", secondary.Alias, standby)
		}
	})
	if home := in.home(); home.group == in.standby().group {
		fail(home.group, "", "serves both regions")
	}
}

// checkZone demands a zone in a stack of its own, which holds every record.
func (in *reader) checkZone() {
	zone := only("hosted zones", in.Resources("AWS::Route53::HostedZone")...)
	only("resources in the zone's stack", zone.Stack.Resources()...)
	expect(zone, "Name", in.site.Domain+".")
	expect(zone, "HostedZoneFeatures.EnableAcceleratedRecovery", true)
	checkRemoval(zone, in.site.Retention.Zone)
	for i := range 4 {
		output := output(zone.Stack, fmt.Sprintf("%s%d", site.NameServerOutput, i+1))
		if text := must.Get(output.Text()); !strings.HasSuffix(text, fmt.Sprintf(".NameServers[%d]}", i)) || must.Get(output.Target()) != zone {
			fail(zone, "", "is not named by the output %s: %s, want name server %d", output.Name, text, i)
		}
	}
	for _, record := range in.records("") {
		leads(record.Resource, "HostedZoneId", zone)
	}
}

// checkCertificates demands certificates for every name, which the site's own
// zone proves.
func (in *reader) checkCertificates() {
	certificate := target(in.siteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn", topology.CertificateType)
	inRegion(certificate, site.GlobalRegion)
	primary, _ := in.pair(in.firstName(), "A")
	zone := text(primary.Resource, "HostedZoneId")
	for _, certificate := range in.Resources(topology.CertificateType) {
		checkCovers(certificate, in.site.Domain, "www."+in.site.Domain)
		expect(certificate, "ValidationMethod", "DNS")
		names := must.Get(topology.CertificateNames(certificate))
		if path := "DomainValidationOptions.0.DomainName"; !slices.Contains(names, text(certificate, path)) {
			fail(certificate, path, "is %s, none of the certificate's names: %v", text(certificate, path), names)
		}
		const path = "DomainValidationOptions.0.HostedZoneId"
		if id := text(certificate, path); id != zone {
			fail(certificate, path, "is the zone %s, want the site's, %s", id, zone)
		}
	}
}

// checkCovers demands that a certificate is good for names.
func checkCovers(certificate *assembly.Resource, names ...string) {
	patterns := must.Get(topology.CertificateNames(certificate))
	for _, name := range names {
		_, parent, _ := strings.Cut(name, ".")
		if !slices.Contains(patterns, name) && !slices.Contains(patterns, "*."+parent) {
			fail(certificate, "", "does not cover %s: it is for %v", name, patterns)
		}
	}
}

func (in *reader) checkHomeFiles() {
	in.checkStaticSite(in.site.Home.Region.Name)
	uploads := in.uploads()
	if len(uploads) == 0 {
		fail(in.homeBucket(), "", "gets no files: nothing is uploaded")
	}
	for _, upload := range uploads {
		leads(upload, "DestinationBucketName", in.homeBucket())
	}
}

// uploads are the custom resources that upload the sample files.
func (in *reader) uploads() []*assembly.Resource { return in.Resources("Custom::CDKBucketDeployment") }

func (in *reader) checkStandbyFiles() {
	in.checkStaticSite(in.site.Standby.Region.Name)
	in.checkReplication()
}

// checkOpenListener demands that the home load balancer takes HTTP from
// everybody, as the article's does.
func (in *reader) checkOpenListener() {
	home := in.home()
	in.checkPorts(home.balancer, 80)
	listener := in.listener(home.balancer, 80)
	expect(listener, "Protocol", "HTTP")
	leads(listener, "DefaultActions.0.TargetGroupArn", home.targetGroup)
	var want []string
	for _, addressRange := range in.everybody() {
		want = append(want, "tcp 80-80 from "+addressRange)
	}
	in.checkAdmits(home.balancerSecurity, want...)
}

// Ids of managed policies of CloudFront:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	cachingDisabled        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	allViewer              = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	corsAndSecurityHeaders = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
)

const defaultBehavior = "DistributionConfig.DefaultCacheBehavior."

// checkDistribution demands that the site's distribution answers to its names
// and passes every request on.
func (in *reader) checkDistribution() {
	d := in.siteDistribution()
	expect(d, defaultBehavior+"ViewerProtocolPolicy", "redirect-to-https")
	expect(d, defaultBehavior+"Compress", true)
	expect(d, defaultBehavior+"CachePolicyId", cachingDisabled)
	expect(d, defaultBehavior+"OriginRequestPolicyId", allViewer)
	methods := texts(d, defaultBehavior+"AllowedMethods")
	if slices.Sort(methods); !slices.Equal(methods, []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
		fail(d, defaultBehavior+"AllowedMethods", "is %v, want all methods", methods)
	}
	if aliases := texts(d, "DistributionConfig.Aliases"); !slices.Equal(aliases, in.site.HostNames()) {
		fail(d, "DistributionConfig.Aliases", "is %v, want %v", aliases, in.site.HostNames())
	}
	if d.Has("DistributionConfig.CacheBehaviors") {
		fail(d, "DistributionConfig.CacheBehaviors", "is there: requests would go another way")
	}
	if !in.site.Edge.OriginTLS {
		expect(d, defaultOrigin(d).At("CustomOriginConfig.OriginProtocolPolicy"), "http-only")
	}
}

func (in *reader) checkPrimaries() {
	in.pairs(func(primary, _ assembly.Record) { in.checkPrimary(primary) })
}

// checkStandbyListeners demands that visitors who come to the standby
// themselves are served by HTTPS, under every name.
func (in *reader) checkStandbyListeners() {
	standby := in.standby()
	in.checkPorts(standby.balancer, 80, 443)
	https := in.listener(standby.balancer, 443)
	expect(https, "Protocol", "HTTPS")
	leads(https, "DefaultActions.0.TargetGroupArn", standby.targetGroup)
	certificate := target(https, "Certificates.0.CertificateArn", topology.CertificateType)
	inRegion(certificate, standby.Region.Name)
	checkCovers(certificate, in.site.HostNames()...)
	expectAll(in.listener(standby.balancer, 80), "", map[string]any{
		"Protocol": "HTTP", "DefaultActions.0.Type": "redirect",
		"DefaultActions.0.RedirectConfig.Protocol": "HTTPS", "DefaultActions.0.RedirectConfig.Port": "443",
		"DefaultActions.0.RedirectConfig.StatusCode": "HTTP_301",
	})
	var want []string
	for _, addressRange := range in.everybody() {
		want = append(want, "tcp 80-80 from "+addressRange, "tcp 443-443 from "+addressRange)
	}
	in.checkAdmits(standby.balancerSecurity, want...)
}

// checkSecondaries demands that SECONDARY records follow the load balancer's
// own health, and answer even when it is bad.
func (in *reader) checkSecondaries() {
	in.pairs(func(_, secondary assembly.Record) {
		of := fmt.Sprintf("of %s %s SECONDARY", secondary.Name, secondary.Type)
		if path := secondary.At("AliasTarget.EvaluateTargetHealth"); !secondary.EvaluateTargetHealth {
			fail(secondary.Resource, path, "%s is false: a dead standby would answer", of)
		}
		if path := secondary.At("HealthCheckId"); secondary.HealthCheck != nil {
			fail(secondary.Resource, path, "%s is there: the record must answer even then", of)
		}
		path := secondary.At("AliasTarget.HostedZoneId")
		if zone := text(secondary.Resource, path); !strings.HasSuffix(zone, ".CanonicalHostedZoneID}") {
			fail(secondary.Resource, path, "%s is %s, want the load balancer's", of, zone)
		}
		leads(secondary.Resource, path, in.standbyBalancer())
	})
}
