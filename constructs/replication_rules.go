package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// Both buckets have the same rule: it replicates all objects, their deletions, and
// changes made to replicas. The last has no effect unless both buckets' rules have
// it. The CDK writes one rule and a custom resource the other, as
// [NewReverseReplication] explains.

// replicationRuleID is the id of the one rule of each bucket.
const replicationRuleID = "AllObjects"

// replicationRule is the rule from home to the standby, as the CDK writes it.
func replicationRule(to awss3.IBucket, timeControl bool) *awss3.ReplicationRule {
	rule := &awss3.ReplicationRule{
		Id:                      jsii.String(replicationRuleID),
		Destination:             to,
		Priority:                jsii.Number(1),
		DeleteMarkerReplication: jsii.Bool(true),
		ReplicaModifications:    jsii.Bool(true),
		Metrics:                 awss3.ReplicationTimeValue_FIFTEEN_MINUTES(),
	}
	if timeControl {
		rule.ReplicationTimeControl = awss3.ReplicationTimeValue_FIFTEEN_MINUTES()
	}
	return rule
}

// replicationRuleBack is the rule from the standby home, as S3's API reads it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
func replicationRuleBack(to awss3.IBucket, timeControl bool) map[string]any {
	enabled := map[string]any{"Status": "Enabled"}
	destination := map[string]any{"Bucket": to.BucketArn(), "Metrics": enabled}
	if timeControl {
		minutes := map[string]any{"Minutes": replicationDelay.Minutes()}
		destination["Metrics"] = map[string]any{"Status": "Enabled", "EventThreshold": minutes}
		destination["ReplicationTime"] = map[string]any{"Status": "Enabled", "Time": minutes}
	}
	return map[string]any{
		"ID":                      replicationRuleID,
		"Status":                  "Enabled",
		"Priority":                1,
		"Filter":                  map[string]any{"Prefix": ""},
		"Destination":             destination,
		"DeleteMarkerReplication": enabled,
		"SourceSelectionCriteria": map[string]any{"ReplicaModifications": enabled},
	}
}
