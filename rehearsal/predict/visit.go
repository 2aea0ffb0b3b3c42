package predict

import (
	"time"

	"twinsite/rehearsal"
)

// visit simulates a visitor who reads and writes once a period, through a
// resolver that caches DNS answers for their TTL.
func (s *simulation) visit(dns answers) {
	p := s.p
	v := visit{simulation: s, dns: dns}
	v.expires = rehearsal.Between(s.random, 0, p.AliasTTL)
	v.target = v.lookUp(v.expires - p.AliasTTL)
	stale := s.random.Float64() < p.StaleShare
	last := dns[len(dns)-1].at + p.AliasTTL + 5*p.Period
	for at := rehearsal.Between(s.random, 0, p.Period); at < s.until; at += p.Period {
		if at > s.failbackAt+p.Patience && at > last && v.home.Done != rehearsal.Never {
			break
		}
		setup := v.resolve(at)
		v.request(at, false, setup, stale)
		v.request(at, true, setup, false)
		stale = false
	}
	s.sample.Reads, s.sample.Writes = v.read.Done, v.write.Done
	if s.sample.Home = v.home.Done; s.sample.Home != rehearsal.Never {
		s.sample.Home -= s.failbackAt
	}
}

// A visit is a visitor's state.
type visit struct {
	*simulation
	dns               answers
	next              int // index of the next answer
	target            *rehearsal.Record
	expires           time.Duration
	leave             time.Duration // when the visitor leaves the open connection to the old target
	old               *rehearsal.Record
	read, write, home rehearsal.Recovery
	cachedUntil       time.Duration
}

func (v *visit) lookUp(at time.Duration) *rehearsal.Record {
	for v.next+1 < len(v.dns) && v.dns[v.next+1].at <= at {
		v.next++
	}
	return v.dns[v.next].record
}

// resolve follows DNS when the answer has expired, and reports whether the
// visitor has to connect anew.
func (v *visit) resolve(at time.Duration) bool {
	if at < v.expires {
		return false
	}
	// The resolver asks DNS when the visitor asks it, and then caches the answer.
	v.expires = at + v.p.AliasTTL
	old := v.target
	v.target = v.lookUp(at)
	if old == v.target {
		return false
	}
	v.old, v.leave = old, at
	return true
}

func (v *visit) request(at time.Duration, write, setup, stale bool) {
	to := v.target
	if at < v.leave {
		to = v.old
	}
	result := v.ask(to, at, write, setup, stale)
	good := result.good() && result.took <= v.p.Patience
	done := at + min(result.took, v.p.Patience)
	if at < v.p.Length {
		if write {
			v.write.Note(good, done)
			v.sample.LostWrites += count(!good)
		} else {
			v.read.Note(good, done)
			v.sample.LostReads += count(!good)
		}
		return
	}
	v.sample.LostComingHome += count(!good)
	if write && at >= v.failbackAt {
		v.home.Note(good && result.by == v.model.Home, done)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ask sends a request where DNS leads. An error of the edge is repeated from
// its cache to reads.
func (v *visit) ask(to *rehearsal.Record, at time.Duration, write, setup, stale bool) outcome {
	switch to.Target {
	case v.model.Edge.Resource:
		if !write && at < v.cachedUntil {
			return outcome{status: 504, took: v.p.HomeRTT}
		}
		if write {
			return v.viaEdge(v.writes, at, true, stale)
		}
		result := v.viaEdge(v.reads, at, false, stale)
		if !result.good() && !result.stuck {
			v.cachedUntil = at + result.took + v.model.Edge.ErrorCaching[result.status]
		}
		return result
	case v.model.Home.Resource:
		return v.direct(v.model.Home, at, setup)
	case v.model.Standby.Resource:
		return v.direct(v.model.Standby, at, setup)
	}
	return outcome{took: v.p.HomeRTT}
}
