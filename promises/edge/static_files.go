package edge

import (
	"fmt"
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
		distribution *assembly.Resource
		name         string
	}{
		{in.HomeStatic(), in.Site.StaticHost()},
		{in.StandbyStatic(), in.Site.StandbyStaticHost()},
	} {
		d := static.distribution
		read.Expect(d, "DistributionConfig.Aliases", []any{static.name})
		certificate := read.Target(d, "DistributionConfig.ViewerCertificate.AcmCertificateArn", topology.CertificateType)
		read.InRegion(certificate, site.GlobalRegion)
		read.CheckCovers(certificate, static.name)
		in.LeadsTo(static.name, d)
		read.Expect(d, read.DefaultBehavior+"Compress", true)
		if in.Site.StaticFiles.Headers {
			read.Expect(d, read.DefaultBehavior+"ResponseHeadersPolicyId", read.CorsAndSecurityHeaders)
		}
	}
}

// checkUploads demands that files whose names change with their content are
// cached for a year, and others for minutes.
func checkUploads(in *read.Reader) {
	ages := map[string]string{}
	for _, upload := range in.Uploads() {
		files := strings.Join(read.Texts(upload, "Include"), " ") + " but " + strings.Join(read.Texts(upload, "Exclude"), " ")
		ages[files] = read.Text(upload, "SystemMetadata.cache-control")
		read.Expect(upload, "Prune", false) // what the application put there stays
	}
	want := map[string]string{
		"assets/* but *": "public, max-age=31536000, immutable", " but assets/*": "public, max-age=300",
	}
	if fmt.Sprint(ages) != fmt.Sprint(want) {
		read.Fail(nil, "", "files are cached as %q, want %q", ages, want)
	}
}
