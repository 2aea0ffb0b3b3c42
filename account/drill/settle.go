package drill

import (
	"fmt"
	"strings"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// settle says of each unknown of docs/rehearsal.md whether the drill has settled it, and
// which of the prediction's parameters it has measured.
func (d *Drill) settle(r *rehearsal.Drill) {
	r.Unknowns = append(r.Unknowns, d.spreading(&r.Parameters))
	r.Unknowns = append(r.Unknowns, d.aliasTTL(&r.Parameters)...)
	if pair := d.Model.Edge.Default().Route.Origins[0].Pair; pair != nil {
		r.Unknowns = append(r.Unknowns, d.recordTTL(pair))
		r.Unknowns = append(r.Unknowns, d.edgeNames(pair, &r.Parameters)...)
	}
	if to, err := d.Model.Edge.Route("GET", d.World.Read, map[string]string{"host": d.Model.Hosts()[0]}); err == nil && len(to.Origins) > 1 {
		r.Unknowns = append(r.Unknowns, d.group(), d.stale())
	}
	r.Unknowns = append(r.Unknowns, d.edgeConnections())
	if d.Switch != nil && d.Model.Failback != nil {
		r.Unknowns = append(r.Unknowns, d.alarm(&r.Parameters))
	}
	if seen := d.watch.checkers(); seen > 0 {
		r.Parameters.Checkers = &seen
	}
	r.Parameters.HomeRTT, r.Parameters.StandbyRTT = d.timing.to("edge"), d.timing.to("standby")
}

// resolution is by how much two times of a drill may be wrong: how often Route 53 and its
// name servers are asked.
const resolution = healthEvery + dnsEvery

// spreading is the time from a new status to new answers.
func (d *Drill) spreading(m *rehearsal.MeasuredParameters) rehearsal.Unknown {
	s, p := d.play.Sample, d.Parameters
	u := rehearsal.Unknown{Name: "spreading of a health check's new status to DNS", Assumed: fmt.Sprintf("%s to %s", rehearsal.Seconds(p.PropagationMin), rehearsal.Seconds(p.PropagationMax))}
	var figures []string
	least, most := rehearsal.Never, time.Duration(0)
	note := func(status, dns time.Duration, way string) {
		if status == rehearsal.Never || dns == rehearsal.Never {
			return
		}
		took := max(0, dns-status)
		least, most = min(least, took), max(most, took)
		figures = append(figures, fmt.Sprintf("%s %s", rehearsal.Seconds(took), way))
	}
	note(s.Detect, s.DNSMoved, "away")
	note(s.DetectHome, s.DNSHome, "home")
	if len(figures) == 0 {
		u.Why = "the health checkers were not seen, or DNS did not move"
		if d.watch.blind != nil {
			u.Why = d.watch.blind.Error()
		}
		return u
	}
	u.Settled, u.Measured = true, strings.Join(figures, ", ")
	u.Differs = most > p.PropagationMax+resolution
	u.Why = fmt.Sprintf("from the last checker's change of mind to the name servers' answer, %s exactly", rehearsal.Seconds(resolution))
	low, high := rehearsal.Seconds(max(0, least-time.Second)), rehearsal.Seconds(most+time.Second)
	m.PropagationMin, m.PropagationMax = &low, &high
	return u
}

// aliasTTL is how long resolvers may keep visitors' own names.
func (d *Drill) aliasTTL(m *rehearsal.MeasuredParameters) []rehearsal.Unknown {
	front := d.watch.front()
	if front == nil || front.Primary.TTL != 0 {
		return nil
	}
	ttl := rehearsal.Seconds(d.watch.ttls[front])
	m.AliasTTL = &ttl
	return []rehearsal.Unknown{d.answeredTTL("TTL of visitors' own names", d.Parameters.AliasTTL, ttl)}
}

// recordTTL is what the name servers say of the name behind the edge.
func (d *Drill) recordTTL(pair *rehearsal.Pair) rehearsal.Unknown {
	return d.answeredTTL("TTL of "+pair.Name, d.Parameters.TTL(pair.Primary), rehearsal.Seconds(d.watch.ttls[pair]))
}

func (d *Drill) answeredTTL(name string, assumed time.Duration, answered rehearsal.Seconds) rehearsal.Unknown {
	return rehearsal.Unknown{
		Name: name, Assumed: rehearsal.Seconds(assumed).String(), Measured: answered.String(), Settled: true,
		Differs: time.Duration(answered) != assumed, Why: "from the name servers' answers",
	}
}

// edgeNames is for how long the edge goes on asking the region that its origin's name no
// longer leads to: by the name that it keeps, or by the connections.
func (d *Drill) edgeNames(pair *rehearsal.Pair, m *rehearsal.MeasuredParameters) []rehearsal.Unknown {
	p, s := d.Parameters, d.play.Sample
	ttl := p.OriginTTL(pair.Primary)
	name := rehearsal.Unknown{Name: "TTL at the edge: how long it keeps the name of its origin", Assumed: "as the record says, " + rehearsal.Seconds(ttl).String()}
	pool := rehearsal.Unknown{Name: "connections that the edge holds when a name moves", Assumed: map[bool]string{false: "it leaves them", true: "it goes on using them"}[p.PooledStay]}
	away, home, asked := d.heldFor(s)
	switch {
	case d.inferred:
		name.Why = "answers do not name their region: put it into a header or the page"
	case asked == 0:
		name.Why = "no request went through the edge after DNS had moved"
	}
	if name.Why != "" {
		pool.Why = name.Why
		return []rehearsal.Unknown{name, pool}
	}
	held := max(away, home)
	name.Settled, name.Measured = true, fmt.Sprintf("%s away, %s home", rehearsal.Seconds(away), rehearsal.Seconds(home))
	name.Why = fmt.Sprintf("the last answer of the old region through the edge, after DNS had moved; %d requests", asked)
	value := rehearsal.Seconds(0)
	if held > ttl+p.Period+resolution {
		name.Differs = true
		name.Measured += fmt.Sprintf(": %s or more, not %s", rehearsal.Seconds(held), rehearsal.Seconds(ttl).String())
		value = rehearsal.Seconds(held.Round(time.Second))
	}
	m.EdgeTTL = &value
	switch {
	case d.Outage != rehearsal.BySwitch:
		pool.Why = "in a practice, connections to home are of no use: a drill by the switch shows it"
	case name.Differs:
		pool.Why = "the edge went on asking the old region: by the name or by its connections, which cannot be told apart from outside"
	default:
		stay := false
		pool.Settled, pool.Measured, pool.Differs = true, "it leaves them within "+rehearsal.Seconds(held).String(), p.PooledStay
		pool.Why, m.PooledStay = name.Why, &stay
	}
	return []rehearsal.Unknown{name, pool}
}

// heldFor is how long after DNS had moved, each way, requests through the edge were
// answered by the old region, and how many went through it in all.
func (d *Drill) heldFor(s rehearsal.Sample) (away, home time.Duration, asked int) {
	held := func(from, until time.Duration, old string, last *time.Duration) {
		for _, r := range d.play.Requests {
			if r.To != "edge" || !r.Good() || r.Sent < from || r.Sent >= until {
				continue
			}
			asked++
			if r.By == old {
				*last = max(*last, r.Sent-from)
			}
		}
	}
	if s.DNSMoved != rehearsal.Never {
		held(d.play.Began+s.DNSMoved, d.play.Healed, "home", &away)
	}
	if s.DNSHome != rehearsal.Never {
		held(d.play.FailbackFrom()+s.DNSHome, d.play.Ended, "standby", &home)
	}
	return away, home, asked
}

// group is whether the edge takes writes on the behavior whose reads are retried.
func (d *Drill) group() rehearsal.Unknown {
	u := rehearsal.Unknown{Name: "POST beside the origin group of reads", Assumed: "CloudFront takes both on one behaviour"}
	reads, writes := 0, 0
	for _, r := range d.play.Requests {
		switch {
		case r.To != "edge" || !r.Good():
		case r.Write:
			writes++
		default:
			reads++
		}
	}
	switch {
	case d.World.Write == "":
		u.Why = "nobody wrote: -write gives a path"
	case d.Model.Edge.Behavior(d.World.Write) != d.Model.Edge.Behavior(d.World.Read):
		u.Why = d.World.Write + " is of another behaviour than the reads"
	case reads == 0 || writes == 0:
		u.Why = "no read, or no write, was answered through the edge"
	default:
		u.Settled, u.Why = true, "good answers through the edge"
		u.Measured = fmt.Sprintf("%d POST and %d GET are answered", writes, reads)
	}
	return u
}

// stale is how many first reads of an outage take a connection that leads nowhere.
func (d *Drill) stale() rehearsal.Unknown {
	return rehearsal.Unknown{
		Name: "first reads that take a connection which the edge held", Assumed: fmt.Sprintf("%.0f %%", 100*d.Parameters.StaleShare),
		Why: "only an outage in which packets vanish shows it: the load balancers answer throughout a drill",
	}
}

// edgeConnections is how long the edge lives with a connection that a visitor keeps.
func (d *Drill) edgeConnections() rehearsal.Unknown {
	u := rehearsal.Unknown{Name: "how long the edge keeps a visitor's connection that is in use", Assumed: rehearsal.Seconds(d.Parameters.EdgeConnection).String() + " ends it"}
	if d.Parameters.EdgeConnection != rehearsal.Never {
		u.Assumed = rehearsal.Seconds(d.Parameters.EdgeConnection).String()
	}
	longest, again := time.Duration(0), false
	for number := range d.Visitors {
		if visit.KindOf(number) != visit.Keeps {
			continue
		}
		from := rehearsal.Never
		for _, c := range d.log.Connections() {
			if c.Visitor != number || c.To != "edge" {
				continue
			}
			switch {
			case from == rehearsal.Never:
				from = c.At
			case c.At-from > d.Parameters.Period: // a visitor may begin with two at once
				again, longest, from = true, max(longest, c.At-from), c.At
			}
		}
		if from != rehearsal.Never && !again {
			longest = max(longest, d.play.Ended-from)
		}
	}
	switch {
	case longest == 0:
		u.Why = "no visitor kept a connection to it"
	case again:
		u.Settled, u.Differs, u.Measured = true, d.Parameters.EdgeConnection == rehearsal.Never, "ended after "+rehearsal.Seconds(longest).String()
		u.Why = "a visitor who keeps connections had to connect again"
	default:
		u.Measured, u.Why = "longer than "+rehearsal.Seconds(longest).String(), "it lived as long as the drill did"
	}
	return u
}

// alarm is how long manual failback takes to put the switch.
func (d *Drill) alarm(m *rehearsal.MeasuredParameters) rehearsal.Unknown {
	p, s := d.Parameters, d.play.Sample
	u := rehearsal.Unknown{Name: "manual failback's alarm, events and state machine", Assumed: fmt.Sprintf("%s to %s after the alarm's sample", rehearsal.Seconds(p.AlarmMin), rehearsal.Seconds(p.AlarmMax))}
	from := s.Detect
	if from == rehearsal.Never {
		from = s.DNSMoved
	}
	if s.SwitchPut == rehearsal.Never || from == rehearsal.Never {
		u.Why = "the switch was not seen to be put by itself"
		return u
	}
	took := max(0, s.SwitchPut-from)
	most := p.AlarmMax
	if f := d.Model.Failback; f != nil {
		most += time.Duration(f.Periods) * f.Period
	}
	u.Settled, u.Measured, u.Differs = true, rehearsal.Seconds(took).String(), took > most+stateEvery+resolution
	u.Why = "from the health check's new status until the switch is there, the alarm's sampling included"
	value := rehearsal.Seconds(took)
	m.AlarmMax = &value
	return u
}

// checkers is how many health checkers ask an endpoint, at most.
func (w *watch) checkers() int {
	most := 0
	for _, minds := range w.minds {
		most = max(most, len(minds))
	}
	return most
}
