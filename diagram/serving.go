package diagram

import (
	"fmt"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// drawWay draws where the default origin of a distribution leads: to what answers
// there or, where its name is a failover pair, to the pair, and from there to both.
func (r *reader) drawWay(from *node, origin topology.Origin) {
	way := must.Get(origin.Follow(r.Assembly))
	if way.Pair == nil {
		r.connect(from, "->", r.draw(way.Primary), r.path(way.Primary), "")
		return
	}
	if way.Primary == nil || way.Secondary == nil {
		must.Fail("%s has one of PRIMARY and SECONDARY only", way.Pair.Name)
	}
	pair := r.global.add("serving", resourceNode, append(breakName(way.Pair.Name), pairType(way.Pair))...)
	for _, record := range way.Pair.Records() {
		checkRecord(*way.Pair, *record)
		if record.HealthCheck != nil {
			r.follow(pair, record.HealthCheck)
		}
	}
	r.connect(from, "->", pair, normalPath, "")
	r.connect(pair, "->", r.draw(way.Primary), r.path(way.Primary), "PRIMARY")
	// Drawn last, or the standby would stand to the left of what is home's.
	r.later = append(r.later, func() {
		r.connect(pair, "->", r.draw(way.Secondary), failoverPath, "SECONDARY")
	})
}

// pairType is the type of a pair's records, and how long they are kept.
func pairType(pair *topology.Pair) string {
	record := pair.Primary
	if !record.Resource.Has(record.At("TTL")) {
		return pair.Type
	}
	return fmt.Sprintf("%s, kept %s s", pair.Type, must.Get(record.Resource.Text(record.At("TTL"))))
}

// drawCheckPaths draws the paths of a distribution that lead to a load balancer of
// their own: those by which health checkers ask for one region.
func (r *reader) drawCheckPaths(d *assembly.Resource, from *node) {
	usual := must.Get(topology.DefaultBehavior(d))
	for _, behavior := range must.Get(topology.Behaviors(d)) {
		if behavior.Pattern == "" || behavior.OriginID == usual.OriginID {
			continue
		}
		origin := must.Get(behavior.Origin())
		if origin.Static() {
			continue
		}
		to := must.Get(origin.LeadsTo(r.Assembly))
		r.later = append(r.later, func() { r.connect(from, "->", r.draw(to), checkLine, behavior.Pattern) })
	}
}

// followed is a node that follows a health check.
type followed struct {
	node  *node
	check *assembly.Resource
}

// follow notes that a node follows a health check, which is drawn with the others.
func (r *reader) follow(n *node, check *assembly.Resource) {
	r.followers = append(r.followers, followed{n, check})
}
