package promises

import (
	"encoding/json"
	"slices"

	"twinsite/assembly"
	"twinsite/internal/must"
	"twinsite/topology"
)

// rule is the path of a bucket's one replication rule.
const rule = "ReplicationConfiguration.Rules.0."

// replicationRule is the id of the rules: their metrics have it.
const replicationRule = "AllObjects"

// checkReplicates demands that a bucket has one rule, which leads to another bucket.
func (in *reader) checkReplicates(from, to *assembly.Resource) {
	var found []topology.ReplicationRule
	for _, r := range must.Get(topology.Replication(in.Assembly)) {
		if r.From == from {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		fail(from, "", "has %d replication rules, want one", len(found))
	}
	if found[0].To != to {
		fail(found[0].Resource, "", "replicates to %s, want %s", found[0].Target, to)
	}
}

// checkReplication demands that everything in the home bucket reaches the
// standby's.
func (in *reader) checkReplication() {
	home, standby := in.homeBucket(), in.standbyBucket()
	in.checkReplicates(home, standby)
	expectAll(home, rule, map[string]any{
		"Id": replicationRule, "Status": "Enabled", "Filter.Prefix": "", "DeleteMarkerReplication.Status": "Enabled",
		"SourceSelectionCriteria.ReplicaModifications.Status": "Enabled", "Destination.Metrics.Status": "Enabled",
	})
}

func (in *reader) checkNoTimeControl() {
	if home := in.homeBucket(); home.Has(rule + "Destination.ReplicationTime") {
		fail(home, rule+"Destination.ReplicationTime", "is there: it pays for time control")
	}
}

func (in *reader) checkTimeControl() {
	expectAll(in.homeBucket(), rule+"Destination.", map[string]any{
		"ReplicationTime.Status": "Enabled", "ReplicationTime.Time.Minutes": 15, "Metrics.EventThreshold.Minutes": 15,
	})
}

// reverseReplication is the custom resource that puts the standby bucket's rule.
func (in *reader) reverseReplication() *assembly.Resource {
	return only("custom resources for replication", in.Resources(topology.CustomReplicationType)...)
}

// An sdkCall is a call to S3 as the CDK's AwsCustomResource encodes it:
// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsSdkCall.html
type sdkCall struct {
	Service, Action, Region string
	Parameters              struct {
		Bucket                   string
		ReplicationConfiguration *struct {
			Role  string
			Rules any
		}
	}
	IgnoreErrors string `json:"ignoreErrorCodesMatching"`
}

// sdkCall is the call at an event: "Create", "Update" or "Delete".
func (in *reader) sdkCall(event, action string) sdkCall {
	r, region := in.reverseReplication(), in.site.Standby.Region.Name
	var call sdkCall
	if err := json.Unmarshal([]byte(text(r, event)), &call); err != nil {
		fail(r, event, "cannot be read: %v", err)
	}
	if call.Service != "S3" || call.Action != action || call.Region != region {
		fail(r, event, "calls %s.%s in %s, want S3.%s in %s", call.Service, call.Action, call.Region, action, region)
	}
	if bucket := in.standbyBucket(); call.Parameters.Bucket != placeholder(bucket) {
		fail(r, event, "changes the rules of %s, want %s", call.Parameters.Bucket, bucket)
	}
	return call
}

// checkReverseReplication demands a rule from the standby's bucket home that
// mirrors the one there: replica modification sync has no effect unless both
// buckets have it.
func (in *reader) checkReverseReplication() {
	r := in.reverseReplication()
	home, standby := in.homeBucket(), in.standbyBucket()
	in.checkReplicates(standby, home)
	for _, event := range []string{"Create", "Update"} {
		in.checkMirrors(event, in.sdkCall(event, "putBucketReplication"))
	}
	if call := in.sdkCall("Delete", "deleteBucketReplication"); call.IgnoreErrors != "NoSuchBucket" {
		fail(r, "Delete", "ignores the errors %q, want NoSuchBucket", call.IgnoreErrors)
	}
}

// checkMirrors demands that a call says of the way from standby to home what
// the home bucket's rules say of the way there.
func (in *reader) checkMirrors(event string, call sdkCall) {
	r, home := in.reverseReplication(), in.homeBucket()
	configuration := call.Parameters.ReplicationConfiguration
	if configuration == nil {
		fail(r, event, "puts no rules")
		return
	}
	want := list(home, "ReplicationConfiguration.Rules")
	for _, rule := range want {
		rule := as[map[string]any](home, "ReplicationConfiguration.Rules", rule, "an object")
		rule["ID"] = rule["Id"] // CloudFormation and S3 spell it differently
		delete(rule, "Id")
		if destination, ok := rule["Destination"].(map[string]any); ok {
			destination["Bucket"] = placeholder(home, "Arn")
		}
	}
	there, back := map[string]string{}, map[string]string{}
	flatten(there, "Rules", want)
	flatten(back, "Rules", configuration.Rules)
	for _, path := range sorted(union(there, back)) {
		before, isThere := there[path]
		after, isBack := back[path]
		if before != after || isThere != isBack {
			fail(r, event, "differs from the home bucket's rules at %s: there it is %q (given: %t), back %q (given: %t)", path, before, isThere, after, isBack)
		}
	}
	role := in.roleNamed(r, event, configuration.Role)
	policy := in.policyOf(role)
	if !slices.Contains(r.DependsOn(), policy.LogicalID) {
		fail(r, ".DependsOn", "lacks %s: the rules may be put before the role may carry them", policy)
	}
}

// roleNamed is the role whose ARN stands in a property of a resource.
func (in *reader) roleNamed(r *assembly.Resource, path, arn string) *assembly.Resource {
	for _, role := range in.Resources("AWS::IAM::Role") {
		if arn == placeholder(role, "Arn") {
			return role
		}
	}
	fail(r, path, "has the role %q, which is none of the templates'", arn)
	return nil
}
