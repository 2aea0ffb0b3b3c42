// Package change rehearses a deployment: what CloudFormation does to get from one
// assembly of a site to another, what visitors get after each of its steps, and
// what AWS would refuse.
//
//	from, err := assembly.Load("deployed")
//	to, err := assembly.Load("cdk.out")
//	verdict, err := change.Judge(from, to)
//	verdict.WriteText(os.Stdout)
//
// A [Plan] has the steps: in each stack, what is added and changed by dependencies,
// replacements before the old one goes, and at the end, in reverse, what is removed.
// Whether a change replaces a resource comes from AWS's own resource schemas. After
// each step, what exists is an assembly of its own, which package rehearsal reads as
// any other.
//
// How long a step takes is a guess of this package's, by type: it decides which of
// two steps that do not wait for each other comes first, and how long a state lasts.
package change
