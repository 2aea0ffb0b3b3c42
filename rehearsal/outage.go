package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Outage is what happens to the home region.
type Outage string

// The outages that can be rehearsed.
const (
	Refused     Outage = "refused"      // connections to the home load balancer are refused
	Dark        Outage = "black-hole"   // its packets vanish, on open connections too
	Hang        Outage = "hang"         // it accepts connections, and answers nothing
	Error503    Outage = "503"          // it answers 503
	Slow        Outage = "slow"         // it answers after Parameters.SlowAnswer
	Half        Outage = "half"         // half of its web servers refuse connections
	BothDead    Outage = "standby-dead" // a black hole at home, and all web servers of the standby dead
	Flapping    Outage = "flapping"     // a black hole that comes and goes
	BySwitch    Outage = "switch"       // no outage: somebody turns the failover switch on
	FullLoad    Outage = "full-load"    // a black hole at home, which was at its maximum, and servers that tire
	Errors      Outage = "errors"       // home answers a share of Parameters.ErrorShare with 500, and the health path as ever
	Zone        Outage = "zone"         // one zone of home is dead, its servers and its load balancer's address; the edge's next attempt takes the other address
	ZoneStay    Outage = "zone-stay"    // the same, and the edge's next attempt takes the same address
	ZoneStandby Outage = "zone-standby" // a black hole at home, and one zone of the standby is dead
)

// Outages returns every kind of outage that is predicted and played, without
// BySwitch.
func Outages() []Outage {
	return []Outage{Refused, Dark, Hang, Error503, Slow, Half, BothDead, Flapping}
}

// PlayedOnly returns the outages that are played and not predicted: what comes of them
// depends on how many visitors there are.
func PlayedOnly() []Outage { return []Outage{FullLoad, Errors, Zone, ZoneStay, ZoneStandby} }

// ParseOutage returns the outage with a name.
func ParseOutage(name string) (Outage, error) {
	var names []string
	for _, outage := range slices.Concat(Outages(), PlayedOnly(), []Outage{BySwitch}) {
		if string(outage) == name {
			return outage, nil
		}
		names = append(names, string(outage))
	}
	return "", fmt.Errorf("no outage %q: give one of %s", name, strings.Join(names, ", "))
}

// Title says what happens, for people.
func (o Outage) Title() string {
	return map[Outage]string{
		Refused:     "home refuses connections",
		Dark:        "home is a black hole",
		Hang:        "home accepts connections and answers nothing",
		Error503:    "home's load balancer answers 503",
		Slow:        "home answers slowly",
		Half:        "half of home's web servers are dead",
		BothDead:    "home is a black hole, and the standby is dead too",
		Flapping:    "home flaps",
		BySwitch:    "the failover switch is put",
		FullLoad:    "home is a black hole, at full load",
		Errors:      "home answers with errors, and its health path as ever",
		Zone:        "one zone of home is dead; the edge's next attempt takes the other address",
		ZoneStay:    "one zone of home is dead; the edge's next attempt takes the same address",
		ZoneStandby: "home is a black hole, and one zone of the standby is dead",
	}[o]
}

// Unjudged says why the targets do not apply to an outage; "" if they do.
func (o Outage) Unjudged() string {
	switch o {
	case BothDead:
		return "with both regions dead, visitors are lost until one heals"
	case Flapping:
		return "an outage shorter than the health check needs does not move the site: writes come and go with it"
	case FullLoad:
		return "whom the standby cannot carry it refuses, until it has grown: see the table of capacity"
	case ZoneStandby:
		return "a zone of the standby is dead, too: whoever meets its address there takes the other one"
	case Zone, ZoneStay:
		return "a dead zone does not move the site: whoever meets its address waits for a time-out, as long as the load balancer's name has it"
	case Errors:
		return "health checks do not see it"
	}
	return ""
}

// Zonal reports whether load balancers have an address in each of two zones in this
// outage; in others, one address stands for all.
func (o Outage) Zonal() bool { return o == Zone || o == ZoneStay || o == ZoneStandby }

// A Condition is the state of a load balancer as its visitors find it.
type Condition int

// The conditions of a load balancer.
const (
	Fine     Condition = iota
	Refusing           // refuses connections
	Silent             // loses every packet
	Hanging            // accepts connections, and answers nothing
	Failing            // answers 503
	Late               // answers after Parameters.SlowAnswer
	HalfDead           // half of the web servers refuse connections
	AllDead            // all do
	ZoneDead           // one zone is: its web servers, and the load balancer's address in it
	Erring             // they answer 500 to a share of requests, not to those for the health path
)

// Home returns the condition of the home load balancer at a time after the outage
// began. The outage ends after length: from then on, and before it, the load
// balancer is Fine.
func (o Outage) Home(after, length time.Duration, p Parameters) Condition {
	if after < 0 || after >= length {
		return Fine
	}
	switch o {
	case Refused:
		return Refusing
	case Dark, BothDead, FullLoad, ZoneStandby:
		return Silent
	case Zone, ZoneStay:
		return ZoneDead
	case Errors:
		return Erring
	case Hang:
		return Hanging
	case Error503:
		return Failing
	case Slow:
		return Late
	case Half:
		return HalfDead
	case Flapping:
		if after%(p.FlapDark+p.FlapFine) < p.FlapDark {
			return Silent
		}
	}
	return Fine
}

// Standby is the condition of the standby load balancer.
func (o Outage) Standby(after, length time.Duration) Condition {
	switch {
	case after < 0 || after >= length:
		return Fine
	case o == BothDead:
		return AllDead
	case o == ZoneStandby:
		return ZoneDead
	}
	return Fine
}

// SwitchExists reports whether the failover switch exists.
func (o Outage) SwitchExists(after, length time.Duration) bool {
	return o == BySwitch && after >= 0 && after < length
}
