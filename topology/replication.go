package topology

import (
	"encoding/json"
	"fmt"
	"strings"

	"twinsite/assembly"
)

// CustomReplicationType is the type of the custom resources that put a bucket's replication rules. CloudFormation cannot
// write the rules of two buckets that copy to each other: each would have to exist before the other.
const CustomReplicationType = "Custom::BucketReplication"

// A ReplicationRule copies a bucket's objects to another bucket.
type ReplicationRule struct {
	Resource *assembly.Resource // the bucket whose property the rule is, or the custom resource that puts it
	From, To *assembly.Resource // buckets; nil if they are not of the assembly
	Source   string             // From as it is named: "${Primary.Bucket}"
	Target   string             // To as it is named: "${Secondary.Bucket.Arn}"
	Enabled  bool               // a rule that is disabled is there, and copies nothing

	DeleteMarkers bool // whether deleting is copied
	Replicas      bool // whether changes of a replica's metadata are copied
	Metrics       bool // whether S3 publishes what is late
	TimeControl   int  // minutes of Replication Time Control; 0 without it
}

// Replication returns the replication rules of the assembly, disabled ones too: those in buckets, then those that custom
// resources put.
func Replication(a *assembly.Assembly) ([]ReplicationRule, error) {
	var rules []ReplicationRule
	for _, bucket := range a.Resources(BucketType) {
		found, err := bucketRules(a, bucket)
		if err != nil {
			return nil, err
		}
		rules = append(rules, found...)
	}
	for _, custom := range a.Resources(CustomReplicationType) {
		found, err := customRules(a, custom)
		if err != nil {
			return nil, err
		}
		rules = append(rules, found...)
	}
	return rules, nil
}

// A status is how S3 writes a boolean.
type status struct{ Status string }

func (s status) enabled() bool { return s.Status == "Enabled" }

// A rule is a replication rule as S3 has it. See
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html. CloudFormation's differs in what is not read
// here.
type rule struct {
	status
	DeleteMarkerReplication status
	SourceSelectionCriteria struct{ ReplicaModifications status }
	Destination             struct {
		Bucket          string // an ARN
		Metrics         status
		ReplicationTime struct {
			status
			Time struct{ Minutes json.Number }
		}
	}
}

func bucketRules(a *assembly.Assembly, bucket *assembly.Resource) ([]ReplicationRule, error) {
	const path = "ReplicationConfiguration.Rules"
	if !bucket.Has(path) {
		return nil, nil
	}
	value, err := bucket.Value(path)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var rules []rule
	if err := json.Unmarshal(data, &rules); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", bucket, path, err)
	}
	return replicationRules(a, bucket, "${"+bucket.String()+"}", rules)
}

func customRules(a *assembly.Assembly, custom *assembly.Resource) ([]ReplicationRule, error) {
	create, err := custom.Text("Create")
	if err != nil {
		return nil, err
	}
	// The call to S3 that the resource makes when it is created.
	var call struct {
		Parameters struct {
			Bucket                   string
			ReplicationConfiguration struct{ Rules []rule }
		}
	}
	if err := json.Unmarshal([]byte(create), &call); err != nil {
		return nil, fmt.Errorf("%s: Create: %w", custom, err)
	}
	return replicationRules(a, custom, call.Parameters.Bucket, call.Parameters.ReplicationConfiguration.Rules)
}

// replicationRules returns the rules of a source, which are written in a resource.
func replicationRules(a *assembly.Assembly, in *assembly.Resource, source string, rules []rule) ([]ReplicationRule, error) {
	var all []ReplicationRule
	for _, r := range rules {
		target := r.Destination.Bucket
		read := ReplicationRule{
			Resource: in, Source: source, Target: target, Enabled: r.enabled(),
			From: named(a, source, BucketType), To: named(a, strings.TrimPrefix(target, "arn:aws:s3:::"), BucketType),
			DeleteMarkers: r.DeleteMarkerReplication.enabled(), Metrics: r.Destination.Metrics.enabled(),
			Replicas: r.SourceSelectionCriteria.ReplicaModifications.enabled(),
		}
		if control := r.Destination.ReplicationTime; control.enabled() {
			minutes, err := control.Time.Minutes.Int64()
			if err != nil {
				return nil, fmt.Errorf("%s: the minutes of Replication Time Control: %w", in, err)
			}
			read.TimeControl = int(minutes)
		}
		all = append(all, read)
	}
	return all, nil
}
