// Package article holds the promises about the article: one or more for each of its sections.
package article

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/site"
	"twinsite/topology"
)

// Promises has a row for every section of the article.
func Promises() []read.Promise {
	return []read.Promise{
		{Name: "1 normal and failover path", Check: checkPaths},
		{Name: "2, 3 hosted zone", When: when.OwnZone, Check: checkZone},
		{Name: "4 certificate", Check: checkCertificates},
		{Name: "5 static files at home", Check: checkHomeFiles},
		{Name: "6 static files at the standby, and replication", Check: checkStandbyFiles},
		{Name: "7 security groups", Check: checkSecurityGroups},
		{Name: "7, 11 home listener, open HTTP", When: when.OpenOrigin, Check: checkOpenListener},
		{Name: "8 image, user data and environment", Check: checkImages},
		{Name: "9 launch template", Check: checkLaunchTemplates},
		{Name: "10, 19 target group", Check: checkTargetGroups},
		{Name: "11, 19 load balancer", Check: checkBalancers},
		{Name: "12 Auto Scaling group", Check: checkGroups},
		{Name: "13, 14 alarms and scaling policies", When: when.CPUAlarms, Check: checkScaling},
		{Name: "15 scheduled actions", When: when.WithSchedules, Check: checkSchedules},
		{Name: "16 distribution", Check: checkDistribution},
		{Name: "18 health check and PRIMARY records", Check: checkPrimaries},
		{Name: "19 standby listeners", Check: checkStandbyListeners},
		{Name: "20 SECONDARY records", Check: checkSecondaries},
	}
}

// checkPaths demands that every name leads to the distribution, and to the
// standby when that fails, and that other servers answer there.
func checkPaths(in *read.Reader) {
	in.Pairs(func(primary, secondary assembly.Record) {
		for _, record := range []assembly.Record{primary, secondary} {
			if record.Alias == nil {
				read.Fail(record.Resource, record.At("AliasTarget"), "leads nowhere: %s %s %s", record.Name, record.Type, record.Failover)
			}
		}
		if home := in.SiteDistribution(); primary.Alias != home {
			read.Fail(primary.Resource, primary.At("AliasTarget"), "leads to %s, want %s", primary.Alias, home)
		}
		if standby := in.StandbyBalancer(); secondary.Alias != standby {
			read.Fail(secondary.Resource, secondary.At("AliasTarget"), "leads to %s, want %s", secondary.Alias, standby)
		}
	})
	if home := in.Home(); home.Group == in.Standby().Group {
		read.Fail(home.Group, "", "serves both regions")
	}
}

// checkZone demands a zone in a stack of its own, which holds every record.
func checkZone(in *read.Reader) {
	zone := read.Only("hosted zones", in.Resources("AWS::Route53::HostedZone")...)
	read.Only("resources in the zone's stack", zone.Stack.Resources()...)
	read.Expect(zone, "Name", in.Site.Domain+".")
	read.Expect(zone, "HostedZoneFeatures.EnableAcceleratedRecovery", true)
	read.CheckRemoval(zone, in.Site.Retention.Zone)
	for i := range 4 {
		output := read.Output(zone.Stack, fmt.Sprintf("%s%d", site.NameServerOutput, i+1))
		if text := must.Get(output.Text()); !strings.HasSuffix(text, fmt.Sprintf(".NameServers[%d]}", i)) || must.Get(output.Target()) != zone {
			read.Fail(zone, "", "is not named by the output %s: %s, want name server %d", output.Name, text, i)
		}
	}
	for _, record := range in.RecordsOf("") {
		read.Leads(record.Resource, "HostedZoneId", zone)
	}
}

// checkCertificates demands certificates for every name, which the site's own
// zone proves.
func checkCertificates(in *read.Reader) {
	certificate := read.Target(in.SiteDistribution(), "DistributionConfig.ViewerCertificate.AcmCertificateArn", topology.CertificateType)
	read.InRegion(certificate, site.GlobalRegion)
	primary, _ := in.Pair(in.FirstName(), "A")
	zone := read.Text(primary.Resource, "HostedZoneId")
	for _, certificate := range in.Resources(topology.CertificateType) {
		read.CheckCovers(certificate, in.Site.Domain, "www."+in.Site.Domain)
		read.Expect(certificate, "ValidationMethod", "DNS")
		names := must.Get(topology.CertificateNames(certificate))
		if path := "DomainValidationOptions.0.DomainName"; !slices.Contains(names, read.Text(certificate, path)) {
			read.Fail(certificate, path, "is %s, none of the certificate's names: %v", read.Text(certificate, path), names)
		}
		const path = "DomainValidationOptions.0.HostedZoneId"
		if id := read.Text(certificate, path); id != zone {
			read.Fail(certificate, path, "is the zone %s, want the site's, %s", id, zone)
		}
	}
}

