package read

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// Ids of managed policies of CloudFront:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	CachingDisabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	AllViewer       = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	CorsS3Origin    = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"

	// AllViewerAndCloudFront is what AllViewer is, with CloudFront's own headers.
	AllViewerAndCloudFront = "33f36d7e-f396-46d9-90e0-52428a34d9dc"
)

// DefaultBehavior is the prefix of paths of a distribution's default behavior.
const DefaultBehavior = "DistributionConfig.DefaultCacheBehavior."

// CheckCovers demands that a certificate is good for names.
func CheckCovers(certificate *assembly.Resource, names ...string) {
	patterns := must.Get(topology.CertificateNames(certificate))
	for _, name := range names {
		_, parent, _ := strings.Cut(name, ".")
		if !slices.Contains(patterns, name) && !slices.Contains(patterns, "*."+parent) {
			Fail(certificate, "", "does not cover %s: it is for %v", name, patterns)
		}
	}
}

// CheckBehaviors demands of the site's distribution that no request goes another way than the default behavior's but those
// of health checkers: first their path for home, where reads or writes fail over, then that for the standby;
// and those that CloudFront keeps.
func (in *Reader) CheckBehaviors(d *assembly.Resource) {
	var want, got []string
	if in.Site.Edge.ReadFailover || in.Site.Edge.WriteFailover || len(in.Site.Edge.CachePaths) > 0 {
		want = append(want, in.Site.Failover.Path)
	}
	if in.Site.Failover.Front == site.FrontEdge {
		want = append(want, site.StandbyCheckPath)
	}
	want = append(want, in.Site.Edge.CachePaths...)
	for _, behavior := range must.Get(topology.Behaviors(d)) {
		if behavior.Pattern != "" {
			got = append(got, behavior.Pattern)
		}
	}
	if !slices.Equal(got, want) {
		Fail(d, "DistributionConfig.CacheBehaviors", "are for %q, want %q: requests would go another way", got, want)
	}
}
