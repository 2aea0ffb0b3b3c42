package constructs

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// replicationMinutes is how late a file may be: what Replication Time Control
// promises for 99.9 % of them.
const replicationMinutes = 15

// ReplicationAlarmsProps describes what is watched of a region's bucket.
type ReplicationAlarmsProps struct {
	// Bucket is the region's bucket. Required.
	Bucket awss3.IBucket

	// From says that the bucket replicates to another. Default: it does not.
	From bool

	// To says that another replicates to the bucket. Default: none does.
	To bool
}

// ReplicationAlarms watches what replicates from and to the bucket of one
// region. Failures are published in the region of the source and delays in
// that of the destination, so each region watches a half of either way.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
type ReplicationAlarms struct {
	constructs.Construct
}

// NewReplicationAlarms makes the alarms.
func NewReplicationAlarms(scope constructs.Construct, id string, alarms *Alarms, props *ReplicationAlarmsProps) *ReplicationAlarms {
	r := &ReplicationAlarms{Construct: constructs.NewConstruct(scope, &id)}
	if props.From {
		alarms.add(r.Construct, "Failing", alarmProps{
			title:     "Files do not replicate",
			means:     "A file, or the deletion of one, could not be replicated from this region's bucket. S3 has given up on it.",
			metric:    ofBucket("SUM", operationsFailed, "SourceBucket", props.Bucket),
			operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			threshold: 0,
			// Nothing is published while nothing replicates. One that failed stays
			// failed: AWS's own advice is to keep the state.
			missing: awscloudwatch.TreatMissingData_IGNORE,
		})
	}
	if props.To {
		alarms.add(r.Construct, "Late", alarmProps{
			title:     "Files replicate late",
			means:     fmt.Sprintf("A file that was written in the other region has been on its way to this one for more than %d minutes.", replicationMinutes),
			metric:    ofBucket("MAX", "ReplicationLatency", "DestinationBucket", props.Bucket),
			operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			threshold: replicationMinutes * 60, // seconds
			// What is late stays late until S3 says otherwise.
			missing: awscloudwatch.TreatMissingData_IGNORE,
		})
	}
	return r
}

// ofBucket asks for a replication metric by one bucket: the other stands in a
// stack that may come later, and an alarm on a plain metric has to name both.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
func ofBucket(function, metric, dimension string, bucket awss3.IBucket) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Period: everyMinute(),
		Expression: jsii.Sprintf(`SELECT %s(%s) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE %s = '%s'`,
			function, metric, dimension, *bucket.BucketName()),
	})
}
