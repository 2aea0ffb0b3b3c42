package edge

import (
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
)

// checkStaticNames demands that the static files have names of the site's, in
// the zone and on the certificate.
func checkStaticNames(in *read.Reader) {
	for _, static := range []struct {
		distribution, bucket *assembly.Resource
		name                 string
	}{
		{in.HomeStatic(), in.Bucket(in.Site.Home.Region.Name), in.Site.StaticHost()},
		{in.StandbyStatic(), in.Bucket(in.Site.Standby.Region.Name), in.Site.StandbyStaticHost()},
	} {
		d := static.distribution
		read.Expect(d, "DistributionConfig.Aliases", []any{static.name})
		certificate := read.Target(d, "DistributionConfig.ViewerCertificate.AcmCertificateArn", topology.CertificateType)
		read.InRegion(certificate, site.GlobalRegion)
		read.CheckCovers(certificate, static.name)
		in.LeadsTo(static.name, d)
		read.Expect(d, read.DefaultBehavior+"Compress", true)
		if in.Site.StaticFiles.Headers {
			checkStaticHeaders(d, static.bucket)
		}
	}
}

// checkStaticHeaders demands that pages of any origin may load the files of a distribution, show them in a frame, and ask
// before by a preflight request, which the bucket answers.
func checkStaticHeaders(d, bucket *assembly.Resource) {
	policy := read.Target(d, read.DefaultBehavior+"ResponseHeadersPolicyId", "AWS::CloudFront::ResponseHeadersPolicy")
	const config = "ResponseHeadersPolicyConfig."
	read.Expect(policy, config+"CorsConfig.AccessControlAllowOrigins.Items", []any{"*"})
	read.Expect(policy, config+"CorsConfig.AccessControlAllowCredentials", false)
	read.Expect(policy, config+"SecurityHeadersConfig.ContentTypeOptions.Override", true)
	if frame := config + "SecurityHeadersConfig.FrameOptions"; policy.Has(frame) {
		read.Fail(policy, frame, "is there: the site's pages could not show a file in a frame")
	}
	read.Expect(d, read.DefaultBehavior+"OriginRequestPolicyId", read.CorsS3Origin)
	methods := read.Texts(d, read.DefaultBehavior+"AllowedMethods")
	if !slices.Contains(methods, "OPTIONS") {
		read.Fail(d, read.DefaultBehavior+"AllowedMethods", "is %v, without preflight requests", methods)
	}
	const rule = "CorsConfiguration.CorsRules.0."
	read.Expect(bucket, rule+"AllowedOrigins", []any{"*"})
	read.Expect(bucket, rule+"AllowedMethods", []any{"GET", "HEAD"})
}

// checkUploads demands that files whose names change with their content are
// cached for a year, and others for minutes.
func checkUploads(in *read.Reader) {
	ages := map[string]string{}
	for _, upload := range in.Uploads() {
		files := strings.Join(read.Texts(upload, "Include"), " ") + " but " + strings.Join(read.Texts(upload, "Exclude"), " ")
		ages[files] = read.Text(upload, "SystemMetadata.cache-control")
		read.Expect(upload, "Prune", false) // what the application put there stays
		if upload.Has("RetainOnDelete") {   // by default, it stays where the upload leaves the template
			read.Expect(upload, "RetainOnDelete", true)
		}
	}
	want := map[string]string{
		"assets/* but *": "public, max-age=31536000, immutable", " but assets/*": "public, max-age=300",
	}
	if fmt.Sprint(ages) != fmt.Sprint(want) {
		read.Fail(nil, "", "files are cached as %q, want %q", ages, want)
	}
}
