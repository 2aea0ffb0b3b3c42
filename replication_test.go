package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"twinsite/assembly"
)

// reverseReplication is the custom resource that puts the standby bucket's rule.
func (w *walk) reverseReplication() *assembly.Resource {
	return only("custom resources for replication", w.Resources("Custom::BucketReplication")...)
}

// callPolicy is what the custom resource's function may do for it.
func (w *walk) callPolicy() *assembly.Resource {
	function := target(w.reverseReplication(), "ServiceToken", "AWS::Lambda::Function")
	return w.policyOf(target(function, "Role", "AWS::IAM::Role"))
}

// An sdkCall is a call to AWS as AwsCustomResource encodes it.
type sdkCall struct {
	Service, Action, Region string
	Parameters              json.RawMessage
	PhysicalResourceID      struct{ ID string } `json:"physicalResourceId"`
	IgnoreErrors            string              `json:"ignoreErrorCodesMatching"`
}

func (w *walk) call(event, action string) sdkCall {
	var call sdkCall
	decode(w.reverseReplication(), event, []byte(must(w.reverseReplication().Text(event))), &call)
	if call.Service != "S3" || call.Action != action || call.Region != w.site.Standby.Region.Name {
		fail("%s: %s calls %s.%s in %s, want S3.%s in %s", w.reverseReplication(), event,
			call.Service, call.Action, call.Region, action, w.site.Standby.Region.Name)
	}
	return call
}

// decode reads JSON into a type of the API's own model; a field that the model
// does not have is an error.
func decode(r *assembly.Resource, event string, data []byte, into any) {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		fail("%s: %s: %v", r, event, err)
	}
}

// keepsReverseReplication holds the calls against S3's own model of them, and
// their rule against the opposite one: the two must mirror each other.
func (w *walk) keepsReverseReplication() {
	r := w.reverseReplication()
	home, standby := w.bucket(w.site.Home.Region.Name), w.bucket(w.site.Standby.Region.Name)
	for _, event := range []string{"Create", "Update"} {
		var input s3.PutBucketReplicationInput
		decode(r, event, w.call(event, "putBucketReplication").Parameters, &input)
		if *input.Bucket != "${"+standby.String()+"}" {
			fail("%s: %s puts a rule on %s, want %s", r, event, *input.Bucket, standby)
		}
		w.mirrors(input.ReplicationConfiguration, home, standby)
	}
	var input s3.DeleteBucketReplicationInput
	call := w.call("Delete", "deleteBucketReplication")
	decode(r, "Delete", call.Parameters, &input)
	if *input.Bucket != "${"+standby.String()+"}" || call.IgnoreErrors != "NoSuchBucket" {
		fail("%s: Delete removes the rule of %s, ignoring %q", r, *input.Bucket, call.IgnoreErrors)
	}
	w.keepsCallPolicy(standby)
}

// mirrors demands that a configuration says of the way from standby to home
// what the home bucket's says of the way there.
func (w *walk) mirrors(got *types.ReplicationConfiguration, home, standby *assembly.Resource) {
	var there types.ReplicationConfiguration
	configuration := must(home.Value("ReplicationConfiguration")).(map[string]any)
	for _, rule := range configuration["Rules"].([]any) { // CloudFormation and S3 spell it differently
		rule.(map[string]any)["ID"] = rule.(map[string]any)["Id"]
		delete(rule.(map[string]any), "Id")
	}
	decode(home, "ReplicationConfiguration", must(json.Marshal(configuration)), &there)

	want := there.Rules
	want[0].Destination.Bucket = ptr("${" + home.String() + ".Arn}")
	if !reflect.DeepEqual(got.Rules, want) {
		fail("%s: the rules differ: there %s, back %s", w.reverseReplication(), must(json.Marshal(want)), must(json.Marshal(got.Rules)))
	}
	role := w.roleNamed(*got.Role)
	expect(role, "AssumeRolePolicyDocument.Statement.0.Principal", map[string]any{"Service": "s3.amazonaws.com"})
	policy := w.policyOf(role)
	if !slices.Contains(w.reverseReplication().DependsOn(), policy.LogicalID) {
		fail("%s may be put before %s is", w.reverseReplication(), policy)
	}
	for bucket, actions := range map[*assembly.Resource][]string{
		standby: {"s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication"},
		home:    {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"},
	} {
		for _, action := range actions {
			allows(policy, action, bucket)
		}
	}
}

func (w *walk) roleNamed(arn string) *assembly.Resource {
	for _, role := range w.Resources("AWS::IAM::Role") {
		if arn == "${"+role.String()+".Arn}" {
			return role
		}
	}
	fail("no role is %s", arn)
	return nil
}

// keepsCallPolicy demands that the function may put that one bucket's rules and
// hand that one role to S3, and nothing else.
func (w *walk) keepsCallPolicy(standby *assembly.Resource) {
	policy := w.callPolicy()
	role := must(w.reverseReplication().Targets("Create"))
	want := map[string]string{
		"s3:PutReplicationConfiguration": "${" + standby.String() + ".Arn}",
	}
	for _, r := range role {
		if r.Type == "AWS::IAM::Role" {
			want["iam:PassRole"] = "${" + r.String() + ".Arn}"
		}
	}
	for _, statement := range statements(policy, "Allow") {
		action, resource := fmt.Sprint(statement["Action"]), fmt.Sprint(statement["Resource"])
		if want[action] == "" || want[action] != resource {
			fail("%s: its function may %s on %s", policy, action, resource)
		}
		delete(want, action)
	}
	if len(want) > 0 {
		fail("%s lacks %v", policy, want)
	}
}

func ptr[T any](value T) *T { return &value }

// reverseTwin changes the text of the call that creates the rule.
func reverseTwin(breaks, old, replacement, want string) twin {
	return twin{breaks, func(w *walk) {
		r := w.reverseReplication()
		text := must(r.Text("Create"))
		if !strings.Contains(text, old) {
			fail("the call has no %s", old)
		}
		r.Set("Create", strings.Replace(text, old, replacement, 1))
	}, want}
}
