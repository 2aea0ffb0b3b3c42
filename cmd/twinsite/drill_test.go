package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"twinsite/account"
	"twinsite/account/drill"
	"twinsite/account/switching"
	"twinsite/assembly"
	"twinsite/internal/cli"
	"twinsite/rehearsal"
	"twinsite/rehearsal/report"
	"twinsite/rehearsal/visit"
	"twinsite/site"
)

// fakeAccount answers STS with an account or an error, and every other call with what
// CloudFormation says of a stack that does not exist.
func fakeAccount(t *testing.T, status int, answer string) *[]string {
	t.Helper()
	calls := &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if action := r.PostForm.Get("Action"); action == "GetCallerIdentity" {
			w.WriteHeader(status)
			fmt.Fprint(w, answer)
			return
		}
		*calls = append(*calls, r.Method+" "+r.URL.Path+" "+r.PostForm.Get("Action"))
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id x does not exist</Message></Error></ErrorResponse>")
	}))
	t.Cleanup(server.Close)
	noAccount(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	return calls
}

// noAccount removes every credential of the machine's.
func noAccount(t *testing.T) {
	t.Helper()
	nowhere := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{
		"HOME": nowhere, "AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_PROFILE": "", "AWS_REGION": "",
		"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SESSION_TOKEN": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
}

const (
	somebody = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
	expired  = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
)

// Whatever is wrong is one line and status 2, and nothing is put.
func TestDrillMistakes(t *testing.T) {
	calls := fakeAccount(t, 200, somebody)
	folder, taken := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, "drill.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(folder, "missing", "folder") // which is not made before all else is right
	drill := func(args ...string) []string {
		return append([]string{"drill", "-yes", "-site", root + "site.yaml", "-out", missing, "-record", missing + "/drill.json"}, args...)
	}
	wantUnusable(t, []mistake{
		{[]string{"drill", "-site", root + "site.yaml"}, "there is no terminal to ask on: give -yes"},
		{drill("-by", "hand"), "-by hand: give switch or practice"},
		{drill("-by", "practice"), "practice is false: the site has no experiment"},
		{drill("-site", root+"examples/article.yaml"), "failover.switch and practice are false"},
		{drill("-site", "nowhere.yaml"), "nowhere.yaml"},
		{drill("-visitors", "6"), "-visitors 6: give a multiple of four, 4 to 40"},
		{drill("-visitors", "40", "-write", "/tickets"), "wafRules.requestsPerAddress is 2000: 40 visitors could come every"},
		{drill("-write", "tickets"), `-write "tickets": give a path`},
		{drill("-read", ""), `-read "": give a path`},
		{drill("-trials", "0"), "-trials 0"},
		{drill("-resolver", "dns"), "-resolver: "},
		{drill("-out", root+"site.yaml"), "-out "},
		{drill("-record", folder), "it is a folder"},
		{drill("-record", folder+"/new/"), "it is a folder"},
		{drill("-out", taken), "drill.html: it is a folder"},
		{drill("-record", root+"site.yaml/drill.json"), "drill: -record "},
		{drill("-account", ""), `-account "": give an account's number`},
		{drill("-account", "210987654321"), "123456789012"},
		{drill(), "the site is not deployed: the account 123456789012 has no stack ticketing-Domain in us-east-1"},
	})
	for _, call := range *calls {
		if !strings.HasSuffix(call, " DescribeStacks") {
			t.Errorf("asked %q, want only whether the site is deployed", call)
		}
	}
	fakeAccount(t, 403, expired)
	wantUnusable(t, []mistake{{drill(), "AWS refuses the credentials (ExpiredToken)"}})
	noAccount(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	wantUnusable(t, []mistake{{drill(), "there are no AWS credentials"}})
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("made %v, %v, want nothing", files, err)
	}
	if err := (&drillOrder{out: missing, record: filepath.Join(folder, "record", "drill.json")}).folders(); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 2 {
		t.Errorf("made %v, %v, want both folders", files, err)
	}
}

// Only "yes" goes on; who is no terminal is not asked.
func TestDrillAsks(t *testing.T) {
	for answer, want := range map[string]bool{"yes\n": true, " yes \n": true, "y\n": false, "\n": false, "": false, "no yes\n": false} {
		var out bytes.Buffer
		if got := confirmed(strings.NewReader(answer), &out); got != want || !strings.Contains(out.String(), `Only "yes"`) {
			t.Errorf("%q: got %t, %s", answer, got, out.String())
		}
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	file, err := os.Open("drill.go")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(null) || isTerminal(file) || isTerminal(strings.NewReader("yes\n")) {
		t.Error("what is no terminal is asked")
	}
}

// The record, the page and the report are written, each of them also if another cannot be,
// and the status says whether the drill passed.
func TestDrillAnswers(t *testing.T) {
	folder := t.TempDir()
	o := &drillOrder{out: folder, record: filepath.Join(folder, "drill.json")}
	a, err := assembly.Load(root + "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(out io.Writer, edgeTTL bool) error {
		r := &report.Report{
			Model: m,
			Drill: &rehearsal.Drill{Version: rehearsal.DrillVersion, Zone: "ticketing.pw", At: time.Unix(0, 0).UTC(), Outage: rehearsal.BySwitch},
		}
		prediction := rehearsal.Prediction{Outage: rehearsal.BySwitch}
		for _, q := range rehearsal.Quantities() {
			prediction.Quantities = append(prediction.Quantities, rehearsal.Forecast{Quantity: q})
		}
		r.Predictions = append(r.Predictions, prediction)
		if edgeTTL {
			r.Findings = append(r.Findings, report.Finding{Kind: "disagreement", Message: "TTL at the edge"})
		}
		return o.answer(out, io.Discard, r)
	}
	// written wants the record and the page, and removes them.
	written := func() {
		t.Helper()
		file, err := os.Open(o.record)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if d, err := rehearsal.ReadDrill(file); err != nil || d.Zone != "ticketing.pw" {
			t.Errorf("recorded %+v, %v", d, err)
		}
		if err := errors.Join(os.Remove(o.page()), os.Remove(o.record)); err != nil {
			t.Error(err)
		}
	}
	var out bytes.Buffer
	if err := answer(&out, false); err != nil || !strings.Contains(out.String(), "PASSED") {
		t.Errorf("got %v and %s", err, &out)
	}
	written()
	out.Reset()
	if err := answer(&out, true); err == nil || !strings.Contains(out.String(), "TTL at the edge") {
		t.Errorf("got %v and %s", err, &out)
	}
	written()
	reader, gone := io.Pipe() // as of "| head"
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if err := answer(gone, false); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("an output without a reader: got %v", err)
	}
	written()
	var failed cli.Failed
	if err := answer(gone, true); !errors.As(err, &failed) || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the same, of a drill that failed: got %v", err)
	}
	written()
	o.out = filepath.Join(folder, "removed")
	if err := answer(&out, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a page that cannot be written: got %v", err)
	}
	if _, err := os.Stat(o.record); err != nil {
		t.Error(err)
	}
}

