// Package emulated deploys every shipped site to an emulated AWS account: a
// process of this machine that answers AWS's APIs, MiniStack with the resource
// types in account/. The stock command line of the CDK does what it would do on
// AWS, the CDK's own functions run, and the runbook's commands are typed in. A
// release and the status are asked of it too, whose names lead to servers of this
// machine by the records that the account has.
//
//	make deploy-emulated
//
// Our own command asks an account of its own whether a site can be deployed to it,
// while one thing after the other is wrong there.
//
// The account checks references, names, order, what deletes what, and
// protection. It checks no permissions, no quotas, few property values; its
// certificates are valid at once, its servers healthy at once unless a test says
// otherwise, its health checks and distributions do nothing, and what its health
// checkers report is recorded. What passes here was deployed to an emulated
// account, never to AWS.
package emulated
