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
	}
	// SECONDARY's own check decides only when both regions are down: with its lines,
	// nobody could read the picture on a page.
	r.follow(pair, way.Pair.Primary.HealthCheck)
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

// followed is a node that follows a health check.
type followed struct {
	node  *node
	check *assembly.Resource
}

// follow notes that a node follows a health check, which is drawn with the others.
func (r *reader) follow(n *node, check *assembly.Resource) {
	r.followers = append(r.followers, followed{n, check})
}
