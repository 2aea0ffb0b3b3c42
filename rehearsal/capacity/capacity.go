// Package capacity says by arithmetic, from the templates alone, how much of a site's
// load the region carries that has to: the standby when home is gone, home when it has
// lost a zone, and home again when visitors come back. No request is simulated.
package capacity

import (
	"errors"
	"fmt"
	"time"

	"twinsite/rehearsal"
	"twinsite/topology"
)

// A Case is what happens to a site.
type Case string

// The cases of each regime.
const (
	Least   Case = "home at its minimum is gone"
	Most    Case = "home at its maximum is gone"
	Zone    Case = "home has lost a zone"
	WayBack Case = "visitors come back to home"
)

// A Row is how much of the load is carried, and how long until all of it is. Times
// are upper bounds.
type Row struct {
	// Regime is when: "always", or the scheduled action from which on the group's
	// limits are others.
	Regime string `json:"regime"`
	Case   Case   `json:"case"`

	// Home and Standby are the servers of each region when it happens: with a zone
	// lost, those that home has left; when visitors come back, those to which home
	// has shrunk meanwhile, and those at which the standby serves.
	Home    int `json:"home"`
	Standby int `json:"standby"`

	// Load is what has to be carried, in servers.
	Load int `json:"load"`

	// Share is how much of Load is carried at once, 0 to 1.
	Share float64 `json:"share"`

	// FullLoad is how long until all of it is carried; Never, if the group may not
	// grow that much, or does not grow.
	FullLoad rehearsal.Seconds `json:"fullLoadSeconds"`

	// Shrinks is how long home, without visitors, takes to shrink to its minimum, of
	// the way back alone; Never, null in JSON, if nothing shrinks it, and in the other
	// rows.
	Shrinks rehearsal.Seconds `json:"shrinksSeconds"`

	// Limit is the maximum of the group that has to carry the load.
	Limit int `json:"-"`
}

// A Table is what the templates say of a site's capacity.
type Table struct {
	Rows []Row

	// Unknown are the scheduled actions of one region without one of the other.
	Unknown []Unmatched

	// Remarks say what of the site the table does not count.
	Remarks []string
}

// Unmatched is a scheduled action of a region, home's or the standby's, without one of
// the other region at the same time: nobody knows the other's limits from then on.
type Unmatched struct {
	When       string // `cron "30 9 * * SAT" Asia/Seoul`
	Of, Lacked string // "home" and "the standby", or the other way round
}

func (u Unmatched) String() string {
	return fmt.Sprintf("%s's schedule %s, which has none at %s at the same time", u.Of, u.When, u.Lacked)
}

// always is the regime of the limits in the templates' groups.
const always = "always"

// limits are those of a group in a regime.
type limits struct{ least, most int }

// New computes a site's table. It has no rows if a region has no Auto Scaling group
// that could be read.
func New(m *rehearsal.Model, p rehearsal.Parameters) *Table {
	t := &Table{}
	home, standby := m.Home.Group, m.Standby.Group
	if home == nil || standby == nil || home == standby {
		t.Remarks = append(t.Remarks, "not each region has one Auto Scaling group behind its load balancer: nothing is known of its capacity")
		return t
	}
	t.add(m, p, always, limits{home.Minimum, home.Maximum}, limits{standby.Minimum, standby.Maximum})
	for _, schedule := range home.Schedules {
		same := standby.Schedule(schedule.When)
		if same == nil {
			t.Unknown = append(t.Unknown, Unmatched{schedule.When, "home", "the standby"})
			continue
		}
		t.add(m, p, schedule.When, limits{schedule.Minimum, schedule.Maximum}, limits{same.Minimum, same.Maximum})
	}
	for _, schedule := range standby.Schedules {
		if home.Schedule(schedule.When) == nil {
			t.Unknown = append(t.Unknown, Unmatched{schedule.When, "the standby", "home"})
		}
	}
	if f := m.Follower; f != nil {
		t.Remarks = append(t.Remarks, fmt.Sprintf("the standby follows home's size to %d %%, up to five minutes and a boot later, which is not counted", f.Percent))
	}
	if home.InstanceType != standby.InstanceType {
		t.Remarks = append(t.Remarks, fmt.Sprintf("servers are %s at home and %s at the standby, and each counts as one", named(home), named(standby)))
	}
	return t
}

func named(g *topology.Group) string {
	if g.InstanceType == "" {
		return "of an unknown type"
	}
	return g.InstanceType
}

