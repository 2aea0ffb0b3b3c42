package article

import (
	"fmt"
	"strings"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/site"
	"twinsite/topology"
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
	checkReaders(in, bucket, distribution)
	checkRemoval(bucket, in.Site.Retention.Buckets)
}

// checkReaders demands that a bucket's policy lets its distribution read, and
// nobody else but the function that empties a bucket before it is deleted.
func checkReaders(in *read.Reader, bucket, distribution *assembly.Resource) {
	policy := in.BucketPolicy(bucket)
	allowed := read.Statements(policy, "Allow")
	for _, statement := range allowed {
		principal, _ := statement["Principal"].(map[string]any)
		if in.Site.Retention.Buckets == site.Delete && strings.Contains(fmt.Sprint(principal["AWS"]), "AutoDelete") {
			continue
		}
		if principal["Service"] != "cloudfront.amazonaws.com" || statement["Action"] != "s3:GetObject" ||
			!strings.Contains(fmt.Sprint(statement["Condition"]), distribution.String()) {
			read.Fail(policy, "PolicyDocument.Statement", "lets others in: %v", statement)
		}
	}
	if len(allowed) == 0 {
		read.Fail(policy, "PolicyDocument.Statement", "lets nobody in")
	}
}

// checkRemoval demands that a resource that leaves the template meets the end
// that the site wants for it. What is retained goes nevertheless when its creation
// fails, except for buckets, in which logs may be.
func checkRemoval(r *assembly.Resource, removal site.Removal) {
	end, replaced := "Delete", "Delete"
	if removal == site.Retain {
		end, replaced = "RetainExceptOnCreate", "Retain"
		if r.Type == topology.BucketType {
			end = replaced
		}
	}
	if r.DeletionPolicy() != end || r.UpdateReplacePolicy() != replaced {
		read.Fail(r, "", "has the deletion policy %s, %s when it is replaced, want %s and %s",
			r.DeletionPolicy(), r.UpdateReplacePolicy(), end, replaced)
	}
}
