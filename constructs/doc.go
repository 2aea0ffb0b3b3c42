// Package constructs is the model of a site that lives in two AWS regions: one
// file a construct, from the network to the failover records.
//
// A construct takes plain values and CDK interfaces through its props and
// knows neither the site's configuration nor the stack it will stand in. What
// others need of it are exported fields; everything else stays inside.
package constructs
