package rehearsal

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// DrillVersion is the version of the form in which drills are recorded.
const DrillVersion = 1

// A Drill is what a deployed site did when it was moved to the standby on purpose, as
// its visitors measured it. [WriteDrill] records it.
type Drill struct {
	Version int       `json:"version"`
	Site    string    `json:"site"` // "ticketing"
	Zone    string    `json:"zone"` // "ticketing.pw"
	At      time.Time `json:"at"`   // when it began

	// Outage is what the prediction takes it for: BySwitch, or Hang of a practice, whose
	// load balancer goes on accepting connections.
	Outage Outage `json:"outage"`

	Write string `json:"write"` // the path of the writes, as "/tickets"; "" if nobody wrote

	Measured   map[Quantity]Seconds `json:"measured"`
	Unmeasured map[Quantity]string  `json:"unmeasured,omitempty"` // why these were not
	Lost       map[string]int       `json:"lost"`                 // requests: "reads", "writes", "writesKept", "comingHome"
	Unknowns   []Unknown            `json:"unknowns"`
	Parameters MeasuredParameters   `json:"parameters"`

	Remarks []string `json:"remarks,omitempty"` // what happened besides

	Play *Play `json:"-"` // all requests and events
}

// An Unknown is something that AWS does not publish, and that the prediction assumes.
// docs/rehearsal.md explains each.
type Unknown struct {
	Name     string `json:"name"`
	Assumed  string `json:"assumed"`
	Measured string `json:"measured"` // the figure; "" if there is none
	Settled  bool   `json:"settled"`
	Differs  bool   `json:"differs"` // the figure is not what is assumed
	Why      string `json:"why"`     // what the figure is taken from, or why nothing is settled
}

// MeasuredParameters are the parameters of the model that a drill has measured; it has
// not measured those that are nil. See [Parameters].
type MeasuredParameters struct {
	Checkers       *int     `json:"checkers,omitempty"`
	PropagationMin *Seconds `json:"propagationMin,omitempty"`
	PropagationMax *Seconds `json:"propagationMax,omitempty"`
	AliasTTL       *Seconds `json:"aliasTTL,omitempty"`
	EdgeTTL        *Seconds `json:"edgeTTL,omitempty"` // 0: as the record's TTL says
	PooledStay     *bool    `json:"pooledStay,omitempty"`
	HomeRTT        *Seconds `json:"homeRTT,omitempty"`
	StandbyRTT     *Seconds `json:"standbyRTT,omitempty"`
	AlarmMax       *Seconds `json:"alarmMax,omitempty"`
}

// WriteDrill records a drill as JSON.
func WriteDrill(w io.Writer, d *Drill) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(d)
}

// ReadDrill reads what WriteDrill has recorded. Its error is one line.
func ReadDrill(r io.Reader) (*Drill, error) {
	d := &Drill{}
	if err := json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(d); err != nil {
		return nil, fmt.Errorf("it is no recorded drill: %w", err)
	}
	if d.Version != DrillVersion {
		return nil, fmt.Errorf("it is of version %d, want %d: record a drill again", d.Version, DrillVersion)
	}
	return d, d.Parameters.check()
}

// check refuses numbers with which an outage would be played for ever, or not at all.
func (m *MeasuredParameters) check() error {
	if m.Checkers != nil && (*m.Checkers < 1 || *m.Checkers > 1000) {
		return fmt.Errorf("checkers is %d, want 1 to 1000", *m.Checkers)
	}
	for name, value := range map[string]*Seconds{
		"propagationMin": m.PropagationMin, "propagationMax": m.PropagationMax, "aliasTTL": m.AliasTTL, "edgeTTL": m.EdgeTTL,
		"homeRTT": m.HomeRTT, "standbyRTT": m.StandbyRTT, "alarmMax": m.AlarmMax,
	} {
		if value != nil && (*value < 0 || time.Duration(*value) > time.Hour) {
			return fmt.Errorf("%s is %s, want 0 s to an hour", name, *value)
		}
	}
	return nil
}

// Predict puts what the drill has measured into the parameters of the next prediction,
// and says of each what it replaces, with the tag and the date.
func (d *Drill) Predict(p *Parameters) []string {
	var said []string
	say := func(what, was, is string) {
		said = append(said, fmt.Sprintf("%s: %s instead of %s [M] by a drill on %s", what, is, was, d.At.UTC().Format(time.DateOnly)))
	}
	m := d.Parameters
	duration := func(what string, at *time.Duration, measured *Seconds) {
		if measured != nil {
			say(what, Seconds(*at).String(), measured.String())
			*at = time.Duration(*measured)
		}
	}
	if m.Checkers != nil {
		say("health checkers", fmt.Sprint(p.Checkers), fmt.Sprint(*m.Checkers))
		p.Checkers = *m.Checkers
	}
	duration("spreading of a new status, at least", &p.PropagationMin, m.PropagationMin)
	duration("spreading of a new status, at most", &p.PropagationMax, m.PropagationMax)
	duration("TTL of an alias", &p.AliasTTL, m.AliasTTL)
	duration("the edge keeps a name at least", &p.EdgeTTL, m.EdgeTTL)
	if m.PooledStay != nil {
		say("the edge stays with connections when a name moves", fmt.Sprint(p.PooledStay), fmt.Sprint(*m.PooledStay))
		p.PooledStay = *m.PooledStay
	}
	duration("round trip to the edge", &p.HomeRTT, m.HomeRTT)
	duration("round trip to the standby", &p.StandbyRTT, m.StandbyRTT)
	duration("manual failback's alarm, at most", &p.AlarmMax, m.AlarmMax)
	p.AlarmMin = min(p.AlarmMin, p.AlarmMax)
	p.PropagationMin = min(p.PropagationMin, p.PropagationMax)
	return said
}

// An Observation is the last answer that a health checker got.
type Observation struct {
	Checker string // who it is: an address
	Good    bool
	At      time.Duration // on the clock of who asks
}
