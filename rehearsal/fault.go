package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// findFaults looks for mistakes that can be deployed and make a failover
// impossible. The play does not correct them; a fault names the resource that is
// the reason for what the visitors then see.
func findFaults(m *Model) []Fault {
	var faults []Fault
	add := func(resource, format string, args ...any) {
		fault := Fault{resource, fmt.Sprintf(format, args...)}
		if !slices.Contains(faults, fault) {
			faults = append(faults, fault)
		}
	}
	for _, pair := range m.Pairs {
		pairFaults(pair, add)
		visitorFaults(m, pair, add)
	}
	for _, pair := range m.Serving {
		pairFaults(pair, add)
	}
	for _, origin := range m.Edge.Origins {
		servingFaults(m, origin, add)
	}
	for _, check := range m.Checks() {
		checkFaults(check, add)
		swingFaults(m, check, add)
	}
	leadingFaults(m, add)
	if m.Edge.IPv6 {
		missingIPv6(m, add)
	}
	for _, host := range m.Hosts() {
		hostFaults(m, host, add)
	}
	return faults
}

type addFault func(resource, format string, args ...any)

// Calm is what Route 53 knows while everything answers and the switch is off.
func Calm() Health {
	return Health{
		Endpoint: func(c *HealthCheck) bool { return c.Bucket == "" },
		Target:   func(string) bool { return true },
	}
}

// pairFaults judges what visitors' and serving pairs have in common.
func pairFaults(p *Pair, add addFault) {
	switch {
	case p.Secondary == nil:
		add(p.Place(), "%s has a PRIMARY record of type %s and no SECONDARY: it never fails over", p.Name, p.Type)
		return
	case p.Primary == nil:
		add(p.Place(), "%s has a SECONDARY record of type %s and no PRIMARY", p.Name, p.Type)
		return
	case p.Primary.HealthCheck == nil && !p.Primary.EvaluateTargetHealth:
		add(p.Primary.Place, "the PRIMARY record %s %s has no health check: Route 53 always takes it for healthy, and visitors are lost", p.Name, p.Type)
	}
	if p.Answer(Calm()) != p.Primary {
		add(p.Primary.Place, "%s %s is answered with SECONDARY while home is well", p.Name, p.Type)
	}
}

// visitorFaults wants visitors' records to lead to the edge and to the standby.
func visitorFaults(m *Model, p *Pair, add addFault) {
	if p.Primary == nil || p.Secondary == nil {
		return
	}
	if p.Primary.Target != m.Edge.Resource {
		add(p.Primary.Place, "the PRIMARY record %s %s leads to %s, not to the site's distribution %s", p.Name, p.Type, p.Primary.Target, m.Edge.Resource)
	}
	if target := p.Secondary.Target; target != m.Standby.Resource {
		add(p.Secondary.Place, "the SECONDARY record %s %s leads home, to %s, not to the standby", p.Name, p.Type, target)
	}
}

// servingFaults wants an origin's name that moves to lead home and to the standby.
func servingFaults(m *Model, o *Origin, add addFault) {
	switch {
	case o.Pair == nil || o.Pair.Primary == nil || o.Pair.Secondary == nil:
	case o.Balancer != m.Home:
		add(o.Pair.Primary.Place, "the PRIMARY record of %s, which the edge follows, leads to %s, not home", o.Pair.Name, o.Balancer.Resource)
	case o.Secondary == m.Home:
		add(o.Pair.Secondary.Place, "the SECONDARY record of %s, which the edge follows, leads home, not to the standby", o.Pair.Name)
	}
}

func checkFaults(c *HealthCheck, add addFault) {
	switch {
	case c.Bucket != "" && !c.Inverted:
		add(c.Resource, "the check on the failover switch is not inverted: the site leaves home while the object is absent")
	case c.Children == nil && c.Bucket == "" && c.Inverted:
		add(c.Resource, "the check on %s is inverted: health moves the site away", c.Target)
	case c.Children != nil && (c.HealthThreshold > len(c.Children) || c.HealthThreshold == 0):
		add(c.Resource, "the calculated check wants %d of %d children: its status never changes", c.HealthThreshold, len(c.Children))
	}
}

// swingFaults looks for a check that follows what it moves: once the name leads to
// the standby, the check finds that healthy and moves the name back to a dead
// region, again and again.
func swingFaults(m *Model, c *HealthCheck, add addFault) {
	if c.Pair != nil {
		add(c.Resource, "asks by the name %s, which moves: once that leads to the standby, home counts as healthy, and the site swings", c.Pair.Name)
		return
	}
	to, err := m.CheckRoute(c)
	if err != nil {
		return
	}
	if len(to.Origins) > 1 {
		add(m.Edge.Behavior(c.Path).blame(), "the health path %s fails over at the edge: Route 53 never sees an outage, and writes stay lost", c.Path)
		return
	}
	for _, origin := range to.Origins {
		if origin.Pair != nil {
			add(c.Resource, "its path %s leads to the origin %s, whose name %s moves: once that leads to the standby, home counts as healthy, and the site swings", c.Path, origin.ID, origin.Domain)
		}
	}
}

// blame is the resource that makes a behavior fail over: its function, if it has
// one.
func (b *Behavior) blame() string {
	if b.Function != nil {
		return b.Function.Resource
	}
	return b.Place
}

// leadingFaults wants each record of the leading pair to follow the region that it
// leads to. The records of visitors may follow both, as long as something moves
// behind them.
func leadingFaults(m *Model, add addFault) {
	leading := m.Leading()
	for _, half := range []struct {
		record *Record
		want   *Balancer
		wrong  string
	}{
		{leading.Primary, m.Home, "the PRIMARY record of %s follows this check, which asks %s: it never sees an outage of home"},
		{leading.Secondary, m.Standby, "the SECONDARY record of %s follows this check, which asks %s, not the standby"},
	} {
		if half.record == nil || half.record.HealthCheck == nil {
			continue
		}
		for _, check := range half.record.HealthCheck.tree() {
			if at := m.asked(check); at != nil && at != half.want {
				add(check.Resource, half.wrong, leading.Name, at.Resource)
			}
		}
	}
}

