// Package constructs is the model of a site that lives in two AWS regions: one
// file a construct, from the network to the failover records.
//
// A construct takes plain values and CDK interfaces through its props. It knows
// neither the site's configuration nor the stack it stands in. What others need
// of it are exported fields; everything else is hidden.
//
// A constructor takes scope, id and props, and panics when a required prop is
// missing, with the id, the prop and the remedy. Props that a parent construct
// fills in are the fields of XxxProps; what the parent's caller decides are
// XxxOptions, embedded in them. A constructor whose construct has one thing to
// offer returns that thing.
package constructs