func checkHomeFiles(in *read.Reader) {
	checkStaticSite(in, in.Site.Home.Region.Name)
	uploads := in.Uploads()
	if !in.Site.Uploads() {
		if len(uploads) > 0 {
			read.Fail(uploads[0], "", "is there: the site has no files of its own")
		}
		return
	}
	if len(uploads) == 0 {
		read.Fail(in.HomeBucket(), "", "gets no files: nothing is uploaded")
	}
	for _, upload := range uploads {
		read.Leads(upload, "DestinationBucketName", in.HomeBucket())
	}
}

func checkStandbyFiles(in *read.Reader) {
	checkStaticSite(in, in.Site.Standby.Region.Name)
	checkReplication(in)
}

// checkOpenListener demands that the home load balancer takes HTTP from
// everybody, as the article's does.
func checkOpenListener(in *read.Reader) {
	home := in.Home()
	in.CheckPorts(home.Balancer, 80)
	listener := in.Listener(home.Balancer, 80)
	read.Expect(listener, "Protocol", "HTTP")
	read.Leads(listener, "DefaultActions.0.TargetGroupArn", home.TargetGroup)
	var want []string
	for _, addressRange := range everybody(in) {
		want = append(want, "tcp 80-80 from "+addressRange)
	}
	in.CheckAdmits(home.BalancerSecurity, want...)
}

// checkDistribution demands that the site's distribution answers to its names
// and passes every request on.
func checkDistribution(in *read.Reader) {
	d := in.SiteDistribution()
	read.Expect(d, read.DefaultBehavior+"ViewerProtocolPolicy", "redirect-to-https")
	read.Expect(d, read.DefaultBehavior+"Compress", true)
	read.Expect(d, read.DefaultBehavior+"CachePolicyId", read.CachingDisabled)
	forwarded := read.AllViewer
	if in.Site.Edge.OriginTLS { // package edge adds the visitor's address
		forwarded = read.AllViewerAndCloudFront
	}
	read.Expect(d, read.DefaultBehavior+"OriginRequestPolicyId", forwarded)
	methods := read.Texts(d, read.DefaultBehavior+"AllowedMethods")
	if slices.Sort(methods); !slices.Equal(methods, []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
		read.Fail(d, read.DefaultBehavior+"AllowedMethods", "is %v, want all methods", methods)
	}
	if aliases := read.Texts(d, "DistributionConfig.Aliases"); !slices.Equal(aliases, in.Site.HostNames()) {
		read.Fail(d, "DistributionConfig.Aliases", "is %v, want %v", aliases, in.Site.HostNames())
	}
	in.CheckBehaviors(d)
	if !in.Site.Edge.OriginTLS {
		read.Expect(d, read.DefaultOrigin(d).At("CustomOriginConfig.OriginProtocolPolicy"), "http-only")
	}
}

func checkPrimaries(in *read.Reader) {
	in.Pairs(func(primary, _ assembly.Record) { checkPrimary(in, primary) })
}

// checkStandbyListeners demands that visitors who come to the standby
// themselves are served by HTTPS, under every name.
func checkStandbyListeners(in *read.Reader) {
	standby := in.Standby()
	in.CheckPorts(standby.Balancer, 80, 443)
	https := in.Listener(standby.Balancer, 443)
	read.Expect(https, "Protocol", "HTTPS")
	read.Leads(https, "DefaultActions.0.TargetGroupArn", standby.TargetGroup)
	certificate := read.Target(https, "Certificates.0.CertificateArn", topology.CertificateType)
	read.InRegion(certificate, standby.Region.Name)
	read.CheckCovers(certificate, in.Site.HostNames()...)
	read.ExpectAll(in.Listener(standby.Balancer, 80), "", map[string]any{
		"Protocol": "HTTP", "DefaultActions.0.Type": "redirect",
		"DefaultActions.0.RedirectConfig.Protocol": "HTTPS", "DefaultActions.0.RedirectConfig.Port": "443",
		"DefaultActions.0.RedirectConfig.StatusCode": "HTTP_301",
	})
	var want []string
	for _, addressRange := range everybody(in) {
		want = append(want, "tcp 80-80 from "+addressRange, "tcp 443-443 from "+addressRange)
	}
	in.CheckAdmits(standby.BalancerSecurity, want...)
}

// checkSecondaries demands that SECONDARY records follow the load balancer's
// own health, and answer even when it is bad.
func checkSecondaries(in *read.Reader) {
	in.Pairs(func(_, secondary assembly.Record) {
		of := fmt.Sprintf("of %s %s SECONDARY", secondary.Name, secondary.Type)
		if path := secondary.At("AliasTarget.EvaluateTargetHealth"); !secondary.EvaluateTargetHealth {
			read.Fail(secondary.Resource, path, "%s is false: a dead standby would answer", of)
		}
		if path := secondary.At("HealthCheckId"); secondary.HealthCheck != nil {
			read.Fail(secondary.Resource, path, "%s is there: the record must answer even then", of)
		}
		path := secondary.At("AliasTarget.HostedZoneId")
		if zone := read.Text(secondary.Resource, path); !strings.HasSuffix(zone, ".CanonicalHostedZoneID}") {
			read.Fail(secondary.Resource, path, "%s is %s, want the load balancer's", of, zone)
		}
		read.Leads(secondary.Resource, path, in.StandbyBalancer())
	})
}
