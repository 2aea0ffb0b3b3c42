package play

import (
	"net/netip"
	"testing"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/internal/fixture"
)

// A dead zone moves nothing. Once the load balancer has left out the dead servers,
// writes get through if the edge's next attempt takes the other address, and half of
// them do not if it takes the same.
func TestPlayZone(t *testing.T) {
	t.Parallel()
	for outage, through := range map[rehearsal.Outage]bool{rehearsal.Zone: true, rehearsal.ZoneStay: false} {
		t.Run(string(outage), func(t *testing.T) {
			t.Parallel()
			m := fixture.Site(t, "site")
			play := run(t, m, Options{Outage: outage, Speed: speed, Seed: 1, Visitors: 4})
			targets := m.Home.Targets
			leftOut := play.Began + time.Duration(targets.Unhealthy)*(targets.Interval+targets.Timeout) + 5*time.Second
			early, lost, all := 0, 0, 0
			for _, r := range play.Requests {
				switch {
				case !r.Write || r.Sent < play.Began || r.Sent+r.Took >= play.Healed:
				case r.Sent < leftOut:
					early += count(!r.Good())
				default:
					all++
					lost += count(!r.Good())
				}
			}
			if early == 0 {
				t.Error("no write was lost to the dead zone's servers")
			}
			if most := all / 20; all == 0 || through && lost > most || !through && lost <= most {
				t.Errorf("of %d writes %d were lost once the dead servers were left out, want some: %t", all, lost, !through)
			}
			for _, e := range play.Events {
				if e.What == "DNS answers SECONDARY" {
					t.Errorf("a dead zone moved the site: %v", play.Events)
				}
			}
		})
	}
}

// At the standby, visitors whose name leads to a dead address take the other one.
func TestPlayZoneStandby(t *testing.T) {
	t.Parallel()
	play := run(t, fixture.Site(t, "site"), Options{Outage: rehearsal.ZoneStandby, Speed: speed, Seed: 1, Visitors: 4})
	served, slow := 0, 0
	for _, r := range play.Requests {
		if r.To == "standby" && r.Good() {
			served++
			slow += count(r.Took >= 250*time.Millisecond)
		}
	}
	if served == 0 || slow == 0 {
		t.Errorf("the standby served %d requests of visitors who came to it, and %d of them later by another address", served, slow)
	}
}

// Who connects to an address of a dead zone gets the other of the same family; where
// there is none, nobody answers.
func TestOtherAddress(t *testing.T) {
	for outage, answers := range map[rehearsal.Outage]bool{rehearsal.ZoneStandby: true, rehearsal.Dark: false} {
		m := fixture.Site(t, "site")
		d, err := newDirector(t.Context(), m, Options{Outage: outage, Speed: speed})
		if err != nil {
			t.Fatal(err)
		}
		s := d.stage
		s.standby().set(rehearsal.ZoneDead)
		if !answers {
			s.standby().set(rehearsal.Silent)
		}
		addresses := s.inZone(m.Standby, s.zones(m.Standby)-1)
		for _, dead := range addresses {
			ctx, cancel := s.clock.Timeout(t.Context(), 3*time.Second)
			conn, err := s.dialAny(ctx, netip.AddrPortFrom(dead, 443))
			cancel()
			if (err == nil) != answers {
				t.Errorf("%s, %s: got an answer: %t (%v), want %t", outage, dead, err == nil, err, answers)
			}
			if err == nil {
				if to := leadsTo(conn); to == dead || to.Is4() != dead.Is4() {
					t.Errorf("%s: got an answer from %s", dead, to)
				}
				conn.Close()
			}
		}
		if len(addresses) != 2 {
			t.Errorf("%s: the standby has the addresses %v in its last zone", outage, addresses)
		}
		s.close()
	}
}
