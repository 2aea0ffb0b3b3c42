package diagram

import (
	"fmt"
	"slices"

	"twinsite/internal/must"
	"twinsite/topology"
)

// drawReplication draws which buckets are copied. All lines lead to one node
// below the regions, since the layout would otherwise put one region under the
// other.
func (r *reader) drawReplication() {
	rules := slices.DeleteFunc(must.Get(topology.Replication(r.Assembly)), func(rule topology.ReplicationRule) bool { return !rule.Enabled })
	if len(rules) == 0 {
		return
	}
	r.replication = &node{id: "replication", class: replicationNode, lines: []string{"S3 replication"}}
	sources, destinations := map[*node]bool{}, map[*node]bool{}
	for _, rule := range rules {
		switch {
		case rule.From == nil:
			must.Fail("%s: copies from %s, which is no bucket of the assembly", rule.Resource, rule.Source)
		case rule.To == nil:
			must.Fail("%s: copies to %s, which is no bucket of the assembly", rule.Resource, rule.Target)
		}
		sources[r.draw(rule.From)] = true
		destinations[r.draw(rule.To)] = true
		line := fmt.Sprintf("Replication Time Control: %d min", rule.TimeControl)
		if rule.TimeControl > 0 && !slices.Contains(r.replication.lines, line) {
			r.replication.lines = append(r.replication.lines, line)
		}
	}
	for _, box := range []*node{r.home, r.standby} {
		for _, bucket := range box.inside {
			if arrow := arrows[[2]bool{destinations[bucket], sources[bucket]}]; arrow != "" {
				r.connect(bucket, arrow, r.replication, copyLine, "")
			}
		}
	}
}

// arrows are those of a bucket's line: is it copied to, is it copied from?
var arrows = map[[2]bool]string{{true, false}: "<-", {false, true}: "->", {true, true}: "<->"}
