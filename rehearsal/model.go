package rehearsal

import (
	"slices"
	"time"

	"twinsite/topology"
)

// A Model is what the templates say about a site's failover, and all that the
// rehearsal knows of it.
type Model struct {
	// Zone is the hosted zone's name, without the dot at the end.
	Zone string

	// Pairs are the failover records that visitors ask for: one pair for each host
	// name and type, sorted by name.
	Pairs []*Pair

	// Serving are the failover records of names by which the edge finds its origins.
	// Empty: writes move with visitors' records alone.
	Serving []*Pair

	// Names are the other records of the zone that lead somewhere: the origins',
	// the static files'.
	Names []*Record

	// Edge is the site's distribution.
	Edge *Edge

	// Home and Standby are the load balancers.
	Home, Standby *Balancer

	// Switch is the failover switch; nil if the site has none.
	Switch *Switch

	// Failback is the manual failback; nil if visitors come home by themselves.
	Failback *Failback

	// Follower lets the standby's minimum follow home's size; nil if nothing does.
	Follower *topology.Follower

	// ErrorRate moves the site when it answers with errors; nil if nothing does.
	ErrorRate *ErrorRate

	// Replication says in which directions the static files are copied.
	Replication Replication

	// Faults are mistakes in the templates that make a failover impossible. The
	// rehearsal plays the templates as they are, and fails.
	Faults []Fault

	// Notes are settings that make an outage longer, which a site may choose
	// nevertheless. They do not fail the rehearsal; a missed target does.
	Notes []Fault
}

// Leading is the pair that decides where the writes of visitors go who reach the
// edge: the one that moves the origin of the default behavior, else the first of
// Pairs. "Time to detect", "DNS moved", "recovery detected" and "DNS home" are its.
func (m *Model) Leading() *Pair {
	if pair := m.Edge.Default().Route.Origins[0].Pair; pair != nil {
		return pair
	}
	return m.Pairs[0]
}

// AllPairs are Pairs and Serving.
func (m *Model) AllPairs() []*Pair { return slices.Concat(m.Pairs, m.Serving) }

// Checks are all health checks that Pairs and Serving depend on, each once.
func (m *Model) Checks() []*HealthCheck {
	var all []*HealthCheck
	for _, pair := range m.AllPairs() {
		for _, check := range pair.Checks() {
			if !slices.Contains(all, check) {
				all = append(all, check)
			}
		}
	}
	return all
}

// Patience is how long a visitor waits for an answer: Parameters.Patience or, if
// that is longer, 3 s more than what a read may take until the edge asks the last
// origin.
func (m *Model) Patience(p Parameters) time.Duration {
	to, err := m.Edge.Route("GET", "/", map[string]string{"host": m.ServingHosts()[0]})
	if err != nil || len(to.Origins) < 2 {
		return p.Patience
	}
	longest := 3 * time.Second
	for _, origin := range to.Origins[:len(to.Origins)-1] {
		longest += time.Duration(origin.Asks("GET")) * max(origin.ConnectTimeout, origin.ResponseTimeout)
	}
	return max(p.Patience, longest)
}

// A Switch is an object that moves the site away from home while it exists.
type Switch struct {
	Check *HealthCheck
	Key   string // of the object, without the first slash
}

// Replication is the state of the replication rules between the buckets.
type Replication struct {
	HomeToStandby, StandbyToHome bool
}

// A Fault is something in the templates that breaks the failover.
type Fault struct {
	Resource string // "Failover.HomeEndpoint260E5D86"
	Message  string
}

// String returns the fault as one line.
func (f Fault) String() string { return f.Resource + ": " + f.Message }
