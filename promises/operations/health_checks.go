package operations

import (
	"slices"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

// homeCheck asks the home region, through the distribution.
func homeCheck(in *read.Reader) *assembly.Resource {
	return in.EndpointCheck(in.Serves())
}

// standbyCheck asks the standby load balancer.
func standbyCheck(in *read.Reader) *assembly.Resource {
	return read.Only("health checks of the standby", in.Referrers(in.StandbyBalancer(), topology.HealthCheckType)...)
}

// checkStandbyCheck demands a health check of the standby's own load balancer
// that none of visitors' records depends on: they would answer nothing when both regions are down. CloudFront's own does,
// so that it leads home then, as theirs do.
func checkStandbyCheck(in *read.Reader) {
	check := standbyCheck(in)
	read.Expect(check, "HealthCheckConfig.RequestInterval", 30)
	read.Expect(check, "HealthCheckConfig.FailureThreshold", 3)
	read.Expect(check, "HealthCheckConfig.ResourcePath", in.Site.Failover.Path)
	read.Expect(check, "HealthCheckConfig.FullyQualifiedDomainName", read.Placeholder(in.StandbyBalancer(), "DNSName"))
	for _, group := range recordResources(in) {
		if in.Site.Edge.OriginTLS && group == serving(in) {
			continue
		}
		if slices.Contains(behind(group), check) {
			read.Fail(group, "", "depends on %s", check)
		}
	}
}

// serving is the resource that holds the records of the name that CloudFront follows.
func serving(in *read.Reader) *assembly.Resource {
	primary, _ := in.ServingPair()
	return primary.Resource
}

// recordResources are the resources that hold records.
func recordResources(in *read.Reader) []*assembly.Resource {
	return in.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet")
}
