package rehearsal

import "slices"

// A Prediction is what an outage will be like.
type Prediction struct {
	Outage     Outage       `json:"outage"`
	Trials     int          `json:"trials"`
	Quantities []Forecast   `json:"quantities"`
	Lost       LostForecast `json:"lost"`

	Failback *FailbackForecast `json:"failback,omitempty"` // nil: visitors come home by themselves

	// Otherwise is what it would be like if the opposite were true of something that
	// AWS does not publish: for each unknown in the outage in which it costs most.
	Otherwise []Variant `json:"otherwise,omitempty"`
}

// A Variant is a prediction with another assumption.
type Variant struct {
	If         string     `json:"if"` // "the edge keeps a name for a minute, whatever its TTL"
	Quantities []Forecast `json:"quantities"`
}

// Of returns the forecast of a quantity.
func (v Variant) Of(q Quantity) Forecast { return Prediction{Quantities: v.Quantities}.Of(q) }

// A LostForecast counts requests of one visitor without a good answer, on
// average over the trials: of one who follows DNS, unless it says otherwise.
// ComingHome counts those of one visitor of each kind.
type LostForecast struct {
	Reads      float64 `json:"reads"`
	Writes     float64 `json:"writes"`
	WritesKept float64 `json:"writesKept"` // of one who keeps the connection
	ComingHome float64 `json:"comingHome"`
}

// A Forecast is the distribution of a quantity over the trials. A trial in
// which it never happened counts as longer than all others.
type Forecast struct {
	Quantity Quantity `json:"quantity"`
	P1       Seconds  `json:"p1"`
	Median   Seconds  `json:"median"`
	P95      Seconds  `json:"p95"`
	P99      Seconds  `json:"p99"`
	Worst    Seconds  `json:"worst"`
	Never    int      `json:"never"` // trials in which it did not happen
	Bound    Seconds  `json:"bound"` // the worst case in closed form
}

// A FailbackForecast is what manual failback does in an outage.
type FailbackForecast struct {
	Away   int     `json:"away"`   // trials in which the health check called home unhealthy
	Put    int     `json:"put"`    // of those, trials in which the switch turned on
	Late   int     `json:"late"`   // of those, trials in which it turned on after the outage
	Median Seconds `json:"median"` // from the beginning of the outage until it turned on
	Worst  Seconds `json:"worst"`
}

// Of returns the forecast of a quantity.
func (p Prediction) Of(q Quantity) Forecast {
	return p.Quantities[slices.IndexFunc(p.Quantities, func(g Forecast) bool { return g.Quantity == q })]
}