// add adds the rows of a regime.
func (t *Table) add(m *rehearsal.Model, p rehearsal.Parameters, regime string, home, standby limits) {
	gone := func(c Case, servers int) Row {
		has := standbyServers(m, home, standby, servers)
		return Row{
			Regime: regime, Case: c, Home: servers, Standby: has, Load: servers, Limit: standby.most,
			Share: share(has, servers), FullLoad: fullLoad(Growth(m.Standby, p, has, servers, standby.most), has, servers),
			Shrinks: rehearsal.Seconds(rehearsal.Never),
		}
	}
	t.Rows = append(t.Rows, gone(Least, home.least), gone(Most, home.most), zoneRow(m, p, regime, home, standby), wayBackRow(m, p, regime, home, standby))
}

// FullLoad returns home's servers at its maximum and, when they are gone, the standby's
// as they grow, those of the beginning first. It is of the limits in the templates'
// groups.
func FullLoad(m *rehearsal.Model, p rehearsal.Parameters) (int, []Step, error) {
	home, standby := m.Home.Group, m.Standby.Group
	if home == nil || standby == nil || home == standby {
		return 0, nil, errors.New("not each region has one Auto Scaling group behind its load balancer: nobody knows what full load is")
	}
	has := standbyServers(m, limits{home.Minimum, home.Maximum}, limits{standby.Minimum, standby.Maximum}, home.Maximum)
	return home.Maximum, append([]Step{{Servers: has}}, Growth(m.Standby, p, has, home.Maximum, standby.Maximum)...), nil
}

// standbyServers is how many servers the standby has while nobody visits it, and home
// has some: its minimum, to which its low alarm has shrunk it. One that follows home
// has
//
//	min(its maximum, max(the site's minimum, home's minimum within the site's limits, ⌈percent × home's desired capacity / 100⌉))
//
// as its minimum. It is set some minutes after home has grown, which is not counted.
func standbyServers(m *rehearsal.Model, home, standby limits, servers int) int {
	f := m.Follower
	if f == nil {
		return standby.least
	}
	follows := (f.Percent*servers + 99) / 100
	return min(standby.most, max(f.Minimum, min(home.least, f.Maximum), follows))
}

// zoneRow is of home's size of which a lost zone takes the greater part: Auto Scaling
// spreads servers evenly, and replaces those that are gone in the other zones, all at
// once.
func zoneRow(m *rehearsal.Model, p rehearsal.Parameters, regime string, home, standby limits) Row {
	zones := max(1, m.Home.Group.Zones)
	left := func(servers int) int { return servers - (servers+zones-1)/zones }
	load := home.most
	if share(left(home.least), home.least) < share(left(load), load) {
		load = home.least
	}
	row := Row{
		Regime: regime, Case: Zone, Home: left(load), Standby: standbyServers(m, home, standby, load),
		Load: load, Limit: home.most, Share: share(left(load), load), Shrinks: rehearsal.Seconds(rehearsal.Never),
	}
	if zones == 1 {
		row.FullLoad = rehearsal.Seconds(rehearsal.Never)
	} else if row.Home < load {
		t := m.Home.Targets
		row.FullLoad = rehearsal.Seconds(time.Duration(t.Unhealthy)*t.Interval + p.Launch + boot(m.Home, p))
	}
	return row
}

// wayBackRow is of visitors who come back when home, at its maximum when they left,
// has shrunk to its minimum.
func wayBackRow(m *rehearsal.Model, p rehearsal.Parameters, regime string, home, standby limits) Row {
	row := Row{
		Regime: regime, Case: WayBack, Home: home.least, Standby: min(home.most, standby.most), Load: home.most, Limit: home.most,
		Shrinks: rehearsal.Seconds(shrinks(m.Home, p, home.most, home.least)),
	}
	if row.Shrinks.Never() {
		row.Home = home.most
	}
	row.Share = share(row.Home, row.Load)
	row.FullLoad = fullLoad(Growth(m.Home, p, row.Home, row.Load, home.most), row.Home, row.Load)
	return row
}

func share(servers, load int) float64 {
	if load <= 0 {
		return 1
	}
	return min(1, float64(servers)/float64(load))
}

// fullLoad is when a group that grows so has enough servers.
func fullLoad(steps []Step, servers, load int) rehearsal.Seconds {
	switch {
	case servers >= load:
		return 0
	case len(steps) == 0 || steps[len(steps)-1].Servers < load:
		return rehearsal.Seconds(rehearsal.Never)
	}
	return rehearsal.Seconds(steps[len(steps)-1].At)
}
