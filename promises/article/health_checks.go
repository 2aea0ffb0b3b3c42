package article

import (
	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
)

// checkPrimary demands that a PRIMARY record follows a health check of the very
// distribution it leads to.
func checkPrimary(in *read.Reader, primary assembly.Record) {
	if path := primary.At("AliasTarget.EvaluateTargetHealth"); primary.EvaluateTargetHealth {
		read.Fail(primary.Resource, path, "is true: a record must not evaluate a distribution's health")
	}
	// The zone of all distributions:
	// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-route53-recordset-aliastarget.html
	read.Expect(primary.Resource, primary.At("AliasTarget.HostedZoneId"), "Z2FDTNDATAQYW2")
	front := in.Followed(primary)
	if in.Site.Failover.Front != site.FrontEdge && front != in.Serves() {
		read.Fail(primary.Resource, primary.At("HealthCheckId"), "leads to %s, want %s: CloudFront would move without its visitors", front, in.Serves())
	}
	check := in.EndpointCheck(front)
	read.Leads(check, "HealthCheckConfig.FullyQualifiedDomainName", primary.Alias)
	read.ExpectAll(check, "HealthCheckConfig.", map[string]any{
		"ResourcePath":    in.Site.Failover.Path,
		"RequestInterval": int(in.Site.Failover.Interval.Seconds()), "FailureThreshold": in.Site.Failover.Threshold,
	})
}
