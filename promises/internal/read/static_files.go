package read

import (
	"fmt"
	"reflect"
	"strings"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/site"
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

// SwitchMoveType is the type of the custom resource that copies the failover
// switch from where earlier releases had it.
const SwitchMoveType = "Custom::FailoverSwitch"

// SwitchBucket is the bucket that health checkers reach by the switch's path.
func (in *Reader) SwitchBucket() *assembly.Resource {
	return must.Get(topology.BucketBehind(in.StandbyStatic(), SwitchPath))
}

// IsLent reports whether a statement is for the account's own distributions. The
// ARN has the account in it:
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
func IsLent(statement map[string]any) bool {
	return reflect.DeepEqual(statement["Condition"], map[string]any{
		"ArnLike": map[string]any{"aws:SourceArn": "arn:aws:cloudfront::${AWS::AccountId}:distribution/*"},
	})
}

// CheckReaders demands that a bucket's policy lets CloudFront read some objects,
// for the distributions of a condition, and nobody else but the function that
// empties a bucket before it is deleted.
func (in *Reader) CheckReaders(bucket *assembly.Resource, objects string, may func(statement map[string]any) bool) {
	policy := in.BucketPolicy(bucket)
	allowed := Statements(policy, "Allow")
	for _, statement := range allowed {
		principal, _ := statement["Principal"].(map[string]any)
		if in.Site.Retention.Buckets == site.Delete && strings.Contains(fmt.Sprint(principal["AWS"]), "AutoDelete") {
			continue
		}
		if principal["Service"] != "cloudfront.amazonaws.com" || statement["Action"] != "s3:GetObject" ||
			statement["Resource"] != objects || !may(statement) {
			Fail(policy, "PolicyDocument.Statement", "lets others in: %v", statement)
		}
	}
	if len(allowed) == 0 {
		Fail(policy, "PolicyDocument.Statement", "lets nobody in")
	}
}

// CheckRemoval demands that a resource that leaves the template meets the end
// that the site wants for it. What is retained goes nevertheless when its creation
// fails, except for buckets, in which logs may be.
func CheckRemoval(r *assembly.Resource, removal site.Removal) {
	end, replaced := "Delete", "Delete"
	if removal == site.Retain {
		end, replaced = "RetainExceptOnCreate", "Retain"
		if r.Type == topology.BucketType {
			end = replaced
		}
	}
	if r.DeletionPolicy() != end || r.UpdateReplacePolicy() != replaced {
		Fail(r, "", "has the deletion policy %s, %s when it is replaced, want %s and %s",
			r.DeletionPolicy(), r.UpdateReplacePolicy(), end, replaced)
	}
}
