package switching_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"twinsite/account"
	"twinsite/account/switching"
	"twinsite/site"
)

// amazon is how services are asked that answer as the function does.
func amazon(t *testing.T, answer http.HandlerFunc) func(region string) aws.Config {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return func(region string) aws.Config {
		return aws.Config{Region: region, BaseEndpoint: &server.URL, RetryMaxAttempts: 1, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "key", SecretAccessKey: "secret"}, nil
		})}
	}
}

func load(t *testing.T, path string) *site.Site {
	t.Helper()
	s, err := site.Load("../../" + path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// stacks answers with an output of the standby's stack.
func stacks(key, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if r.PostForm.Get("StackName") != "ticketing-Secondary" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>")
			return
		}
		fmt.Fprintf(w, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Outputs><member><OutputKey>%s</OutputKey><OutputValue>%s</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>", key, value)
	}
}

func TestFind(t *testing.T) {
	s := load(t, "site.yaml")
	w, err := switching.Find(t.Context(), amazon(t, stacks("FailoverSwitch", "s3://bucket-1.a/failover-switch")), s)
	if err != nil || w.Bucket != "bucket-1.a" || w.Region != "us-east-1" || w.Undo() != "aws s3 rm s3://bucket-1.a/failover-switch --region us-east-1" {
		t.Errorf("got %+v, %v", w, err)
	}
	other := *s
	other.Name = "shop"
	for _, test := range []struct {
		s          *site.Site
		key, value string
		want       string
	}{
		{load(t, "examples/article.yaml"), "", "", "there is no failover switch: failover.switch is false: set it to true and deploy, in a quiet hour"},
		{s, "StaticAddress", "https://static", "there is no failover switch: the stack ticketing-Secondary was deployed without it: deploy the site, in a quiet hour"},
		{s, "FailoverSwitch", "s3://bucket/failover", `the output FailoverSwitch of the stack ticketing-Secondary is "s3://bucket/failover", not s3://BUCKET/failover-switch`},
		{&other, "FailoverSwitch", "", "cloudformation:DescribeStacks of shop-Secondary in us-east-1: ValidationError: Stack does not exist"},
	} {
		if _, err := switching.Find(t.Context(), amazon(t, stacks(test.key, test.value)), test.s); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}

// The object is put, seen and removed; what S3 refuses is one line that names the
// permission.
func TestMove(t *testing.T) {
	body, status := "", http.StatusOK
	in := amazon(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/failover-switch" && r.URL.Path != "/bucket/failover-switch" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		switch {
		case status != http.StatusOK:
			w.WriteHeader(status)
			fmt.Fprint(w, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
		case r.Method == http.MethodPut:
			sent, _ := io.ReadAll(r.Body)
			body = string(sent)
		case r.Method == http.MethodDelete:
			body = ""
		case body == "":
			w.WriteHeader(http.StatusNotFound)
		default:
			w.Header().Set("ETag", `"tag"`)
			w.Header().Set("Last-Modified", time.Unix(0, 0).UTC().Format(http.TimeFormat))
		}
	})
	w, err := switching.At(in, load(t, "site.yaml"), "s3://bucket/failover-switch")
	if err != nil {
		t.Fatal(err)
	}
	state := func(want bool) {
		t.Helper()
		if put, version, err := w.State(t.Context()); err != nil || put != want || put != strings.Contains(version, "of 1970-01-01T00:00:00Z") {
			t.Errorf("got %t, %q, %v, want %t", put, version, err, want)
		}
	}
	state(false)
	if err := w.Put(t.Context(), "a test"); err != nil || !strings.Contains(body, "moved by a test at 2") {
		t.Errorf("put %q, %v", body, err)
	}
	state(true)
	for range 2 { // the second time, it is not there
		if err := w.Remove(t.Context()); err != nil {
			t.Error(err)
		}
		state(false)
	}
	status = http.StatusForbidden
	_, _, asked := w.State(t.Context())
	for permission, err := range map[string]error{"s3:PutObject": w.Put(t.Context(), "a test"), "s3:DeleteObject": w.Remove(t.Context()), "s3:GetObject": asked} {
		if err == nil || !account.NotAllowed(err) && permission != "s3:GetObject" || !strings.Contains(err.Error(), permission) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", permission, err)
		}
	}
}

func TestAt(t *testing.T) {
	for _, object := range []string{"", "bucket/failover-switch", "s3://bucket/a/failover-switch", "s3://bucket/failover-swich", "s3://B/failover-switch"} {
		if _, err := switching.At(nil, load(t, "site.yaml"), object); err == nil {
			t.Errorf("%q was taken", object)
		}
	}
}
