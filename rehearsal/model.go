package rehearsal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"twinsite/assembly"
)

// The types of resources that the model is made of.
const (
	distributionType = "AWS::CloudFront::Distribution"
	balancerType     = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	bucketType       = "AWS::S3::Bucket"
)

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

	// Failback is what keeps the site at the standby until somebody removes the
	// switch; nil if visitors come home by themselves.
	Failback *Failback

	// Replication says which way the static files are copied.
	Replication Replication

	// Faults are what the templates say that no failover can work with. The
	// rehearsal plays them as they are, and fails.
	Faults []Fault
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

// NewModel reads the model out of an assembly. Errors name the resource that
// cannot be read; what can be read but cannot work is in Model.Faults.
func NewModel(a *assembly.Assembly) (m *Model, err error) {
	defer func() {
		if r := recover(); r != nil {
			u, ok := r.(unreadable)
			if !ok {
				panic(r)
			}
			m, err = nil, u.error
		}
	}()
	r := &reader{Assembly: a, model: &Model{}, checks: map[*assembly.Resource]*HealthCheck{}, balancers: map[*assembly.Resource]*Balancer{}}
	r.readRecords()
	r.readEdge()
	r.readStandby()
	r.readSwitch()
	r.readReplication()
	r.readZone()
	r.model.Faults = append(findFaults(r.model), r.readFailback()...)
	return r.model, nil
}

// A reader makes a model. Its methods do not return errors: the first thing
// that cannot be read ends the reading, and is NewModel's error.
type reader struct {
	*assembly.Assembly
	model     *Model
	checks    map[*assembly.Resource]*HealthCheck
	balancers map[*assembly.Resource]*Balancer
	primary   *assembly.Resource // what the first PRIMARY record leads to
	secondary *assembly.Resource
}

// unreadable is what a reader panics with.
type unreadable struct{ error }

func fail(format string, args ...any) { panic(unreadable{fmt.Errorf(format, args...)}) }

func must[T any](value T, err error) T {
	if err != nil {
		panic(unreadable{err})
	}
	return value
}

// orDefault reads a property that may be absent.
func orDefault[T any](r *assembly.Resource, path string, get func(string) (T, error), otherwise T) T {
	if !r.Has(path) {
		return otherwise
	}
	return must(get(path))
}

// length is the number of elements of a list that may be absent.
func length(r *assembly.Resource, path string) int {
	if !r.Has(path) {
		return 0
	}
	list, ok := must(r.Value(path)).([]any)
	if !ok {
		fail("%s: %s is no list", r, path)
	}
	return len(list)
}

// readRecords sorts the assembly's records into failover pairs and others.
func (r *reader) readRecords() {
	pairs := map[string]*Pair{}
	for _, from := range must(r.Records("", "A", "AAAA")) {
		record := r.record(from)
		if from.Failover == "" {
			r.model.Names = append(r.model.Names, record)
			continue
		}
		key := from.Name + " " + from.Type
		if pairs[key] == nil {
			pairs[key] = &Pair{Name: from.Name, Type: from.Type}
		}
		pairs[key].add(record)
		r.remember(from)
	}
	for _, pair := range pairs {
		r.model.Pairs = append(r.model.Pairs, pair)
	}
	slices.SortFunc(r.model.Pairs, func(a, b *Pair) int {
		return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
	if len(pairs) == 0 {
		fail("no record of the assembly has Failover: there is no failover to rehearse")
	}
}

// remember keeps what the first records lead to: the distribution of home and
// the load balancer of the standby.
func (r *reader) remember(from assembly.Record) {
	switch {
	case from.Failover == "PRIMARY" && r.primary == nil:
		r.primary = from.Alias
	case from.Failover == "SECONDARY" && r.secondary == nil && from.Alias != nil && from.Alias.Type == balancerType:
		r.secondary = from.Alias
	}
}

func (r *reader) record(from assembly.Record) *Record {
	place := from.Resource.String()
	if from.Path != "" {
		place += "." + from.Path
	}
	record := &Record{Place: place, Name: from.Name, Type: from.Type, Failover: from.Failover, EvaluateTargetHealth: from.EvaluateTargetHealth}
	if from.Alias != nil {
		record.Target = from.Alias.String()
		record.TargetType = from.Alias.Type
	}
	if from.Resource.Has(from.At("HealthCheckId")) {
		if from.HealthCheck == nil {
			fail("%s: HealthCheckId leads to no health check of the assembly", place)
		}
		record.HealthCheck = r.check(from.HealthCheck)
	}
	return record
}

// readStandby finds the standby load balancer: where SECONDARY leads, unless
// that is home; then where the edge retries reads.
func (r *reader) readStandby() {
	if r.secondary != nil {
		r.model.Standby = r.balancer(r.secondary)
	}
	if r.model.Standby == nil || r.model.Standby == r.model.Home {
		for _, origin := range r.model.Edge.Origins {
			if origin.Balancer != r.model.Home {
				r.model.Standby = origin.Balancer
			}
		}
	}
	if r.model.Standby == nil {
		fail("%s: no SECONDARY record leads to a load balancer", r.model.Pairs[0].Place())
	}
}

// readSwitch finds the health check that asks for an object in a bucket.
func (r *reader) readSwitch() {
	for _, pair := range r.model.Pairs {
		for _, check := range pair.Checks() {
			if check.Bucket != "" && r.model.Switch == nil {
				r.model.Switch = &Switch{Check: check, Key: strings.TrimPrefix(check.Path, "/")}
			}
		}
	}
}

func (r *reader) readZone() {
	for _, zone := range r.Resources("AWS::Route53::HostedZone") {
		r.model.Zone = strings.TrimSuffix(must(zone.Text("Name")), ".")
		return
	}
	// An imported zone's name is not in the templates: the shortest host name
	// is its own, or just below.
	r.model.Zone = r.model.Pairs[0].Name
}

// readReplication looks for rules from bucket to bucket, written in the bucket
// or put by a custom resource.
func (r *reader) readReplication() {
	buckets := r.Resources(bucketType)
	region := func(b *Balancer) string { return b.Region }
	for _, bucket := range buckets {
		for i := range length(bucket, "ReplicationConfiguration.Rules") {
			rule := fmt.Sprintf("ReplicationConfiguration.Rules.%d.", i)
			if must(bucket.Text(rule+"Status")) != "Enabled" {
				continue
			}
			to := must(bucket.Target(rule + "Destination.Bucket"))
			r.replicates(bucket.Stack.Region, to.Stack.Region, region)
		}
	}
	for _, custom := range r.Resources("Custom::BucketReplication") {
		if strings.Contains(must(custom.Text("Create")), `"Status":"Enabled"`) {
			r.replicates(r.model.Standby.Region, r.model.Home.Region, region)
		}
	}
}

func (r *reader) replicates(from, to string, region func(*Balancer) string) {
	switch {
	case from == region(r.model.Home) && to == region(r.model.Standby):
		r.model.Replication.HomeToStandby = true
	case from == region(r.model.Standby) && to == region(r.model.Home):
		r.model.Replication.StandbyToHome = true
	}
}
