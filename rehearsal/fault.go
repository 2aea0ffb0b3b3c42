package rehearsal

import (
	"fmt"
	"slices"
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
		pairFaults(m, pair, add)
	}
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

func pairFaults(m *Model, p *Pair, add addFault) {
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
	if p.Primary.Target != m.Edge.Resource {
		add(p.Primary.Place, "the PRIMARY record %s %s leads to %s, not to the site's distribution %s", p.Name, p.Type, p.Primary.Target, m.Edge.Resource)
	}
	if target := p.Secondary.Target; target != m.Standby.Resource {
		add(p.Secondary.Place, "the SECONDARY record %s %s leads home, to %s, not to the standby", p.Name, p.Type, target)
	}
	for _, check := range p.Checks() {
		checkFaults(m, check, add)
	}
	if p.Answer(Calm()) != p.Primary {
		add(p.Primary.Place, "%s %s is answered with SECONDARY while home is well", p.Name, p.Type)
	}
}

func checkFaults(m *Model, c *HealthCheck, add addFault) {
	switch {
	case c.Bucket != "" && !c.Inverted:
		add(c.Resource, "the check on the failover switch is not inverted: the site leaves home while the object is absent")
	case c.Children == nil && c.Bucket == "" && c.Inverted:
		add(c.Resource, "the check on %s is inverted: health moves the site away", c.Target)
	case c.Children != nil && (c.HealthThreshold > len(c.Children) || c.HealthThreshold == 0):
		add(c.Resource, "the calculated check wants %d of %d children: its status never changes", c.HealthThreshold, len(c.Children))
	}
	if c.Target == m.Edge.Resource && m.Edge.Function != nil {
		if to, err := m.Edge.Route("GET", c.Path, map[string]string{"host": m.Pairs[0].Name}); err == nil && len(to.Origins) > 1 {
			add(m.Edge.Function.Resource, "the health path %s fails over at the edge: Route 53 never sees an outage, and writes stay lost", c.Path)
		}
	}
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
	if ttl := m.Edge.LongestErrorCaching(); ttl > 0 {
		return []Fault{{m.Edge.Resource, fmt.Sprintf("repeats errors from its cache, up to %s: that prolongs an outage and blurs the health check", ttl)}}
	}
	return nil
}

// hostFaults tries a read and a write of a host, first while everything answers,
// then at the standby.
func hostFaults(m *Model, host string, add addFault) {
	if !covered(m.Edge.Certificate, host) {
		add(m.Edge.Resource, "its certificate does not cover %s", host)
	}
	if why := m.Edge.Default.Problem(host); why != "" {
		add(m.Edge.Default.Place, "no page of %s comes from home: %s", host, why)
	}
	to, err := m.Edge.Route("GET", "/", map[string]string{"host": host})
	if err != nil {
		add(m.Edge.Function.Resource, "%v", err)
	}
	for _, origin := range to.Origins {
		if why := origin.Problem(host); why != "" {
			add(origin.Place, "no page of %s comes from origin %s: %s", host, origin.ID, why)
		}
	}
	if why := m.Standby.Problem(443, true, []string{host}, func(string) string { return "" }); why != "" {
		add(m.Standby.Resource, "visitors of %s whom DNS moved are not served: %s", host, why)
	}
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
