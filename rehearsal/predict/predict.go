// Package predict simulates outages of a site, from event to event and without
// sockets, thousands of times each.
package predict

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// Options say what to predict.
type Options struct {
	Outages    []rehearsal.Outage    // default: all
	Trials     int                   // of each outage; default 10,000. See mostSwings
	Seed       uint64                // the same seed gives the same numbers
	Parameters *rehearsal.Parameters // default: DefaultParameters, as Parameters lengthens them
}

// mostSwings bounds the trials of a site whose health check follows what it moves:
// each takes dozens of rounds, and a site that swings is wrong whatever the figures.
const mostSwings = 300

// Run simulates outages, many times each. It returns early, with an error,
// only when the context ends or the edge function fails.
func Run(ctx context.Context, m *rehearsal.Model, options Options) ([]rehearsal.Prediction, error) {
	if options.Outages == nil {
		options.Outages = rehearsal.Outages()
		if m.Switch != nil {
			options.Outages = append(options.Outages, rehearsal.BySwitch)
		}
	}
	if options.Trials <= 0 {
		options.Trials = 10_000
	}
	p := Parameters(m, rehearsal.DefaultParameters())
	if options.Parameters != nil {
		p = *options.Parameters
	}
	prototype, err := newSimulation(m, p)
	if err != nil {
		return nil, err
	}
	if prototype.swings {
		options.Trials = min(options.Trials, mostSwings)
	}
	var predictions []rehearsal.Prediction
	for i, outage := range options.Outages {
		samples := trials(ctx, prototype, outage, options.Trials, options.Seed, uint64(i))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		prediction := summarize(m, p, outage, samples)
		for _, u := range unknowns(m, outage) {
			other := p
			u.change(&other)
			variant, err := newSimulation(m, other)
			if err != nil {
				return nil, err
			}
			samples := trials(ctx, variant, outage, options.Trials, options.Seed, uint64(i))
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			prediction.Otherwise = append(prediction.Otherwise, rehearsal.Variant{If: u.assumes, Quantities: summarize(m, other, outage, samples).Quantities})
		}
		predictions = append(predictions, prediction)
	}
	return predictions, nil
}

// Parameters are those of a prediction for a site: its outage lasts a minute longer
// than its writes may be lost. A check every 30 s that fails ten times finds nothing
// in an outage of five minutes.
func Parameters(m *rehearsal.Model, p rehearsal.Parameters) rehearsal.Parameters {
	if lost := rehearsal.Bound(m, p, rehearsal.Dark, rehearsal.WritesKept); !lost.Never() {
		p.Length = max(p.Length, (time.Duration(lost) + time.Minute).Round(time.Second))
	}
	return p
}

// watched is how long a prediction goes on after an outage of a length: long enough
// to find that it has ended, as it was to find that it began.
func watched(length time.Duration) time.Duration { return max(5*time.Minute, length) }

// An unknown is something that AWS does not publish.
type unknown struct {
	assumes string
	change  func(*rehearsal.Parameters)
}

// unknowns are those that cost most in an outage. Connections that the edge holds
// are of no use in a black hole, but a load balancer that answers 503 keeps them.
func unknowns(m *rehearsal.Model, outage rehearsal.Outage) []unknown {
	var all []unknown
	if len(m.Serving) > 0 && outage == rehearsal.Error503 {
		all = append(all, unknown{"the edge goes on using the connections that it holds when a name moves", func(p *rehearsal.Parameters) { p.PooledStay = !p.PooledStay }})
	}
	if len(m.Serving) > 0 && outage == rehearsal.Dark {
		all = append(all, unknown{"the edge keeps a name for a minute, whatever its TTL", func(p *rehearsal.Parameters) { p.EdgeTTL = time.Minute }})
	}
	if to, err := m.Edge.Route("GET", "/", map[string]string{"host": m.ServingHosts()[0]}); err == nil && len(to.Origins) > 1 && outage == rehearsal.Dark {
		all = append(all,
			unknown{"the edge connects anew for every first read", func(p *rehearsal.Parameters) { p.StaleShare = 0 }},
			unknown{"every first read takes a connection that the edge holds", func(p *rehearsal.Parameters) { p.StaleShare = 1 }})
	}
	return all
}

// trials simulates one outage many times, on all processors. Each trial has a
// random source of its own, so that their order does not matter.
func trials(ctx context.Context, prototype simulation, outage rehearsal.Outage, n int, seed, stream uint64) []rehearsal.Sample {
	samples := make([]rehearsal.Sample, n)
	var wait sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		wait.Go(func() {
			s := prototype
			s.outage = outage
			for i := worker; i < n && ctx.Err() == nil; i += workers {
				s.random = rand.New(rand.NewPCG(seed, stream<<32|uint64(i)))
				samples[i] = s.run()
			}
		})
	}
	wait.Wait()
	return samples
}

func summarize(m *rehearsal.Model, p rehearsal.Parameters, outage rehearsal.Outage, samples []rehearsal.Sample) rehearsal.Prediction {
	prediction := rehearsal.Prediction{Outage: outage, Trials: len(samples)}
	for _, quantity := range rehearsal.Quantities() {
		values := make([]rehearsal.Seconds, len(samples))
		missing := 0
		for i, sample := range samples {
			values[i] = quantity.Of(sample)
			missing += count(values[i].Never())
		}
		slices.Sort(values)
		at := func(percent int) rehearsal.Seconds { return values[min(len(values)-1, len(values)*percent/100)] }
		prediction.Quantities = append(prediction.Quantities, rehearsal.Forecast{
			Quantity: quantity, P1: at(1), Median: at(50), P95: at(95), P99: at(99), Worst: values[len(values)-1], Never: missing,
			Bound: rehearsal.Bound(m, p, outage, quantity),
		})
	}
	if m.Failback != nil {
		prediction.Failback = forecastFailback(p, samples)
	}
	for _, sample := range samples {
		prediction.Lost.Reads += float64(sample.LostReads) / float64(len(samples))
		prediction.Lost.Writes += float64(sample.LostWrites) / float64(len(samples))
		prediction.Lost.WritesKept += float64(sample.LostWritesKept) / float64(len(samples))
		prediction.Lost.ComingHome += float64(sample.LostComingHome) / float64(len(samples))
	}
	return prediction
}
