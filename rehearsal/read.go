package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// NewModel reads the model out of an assembly. Errors name the resource that
// cannot be read; what can be read but cannot work is in Model.Faults.
func NewModel(a *assembly.Assembly) (*Model, error) {
	r := &reader{Assembly: a, model: &Model{}, checks: map[*assembly.Resource]*HealthCheck{}, balancers: map[*assembly.Resource]*Balancer{}}
	err := must.Catch(func() {
		r.readRecords()
		r.readEdge()
		r.readMovingChecks()
		r.readStandby()
		r.readSwitch()
		r.readReplication()
		r.readZone()
		r.tryFunction()
		r.model.Faults = append(findFaults(r.model), r.readFailback()...)
		r.model.Notes = findNotes(r.model)
	})
	if err != nil {
		return nil, err
	}
	return r.model, nil
}

// A reader makes a model of what package topology finds. Its methods do not
// return errors: the first thing that cannot be read ends the reading, and is
// NewModel's error.
type reader struct {
	*assembly.Assembly
	model     *Model
	pairs     []topology.Pair // those of Model.Pairs
	serving   []topology.Pair // those of Model.Serving
	checks    map[*assembly.Resource]*HealthCheck
	endpoints []*topology.HealthCheck // those of checks that are not calculated
	balancers map[*assembly.Resource]*Balancer
}

// readRecords reads the pairs that visitors ask for, and the records without
// failover.
func (r *reader) readRecords() {
	r.pairs = must.Get(topology.VisitorPairs(r.Assembly))
	if len(r.pairs) == 0 {
		must.Fail("no record of the assembly has Failover: there is no failover to rehearse")
	}
	for _, from := range r.pairs {
		r.model.Pairs = append(r.model.Pairs, r.pair(from))
	}
	for _, from := range must.Get(r.Records("", "A", "AAAA", "CNAME")) {
		if from.Failover == "" {
			r.model.Names = append(r.model.Names, r.record(from))
		}
	}
}

func (r *reader) pair(from topology.Pair) *Pair {
	pair := &Pair{Name: from.Name, Type: from.Type}
	if from.Primary != nil {
		pair.Primary = r.record(*from.Primary)
	}
	if from.Secondary != nil {
		pair.Secondary = r.record(*from.Secondary)
	}
	return pair
}

func (r *reader) record(from assembly.Record) *Record {
	place := topology.Place(from)
	record := &Record{Place: place, Name: from.Name, Type: from.Type, Failover: from.Failover, EvaluateTargetHealth: from.EvaluateTargetHealth}
	if from.Alias != nil {
		record.Target = from.Alias.String()
	}
	if from.Type == "CNAME" && len(from.Values) == 1 {
		record.CNAME = strings.ToLower(strings.TrimSuffix(from.Values[0], "."))
	}
	record.TTL = must.Get(topology.TTL(from))
	within(from.Resource, "TTL", record.TTL, 0, (1<<31-1)*time.Second)
	if from.Resource.Has(from.At("HealthCheckId")) {
		if from.HealthCheck == nil {
			must.Fail("%s: HealthCheckId leads to no health check of the assembly", place)
		}
		record.HealthCheck = r.check(must.Get(topology.ReadHealthCheck(from.HealthCheck)))
	}
	return record
}

// check models a health check, once: what asks for it again gets the same.
func (r *reader) check(from *topology.HealthCheck) *HealthCheck {
	if check := r.checks[from.Resource]; check != nil {
		return check
	}
	check := &HealthCheck{Resource: from.Resource.String(), Inverted: from.Inverted}
	r.checks[from.Resource] = check
	switch from.Type {
	case "CALCULATED":
		check.HealthThreshold = from.HealthThreshold
		within(from.Resource, "HealthThreshold", check.HealthThreshold, 0, 256)
		check.Children = []*HealthCheck{}
		for _, child := range from.Children {
			check.Children = append(check.Children, r.check(child))
		}
	case "HTTPS", "HTTP":
		check.HTTPS, check.Port, check.Path = from.Type == "HTTPS", from.Port, from.Path
		check.Interval, check.Threshold = from.Interval, from.Threshold
		within(from.Resource, "Port", check.Port, 1, mostPort)
		within(from.Resource, "RequestInterval", check.Interval, 10*time.Second, 30*time.Second)
		within(from.Resource, "FailureThreshold", check.Threshold, 1, 10)
		r.endpoints = append(r.endpoints, from)
		r.readAsked(check, must.Get(from.Asks(r.Assembly)))
	default:
		must.Fail("%s: the rehearsal plays health checks of type HTTPS, HTTP and CALCULATED, not %s", from.Resource, from.Type)
	}
	return check
}

