package article

import (
	"twinsite/promises/internal/read"
)

// checkReplication demands that everything in the home bucket reaches the
// standby's.
func checkReplication(in *read.Reader) {
	home, standby := in.HomeBucket(), in.StandbyBucket()
	in.CheckReplicates(home, standby)
	read.ExpectAll(home, read.Rule, map[string]any{
		"Id": read.ReplicationRule, "Status": "Enabled", "Filter.Prefix": "", "DeleteMarkerReplication.Status": "Enabled",
		"SourceSelectionCriteria.ReplicaModifications.Status": "Enabled", "Destination.Metrics.Status": "Enabled",
	})
}
