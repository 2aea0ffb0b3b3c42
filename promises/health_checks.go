package promises

import (
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// switchPath is what the health check of the failover switch asks for.
const switchPath = "/" + site.SwitchKey

// checkPrimary demands that a PRIMARY record follows a health check of the very
// distribution it leads to.
func (in *reader) checkPrimary(primary assembly.Record) {
	if path := primary.At("AliasTarget.EvaluateTargetHealth"); primary.EvaluateTargetHealth {
		fail(primary.Resource, path, "is true: a record must not evaluate a distribution's health")
	}
	// The zone of all distributions:
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-recordset-aliastarget.html
	expect(primary.Resource, primary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
	check := in.endpointCheck(in.followed(primary))
	leads(check, "HealthCheckConfig.FullyQualifiedDomainName", primary.Alias)
	expectAll(check, "HealthCheckConfig.", map[string]any{
		"ResourcePath":    in.site.Failover.Path,
		"RequestInterval": int(in.site.Failover.Interval.Seconds()), "FailureThreshold": in.site.Failover.Threshold,
	})
}

// followed is the health check that a record follows.
func (in *reader) followed(record assembly.Record) *assembly.Resource {
	if record.HealthCheck == nil {
		fail(record.Resource, record.At("HealthCheckId"), "is missing: %s %s %s has no health check", record.Name, record.Type, record.Failover)
	}
	return record.HealthCheck
}

// serves is the health check of the first PRIMARY record: who serves.
func (in *reader) serves() *assembly.Resource {
	primary, _ := in.pair(in.firstName(), "A")
	return in.followed(primary)
}

// endpointCheck is the health check on the home endpoint: a record's own, or,
// with the failover switch, the one that does not ask for the switch of those
// it is calculated from.
func (in *reader) endpointCheck(serves *assembly.Resource) *assembly.Resource {
	if !in.site.Failover.Switch {
		return serves
	}
	return child(serves, "of the home endpoint", func(path string) bool { return path != switchPath })
}

// switchCheck is the one of a calculated health check's children that asks for
// the failover switch.
func (in *reader) switchCheck(serves *assembly.Resource) *assembly.Resource {
	return child(serves, "of the switch at "+switchPath, func(path string) bool { return path == switchPath })
}

// child is the first of a calculated health check's children whose path is
// right.
func child(serves *assembly.Resource, what string, right func(path string) bool) *assembly.Resource {
	for _, child := range must.Get(topology.ReadHealthCheck(serves)).Children {
		if right(child.Path) {
			return child.Resource
		}
	}
	fail(serves, "HealthCheckConfig.ChildHealthChecks", "has no health check %s", what)
	return nil
}

// checkSwitch demands that the records follow both the home endpoint and the
// failover switch, and that the switch is asked for where it is put.
func (in *reader) checkSwitch() {
	in.pairs(func(primary, _ assembly.Record) {
		serves := in.followed(primary)
		expect(serves, "HealthCheckConfig.Type", "CALCULATED")
		expect(serves, "HealthCheckConfig.HealthThreshold", 2)
		const path = "HealthCheckConfig.ChildHealthChecks"
		if n := len(targets(serves, path)); n != 2 {
			fail(serves, path, "is calculated from %d health checks, want two", n)
		}
	})
	in.checkSwitchObject(in.switchCheck(in.serves()))
}

// checkSwitchObject demands that a health check asks the standby for the
// switch, and gets an answer that nobody cached.
func (in *reader) checkSwitchObject(check *assembly.Resource) {
	d := in.standbyStatic()
	const host = "HealthCheckConfig.FullyQualifiedDomainName"
	if want := must.Get(output(d.Stack, site.StaticAddressOutput).Text()); "https://"+text(check, host) != want {
		fail(check, host, "asks %s, want %s", text(check, host), want)
	}
	expect(d, "DistributionConfig.CacheBehaviors.0.PathPattern", switchPath)
	expect(d, "DistributionConfig.CacheBehaviors.0.CachePolicyId", cachingDisabled)
	for i, status := range []int{403, 404} {
		response := []string{"DistributionConfig.CustomErrorResponses.0.", "DistributionConfig.CustomErrorResponses.1."}[i]
		expect(d, response+"ErrorCode", status)
		expect(d, response+"ErrorCachingMinTTL", 0)
	}
	bucket := in.standbyBucket()
	object := must.Get(output(bucket.Stack, site.SwitchOutput).Text())
	if want := "s3://" + placeholder(bucket) + switchPath; object != want {
		fail(bucket, "", "is not what the output %s names: %s, want %s", site.SwitchOutput, object, want)
	}
}

// homeCheck asks the home region, through the distribution.
func (in *reader) homeCheck() *assembly.Resource {
	return only("health checks of the home region", in.Referrers(in.siteDistribution(), topology.HealthCheckType)...)
}

// standbyCheck asks the standby load balancer.
func (in *reader) standbyCheck() *assembly.Resource {
	return only("health checks of the standby", in.Referrers(in.standbyBalancer(), topology.HealthCheckType)...)
}

// checkStandbyCheck demands a health check of the standby's own load balancer
// that no record depends on.
func (in *reader) checkStandbyCheck() {
	check := in.standbyCheck()
	expect(check, "HealthCheckConfig.RequestInterval", 30)
	expect(check, "HealthCheckConfig.ResourcePath", in.site.Failover.Path)
	expect(check, "HealthCheckConfig.FullyQualifiedDomainName", placeholder(in.standbyBalancer(), "DNSName"))
	for _, group := range in.recordResources() {
		if slices.Contains(in.behind(group), check) {
			fail(group, "", "depends on %s", check)
		}
	}
}

// recordResources are the resources that hold records.
func (in *reader) recordResources() []*assembly.Resource {
	return in.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet")
}
