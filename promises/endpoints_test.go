package promises

// endpointCopies break the promises of endpoints.go.
var endpointCopies = map[string][]brokenCopy{
	"health checks ask by HTTPS where HTTPS is answered": {
		{"where nobody answers", func(in *reader) { in.endpointCheck(in.serves()).Set("HealthCheckConfig.Port", 8443) }, "Port is 8443, where nobody answers HTTPS: [443]"},
		{"without saying whom", func(in *reader) { in.endpointCheck(in.serves()).Set("HealthCheckConfig.EnableSNI", false) }, "EnableSNI is false"},
		{"by plain HTTP, which redirects", func(in *reader) { in.endpointCheck(in.serves()).Set("HealthCheckConfig.Type", "HTTP") }, "Type is HTTP"},
		{"for the opposite", func(in *reader) { in.endpointCheck(in.serves()).Set("HealthCheckConfig.Inverted", true) }, "Inverted is true"},
		{"by a switch that is on when it is off", func(in *reader) {
			check := in.serves() // without a switch, the home endpoint's
			if in.site.Failover.Switch {
				check = in.switchCheck(check)
			}
			check.Set("HealthCheckConfig.Inverted", !boolean(check, "HealthCheckConfig.Inverted"))
		}, "HealthCheckConfig.Inverted is"},
	},
	"the failover switch moves the site as soon as an outage does": {
		{"asked less often", func(in *reader) {
			check := in.switchCheck(in.serves())
			check.Set("HealthCheckConfig.RequestInterval", 40-integer(check, "HealthCheckConfig.RequestInterval"))
		}, "RequestInterval is"},
		{"later", func(in *reader) { in.switchCheck(in.serves()).Set("HealthCheckConfig.FailureThreshold", 10) }, "FailureThreshold is 10"},
	},
	"the failover switch is served as the static files are, but for caching": {
		{"from elsewhere", func(in *reader) {
			in.standbyStatic().Set("DistributionConfig.CacheBehaviors.0.TargetOriginId", "elsewhere")
		}, "TargetOriginId is elsewhere"},
		{"not by HTTPS", func(in *reader) {
			in.standbyStatic().Set("DistributionConfig.CacheBehaviors.0.ViewerProtocolPolicy", "allow-all")
		}, "ViewerProtocolPolicy is allow-all"},
		{"nowhere", func(in *reader) { in.standbyStatic().Delete("DistributionConfig.CacheBehaviors") }, "has no behavior for /failover-switch"},
	},
	"a read that fails over reaches the standby as it would reach home": {
		{"once more", func(in *reader) {
			d := in.siteDistribution()
			d.Set(origin(d, "standby").At("ConnectionAttempts"), 3)
		}, "ConnectionAttempts is 3, want 2"},
		{"after CloudFront's own ten seconds", func(in *reader) {
			d := in.siteDistribution()
			d.Delete(origin(d, "standby").At("ConnectionTimeout"))
		}, "ConnectionTimeout is only at one of"},
		{"with less patience", func(in *reader) {
			d := in.siteDistribution()
			d.Add(origin(d, "standby").At("CustomOriginConfig.OriginReadTimeout"), 5)
		}, "OriginReadTimeout is only at one of"},
		{"by an old TLS", func(in *reader) {
			d := in.siteDistribution()
			d.Set(origin(d, "standby").At("CustomOriginConfig.OriginSSLProtocols"), []string{"TLSv1"})
		}, "OriginSSLProtocols is [TLSv1]"},
	},
	"distributions answer, and share CloudFront's addresses": {
		{"off", func(in *reader) { in.standbyStatic().Set("DistributionConfig.Enabled", false) }, "Enabled is false"},
		{"addresses of its own", func(in *reader) {
			in.siteDistribution().Set("DistributionConfig.ViewerCertificate.SslSupportMethod", "vip")
		}, "SslSupportMethod is vip"},
	},
	"health checks and the zone bear the site's name": {
		{"another site's", func(in *reader) {
			in.serves().Set("HealthCheckTags", []any{map[string]any{"Key": "Site", "Value": "other"}})
		}, "do not name the site"},
		{"nobody's", func(in *reader) { in.serves().Set("HealthCheckTags", []any{}) }, "do not name the site"},
	},
}