// readAsked reads what a health check asks.
func (r *reader) readAsked(check *HealthCheck, asked *assembly.Resource) {
	check.Target, check.Secondary = asked.String(), asked.String()
	if asked.Type != topology.DistributionType {
		return
	}
	if origin := must.Get(must.Get(topology.BehaviorFor(asked, check.Path)).Origin()); origin.Static() {
		check.Bucket = must.Get(origin.Bucket()).String()
	}
}

// readMovingChecks finds the health checks that ask by a name that moves. The pairs
// are complete by then: some of them have a check that they are moved by.
func (r *reader) readMovingChecks() {
	for _, from := range r.endpoints {
		way := must.Get(from.Follow(r.Assembly))
		if way.Pair == nil {
			continue
		}
		check, ends := r.checks[from.Resource], way.Resources()
		check.Secondary = ends[len(ends)-1].String()
		for _, pair := range slices.Concat(r.model.Serving, r.model.Pairs) {
			if pair.Name == way.Pair.Name && check.Pair == nil {
				check.Pair = pair
			}
		}
	}
}

// readStandby finds the standby load balancer: where SECONDARY leads, unless
// that is home; then where the edge retries reads.
func (r *reader) readStandby() {
	secondary, err := topology.StandbyBalancer(r.Assembly)
	if err == nil {
		r.model.Standby = r.balancer(secondary)
	}
	if r.model.Standby == nil || r.model.Standby == r.model.Home {
		for _, origin := range r.model.Edge.Origins {
			if origin.Balancer != r.model.Home {
				r.model.Standby = origin.Balancer
			}
		}
	}
	if r.model.Standby == nil {
		must.Do(err)
	}
	if group := r.model.Standby.Group; group != nil {
		r.model.Follower = must.Get(topology.FollowerOf(r.Assembly, group.Resource))
	}
}

// readSwitch finds the health check that asks for an object in a bucket.
func (r *reader) readSwitch() {
	for _, pair := range slices.Concat(r.model.Serving, r.model.Pairs) {
		for _, check := range pair.Checks() {
			if check.Bucket != "" && r.model.Switch == nil {
				r.model.Switch = &Switch{Check: check, Key: strings.TrimPrefix(check.Path, "/")}
			}
		}
	}
}

// readZone reads the zone's name. That of an imported one is not in the
// templates: the shortest host name is its own, or just below.
func (r *reader) readZone() {
	r.model.Zone = must.Get(topology.SiteZone(r.Assembly)).Name
	if r.model.Zone == "" {
		r.model.Zone = r.model.Pairs[0].Name
	}
}

// readReplication looks for rules between the two regions that copy something.
func (r *reader) readReplication() {
	home, standby := r.model.Home.Region, r.model.Standby.Region
	for _, rule := range must.Get(topology.Replication(r.Assembly)) {
		if !rule.Enabled || rule.From == nil || rule.To == nil {
			continue
		}
		switch [2]string{rule.From.Stack.Region, rule.To.Stack.Region} {
		case [2]string{home, standby}:
			r.model.Replication.HomeToStandby = true
		case [2]string{standby, home}:
			r.model.Replication.StandbyToHome = true
		}
	}
}

// within ends the reading at a number that AWS does not take: with an interval
// of nothing, or a threshold of millions, an outage would be played for ever.
func within[N int | time.Duration](of fmt.Stringer, what string, number, least, most N) {
	if number < least || number > most {
		must.Fail("%s: %s is %v, want %v to %v", of, what, number, least, most)
	}
}

const mostPort = 65535
