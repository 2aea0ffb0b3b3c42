package topology_test

import (
	"fmt"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

const homeServers = "Primary.WebTierWebServersGroupASGB49BAB89"

func TestAllNeeds(t *testing.T) {
	a := load(t, "site")
	same(t, "the needs of the default site", got[[]topology.Needs](t)(topology.AllNeeds(a)),
		"[{us-east-1 4 14 [] 2 1} {ap-northeast-2 4 14 [] 2 1}]") // 6 servers and 10 %, rounded up, of 2 vCPUs

	schedule := load(t, "site", func(a *assembly.Assembly) {
		find(a, "Primary.WebTierTicketOpening285A6DA5").Set("MaxSize", 12)
		find(a, homeServers).Set(".UpdatePolicy", map[string]any{})
	})
	same(t, "the needs by a schedule, without refreshes", got[[]topology.Needs](t)(topology.AllNeeds(schedule))[1].VCPUs, 24)

	metal := load(t, "site", func(a *assembly.Assembly) {
		find(a, "Primary.WebTierWebServersLaunchTemplate70A24CA3").Set("LaunchTemplateData.InstanceType", "m7i.metal-24xl")
	})
	same(t, "the needs of a type that says no size", got[[]topology.Needs](t)(topology.AllNeeds(metal))[1], "{ap-northeast-2 0 0 [m7i.metal-24xl] 2 1}")

	for path, message := range map[string]string{"MaxSize": `"many", not an integer`, "LaunchTemplate.LaunchTemplateId": "refers to nothing"} {
		bad := load(t, "site", func(a *assembly.Assembly) { find(a, homeServers).Set(path, "many") })
		_, err := topology.AllNeeds(bad)
		if err == nil {
			t.Errorf("%s: no error, want %s", path, message)
		}
	}
}

func TestVCPUs(t *testing.T) {
	for instance, want := range map[string]int{
		"t3.nano": 2, "t4g.medium": 2, "t3.large": 2, "t3.2xlarge": 8, "t2.micro": 1, "t2.medium": 2, "t1.micro": 1,
		"m7g.medium": 1, "m7i.large": 2, "c7gn.xlarge": 4, "m7i-flex.8xlarge": 32, "u7i-12tb.224xlarge": 896,
		"m7i.metal-24xl": 0, "mac2.metal": 0, "large": 0, "": 0,
	} {
		if n := topology.VCPUs(instance); n != want {
			t.Errorf("%q has %s vCPUs, want %d", instance, fmt.Sprint(n), want)
		}
	}
}
