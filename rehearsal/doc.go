// Package rehearsal plays the failover of a site on one machine, from nothing
// but the templates of its cloud assembly.
//
//	a, err := assembly.Load("cdk.out")
//	model, err := rehearsal.NewModel(a)
//	predictions, err := rehearsal.Predict(ctx, model, rehearsal.PredictOptions{Trials: 10_000, Seed: 1})
//	play, err := rehearsal.RunPlay(ctx, model, rehearsal.PlayOptions{Outage: rehearsal.Dark, Speed: 20})
//
// The [Model] is all that the other parts know: what the templates do not
// describe does not happen. [Predict] simulates thousands of outages in
// seconds; [RunPlay] lets one happen between real sockets on the loopback
// interface. A [Report] compares both with the site's targets, and with each
// other. docs/rehearsal.md states the model with its sources and unknowns.
package rehearsal
