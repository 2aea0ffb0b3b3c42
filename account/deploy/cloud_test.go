package deploy

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"twinsite/account/accounttest"
	"twinsite/site"
)

// amazon is an account whose services answer each action as the test says: in the
// form that AWS documents, as the emulated account gives only good answers.
func amazon(t *testing.T, answers map[string]string) Cloud {
	t.Helper()
	return Of(accounttest.Open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.FormValue("Action")
		if action == "" { // S3
			action = r.URL.Path
		}
		answer, ok := answers[action]
		if action == "GetCallerIdentity" {
			answer, ok = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", true
		}
		w.Header().Set("Content-Type", "text/xml")
		if code, refused := strings.CutPrefix(answer, "refused "); refused || !ok {
			w.WriteHeader(http.StatusBadRequest)
			code, message, _ := strings.Cut(code, " ")
			failure := fmt.Sprintf("<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
			if r.FormValue("Action") != "" {
				failure = "<ErrorResponse>" + failure + "</ErrorResponse>"
			}
			fmt.Fprint(w, failure)
			return
		}
		fmt.Fprint(w, answer)
	})))
}

func TestStack(t *testing.T) {
	for _, test := range []struct{ answer, status, failure string }{
		{"refused ValidationError Stack with id ticketing-Primary does not exist", "", ""},
		{"refused AccessDenied User: somebody is not authorized", "", "the credentials do not allow cloudformation:DescribeStacks in us-east-1"},
		{"refused ValidationError something else", "", "cloudformation:DescribeStacks in us-east-1: ValidationError: something else"},
		{`<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:1</StackId><StackStatus>CREATE_COMPLETE</StackStatus>
			<EnableTerminationProtection>true</EnableTerminationProtection></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, "CREATE_COMPLETE", ""},
	} {
		stack, err := amazon(t, map[string]string{"DescribeStacks": test.answer}).Stack(t.Context(), "us-east-1", "ticketing-Primary")
		if failure := fmt.Sprint(err); stack.Status != test.status || failure != test.failure && (err != nil || test.failure != "") {
			t.Errorf("%s: got %+v, %v, want %q, %s", test.answer, stack, err, test.status, test.failure)
		}
		if test.status != "" && (!stack.Protected || stack.ARN != "arn:1") {
			t.Errorf("got %+v", stack)
		}
	}
}

func TestStood(t *testing.T) {
	for event, want := range map[string]bool{
		"<PhysicalResourceId>arn:1</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>":   true,
		"<PhysicalResourceId>bucket</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus>":  false,
		"<PhysicalResourceId>arn:1</PhysicalResourceId><ResourceStatus>ROLLBACK_COMPLETE</ResourceStatus>": false,
	} {
		stood, err := amazon(t, map[string]string{"DescribeStackEvents": "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents><member>" +
			event + "</member></StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>"}).Stood(t.Context(), Stack{ARN: "arn:1", Region: "us-east-1"})
		if err != nil || stood != want {
			t.Errorf("%s: got %t, %v", event, stood, err)
		}
	}
}

// TestBuckets holds that only what CloudFormation has marked is taken for a bucket
// of the site's, whatever it is called.
func TestBuckets(t *testing.T) {
	s, err := site.Load("../../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tagged := func(stack string) string {
		return "<Tagging><TagSet><Tag><Key>aws:cloudformation:stack-id</Key><Value>arn:aws:cloudformation:us-east-1:1:stack/" + stack + "/1</Value></Tag></TagSet></Tagging>"
	}
	var listed strings.Builder
	for _, name := range []string{"ticketing-primary-accesslogs1", "ticketing-primary-old", "ticketing-primary-mine", "else"} {
		fmt.Fprintf(&listed, "<Bucket><Name>%s</Name></Bucket>", name)
	}
	buckets, err := amazon(t, map[string]string{
		"/":                              "<ListAllMyBucketsResult><Buckets>" + listed.String() + "</Buckets></ListAllMyBucketsResult>",
		"/ticketing-primary-accesslogs1": tagged("ticketing-Primary"),
		"/ticketing-primary-old":         tagged("another-Primary"),
		"/ticketing-primary-mine":        "refused NoSuchTagSet",
	}).Buckets(t.Context(), s)
	if err != nil || len(buckets) != 1 || buckets[0].Name != "ticketing-primary-accesslogs1" || buckets[0].Region != "ap-northeast-2" {
		t.Errorf("got %+v, %v", buckets, err)
	}
	if _, err := amazon(t, map[string]string{"/": "refused AccessDenied"}).Buckets(t.Context(), s); fmt.Sprint(err) != "the credentials do not allow s3:ListAllMyBuckets" {
		t.Errorf("got %v", err)
	}
}

// TestRemains holds that a resource comes with the time of its last change, and that one
// that is gone does not come.
func TestRemains(t *testing.T) {
	member := func(id, status string) string {
		return "<member><LogicalResourceId>" + id + "</LogicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType><ResourceStatus>" + status +
			"</ResourceStatus><LastUpdatedTimestamp>2026-11-28T17:48:16Z</LastUpdatedTimestamp></member>"
	}
	remains, err := amazon(t, map[string]string{"ListStackResources": "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>" +
		member("There", "UPDATE_COMPLETE") + member("Gone", "DELETE_COMPLETE") +
		"</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>"}).Remains(t.Context(), Stack{ARN: "arn:1", Region: "us-east-1"})
	if err != nil || len(remains) != 1 || remains[0].LogicalID != "There" || remains[0].Changed.Format("15:04:05") != "17:48:16" {
		t.Errorf("got %+v, %v", remains, err)
	}
}
