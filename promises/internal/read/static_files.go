package read

import (
	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// Uploads are the custom resources that upload the sample files.
func (in *Reader) Uploads() []*assembly.Resource { return in.Resources("Custom::CDKBucketDeployment") }

// Rule is the path of a bucket's one replication rule.
const Rule = "ReplicationConfiguration.Rules.0."

// ReplicationRule is the id of the rules: their metrics have it.
const ReplicationRule = "AllObjects"

// CheckReplicates demands that a bucket has one rule, which leads to another bucket.
func (in *Reader) CheckReplicates(from, to *assembly.Resource) {
	var found []topology.ReplicationRule
	for _, r := range must.Get(topology.Replication(in.Assembly)) {
		if r.From == from {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		Fail(from, "", "has %d replication rules, want one", len(found))
	}
	if found[0].To != to {
		Fail(found[0].Resource, "", "replicates to %s, want %s", found[0].Target, to)
	}
}
