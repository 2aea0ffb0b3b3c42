package read

import (
	"slices"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// Ids of managed policies of CloudFront:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
const (
	CachingDisabled        = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
	AllViewer              = "216adef6-5c7f-47e4-b989-5492eafa07d3"
	CorsAndSecurityHeaders = "e61eb60c-9c35-4d20-a928-2b84e02af89c"
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
