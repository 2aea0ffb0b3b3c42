// Package predict simulates outages of a site, from event to event and without
// sockets, thousands of times each.
package predict

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"twinsite/rehearsal"
)

// Options say what to predict.
type Options struct {
	Outages    []rehearsal.Outage    // default: all
	Trials     int                   // of each outage; default 10,000
	Seed       uint64                // the same seed gives the same numbers
	Parameters *rehearsal.Parameters // default: DefaultParameters
}

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
	p := rehearsal.DefaultParameters()
	if options.Parameters != nil {
		p = *options.Parameters
	}
	prototype, err := newSimulation(m, p)
	if err != nil {
		return nil, err
	}
	var predictions []rehearsal.Prediction
	for i, outage := range options.Outages {
		samples := trials(ctx, prototype, outage, options.Trials, options.Seed, uint64(i))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		predictions = append(predictions, summarize(m, p, outage, samples))
	}
	return predictions, nil
}

// trials simulates one outage many times, on all processors. Each trial has a
// random source of its own, so that their order does not matter.
func trials(ctx context.Context, prototype simulation, outage rehearsal.Outage, n int, seed, stream uint64) []rehearsal.Sample {
	samples := make([]rehearsal.Sample, n)
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
		prediction.Lost.ComingHome += float64(sample.LostComingHome) / float64(len(samples))
	}
	return prediction
}
