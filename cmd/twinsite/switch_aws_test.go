package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// A fakeAWS is CloudFormation and S3, and remembers what they are asked. Any other service
// has an outage.
type fakeAWS struct {
	output  string              // of the stack Secondary: where the switch is; "" it has none
	refuses string              // what CloudFormation, or else S3, refuses with, as "AccessDenied"
	status  int                 // the status of S3's refusals; default: 403
	moving  func(*http.Request) // what happens before S3 answers

	mu    sync.Mutex
	calls string
	body  string
}

// start leads the AWS SDK to the services, with credentials.
func (f *fakeAWS) start(t *testing.T) {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	noAccount(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "ap-northeast-2")
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
}

// called are the calls so far, a line each.
func (f *fakeAWS) called() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// signed is where a request's signature names region and service.
var signed = regexp.MustCompile(`Credential=key/\d+/([^/]+)/([^/]+)/`)

func (f *fakeAWS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	scope := signed.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil {
		scope = []string{"", "", "unsigned"}
	}
	body, _ := io.ReadAll(r.Body) // of this machine
	form, _ := url.ParseQuery(string(body))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls += strings.TrimSpace(scope[2] + " " + scope[1] + " " + strings.TrimSuffix(r.Method+" "+r.URL.Path+" "+form.Get("Action"), " "))
	if form.Get("Action") != "" {
		f.calls += " " + form.Get("StackName")
	}
	f.calls += "\n"
	switch scope[2] {
	case "cloudformation":
		switch {
		case f.refuses != "" && f.status == 0:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>", f.refuses)
		case f.output == "":
			fmt.Fprint(w, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member/></Stacks></DescribeStacksResult></DescribeStacksResponse>")
		default:
			fmt.Fprintf(w, "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><Outputs><member><OutputKey>FailoverSwitch</OutputKey><OutputValue>%s</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>", f.output)
		}
	case "s3":
		if f.moving != nil {
			f.moving(r)
		}
		if f.refuses != "" {
			w.WriteHeader(f.status)
			fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", f.refuses)
			return
		}
		f.body = string(body)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}
