package drill

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
)

// timing measures how long connecting takes.
type timing struct {
	mu   sync.Mutex
	took map[string][]time.Duration // by where it led
}

// dial wraps a World's Dial. It measures on the visitors' clock.
func (t *timing) dial(clock visit.Clock, dial func(context.Context, netip.AddrPort) (net.Conn, error), nameOf func(netip.Addr) string) func(context.Context, netip.AddrPort) (net.Conn, error) {
	return func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		began := clock.Now()
		conn, err := dial(ctx, to)
		if err == nil {
			where := nameOf(to.Addr())
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.took == nil {
				t.took = map[string][]time.Duration{}
			}
			t.took[where] = append(t.took[where], clock.Now()-began)
		}
		return conn, err
	}
}

// to is the median time of connecting to a place; nil if nobody has.
func (t *timing) to(where string) *rehearsal.Seconds {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.took[where]) == 0 {
		return nil
	}
	times := slices.Sorted(slices.Values(t.took[where]))
	median := rehearsal.Seconds(times[len(times)/2])
	return &median
}

// by says which region gave an answer. Where answers do not name it, it follows from
// where the connection led and, through the edge, from what DNS says of its origin; what
// the edge makes of that is not known then.
func (d *Drill) by(response *http.Response, body []byte, to string) string {
	if by := d.World.By(response, body, to); by != "" || response.StatusCode >= 400 {
		return by
	}
	if to == "home" || to == "standby" {
		return to
	}
	d.mu.Lock()
	d.inferred = true
	d.mu.Unlock()
	if d.watch.isAway() {
		return "standby"
	}
	return "home"
}

// result is what the drill measured.
func (d *Drill) result() *rehearsal.Drill {
	w, p := d.watch, d.play
	w.mu.Lock()
	defer w.mu.Unlock()
	p.Requests = d.log.All()
	slices.SortStableFunc(p.Requests, func(a, b rehearsal.Request) int { return int(a.Sent - b.Sent) })
	slices.SortStableFunc(p.Events, func(a, b rehearsal.Event) int { return int(a.At - b.At) })
	sample := rehearsal.NewSample()
	failback := p.FailbackFrom() - p.Began
	for _, c := range w.changes {
		switch c.pair {
		case nil:
			sample.NoteHealth(c.at-p.Began, failback, !c.away)
		case d.Model.Leading():
			sample.NoteDNS(c.at-p.Began, failback, c.away)
		}
	}
	if w.switchPut != rehearsal.Never {
		sample.SwitchPut = w.switchPut - p.Began
	}
	p.Sample = visit.Measure(p, sample)
	r := &rehearsal.Drill{
		Version: rehearsal.DrillVersion, Site: d.Site, Zone: d.Model.Zone, Outage: d.Outage, Write: d.World.Write,
		Measured: map[rehearsal.Quantity]rehearsal.Seconds{}, Unmeasured: d.unmeasured(),
		Lost:    map[string]int{"reads": p.Sample.LostReads, "writes": p.Sample.LostWrites, "writesKept": p.Sample.LostWritesKept, "comingHome": p.Sample.LostComingHome},
		Remarks: d.notes, Play: p,
	}
	for _, q := range rehearsal.Quantities() {
		if r.Unmeasured[q] == "" {
			r.Measured[q] = q.Of(p.Sample)
		}
	}
	d.settle(r)
	return r
}

// unmeasured says why some quantities are not measured.
func (d *Drill) unmeasured() map[rehearsal.Quantity]string {
	not := map[rehearsal.Quantity]string{}
	if d.World.Write == "" {
		not[rehearsal.WritesBack] = "nobody wrote: -write gives a path"
		not[rehearsal.WritesKept] = not[rehearsal.WritesBack]
	}
	blind := ""
	switch {
	case d.Observe == nil:
		blind = "nobody asked the health checkers"
	case d.watch.blind != nil:
		blind = d.watch.blind.Error()
	}
	if blind != "" {
		not[rehearsal.Detect], not[rehearsal.DetectHome] = blind, blind
	}
	return not
}
