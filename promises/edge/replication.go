package edge

import (
	"encoding/json"
	"slices"

	"twinsite/assembly"
	"twinsite/promises/internal/read"
	"twinsite/topology"
)

func checkNoTimeControl(in *read.Reader) {
	if home := in.HomeBucket(); home.Has(read.Rule + "Destination.ReplicationTime") {
		read.Fail(home, read.Rule+"Destination.ReplicationTime", "is there: it pays for time control")
	}
}

func checkTimeControl(in *read.Reader) {
	read.ExpectAll(in.HomeBucket(), read.Rule+"Destination.", map[string]any{
		"ReplicationTime.Status": "Enabled", "ReplicationTime.Time.Minutes": 15, "Metrics.EventThreshold.Minutes": 15,
	})
}

// reverseReplication is the custom resource that puts the standby bucket's rule.
func reverseReplication(in *read.Reader) *assembly.Resource {
	return read.Only("custom resources for replication", in.Resources(topology.CustomReplicationType)...)
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

// callAt is the call at an event: "Create", "Update" or "Delete".
func callAt(in *read.Reader, event, action string) sdkCall {
	r, region := reverseReplication(in), in.Site.Standby.Region.Name
	var call sdkCall
	if err := json.Unmarshal([]byte(read.Text(r, event)), &call); err != nil {
		read.Fail(r, event, "cannot be read: %v", err)
	}
	if call.Service != "S3" || call.Action != action || call.Region != region {
		read.Fail(r, event, "calls %s.%s in %s, want S3.%s in %s", call.Service, call.Action, call.Region, action, region)
	}
	if bucket := in.StandbyBucket(); call.Parameters.Bucket != read.Placeholder(bucket) {
		read.Fail(r, event, "changes the rules of %s, want %s", call.Parameters.Bucket, bucket)
	}
	return call
}

// checkReverseReplication demands a rule from the standby's bucket home that
// mirrors the one there: replica modification sync has no effect unless both
// buckets have it.
func checkReverseReplication(in *read.Reader) {
	r := reverseReplication(in)
	home, standby := in.HomeBucket(), in.StandbyBucket()
	in.CheckReplicates(standby, home)
	for _, event := range []string{"Create", "Update"} {
		checkMirrors(in, event, callAt(in, event, "putBucketReplication"))
	}
	if call := callAt(in, "Delete", "deleteBucketReplication"); call.IgnoreErrors != "NoSuchBucket" {
		read.Fail(r, "Delete", "ignores the errors %q, want NoSuchBucket", call.IgnoreErrors)
	}
}

// checkMirrors demands that a call says of the way from standby to home what
// the home bucket's rules say of the way there.
func checkMirrors(in *read.Reader, event string, call sdkCall) {
	r, home := reverseReplication(in), in.HomeBucket()
	configuration := call.Parameters.ReplicationConfiguration
	if configuration == nil {
		read.Fail(r, event, "puts no rules")
		return
	}
	want := read.List(home, "ReplicationConfiguration.Rules")
	for _, rule := range want {
		rule := read.As[map[string]any](home, "ReplicationConfiguration.Rules", rule, "an object")
		rule["ID"] = rule["Id"] // CloudFormation and S3 spell it differently
		delete(rule, "Id")
		if destination, ok := rule["Destination"].(map[string]any); ok {
			destination["Bucket"] = read.Placeholder(home, "Arn")
		}
	}
	there, back := map[string]string{}, map[string]string{}
	read.Flatten(there, "Rules", want)
	read.Flatten(back, "Rules", configuration.Rules)
	for _, path := range read.Sorted(read.Union(there, back)) {
		before, isThere := there[path]
		after, isBack := back[path]
		if before != after || isThere != isBack {
			read.Fail(r, event, "differs from the home bucket's rules at %s: there it is %q (given: %t), back %q (given: %t)", path, before, isThere, after, isBack)
		}
	}
	role := roleNamed(in, r, event, configuration.Role)
	policy := in.PolicyOf(role)
	if !slices.Contains(r.DependsOn(), policy.LogicalID) {
		read.Fail(r, ".DependsOn", "lacks %s: the rules may be put before the role may carry them", policy)
	}
}

// roleNamed is the role whose ARN stands in a property of a resource.
func roleNamed(in *read.Reader, r *assembly.Resource, path, arn string) *assembly.Resource {
	for _, role := range in.Resources("AWS::IAM::Role") {
		if arn == read.Placeholder(role, "Arn") {
			return role
		}
	}
	read.Fail(r, path, "has the role %q, which is none of the templates'", arn)
	return nil
}
