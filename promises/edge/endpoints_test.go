package edge

import (
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// endpointCopies break the promises of endpoints.go.
var endpointCopies = map[string][]brokencopy.Copy{
	"health checks ask by HTTPS where HTTPS is answered": {
		{"where nobody answers", func(in *read.Reader) { in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.Port", 8443) }, "Port is 8443, where nobody answers HTTPS: [443]"},
		{"without saying whom", func(in *read.Reader) { in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.EnableSNI", false) }, "EnableSNI is false"},
		{"by plain HTTP, which redirects", func(in *read.Reader) { in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.Type", "HTTP") }, "Type is HTTP"},
		{"for the opposite", func(in *read.Reader) { in.EndpointCheck(in.Serves()).Set("HealthCheckConfig.Inverted", true) }, "Inverted is true"},
		{"by a switch that is on when it is off", func(in *read.Reader) {
			check := in.Serves() // without a switch, the home endpoint's
			if in.Site.Failover.Switch {
				check = switchCheck(check)
			}
			check.Set("HealthCheckConfig.Inverted", !read.Bool(check, "HealthCheckConfig.Inverted"))
		}, "HealthCheckConfig.Inverted is"},
	},
	"the failover switch moves the site as soon as an outage does": {
		{"asked less often", func(in *read.Reader) {
			check := switchCheck(in.Serves())
			check.Set("HealthCheckConfig.RequestInterval", 40-read.Int(check, "HealthCheckConfig.RequestInterval"))
		}, "RequestInterval is"},
		{"later", func(in *read.Reader) { switchCheck(in.Serves()).Set("HealthCheckConfig.FailureThreshold", 10) }, "FailureThreshold is 10"},
	},
	"a read that fails over reaches the standby as it would reach home": {
		{"more often", originCopy(standbyOrigin, "ConnectionAttempts", 3), "ConnectionAttempts is 3, want 1"},
		{"after CloudFront's own ten seconds", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Delete(read.Origin(d, standbyOrigin).At("ConnectionTimeout"))
		}, "ConnectionTimeout"},
		{"with less patience", originCopy(standbyOrigin, "CustomOriginConfig.OriginReadTimeout", 5), "OriginReadTimeout is 5"},
		{"on connections of its own", originCopy(standbyOrigin, "CustomOriginConfig.OriginKeepaliveTimeout", 5), "OriginKeepaliveTimeout is 5"},
		{"with home's secret", func(in *read.Reader) {
			d := in.SiteDistribution()
			headers := read.Origin(d, standbyOrigin).At("OriginCustomHeaders")
			if d.Has(headers) {
				d.Delete(headers)
			}
			d.Add(headers, []any{map[string]any{"HeaderName": "X-Twinsite-Origin", "HeaderValue": "secret"}})
		}, "the secret is home's"},
		{"by an old TLS", func(in *read.Reader) {
			d := in.SiteDistribution()
			d.Set(read.Origin(d, "standby").At("CustomOriginConfig.OriginSSLProtocols"), []string{"TLSv1"})
		}, "OriginSSLProtocols is [TLSv1]"},
	},
	"distributions answer, and share CloudFront's addresses": {
		{"off", func(in *read.Reader) { in.StandbyStatic().Set("DistributionConfig.Enabled", false) }, "Enabled is false"},
		{"addresses of its own", func(in *read.Reader) {
			in.SiteDistribution().Set("DistributionConfig.ViewerCertificate.SslSupportMethod", "vip")
		}, "SslSupportMethod is vip"},
	},
	"health checks and the zone bear the site's name": {
		{"another site's", func(in *read.Reader) {
			in.Serves().Set("HealthCheckTags", []any{map[string]any{"Key": "Site", "Value": "other"}})
		}, "do not name the site"},
		{"nobody's", func(in *read.Reader) { in.Serves().Set("HealthCheckTags", []any{}) }, "do not name the site"},
	},
}
