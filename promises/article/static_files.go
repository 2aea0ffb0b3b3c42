package article

import (
	"fmt"
	"strings"

	"twinsite/promises/internal/read"
)

// checkStaticSite demands a private, versioned bucket that only its
// distribution reads.
func checkStaticSite(in *read.Reader, region string) {
	distribution, bucket := in.StaticDistribution(region), in.Bucket(region)
	read.InRegion(bucket, region)
	origin := read.DefaultOrigin(distribution)
	if !strings.HasSuffix(origin.Domain, ".RegionalDomainName}") {
		read.Fail(distribution, origin.At("DomainName"), "is %s, want its regional domain name", origin.Domain)
	}
	control := read.Target(distribution, origin.At("OriginAccessControlId"), "AWS::CloudFront::OriginAccessControl")
	read.Expect(control, "OriginAccessControlConfig.SigningBehavior", "always")
	read.Expect(bucket, "VersioningConfiguration.Status", "Enabled")
	read.CheckPrivate(bucket)
	lent := in.Site.StaticFiles.Failover && region == in.Site.Standby.Region.Name
	in.CheckReaders(bucket, read.Placeholder(bucket, "Arn")+"/*", func(statement map[string]any) bool {
		return strings.Contains(fmt.Sprint(statement["Condition"]), distribution.String()) || lent && read.IsLent(statement)
	})
	read.CheckRemoval(bucket, in.Site.Retention.Buckets)
}
