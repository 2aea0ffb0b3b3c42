package constructs

import (
	"fmt"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// replicationDelay is how long a file may take to replicate: what Replication Time
// Control promises for 99.9 % of them.
const replicationDelay = 15 * time.Minute

// ReplicationAlarmsProps describes what is watched of a region's bucket.
type ReplicationAlarmsProps struct {
	// Alarms is what the alarms of the region share. Required.
	Alarms *Alarms

	// Bucket is the region's bucket. Required.
	Bucket awss3.IBucket

	// From watches replication from the bucket to another. Default: it does not
	// replicate.
	From bool

	// To watches replication from another bucket to this one. Default: none
	// replicates here.
	To bool
}

// NewReplicationAlarms makes the alarms on what replicates from and to the bucket
// of one region. Failures are published in the region of the source, and delays in
// that of the destination: each region watches one half of each direction.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
func NewReplicationAlarms(scope constructs.Construct, id string, props *ReplicationAlarmsProps) []awscloudwatch.IAlarm {
	require(id, "Alarms", props.Alarms)
	require(id, "Bucket", props.Bucket)
	scope = constructs.NewConstruct(scope, &id)
	var made []awscloudwatch.IAlarm
	if props.From {
		made = append(made, props.Alarms.add(scope, "Failing", alarmProps{
			title:     "Files do not replicate",
			means:     "A file, or the deletion of one, could not be replicated from this region's bucket. S3 has given up on it.",
			metric:    ofBucket("SUM", operationsFailed, "SourceBucket", props.Bucket),
			operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			threshold: 0,
			// Nothing is published while nothing replicates. A file that failed stays
			// failed: AWS advises to leave the alarm's state as it is.
			missing: awscloudwatch.TreatMissingData_IGNORE,
		}))
	}
	if props.To {
		made = append(made, props.Alarms.add(scope, "Late", alarmProps{
			title:     "Files replicate late",
			means:     fmt.Sprintf("A file that was written in the other region has been on its way to this one for more than %.0f minutes.", replicationDelay.Minutes()),
			metric:    ofBucket("MAX", "ReplicationLatency", "DestinationBucket", props.Bucket),
			operator:  awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
			threshold: replicationDelay.Seconds(),
			// What is late stays late until S3 says otherwise.
			missing: awscloudwatch.TreatMissingData_IGNORE,
		}))
	}
	return made
}

// ofBucket queries a replication metric by one bucket. A plain metric would need
// the name of the other bucket too, which may stand in a later stack.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
func ofBucket(function, metric, dimension string, bucket awss3.IBucket) awscloudwatch.IMetric {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Period: everyMinute(),
		Expression: jsii.Sprintf(`SELECT %s(%s) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket) WHERE %s = '%s'`,
			function, metric, dimension, *bucket.BucketName()),
	})
}
