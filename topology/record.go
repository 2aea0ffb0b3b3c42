package topology

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
)

// A Pair is the failover records of one name and type.
type Pair struct {
	Name, Type         string           // "ticketing.pw", "A"
	Primary, Secondary *assembly.Record // nil if the templates have none
}

// Records returns those of the two records that are there, PRIMARY first: at least one.
func (p Pair) Records() []*assembly.Record {
	return slices.DeleteFunc([]*assembly.Record{p.Primary, p.Secondary}, func(r *assembly.Record) bool { return r == nil })
}

// Pairs returns the failover pairs of the assembly, of every type: by the length of their names, the shortest first, then
// by name and type. A second PRIMARY or SECONDARY record of a name and type is an error.
func Pairs(a *assembly.Assembly) ([]Pair, error) {
	records, err := a.Records("")
	if err != nil {
		return nil, err
	}
	var pairs []Pair
	for i := range records {
		record := &records[i]
		if record.Failover == "" {
			continue
		}
		at := slices.IndexFunc(pairs, func(p Pair) bool { return p.Name == record.Name && p.Type == record.Type })
		if at < 0 {
			at = len(pairs)
			pairs = append(pairs, Pair{Name: record.Name, Type: record.Type})
		}
		if err := pairs[at].add(record); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	return pairs, nil
}

func (p *Pair) add(record *assembly.Record) error {
	slot := &p.Primary
	if record.Failover == "SECONDARY" {
		slot = &p.Secondary
	}
	if *slot != nil {
		return fmt.Errorf("%s: %s has a second %s record of type %s beside %s", Place(*record), p.Name, record.Failover, p.Type, Place(**slot))
	}
	*slot = record
	return nil
}

// Place names a record as errors do: "Failover.Names.RecordSets.0".
func Place(r assembly.Record) string {
	if r.Path == "" {
		return r.Resource.String()
	}
	return r.Resource.String() + "." + r.Path
}

// VisitorPairs returns the failover pairs that visitors ask for, which are all but [ServingPairs], in the order of [Pairs].
func VisitorPairs(a *assembly.Assembly) ([]Pair, error) { return pairsOf(a, false) }

// ServingPairs returns the failover pairs that distributions follow, in the order of [Pairs]: those whose name one has as
// an origin, and those of CNAMEs for whose name none answers, which stand ready for that.
func ServingPairs(a *assembly.Assembly) ([]Pair, error) { return pairsOf(a, true) }

// pairsOf returns the serving pairs, or the others.
func pairsOf(a *assembly.Assembly, serving bool) ([]Pair, error) {
	pairs, err := Pairs(a)
	if err != nil {
		return nil, err
	}
	asked, answered := map[string]bool{}, map[string]bool{}
	for _, distribution := range a.Resources(DistributionType) {
		origins, err := Origins(distribution)
		if err != nil {
			return nil, err
		}
		for _, origin := range origins {
			asked[strings.ToLower(origin.Domain)] = true
		}
		aliases, err := OrDefault(distribution, distributionConfig+"Aliases", (*assembly.Resource).Texts, nil)
		if err != nil {
			return nil, err
		}
		for _, alias := range aliases {
			answered[strings.ToLower(alias)] = true
		}
	}
	return slices.DeleteFunc(pairs, func(p Pair) bool {
		behind := asked[p.Name] || p.Type == "CNAME" && !answered[p.Name]
		return behind != serving
	}), nil
}

// SiteDistribution returns the distribution that serves the site's visitors: where the first PRIMARY record of
// [VisitorPairs] leads that is an alias of a distribution.
func SiteDistribution(a *assembly.Assembly) (*assembly.Resource, error) {
	return aliasTarget(a, DistributionType, "PRIMARY", func(p Pair) *assembly.Record { return p.Primary })
}

// StandbyBalancer returns the load balancer to which a failover moves the site's visitors: where the first SECONDARY
// record of [VisitorPairs] leads that is an alias of a load balancer. It is not compared with [HomeBalancer].
func StandbyBalancer(a *assembly.Assembly) (*assembly.Resource, error) {
	return aliasTarget(a, BalancerType, "SECONDARY", func(p Pair) *assembly.Record { return p.Secondary })
}

// HomeBalancer returns the load balancer of the home region: where the default origin of [SiteDistribution] leads while all
// is well.
func HomeBalancer(a *assembly.Assembly) (*assembly.Resource, error) {
	distribution, err := SiteDistribution(a)
	if err != nil {
		return nil, err
	}
	origin, err := DefaultOrigin(distribution)
	if err != nil {
		return nil, err
	}
	return origin.Balancer(a)
}

// aliasTarget returns what the first record of the visitors' pairs is an alias of that is of the type.
func aliasTarget(a *assembly.Assembly, resourceType, failover string, half func(Pair) *assembly.Record) (*assembly.Resource, error) {
	pairs, err := VisitorPairs(a)
	if err != nil {
		return nil, err
	}
	var first *assembly.Record
	for _, pair := range pairs {
		record := half(pair)
		switch {
		case record == nil:
		case record.Alias != nil && record.Alias.Type == resourceType:
			return record.Alias, nil
		case first == nil:
			first = record
		}
	}
	switch {
	case first == nil:
		return nil, fmt.Errorf("the assembly has no %s record: there is no failover", failover)
	case first.Alias == nil:
		return nil, fmt.Errorf("%s: the %s record of %s leads to no resource of the assembly, want a %s", Place(*first), failover, first.Name, resourceType)
	}
	return nil, fmt.Errorf("%s: the %s record of %s leads to %s, a %s, want a %s", Place(*first), failover, first.Name, first.Alias, first.Alias.Type, resourceType)
}

// TTL returns how long resolvers keep a record's answer. It is 0 of an alias, which has none of its own: its answers are
// kept as long as the target's are.
func TTL(r assembly.Record) (time.Duration, error) {
	seconds, err := OrDefault(r.Resource, r.At("TTL"), (*assembly.Resource).Int, 0)
	return time.Duration(seconds) * time.Second, err
}

// A Zone is the hosted zone of the site.
type Zone struct {
	Resource *assembly.Resource // nil if the site imports one
	Name     string             // "ticketing.pw"; "" if the zone is imported: templates know only its id
	ID       string             // as the records have it: "Z0123456789ABCDEFGHIJ", or a placeholder
}

// SiteZone returns the hosted zone: the first that the assembly has, or the one that its records are in.
func SiteZone(a *assembly.Assembly) (Zone, error) {
	for _, zone := range a.Resources(ZoneType) {
		name, err := zone.Text("Name")
		return Zone{Resource: zone, Name: strings.ToLower(strings.TrimSuffix(name, ".")), ID: "${" + zone.String() + "}"}, err
	}
	for _, records := range a.Resources("AWS::Route53::RecordSetGroup", "AWS::Route53::RecordSet") {
		if records.Has("HostedZoneId") {
			id, err := records.Text("HostedZoneId")
			return Zone{ID: id}, err
		}
	}
	return Zone{}, fmt.Errorf("the assembly has no hosted zone, and no record names one")
}
