package constructs

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

const reverseRule = "Custom::BucketReplication"

// newTestReverseReplication makes a home bucket that replicates to bucket
// "replica", and the way back.
func newTestReverseReplication(stage awscdk.Stage, id string, mutate func(*ReverseReplicationProps)) awscdk.Stack {
	props := &ReverseReplicationProps{FromRegion: "us-east-1"}
	mutate(props)
	stack, site := newTestStaticSite(stage, id, func(stack awscdk.Stack, static *StaticSiteProps) {
		props.From = replicaBucket(stack)
		static.ReplicateTo = props.From
		static.TimeControl = props.TimeControl
	})
	props.To = site.Bucket
	NewReverseReplication(stack, "ReverseReplication", props)
	return stack
}

func TestReverseReplication(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestReverseReplication(stage, "Minimal", func(*ReverseReplicationProps) {})
	exhaustive := newTestReverseReplication(stage, "Exhaustive", func(props *ReverseReplicationProps) {
		props.FromRegion = "eu-west-1"
		props.TimeControl = true
	})

	// A custom resource that loads an SDK of its own, as the CDK's do by default.
	careless := newTestStack(stage, "Careless")
	customresources.NewAwsCustomResource(careless, jsii.String("ReverseReplication"), &customresources.AwsCustomResourceProps{
		ResourceType: jsii.String(reverseRule),
		OnUpdate: &customresources.AwsSdkCall{
			Service:            jsii.String("S3"),
			Action:             jsii.String("putBucketReplication"),
			Parameters:         object{"Bucket": "replica"},
			PhysicalResourceId: customresources.PhysicalResourceId_Of(jsii.String("replica")),
		},
		InstallLatestAwsSdk: jsii.Bool(true),
		Policy: customresources.AwsCustomResourcePolicy_FromSdkCalls(&customresources.SdkCallsPolicyOptions{
			Resources: customresources.AwsCustomResourcePolicy_ANY_RESOURCE(),
		}),
	})

	checkPromises(t, []promise{
		{"one rule", total(reverseRule, 1), minimal, newTestStack(stage, "Empty")},
		{"by the SDK that is there", has(reverseRule, object{"InstallLatestAwsSdk": false}), minimal, careless},
	})

	for _, test := range []struct {
		stack  awscdk.Stack
		region string
		timed  bool
	}{{minimal, "us-east-1", false}, {exhaustive, "eu-west-1", true}} {
		t.Run(*test.stack.StackName(), func(t *testing.T) { checkReverseCalls(t, test.stack, test.region, test.timed) })
	}
}

// checkReverseCalls compares the calls in full with the words of S3's API.
func checkReverseCalls(t *testing.T, stack awscdk.Stack, region string, timed bool) {
	put := object{
		"service":            "S3",
		"action":             "putBucketReplication",
		"region":             region,
		"physicalResourceId": object{"id": "replica"},
		"parameters": object{
			"Bucket": "replica",
			"ReplicationConfiguration": object{
				"Role":  "${ReverseReplicationRole.Arn}",
				"Rules": list{reverseRuleWanted(timed)},
			},
		},
	}
	want := map[string]any{
		"Create": put,
		"Update": put,
		"Delete": object{
			"service":                  "S3",
			"action":                   "deleteBucketReplication",
			"region":                   region,
			"ignoreErrorCodesMatching": "NoSuchBucket",
			"parameters":               object{"Bucket": "replica"},
		},
	}
	got := map[string]any{}
	properties := only(t, resources(stack, reverseRule))["Properties"].(object)
	for event := range want {
		got[event] = decode(t, flat(t, properties[event]))
	}
	if diff := cmp.Diff(decode(t, encode(t, want)), any(got)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	t.Run("mirrors the rule of the home bucket", func(t *testing.T) {
		there := ruleOf(t, stack)
		back := reverseRuleOf(got["Create"])
		if diff := cmp.Diff(there, back); diff != "" {
			t.Errorf("(-there +back):\n%s", diff)
		}
		// The broken copy: a rule that differs in one point.
		back["DeleteMarkerReplication"] = object{"Status": "Disabled"}
		if cmp.Equal(there, back) {
			t.Error("any rule mirrors it, so that this proves nothing")
		}
	})
}

func reverseRuleWanted(timed bool) object {
	enabled := object{"Status": "Enabled"}
	destination := object{"Bucket": "${StaticSiteBucket.Arn}", "Metrics": enabled}
	if timed {
		destination["Metrics"] = object{"Status": "Enabled", "EventThreshold": object{"Minutes": 15}}
		destination["ReplicationTime"] = object{"Status": "Enabled", "Time": object{"Minutes": 15}}
	}
	return object{
		"ID":                      "AllObjects",
		"Status":                  "Enabled",
		"Priority":                1,
		"Filter":                  object{"Prefix": ""},
		"Destination":             destination,
		"DeleteMarkerReplication": enabled,
		"SourceSelectionCriteria": object{"ReplicaModifications": enabled},
	}
}

// ruleOf is the one rule of a stack's bucket, by the API's names and without
// the bucket it leads to.
func ruleOf(t *testing.T, stack awscdk.Stack) object {
	t.Helper()
	properties := only(t, resources(stack, "AWS::S3::Bucket"))["Properties"].(object)
	rule := properties["ReplicationConfiguration"].(object)["Rules"].(list)[0].(object)
	rule["ID"] = rule["Id"]
	delete(rule, "Id")
	delete(rule["Destination"].(object), "Bucket")
	return rule
}

func reverseRuleOf(call any) object {
	configuration := call.(object)["parameters"].(object)["ReplicationConfiguration"].(object)
	rule := configuration["Rules"].(list)[0].(object)
	delete(rule["Destination"].(object), "Bucket")
	return rule
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}
