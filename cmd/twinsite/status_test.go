package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// amazon answers every call of the account 123456789012 by its action, and credentials
// lead to it. Without an answer, a call is refused with the code.
func amazon(t *testing.T, code string, answers map[string]string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		answer, ok := answers[r.FormValue("Action")]
		if !ok {
			w.WriteHeader(http.StatusBadRequest)
			answer = "<ErrorResponse><Error><Code>" + code + "</Code><Message>Stack does not exist</Message></Error></ErrorResponse>"
			if strings.Contains(r.Header.Get("Authorization"), "/ec2/") {
				answer = "<Response><Errors><Error><Code>" + code + "</Code></Error></Errors></Response>"
			}
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	nobody(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
}

const callerAnswer = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"

// nobody removes every credential of the machine's, and every command from PATH.
func nobody(t *testing.T) {
	t.Helper()
	t.Setenv("PATH", t.TempDir())
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
}

func TestStatusMistakes(t *testing.T) {
	file := root + "site.yaml"
	nobody(t)
	wantUnusable(t, []mistake{
		{[]string{"status", "-site", file}, "there are no AWS credentials: give the AWS CLI's usual ones"},
		{[]string{"status", "-site", filepath.Join(root, "none.yaml")}, "none.yaml"},
		{[]string{"status", "-site", file, "-resolver", "dns.example"}, `"dns.example" is no DNS server's address`},
		{[]string{"status", "-site", file, "-account", ""}, `-account "": give an account's number`},
		{[]string{"status", "now"}, `unknown command "now" for "twinsite status"`},
	})
	amazon(t, "ExpiredToken", nil)
	wantUnusable(t, []mistake{{[]string{"status", "-site", file}, "AWS refuses the credentials (ExpiredToken)"}})
	amazon(t, "ValidationError", map[string]string{"GetCallerIdentity": callerAnswer})
	wantUnusable(t, []mistake{
		{[]string{"status", "-site", file, "-account", "210987654321"}, "the credentials are of account 123456789012, not of 210987654321"},
		{[]string{"status", "-site", file, "-account", "123456789012"}, "the site is not deployed: the account has none of the stacks ticketing-Domain"},
		{[]string{"status", "-site", file, "-json"}, "the site is not deployed"},
	})
}

// TestStatusJSON holds that a status is one JSON object, also where nearly nothing may be
// asked: no name server listens, and the account says only that the stacks stand.
func TestStatusJSON(t *testing.T) {
	amazon(t, "AccessDenied", map[string]string{
		"GetCallerIdentity":  callerAnswer,
		"DescribeStacks":     "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:1</StackId><StackStatus>CREATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
		"ListStackResources": "<ListStackResourcesResponse><ListStackResourcesResult/></ListStackResourcesResponse>",
	})
	stdout, stderr, status := execute(t, "status", "-site", root+"site.yaml", "-resolver", "127.0.0.1:1", "-json")
	var answer struct {
		Site, Account string
		Items         []struct{ Item, Colour, Said string }
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil || answer.Site != "ticketing" || answer.Account != "123456789012" || len(answer.Items) < 9 {
		t.Fatalf("got %v, %s%s", err, stdout, stderr)
	}
	if first := answer.Items[0]; status != 1 || first.Item != "in short" || first.Colour != "warning" || !strings.HasPrefix(first.Said, "not known") {
		t.Errorf("got %d and %+v", status, first)
	}
}

// A release that cannot begin says so before anything is synthesized: no npx is in PATH
// here, and the account refuses every call but the first.
func TestReleaseMistakes(t *testing.T) {
	file := root + "site.yaml"
	nobody(t)
	wantUnusable(t, []mistake{
		{[]string{"release", "-site", file}, "there are no AWS credentials: give the AWS CLI's usual ones"},
		{[]string{"release", "-site", filepath.Join(root, "none.yaml")}, "none.yaml"},
		{[]string{"release", "-site", file, "-resolver", "dns.example"}, `"dns.example" is no DNS server's address`},
		{[]string{"release", "-site", file, "-account", ""}, `-account "": give an account's number`},
		{[]string{"release", "Secondary"}, `unknown command "Secondary" for "twinsite release"`},
		{[]string{"release", "-bake", "-1m"}, "-bake -1m0s: give a time from 0s to 24h"},
		{[]string{"release", "-delegation", "100h"}, "-delegation 100h0m0s: give a time"},
		{[]string{"release", "-bake", "5"}, "missing unit"},
	})
	amazon(t, "ExpiredToken", nil)
	wantUnusable(t, []mistake{{[]string{"release", "-site", file}, "AWS refuses the credentials (ExpiredToken)"}})
	amazon(t, "AccessDenied", map[string]string{"GetCallerIdentity": callerAnswer})
	wantUnusable(t, []mistake{
		{[]string{"release", "-site", file, "-account", "210987654321"}, "the credentials are of account 123456789012, not of 210987654321"},
		{[]string{"release", "-site", file, "-account", "123456789012"}, "the credentials do not allow cloudformation:DescribeStacks"},
		{[]string{"release", "-site", file, "-json"}, "the credentials do not allow cloudformation:DescribeStacks"},
	})
}