// What is asked says what is put, who visits, for how long, and how to remove it by hand.
func TestDrillPlan(t *testing.T) {
	a, err := assembly.Load(root + "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Load(root + "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	put, err := switching.At(func(string) aws.Config { return aws.Config{} }, s, "s3://bucket/failover-switch")
	if err != nil {
		t.Fatal(err)
	}
	d := &drill.Drill{Model: m, Parameters: rehearsal.DefaultParameters(), Lever: drill.BySwitch(put), Outage: rehearsal.BySwitch, World: &visit.World{Types: []string{"A"}}}
	prediction := rehearsal.Prediction{Outage: rehearsal.BySwitch}
	for _, q := range rehearsal.Quantities() {
		prediction.Quantities = append(prediction.Quantities, rehearsal.Forecast{Quantity: q, Median: rehearsal.Seconds(40 * time.Second)})
	}
	var out bytes.Buffer
	o := &drillOrder{read: "/", visitors: 4}
	o.plan(&out, s, &account.Account{ID: "123456789012"}, d, prediction)
	for _, want := range []string{
		"a drill of the site ticketing (ticketing.pw), which is live in the account 123456789012:\n",
		"puts     the failover switch s3://bucket/failover-switch: ticketing.pw leads to us-east-1 while it is there\n",
		"4 visitors from this machine read / every 1s, by A, and do not write: only reads are measured; -write names",
		"takes about 2m0s, at most ",
		"also after Ctrl-C. If this machine dies: aws s3 rm s3://bucket/failover-switch --region us-east-1\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%swant %q", out.String(), want)
		}
	}
	o.write = "/tickets"
	out.Reset()
	if o.plan(&out, s, &account.Account{}, d, prediction); !strings.Contains(out.String(), "and write by POST /tickets") {
		t.Errorf("got\n%s", out.String())
	}
}

// How a drill that is broken off ends: what is left is never hidden by Ctrl-C.
func TestDrillBrokenOff(t *testing.T) {
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	left := errors.Join(context.Canceled, fmt.Errorf("%w: remove it by: aws s3 rm x", drill.ErrLeft))
	for _, test := range []struct {
		name             string
		ctx              context.Context
		err              error
		canceled, failed bool
		want             string
	}{
		{"Ctrl-C", interrupted, context.Canceled, true, false, "context canceled"},
		{"Ctrl-C, and something is left", interrupted, left, false, false, "context canceled; something is left: remove it by: aws s3 rm x"},
		{"something is left", t.Context(), left, true, true, "something is left"},
		{"nothing was changed", t.Context(), fmt.Errorf("no: %w", drill.ErrUnchanged), false, false, "no: nothing was changed"},
		{"a visitor broke", t.Context(), errors.New("a visitor broke"), false, true, "a visitor broke"},
	} {
		err := brokenOff(test.ctx, test.err)
		var failed cli.Failed
		if errors.Is(err, context.Canceled) != test.canceled || errors.As(err, &failed) != test.failed || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}
