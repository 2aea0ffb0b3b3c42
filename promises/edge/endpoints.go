package edge

import (
	"fmt"
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/promises/internal/read"
	"twinsite/promises/internal/when"
	"twinsite/topology"
)

// endpointPromises are about what is asked of either region: by health checks, and by CloudFront for visitors.
func endpointPromises() []read.Promise {
	return []read.Promise{{
		Name:  "health checks ask by HTTPS where HTTPS is answered",
		Check: checkEndpoints,
	}, {
		Name:  "the failover switch moves the site as soon as an outage does",
		When:  when.FailoverSwitch,
		Check: checkSwitchSpeed,
	}, {
		Name:  "a read that fails over reaches the standby as it would reach home",
		When:  when.ReadFailover,
		Check: checkStandbyOrigin,
	}, {
		Name:  "distributions answer, and share CloudFront's addresses",
		Check: checkDistributions,
	}, {
		Name:  "health checks and the zone bear the site's name",
		Check: checkNamed,
	}}
}

// endpointChecks are the health checks that decide who serves, and the one of the standby if there is one.
func endpointChecks(in *read.Reader) []*topology.HealthCheck {
	checks := must.Get(topology.ReadHealthCheck(in.Serves())).Tree()
	if in.Front() != in.Serves() {
		checks = append(checks, must.Get(topology.ReadHealthCheck(in.Front())).Tree()...)
	}
	for _, r := range in.Referrers(in.StandbyBalancer(), topology.HealthCheckType) {
		checks = append(checks, must.Get(topology.ReadHealthCheck(r)))
	}
	return slices.DeleteFunc(checks, func(c *topology.HealthCheck) bool { return c.Type == "CALCULATED" })
}

// checkEndpoints demands of each health check that somebody answers HTTPS where it asks, and understands what it asks
// for. CloudFront answers on port 443 alone, and shows no certificate to who names no host in the handshake. One that is
// inverted finds home healthy because nobody answers: that is the switch's alone.
func checkEndpoints(in *read.Reader) {
	for _, check := range endpointChecks(in) {
		const config = "HealthCheckConfig."
		read.Expect(check.Resource, config+"Type", "HTTPS")
		ports := []int{443}
		if asked, err := check.Asks(in.Assembly); err == nil && asked.Type == topology.BalancerType {
			ports = nil
			for _, listener := range in.Listeners(asked) {
				if read.Text(listener.Resource, "Protocol") == "HTTPS" {
					ports = append(ports, read.Int(listener.Resource, "Port"))
				}
			}
		}
		if !slices.Contains(ports, check.Port) {
			read.Fail(check.Resource, config+"Port", "is %d, where nobody answers HTTPS: %v", check.Port, ports)
		}
		if !check.SNI {
			read.Fail(check.Resource, config+"EnableSNI", "is false: CloudFront shows no certificate without")
		}
		if check.Inverted != (check.Path == read.SwitchPath) {
			read.Fail(check.Resource, config+"Inverted", "is %t of a check on %s", check.Inverted, check.Path)
		}
	}
	for _, calculated := range []*assembly.Resource{in.Serves(), in.Front()} {
		if check := must.Get(topology.ReadHealthCheck(calculated)); check.Type == "CALCULATED" && check.Inverted {
			read.Fail(check.Resource, "HealthCheckConfig.Inverted", "is true: it finds home healthy while it does not answer")
		}
	}
}

// checkSwitchSpeed demands the same interval and threshold of the switch's health check as of the home endpoint's: the
// README, the rehearsal and "make switch" count on one time for both.
func checkSwitchSpeed(in *read.Reader) {
	serves := in.Serves()
	home := must.Get(topology.ReadHealthCheck(in.EndpointCheck(serves)))
	asked := must.Get(topology.ReadHealthCheck(switchCheck(serves)))
	if asked.Interval != home.Interval {
		read.Fail(asked.Resource, "HealthCheckConfig.RequestInterval", "is %s, that of home %s", asked.Interval, home.Interval)
	}
	if asked.Threshold != home.Threshold {
		read.Fail(asked.Resource, "HealthCheckConfig.FailureThreshold", "is %d, that of home %d", asked.Threshold, home.Threshold)
	}
}

// checkStandbyOrigin demands that CloudFront asks the standby as often as it has asked elsewhere, waits as long as for any
// answer, as nobody else is left to ask, and asks by the same TLS.
func checkStandbyOrigin(in *read.Reader) {
	d := in.SiteDistribution()
	first, standby := read.Origin(d, firstOrigin(in)), read.Origin(d, standbyOrigin)
	checkPatience(standby, patience{read.Int(d, first.At("ConnectionAttempts")), in.Site.Edge.ResponseTimeout})
	agree(d, standby.Path, first.Path, "CustomOriginConfig.OriginKeepaliveTimeout", "CustomOriginConfig.OriginSSLProtocols")
	headers := standby.At("OriginCustomHeaders")
	for i := range read.LengthOrNone(d, headers) {
		if name := read.Text(d, fmt.Sprintf("%s.%d.HeaderName", headers, i)); name == "X-Twinsite-Origin" {
			read.Fail(d, headers, "has %s: the secret is home's", name)
		}
	}
}

// checkDistributions demands that distributions are switched on, and none has addresses of its own: they cost $600 a month,
// and only visitors of another century cannot do without.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-https-dedicated-ip-or-sni.html
func checkDistributions(in *read.Reader) {
	for _, d := range in.Resources(topology.DistributionType) {
		read.Expect(d, "DistributionConfig.Enabled", true)
		if path := "DistributionConfig.ViewerCertificate.SslSupportMethod"; d.Has(path) {
			read.Expect(d, path, "sni-only")
		}
	}
}

// checkNamed demands the tag with the site's name where nothing else says whose a resource is: health checks are listed
// by their ids, account by account.
func checkNamed(in *read.Reader) {
	tags := map[string]string{topology.HealthCheckType: "HealthCheckTags", topology.ZoneType: "HostedZoneTags"}
	for _, resourceType := range read.Sorted(tags) {
		for _, r := range in.Resources(resourceType) {
			if !slices.ContainsFunc(read.Objects(r, tags[resourceType]), func(tag map[string]any) bool {
				return tag["Key"] == "Site" && tag["Value"] == in.Site.Name
			}) {
				read.Fail(r, tags[resourceType], "do not name the site %s", in.Site.Name)
			}
		}
	}
}

// agree demands that properties are the same at two places of a resource, or missing at both.
func agree(r *assembly.Resource, path, other string, properties ...string) {
	for _, property := range properties {
		at, as := path+"."+property, other+"."+property
		switch {
		case r.Has(at) && r.Has(as):
			read.Expect(r, at, read.Value(r, as))
		case r.Has(at) || r.Has(as):
			read.Fail(r, at, "is only at one of %s and %s", path, other)
		}
	}
}
