package drill

import (
	"context"
	"errors"

	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"twinsite/rehearsal"
)

const (
	dnsEvery    = 500 * time.Millisecond // how often the zone's name servers are asked
	healthEvery = 2 * time.Second        // how often Route 53 is asked what its checkers saw
)

// A watch sees what visitors cannot: what the zone's name servers answer from when on,
// and what Route 53's health checkers say.
type watch struct {
	d       *Drill
	standby string // a name that always leads to the standby's load balancer
	home    string // a name that always leads to home's; "" if the zone has none

	mu      sync.Mutex
	places  map[netip.Addr]string // "home" or "standby"; every other address is the edge's
	pairs   map[*rehearsal.Pair]bool
	changes []change
	ttls    map[*rehearsal.Pair]time.Duration // of the last answer, of each pair
	minds   map[*rehearsal.HealthCheck]map[string]*mind
	healthy bool  // the leading PRIMARY record, as the checkers say
	blind   error // why checkers are not seen; nil if they are
	moved   chan struct{}

	// Of the drill's main loop alone:
	asked     time.Duration // when the lever's state was asked last
	gone      bool          // the lever is not put any more, though the drill has not removed it
	put       string        // what was put
	shown     bool          // manual failback has put the switch
	switchPut time.Duration
}

// A change is that a pair is answered otherwise, or that a PRIMARY record changed its
// health.
type change struct {
	at     time.Duration
	pair   *rehearsal.Pair // nil: of the leading record's health
	away   bool
	before time.Duration // when it was last seen as before
}

// A mind is what one checker thinks of an endpoint.
type mind struct {
	good   bool
	streak int
	last   time.Duration
}

func newWatch(d *Drill) *watch {
	w := &watch{
		d: d, places: map[netip.Addr]string{}, pairs: map[*rehearsal.Pair]bool{}, ttls: map[*rehearsal.Pair]time.Duration{},
		minds: map[*rehearsal.HealthCheck]map[string]*mind{}, healthy: true, moved: make(chan struct{}), asked: -stateEvery, switchPut: rehearsal.Never,
	}
	for _, record := range d.Model.Names {
		switch {
		case record.Target == "":
		case record.Target == d.Model.Standby.Resource:
			w.standby = record.Name
		case record.Target == d.Model.Home.Resource:
			w.home = record.Name
		}
	}
	return w
}

// followed are the pairs that are watched: the one behind the edge, and visitors' own
// if it can be told where it leads.
func (w *watch) followed() []*rehearsal.Pair {
	followed := []*rehearsal.Pair{w.d.Model.Leading()}
	if front := w.front(); front != nil && front != followed[0] {
		followed = append(followed, front)
	}
	return followed
}

// front is visitors' own pair; nil if it leads to the edge in any case.
func (w *watch) front() *rehearsal.Pair {
	front := w.d.Model.Pairs[0]
	if front.Primary == nil || front.Secondary == nil || front.Primary.Target == front.Secondary.Target {
		return nil
	}
	return front
}

// learn asks for the first time where names lead.
func (w *watch) learn(ctx context.Context) error {
	if w.standby == "" {
		return errors.New("no name of the zone leads to the standby's load balancer alone, by which its answers could be known")
	}
	w.places = map[netip.Addr]string{}
	if err := w.place(ctx); err != nil {
		return err
	}
	for _, pair := range w.followed() {
		if err := w.askPair(ctx, pair); err != nil {
			return err
		}
	}
	if w.isAway() {
		return errors.New("DNS leads to the standby already: let the site come home first, see docs/operations.md")
	}
	return nil
}

// run goes on asking until the context ends.
func (w *watch) run(ctx context.Context, running *sync.WaitGroup) {
	every := func(pause time.Duration, ask func() error) {
		running.Go(func() {
			for w.d.World.Clock.Sleep(ctx, pause) {
				if err := guarded(ask); err != nil && errors.Is(err, errBlind) {
					return
				}
			}
		})
	}
	for _, pair := range w.followed() {
		every(dnsEvery, func() error { return w.askPair(ctx, pair) })
	}
	every(5*time.Second, func() error { return w.place(ctx) })
	if w.d.Observe != nil {
		every(healthEvery, func() error { return w.askCheckers(ctx) })
	}
}

// place asks which addresses the load balancers have. They may get others at any time.
func (w *watch) place(ctx context.Context) error {
	for where, name := range map[string]string{"standby": w.standby, "home": w.home} {
		if name == "" {
			continue
		}
		for _, recordType := range []uint16{dns.TypeA, dns.TypeAAAA} {
			reply, err := w.ask(ctx, name, recordType)
			if err != nil {
				return err
			}
			w.mu.Lock()
			for _, address := range addresses(reply) {
				w.places[address] = where
			}
			w.mu.Unlock()
		}
	}
	return nil
}

