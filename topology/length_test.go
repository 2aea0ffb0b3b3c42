package topology_test

import (
	"testing"

	"twinsite/topology"
)

func TestLength(t *testing.T) {
	a := load(t, "site")
	same(t, "absent", got[int](t)(topology.Length(find(a, homeBucket), "Absent")), 0)
	same(t, "origins", got[int](t)(topology.Length(find(a, siteEdge), "DistributionConfig.Origins")), 4)
	refused[int](t, "DistributionConfig is not a list")(topology.Length(find(a, siteEdge), "DistributionConfig"))
}
