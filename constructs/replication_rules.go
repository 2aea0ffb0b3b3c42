package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// The rule of each bucket, the same both ways: it copies all objects, their
// deletions, and changes made to replicas; the last only counts when the other
// bucket's rule says so too. One way is said to the CDK and the other to S3, as
// [ReverseReplication] explains.

// replicationRuleID names the one rule of each bucket.
const replicationRuleID = "AllObjects"

// replicationRule is the rule of the way there, in the CDK's words.
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

// replicationRuleBack is the rule of the way back, in the words of S3's API.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
func replicationRuleBack(to awss3.IBucket, timeControl bool) map[string]any {
	enabled := map[string]any{"Status": "Enabled"}
	destination := map[string]any{"Bucket": to.BucketArn(), "Metrics": enabled}
	if timeControl {
		minutes := map[string]any{"Minutes": replicationMinutes}
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