func (w *watch) ask(ctx context.Context, name string, recordType uint16) (*dns.Msg, error) {
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), recordType)
	query.SetEdns0(1232, false)
	reply, err := w.d.World.Exchange(ctx, query)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the zone's name servers do not answer for %s: %w", name, err)
	case reply.Rcode != dns.RcodeSuccess:
		return nil, fmt.Errorf("the zone's name servers answer %s for %s", dns.RcodeToString[reply.Rcode], name)
	}
	return reply, nil
}

func addresses(reply *dns.Msg) []netip.Addr {
	var all []netip.Addr
	for _, record := range reply.Answer {
		switch record := record.(type) {
		case *dns.A:
			all = append(all, netip.AddrFrom4([4]byte(record.A.To4())))
		case *dns.AAAA:
			all = append(all, netip.AddrFrom16([16]byte(record.AAAA)))
		}
	}
	return all
}

// askPair asks what a pair is answered with, and notes a change.
func (w *watch) askPair(ctx context.Context, pair *rehearsal.Pair) error {
	asked := w.d.World.Clock.Now()
	reply, err := w.ask(ctx, pair.Name, dns.StringToType[pair.Type])
	if err != nil {
		return err
	}
	if len(reply.Answer) == 0 {
		return fmt.Errorf("the zone's name servers have no %s record for %s: is the site deployed?", pair.Type, pair.Name)
	}
	w.mu.Lock()
	away := w.leadsAway(pair, reply)
	// The most of all answers: what a resolver keeps counts down.
	w.ttls[pair] = max(w.ttls[pair], time.Duration(reply.Answer[0].Header().Ttl)*time.Second)
	changed := away != w.pairs[pair]
	if changed {
		w.pairs[pair] = away
		w.changes = append(w.changes, change{at: asked, pair: pair, away: away, before: asked - dnsEvery})
	}
	w.mu.Unlock()
	if changed {
		w.d.noteAnswer(asked, pair, away)
	}
	if away && pair == w.d.Model.Leading() {
		w.letIn()
	}
	return nil
}

// noteAnswer tells of a new answer, in the words of a play.
func (d *Drill) noteAnswer(at time.Duration, pair *rehearsal.Pair, away bool) {
	what := map[bool]string{true: "DNS answers SECONDARY", false: "DNS answers PRIMARY"}[away]
	if pair != d.Model.Leading() {
		what += " to visitors"
	}
	d.event(at, what)
	d.say("%s (%s)", what, pair.Name)
}

// leadsAway reports whether a pair's answer is SECONDARY.
func (w *watch) leadsAway(pair *rehearsal.Pair, reply *dns.Msg) bool {
	for _, record := range reply.Answer {
		if cname, ok := record.(*dns.CNAME); ok && pair.Secondary != nil {
			return strings.EqualFold(strings.TrimSuffix(cname.Target, "."), pair.Secondary.CNAME)
		}
	}
	return slices.ContainsFunc(addresses(reply), func(a netip.Addr) bool { return w.places[a] == "standby" })
}

func (w *watch) nameOf(address netip.Addr) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if place := w.places[address]; place != "" {
		return place
	}
	return "edge"
}

// isAway reports whether the leading pair is answered with SECONDARY.
func (w *watch) isAway() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pairs[w.d.Model.Leading()]
}

// frontAway reports whether visitors' own pair is answered with SECONDARY.
func (w *watch) frontAway() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	front := w.front()
	return front != nil && w.pairs[front]
}

// letIn lets late visitors come.
func (w *watch) letIn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.moved:
	default:
		close(w.moved)
	}
}

// awaitMove waits until late visitors may come; false if the context ends.
func (w *watch) awaitMove(ctx context.Context) bool {
	select {
	case <-w.moved:
		return true
	case <-ctx.Done():
		return false
	}
}

func (w *watch) begin(at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.d.play.Began = at
}

// heal notes when the drill removed what it put.
func (w *watch) heal(at time.Duration) {
	w.mu.Lock()
	w.d.play.Healed = at
	w.mu.Unlock()
	w.letIn()
}

// removed notes that a switch which an alarm has put is removed once more: if visitors are
// away because of it, they come home from then on.
func (w *watch) removed(at time.Duration) {
	w.d.event(at, "the switch is removed once more")
	if w.isAway() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.d.play.Removed = at
	}
}
