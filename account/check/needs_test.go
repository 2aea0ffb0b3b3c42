package check

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"twinsite/assembly"
	"twinsite/site"
	"twinsite/topology"
)

// TestNeeds holds what we read from a site's description against what its templates
// need, which another package counts.
func TestNeeds(t *testing.T) {
	for assemblyName, file := range map[string]string{
		"site": "../../site.yaml", "article": "../../examples/article.yaml", "everything": "../../testdata/sites/everything.yaml",
	} {
		s, err := site.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		a, err := assembly.Load(filepath.Join("../../testdata", assemblyName))
		if err != nil {
			t.Fatal(err)
		}
		needs, err := topology.AllNeeds(a)
		if err != nil {
			t.Fatal(err)
		}
		c := &Check{Site: s}
		for _, need := range needs {
			if need.VPCs == 0 {
				continue // no half of the site's
			}
			web, _ := c.web(need.Region)
			half, _ := c.half(need.Region)
			if got := mostServers(web) * topology.VCPUs(web.InstanceType); got != need.VCPUs || len(need.UnknownTypes) > 0 {
				t.Errorf("%s, %s: %d vCPUs, want %d", assemblyName, need.Region, got, need.VCPUs)
			}
			if got := natGateways(half); got != need.ElasticIPs || need.VPCs != 1 {
				t.Errorf("%s, %s: %d addresses, want %d", assemblyName, need.Region, got, need.ElasticIPs)
			}
			web.Maximum++
			if len(web.Schedules) == 0 && mostServers(web)*topology.VCPUs(web.InstanceType) == need.VCPUs {
				t.Errorf("%s, %s: one server more needs as many vCPUs", assemblyName, need.Region)
			}
		}
	}
}

// TestLeastBootstrap holds the version against that which the CDK's assemblies ask for.
func TestLeastBootstrap(t *testing.T) {
	content, err := os.ReadFile("../../testdata/site/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest any
	if err := json.Unmarshal(content, &manifest); err != nil {
		t.Fatal(err)
	}
	if got := greatest(manifest, "requiresBootstrapStackVersion"); got != leastBootstrap {
		t.Errorf("the assembly asks for %d, we for %d", got, leastBootstrap)
	}
}

// greatest is the greatest number under a key, anywhere in a JSON value.
func greatest(value any, key string) (most int) {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			if number, ok := below.(float64); ok && name == key {
				most = max(most, int(number))
			}
			most = max(most, greatest(below, key))
		}
	case []any:
		for _, below := range v {
			most = max(most, greatest(below, key))
		}
	}
	return most
}

func TestVCPUQuota(t *testing.T) {
	for instanceType, want := range map[string]string{
		"t3.small": "L-1216C47A", "m7i-flex.large": "L-1216C47A", "im4gn.large": "L-1216C47A", "g5.xlarge": "L-DB2E81BA", "vt1.3xlarge": "L-DB2E81BA",
		"p4d.24xlarge": "L-417A185B", "inf2.xlarge": "L-1945791B", "u-6tb1.metal": "L-43DA4232", "x2gd.medium": "L-7295265B", "dl1.24xlarge": "L-6E869C2A",
		"d3.xlarge": "L-1216C47A", "hpc7g.4xlarge": "L-F7808C92", "h1.2xlarge": "L-1216C47A", "trn1.2xlarge": "L-2C3B7624", "f1.2xlarge": "L-74FC7D96",
	} {
		if got := vCPUQuota(instanceType); got.code != want {
			t.Errorf("%s: got %+v, want %s", instanceType, got, want)
		}
	}
}
