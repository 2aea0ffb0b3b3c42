package rehearsal

// A Model is what the templates say about a site's failover, and all that the
// rehearsal knows of it.
type Model struct {
	// Zone is the hosted zone's name, without the dot at the end.
	Zone string

	// Pairs are the failover records: one pair for each host name and type,
	// sorted by name.
	Pairs []*Pair

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

	// Replication says in which directions the static files are copied.
	Replication Replication

	// Faults are mistakes in the templates that make a failover impossible. The
	// rehearsal plays the templates as they are, and fails.
	Faults []Fault

	// Notes are settings that make an outage longer, which a site may choose
	// nevertheless. They do not fail the rehearsal; a missed target does.
	Notes []Fault
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
