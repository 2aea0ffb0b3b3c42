package read

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
	"twinsite/topology"
)

// SwitchPath is what the health check of the failover switch asks for.
const SwitchPath = "/" + site.SwitchKey

// Followed is the health check that a record follows.
func (in *Reader) Followed(record assembly.Record) *assembly.Resource {
	if record.HealthCheck == nil {
		Fail(record.Resource, record.At("HealthCheckId"), "is missing: %s %s %s has no health check", record.Name, record.Type, record.Failover)
	}
	return record.HealthCheck
}

// Serves is the health check of the first PRIMARY record: who serves.
func (in *Reader) Serves() *assembly.Resource {
	primary, _ := in.Pair(in.FirstName(), "A")
	return in.Followed(primary)
}

// EndpointCheck is the health check on the home endpoint: a record's own, or,
// with the failover switch, the one that does not ask for the switch of those
// it is calculated from.
func (in *Reader) EndpointCheck(serves *assembly.Resource) *assembly.Resource {
	if !in.Site.Failover.Switch {
		return serves
	}
	return Child(serves, "of the home endpoint", func(path string) bool { return path != SwitchPath })
}

// Child is the first of a calculated health check's children whose path is
// right.
func Child(serves *assembly.Resource, what string, right func(path string) bool) *assembly.Resource {
	for _, child := range must.Get(topology.ReadHealthCheck(serves)).Children {
		if right(child.Path) {
			return child.Resource
		}
	}
	Fail(serves, "HealthCheckConfig.ChildHealthChecks", "has no health check %s", what)
	return nil
}
