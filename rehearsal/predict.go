package rehearsal

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"
)

// PredictOptions say what to predict.
type PredictOptions struct {
	Outages    []Outage    // default: all
	Trials     int         // of each outage; default 10,000
	Seed       uint64      // the same seed gives the same numbers
	Parameters *Parameters // default: DefaultParameters
}

// A Prediction is what an outage will be like.
type Prediction struct {
	Outage     Outage       `json:"outage"`
	Trials     int          `json:"trials"`
	Quantities []Prognosis  `json:"quantities"`
	Lost       LostForecast `json:"lost"`

	Failback *FailbackForecast `json:"failback,omitempty"` // nil: visitors come home by themselves
}

// A LostForecast counts requests of one visitor without a good answer, on
// average over the trials.
type LostForecast struct {
	Reads      float64 `json:"reads"`
	Writes     float64 `json:"writes"`
	ComingHome float64 `json:"comingHome"`
}

// A Quantity is one of the times that are predicted and measured.
type Quantity string

// The quantities, in the order of an outage.
const (
	Detect     Quantity = "time to detect"
	DNSMoved   Quantity = "DNS moved"
	ReadsBack  Quantity = "reads back"
	WritesBack Quantity = "writes back"
	DetectHome Quantity = "recovery detected"
	DNSHome    Quantity = "DNS home"
	HomeAgain  Quantity = "home again"
)

// Quantities returns all quantities in the order of an outage.
func Quantities() []Quantity {
	return []Quantity{Detect, DNSMoved, ReadsBack, WritesBack, DetectHome, DNSHome, HomeAgain}
}

// Of returns the quantity's value in a sample.
func (q Quantity) Of(s Sample) Seconds {
	return Seconds(map[Quantity]time.Duration{
		Detect: s.Detect, DNSMoved: s.DNSMoved, ReadsBack: s.Reads, WritesBack: s.Writes,
		DetectHome: s.DetectHome, DNSHome: s.DNSHome, HomeAgain: s.Home,
	}[q])
}

// A Prognosis is the distribution of a quantity over the trials. A trial in
// which it never happened counts as longer than all others.
type Prognosis struct {
	Quantity Quantity `json:"quantity"`
	P1       Seconds  `json:"p1"`
	Median   Seconds  `json:"median"`
	P95      Seconds  `json:"p95"`
	P99      Seconds  `json:"p99"`
	Worst    Seconds  `json:"worst"`
	Never    int      `json:"never"` // trials in which it did not happen
	Bound    Seconds  `json:"bound"` // the worst case in closed form
}

// Seconds is a time that may never come; JSON has it in seconds, or as null.
type Seconds time.Duration

// Never reports whether the time does not come.
func (s Seconds) Never() bool { return time.Duration(s) == never }

// String returns the time as "4.2 s", or "never".
func (s Seconds) String() string {
	if s.Never() {
		return "never"
	}
	return time.Duration(s).Round(100 * time.Millisecond).String()
}

// MarshalJSON writes seconds, and null for never.
func (s Seconds) MarshalJSON() ([]byte, error) {
	if s.Never() {
		return []byte("null"), nil
	}
	return json.Marshal(time.Duration(s).Round(time.Millisecond).Seconds())
}

// Of returns the prognosis of a quantity.
func (p Prediction) Of(q Quantity) Prognosis {
	return p.Quantities[slices.IndexFunc(p.Quantities, func(g Prognosis) bool { return g.Quantity == q })]
}

// Predict simulates outages, many times each. It returns early, with an error,
// only when the context ends or the edge function fails.
func Predict(ctx context.Context, m *Model, options PredictOptions) ([]Prediction, error) {
	if options.Outages == nil {
		options.Outages = Outages()
		if m.Switch != nil {
			options.Outages = append(options.Outages, BySwitch)
		}
	}
	if options.Trials <= 0 {
		options.Trials = 10_000
	}
	p := DefaultParameters()
	if options.Parameters != nil {
		p = *options.Parameters
	}
	prototype, err := newSimulation(m, p)
	if err != nil {
		return nil, err
	}
	var predictions []Prediction
	for i, outage := range options.Outages {
		samples := trials(ctx, prototype, outage, options.Trials, options.Seed, uint64(i))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		predictions = append(predictions, summarize(m, p, outage, samples))
	}
	return predictions, nil
}

func newSimulation(m *Model, p Parameters) (simulation, error) {
	host := m.Hosts()[0]
	s := simulation{view: view{model: m, p: p, host: host, wrong: map[*Origin]bool{}, closed: map[*Balancer]bool{}}, checks: map[*HealthCheck]route{}}
	s.pair = m.pair(host, "A")
	if s.pair == nil {
		s.pair = m.Pairs[0]
	}
	header := map[string]string{"host": host}
	var err error
	if s.reads, err = m.Edge.route("GET", "/", header); err != nil {
		return s, err
	}
	if s.writes, err = m.Edge.route("POST", "/orders", header); err != nil {
		return s, err
	}
	for _, check := range s.pair.checks() {
		if check.Target == m.Edge.Resource {
			if s.checks[check], err = m.Edge.route("GET", check.Path, header); err != nil {
				return s, err
			}
		}
	}
	for _, origin := range m.Edge.Origins {
		if origin.problem(host) != "" {
			s.wrong[origin] = true
		}
	}
	for _, b := range []*Balancer{m.Home, m.Standby} {
		if b.problem(443, true, []string{host}, func(string) string { return "" }) != "" {
			s.closed[b] = true
		}
	}
	s.until = p.Length + 5*time.Minute
	return s, nil
}

// trials simulates one outage many times, on all processors. Each trial has a
// random source of its own, so that their order does not matter.
func trials(ctx context.Context, prototype simulation, outage Outage, n int, seed, stream uint64) []Sample {
	samples := make([]Sample, n)
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wait.Go(func() {
			for i := worker; i < n && ctx.Err() == nil; i += workers {
				s := prototype
				s.outage = outage
				s.random = rand.New(rand.NewPCG(seed, stream<<32|uint64(i)))
				samples[i] = s.run()
			}
		})
	}
	wait.Wait()
	return samples
}

func summarize(m *Model, p Parameters, outage Outage, samples []Sample) Prediction {
	prediction := Prediction{Outage: outage, Trials: len(samples)}
	for _, quantity := range Quantities() {
		values := make([]Seconds, len(samples))
		missing := 0
		for i, sample := range samples {
			values[i] = quantity.Of(sample)
			missing += count(values[i].Never())
		}
		slices.Sort(values)
		at := func(percent int) Seconds { return values[min(len(values)-1, len(values)*percent/100)] }
		prediction.Quantities = append(prediction.Quantities, Prognosis{
			Quantity: quantity, P1: at(1), Median: at(50), P95: at(95), P99: at(99), Worst: values[len(values)-1], Never: missing,
			Bound: Bound(m, p, outage, quantity),
		})
	}
	if m.Failback != nil {
		prediction.Failback = forecastFailback(p, samples)
	}
	for _, sample := range samples {
		prediction.Lost.Reads += float64(sample.LostReads) / float64(len(samples))
		prediction.Lost.Writes += float64(sample.LostWrites) / float64(len(samples))
		prediction.Lost.ComingHome += float64(sample.LostComingHome) / float64(len(samples))
	}
	return prediction
}
