// Package rehearsal describes the failover of a site as its cloud assembly has
// it, and what can be said of an outage.
//
//	a, err := assembly.Load("cdk.out")
//	model, err := rehearsal.NewModel(a)
//	predictions, err := predict.Run(ctx, model, predict.Options{Trials: 10_000, Seed: 1})
//	played, err := play.Run(ctx, model, play.Options{Outage: rehearsal.Dark, Speed: 20})
//	result := report.New(model, parameters, 1, targets, predictions, []*rehearsal.Play{played})
//
// The [Model] is all that the other packages know: what the templates do not
// describe does not happen. Package predict simulates thousands of outages in
// seconds; package play lets one happen between real sockets on the loopback
// interface; [Bound] gives the worst case in closed form; package capacity counts
// the servers that carry the load. Package report compares them with the site's targets, and with each other.
// docs/rehearsal.md states the model with its sources and unknowns.
package rehearsal