// CheckRoute is where the edge leads the requests of a health check: nowhere, if it
// asks something else.
func (m *Model) CheckRoute(c *HealthCheck) (Route, error) {
	if c.Children != nil || c.Target != m.Edge.Resource {
		return Route{}, nil
	}
	return m.Edge.Route("GET", c.Path, map[string]string{"host": m.ServingHosts()[0]})
}

// asked is the load balancer that an endpoint's check reaches first while home is
// well; nil if it reaches none.
func (m *Model) asked(c *HealthCheck) *Balancer {
	if to, err := m.CheckRoute(c); err == nil && len(to.Origins) > 0 {
		return to.Origins[0].Balancer
	}
	for _, b := range []*Balancer{m.Home, m.Standby} {
		if c.Target == b.Resource {
			return b
		}
	}
	return nil
}

// missingIPv6 reports the record of a host that visitors reach by IPv4 only.
func missingIPv6(m *Model, add addFault) {
	for _, host := range m.Hosts() {
		if m.Pair(host, "AAAA") == nil {
			add(m.Pair(host, "A").Place(), "%s has no AAAA pair beside its A pair, though %s serves IPv6", host, m.Edge.Resource)
		}
	}
}

// findNotes looks for settings that make an outage longer. The failover still
// works.
func findNotes(m *Model) []Fault {
	var notes []Fault
	add := func(resource, format string, args ...any) {
		notes = append(notes, Fault{resource, fmt.Sprintf(format, args...)})
	}
	if ttl := m.Edge.LongestErrorCaching(); ttl > 0 {
		add(m.Edge.Resource, "repeats errors from its cache, up to %s: that prolongs an outage and blurs the health check", ttl)
	}
	if m.Leading() == m.Pairs[0] {
		add(m.Edge.Resource, "nothing moves behind it: visitors who keep a connection to it, as browsers do while they use it, cannot write until home answers again")
	}
	for _, pair := range m.Serving {
		if pair.Primary != nil && pair.Primary.TTL > shortTTL {
			add(pair.Primary.Place, "the edge keeps the name %s for %s: writes come back that much later", pair.Name, pair.Primary.TTL)
		}
		if second := pair.Secondary; second != nil && second.HealthCheck == nil {
			add(second.Place, "the SECONDARY record of %s has no health check: with both regions dead, the edge is led to the standby, and visitors home", pair.Name)
		}
	}
	for _, b := range []*Balancer{m.Home, m.Standby} {
		if b.ClientKeepAlive > shortKeepAlive {
			add(b.Resource, "keeps a connection that is in use for %s: so long do visitors and the edge stay where DNS no longer leads", b.ClientKeepAlive)
		}
	}
	return notes
}

// What a serving name's TTL and a load balancer's client keep-alive are noted
// above.
const shortTTL, shortKeepAlive = 10 * time.Second, time.Minute

// hostFaults tries a read and a write of a host, first while everything answers,
// then at the standby.
func hostFaults(m *Model, host string, add addFault) {
	if !covered(m.Edge.Certificate, host) {
		add(m.Edge.Resource, "its certificate does not cover %s", host)
	}
	if to := m.RedirectsTo(host); to != "" && (!slices.Contains(m.Hosts(), to) || m.RedirectsTo(to) != "") {
		add(m.Edge.Default().blame(), "%s leads to %s, which serves nothing", host, to)
	}
	route := func(method string) Route {
		to, err := m.Edge.Route(method, "/", map[string]string{"host": host})
		if err != nil {
			add(m.Edge.Default().blame(), "%v", err)
		}
		return to
	}
	for _, to := range []Route{route("POST"), route("GET")} {
		for _, origin := range to.Origins {
			for _, at := range origin.Balancers() {
				if why := origin.Problem(at, host); why != "" {
					add(origin.Place, "no page of %s comes from origin %s: %s", host, origin.ID, why)
				}
			}
		}
	}
	for _, method := range []string{"GET", "POST"} {
		if why := m.Standby.Problem(443, true, []string{host}, Asking(method, host)); why != "" {
			add(m.Standby.Resource, "visitors of %s whom DNS moved are not served: %s", host, why)
		}
	}
}

// RedirectsTo is the host to which the edge sends whoever reads a host's page; "" for
// a host that serves.
func (m *Model) RedirectsTo(host string) string {
	to, err := m.Edge.Route("GET", "/", map[string]string{"host": host})
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(to.Location, "https://"), "/")
	return name
}

// ServingHosts are those of Hosts that serve pages, and do not only redirect.
func (m *Model) ServingHosts() []string {
	serving := slices.DeleteFunc(m.Hosts(), func(host string) bool { return m.RedirectsTo(host) != "" })
	if len(serving) == 0 {
		return m.Hosts()
	}
	return serving
}

// Hosts are the host names that visitors use, the shortest first.
func (m *Model) Hosts() []string {
	var hosts []string
	for _, pair := range m.Pairs {
		if !slices.Contains(hosts, pair.Name) {
			hosts = append(hosts, pair.Name)
		}
	}
	return hosts
}

// Pair returns the pair of a host and type, nil if there is none.
func (m *Model) Pair(host, recordType string) *Pair {
	i := slices.IndexFunc(m.Pairs, func(p *Pair) bool { return p.Name == host && p.Type == recordType })
	if i < 0 {
		return nil
	}
	return m.Pairs[i]
}
