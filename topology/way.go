package topology

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// A Way is where a host name leads: to one resource, or to one of two where a failover pair moves it.
type Way struct {
	Pair      *Pair              // the failover pair on the way; nil if the name never moves
	Primary   *assembly.Resource // where the name leads while Pair's PRIMARY record is answered, or always
	Secondary *assembly.Resource // where it leads while SECONDARY is; Primary if the name never moves

	// Either is nil if the pair has no such record.
}

// Resources returns where the way leads: one resource, or two of which the first is that of PRIMARY.
func (w Way) Resources() []*assembly.Resource {
	var all []*assembly.Resource
	for _, r := range []*assembly.Resource{w.Primary, w.Secondary} {
		if r != nil && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// Follow returns where the host name at the path leads: the attribute of a resource, or a name that records of the
// assembly lead on, once through a failover pair at most. Pairs of several types of one name are taken for one.
func Follow(a *assembly.Assembly, r *assembly.Resource, path string) (Way, error) {
	targets, err := r.Targets(path)
	if err != nil {
		return Way{}, err
	}
	if len(targets) > 0 {
		to, err := r.Target(path)
		return Way{Primary: to, Secondary: to}, err
	}
	name, err := r.Text(path)
	if err != nil {
		return Way{}, err
	}
	way, err := FollowName(a, name)
	if err != nil {
		return Way{}, fmt.Errorf("%s: %s: %w", r, path, err)
	}
	return way, nil
}

// FollowName is [Follow] of a host name that no resource has.
func FollowName(a *assembly.Assembly, name string) (Way, error) {
	pairs, err := Pairs(a)
	if err != nil {
		return Way{}, err
	}
	return followName(a, pairs, name, nil)
}

// followName follows a name to which the names of way have led.
func followName(a *assembly.Assembly, pairs []Pair, name string, way []string) (Way, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if slices.Contains(way, name) {
		return Way{}, fmt.Errorf("records lead in a circle: %s -> %s", strings.Join(way, " -> "), name)
	}
	way = append(way, name)
	if i := slices.IndexFunc(pairs, func(p Pair) bool { return p.Name == name }); i >= 0 {
		return followPair(a, pairs, &pairs[i], way)
	}
	records, err := a.Records(name, "CNAME")
	if err != nil {
		return Way{}, err
	}
	if len(records) == 1 && records[0].Alias == nil && len(records[0].Values) == 1 {
		return followValue(a, pairs, records[0], way)
	}
	to, err := a.Lookup(name)
	return Way{Primary: to, Secondary: to}, err
}

// followPair follows both records of a pair.
func followPair(a *assembly.Assembly, pairs []Pair, pair *Pair, way []string) (Way, error) {
	found := Way{Pair: pair}
	for _, half := range []struct {
		record *assembly.Record
		to     **assembly.Resource
	}{{pair.Primary, &found.Primary}, {pair.Secondary, &found.Secondary}} {
		if half.record == nil {
			continue
		}
		on, err := followRecord(a, pairs, *half.record, way)
		if err == nil && on.Pair != nil {
			err = errors.New("leads through two failover pairs, " + pair.Name + " and " + on.Pair.Name)
		}
		if err != nil {
			return Way{}, fmt.Errorf("%s: %w", Place(*half.record), err)
		}
		*half.to = on.Primary
	}
	return found, nil
}

func followRecord(a *assembly.Assembly, pairs []Pair, record assembly.Record, way []string) (Way, error) {
	switch {
	case record.Alias != nil:
		return Way{Primary: record.Alias, Secondary: record.Alias}, nil
	case record.AliasName != "":
		return followName(a, pairs, record.AliasName, way)
	case record.Type == "CNAME" && len(record.Values) == 1:
		return followValue(a, pairs, record, way)
	}
	return Way{}, errors.New("leads to no resource")
}

// followValue follows a CNAME: its value is the attribute of a resource, or another name.
func followValue(a *assembly.Assembly, pairs []Pair, record assembly.Record, way []string) (Way, error) {
	value := record.At("ResourceRecords.0")
	if targets, err := record.Resource.Targets(value); err != nil || len(targets) > 0 {
		if err != nil {
			return Way{}, err
		}
		to, err := record.Resource.Target(value)
		return Way{Primary: to, Secondary: to}, err
	}
	return followName(a, pairs, record.Values[0], way)
}
