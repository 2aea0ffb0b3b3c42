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

// Front is the health check that visitors' records follow, by the first PRIMARY record.
func (in *Reader) Front() *assembly.Resource {
	primary, _ := in.Pair(in.FirstName(), "A")
	return in.Followed(primary)
}

// Serves is the health check that decides which region serves: the one that CloudFront's own name follows, or visitors'
// records where CloudFront has none.
func (in *Reader) Serves() *assembly.Resource {
	if !in.Site.Edge.OriginTLS {
		return in.Front()
	}
	primary, _ := in.ServingPair()
	return in.Followed(primary)
}

// ServingPair returns the failover records of the name by which CloudFront finds the region that serves.
func (in *Reader) ServingPair() (primary, secondary assembly.Record) {
	return in.Pair(in.Site.ServingHost(), "CNAME")
}

// EndpointCheck is the health check on the home endpoint: a record's own, or, of those that a record's is calculated from,
// the one that asks neither for the failover switch nor for the standby.
func (in *Reader) EndpointCheck(of *assembly.Resource) *assembly.Resource {
	if must.Get(topology.ReadHealthCheck(of)).Type != "CALCULATED" {
		return of
	}
	return Child(of, "of the home endpoint", func(path string) bool { return path != SwitchPath && path != site.StandbyCheckPath })
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
