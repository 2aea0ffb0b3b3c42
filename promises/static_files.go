package promises

import (
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/site"
	"twinsite/topology"
)

// checkStaticSite demands a private, versioned bucket that only its
// distribution reads.
func (in *reader) checkStaticSite(region string) {
	distribution, bucket := in.staticDistribution(region), in.bucket(region)
	inRegion(bucket, region)
	origin := defaultOrigin(distribution)
	if !strings.HasSuffix(origin.Domain, ".RegionalDomainName}") {
		fail(distribution, origin.At("DomainName"), "is %s, want its regional domain name", origin.Domain)
	}
	control := target(distribution, origin.At("OriginAccessControlId"), "AWS::CloudFront::OriginAccessControl")
	expect(control, "OriginAccessControlConfig.SigningBehavior", "always")
	expect(bucket, "VersioningConfiguration.Status", "Enabled")
	checkPrivate(bucket)
	in.checkReaders(bucket, distribution)
	checkRemoval(bucket, in.site.Retention.Buckets)
}

// checkReaders demands that a bucket's policy lets its distribution read, and
// nobody else but the function that empties a bucket before it is deleted.
func (in *reader) checkReaders(bucket, distribution *assembly.Resource) {
	policy := in.bucketPolicy(bucket)
	allowed := statements(policy, "Allow")
	for _, statement := range allowed {
		principal, _ := statement["Principal"].(map[string]any)
		if in.site.Retention.Buckets == site.Delete && strings.Contains(fmt.Sprint(principal["AWS"]), "AutoDelete") {
			continue
		}
		if principal["Service"] != "cloudfront.amazonaws.com" || statement["Action"] != "s3:GetObject" ||
			!strings.Contains(fmt.Sprint(statement["Condition"]), distribution.String()) {
			fail(policy, "PolicyDocument.Statement", "lets others in: %v", statement)
		}
	}
	if len(allowed) == 0 {
		fail(policy, "PolicyDocument.Statement", "lets nobody in")
	}
}

// checkRemoval demands that a resource that leaves the template meets the end
// that the site wants for it.
func checkRemoval(r *assembly.Resource, removal site.Removal) {
	want := map[site.Removal]string{site.Retain: "Retain", site.Delete: "Delete"}[removal]
	if r.DeletionPolicy() != want || r.UpdateReplacePolicy() != want {
		fail(r, "", "has the deletion policy %s, %s when it is replaced, want %s", r.DeletionPolicy(), r.UpdateReplacePolicy(), want)
	}
}

// checkStaticNames demands that the static files have names of the site's, in
// the zone and on the certificate.
func (in *reader) checkStaticNames() {
	for _, static := range []struct {
		distribution *assembly.Resource
		name         string
	}{
		{in.homeStatic(), in.site.StaticHost()},
		{in.standbyStatic(), in.site.StandbyStaticHost()},
	} {
		d := static.distribution
		expect(d, "DistributionConfig.Aliases", []any{static.name})
		certificate := target(d, "DistributionConfig.ViewerCertificate.AcmCertificateArn", topology.CertificateType)
		inRegion(certificate, site.GlobalRegion)
		checkCovers(certificate, static.name)
		in.leadsTo(static.name, d)
		expect(d, defaultBehavior+"Compress", true)
		if in.site.StaticFiles.Headers {
			expect(d, defaultBehavior+"ResponseHeadersPolicyId", corsAndSecurityHeaders)
		}
	}
}

// checkUploads demands that files whose names change with their content are
// cached for a year, and others for minutes.
func (in *reader) checkUploads() {
	ages := map[string]string{}
	for _, upload := range in.uploads() {
		files := strings.Join(texts(upload, "Include"), " ") + " but " + strings.Join(texts(upload, "Exclude"), " ")
		ages[files] = text(upload, "SystemMetadata.cache-control")
		expect(upload, "Prune", false) // what the application put there stays
	}
	want := map[string]string{
		"assets/* but *": "public, max-age=31536000, immutable", " but assets/*": "public, max-age=300",
	}
	if fmt.Sprint(ages) != fmt.Sprint(want) {
		fail(nil, "", "files are cached as %q, want %q", ages, want)
	}
}
