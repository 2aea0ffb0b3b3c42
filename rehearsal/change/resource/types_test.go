package resource_test

import (
	"path/filepath"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal/change/resource"
)

// TestTypes holds that every type of the golden templates is known.
func TestTypes(t *testing.T) {
	dirs, err := filepath.Glob("../../../testdata/*/manifest.json")
	if err != nil || len(dirs) < 3 {
		t.Fatalf("%v: %v", dirs, err)
	}
	for _, manifest := range dirs {
		a, err := assembly.Load(filepath.Dir(manifest))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Resources() {
			if !resource.IsKnown(r.Type) && !resource.IsCustom(r.Type) {
				t.Errorf("%s: types.json lacks %s: run make golden", r, r.Type)
			}
		}
	}
}

// TestCauses promises what a change of a property does.
func TestCauses(t *testing.T) {
	for _, test := range []struct {
		typ, path string
		want      resource.Cause
		why       string
	}{
		{"AWS::S3::Bucket", "BucketName", resource.Yes, "BucketName"},
		{"AWS::S3::Bucket", "VersioningConfiguration.Status", resource.No, ""},
		{"AWS::Route53::HealthCheck", "HealthCheckConfig.RequestInterval", resource.Yes, "HealthCheckConfig.RequestInterval"},
		{"AWS::Route53::HealthCheck", "HealthCheckConfig.FailureThreshold", resource.No, ""},
		{"AWS::EC2::Subnet", "Ipv6CidrBlock", resource.Maybe, "Ipv6CidrBlock"},
		{"AWS::S3::Bucket", "Strange", resource.Yes, "Strange is not known: taken for a replacement"},
		{"AWS::Strange::Thing", "A", resource.Yes, "AWS::Strange::Thing is not known: taken for a replacement"},
		{"Custom::Thing", "A", resource.No, ""},
	} {
		got, why := resource.Causes(test.typ, []string{test.path})
		if got != test.want || strings.Join(why, ", ") != test.why {
			t.Errorf("%s %s: got %s because of %q, want %s because of %q", test.typ, test.path, got, why, test.want, test.why)
		}
	}
}
