package drill_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"twinsite/account"
	"twinsite/account/accounttest"
	"twinsite/account/drill"
	"twinsite/account/switching"
	"twinsite/rehearsal"
	"twinsite/rehearsal/play"
	"twinsite/site"
)

// An amazon answers as AWS's APIs do, for the default site: its stacks stand, with the
// golden templates. S3's switch and the experiment strike the played site.
type amazon struct {
	t    *testing.T
	site *play.Site

	mu          sync.Mutex
	calls       []string // as "PUT /bucket/failover-switch"
	put         bool
	missing     string // a stack that does not stand
	refuses     string // a call that is not allowed
	experiments []string
	state       string // of the experiment
	reason      string
	checked     time.Time // when health checkers asked last
}

// open opens the account and reads the site that is deployed there.
func (a *amazon) open(t *testing.T) (*account.Account, *site.Site) {
	t.Helper()
	a.t = t
	// The local server cut off one answer in some 300: the SDK asks again.
	opened := accounttest.Open(t, a, config.WithRetryMaxAttempts(3))
	s, err := site.Load("../../site.yaml")
	if err != nil {
		a.t.Fatal(err)
	}
	s.Practice = true
	return opened, s
}

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	_ = r.ParseForm()
	call := r.Method + " " + r.URL.Path
	if action := r.PostForm.Get("Action"); action != "" {
		call = action
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, call)
	if a.refuses != "" && strings.Contains(call, a.refuses) {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException") // in JSON's protocol
		w.WriteHeader(http.StatusForbidden)
		if strings.Contains(r.URL.Path, "experiment") {
			fmt.Fprint(w, `{"message": "no"}`)
			return
		}
		fmt.Fprint(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>")
		return
	}
	switch {
	case call == "GetCallerIdentity":
		fmt.Fprint(w, "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")
	case strings.Contains(r.URL.Path, "/healthcheck/"):
		a.health(w, r.URL.Path)
	case strings.Contains(r.URL.Path, "xperiment"):
		a.experiment(w, r)
	case r.PostForm.Get("StackName") != "":
		a.stack(w, r, call)
	case strings.HasSuffix(r.URL.Path, "/failover-switch"):
		a.object(w, r)
	default:
		a.t.Errorf("%s is not known", call)
		w.WriteHeader(http.StatusNotFound)
	}
}

func (a *amazon) stack(w http.ResponseWriter, r *http.Request, call string) {
	name := r.PostForm.Get("StackName")
	_, id, _ := strings.Cut(name, "-")
	switch {
	case id == a.missing:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id %s does not exist</Message></Error></ErrorResponse>", name)
	case call == "DescribeStacks":
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn</StackId><StackName>%s</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>
<member><OutputKey>FailoverSwitch</OutputKey><OutputValue>s3://bucket/failover-switch</OutputValue></member>
<member><OutputKey>PracticeTemplate</OutputKey><OutputValue>EXT1</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, name)
	case call == "DescribeStackResource":
		logical := r.PostForm.Get("LogicalResourceId")
		fmt.Fprintf(w, "<DescribeStackResourceResponse><DescribeStackResourceResult><StackResourceDetail><PhysicalResourceId>%s.%s</PhysicalResourceId></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>", id, logical)
	default:
		template, err := os.ReadFile("../../testdata/site/" + id + ".template.json")
		if err != nil {
			a.t.Error(err)
		}
		fmt.Fprint(w, "<GetTemplateResponse><GetTemplateResult><TemplateBody>")
		_ = xml.EscapeText(w, template)
		fmt.Fprint(w, "</TemplateBody></GetTemplateResult></GetTemplateResponse>")
	}
}

func (a *amazon) object(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPut, http.MethodDelete:
		a.put = r.Method == http.MethodPut
		if a.site != nil {
			a.site.Strike(rehearsal.BySwitch, a.put)
		}
		w.Header().Set("ETag", `"tag"`)
	case http.MethodHead:
		if !a.put {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("ETag", `"tag"`)
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
	}
}

// health answers as if 12 checkers had seen an endpoint just now, of which one failed.
func (a *amazon) health(w http.ResponseWriter, path string) {
	fmt.Fprint(w, "<GetHealthCheckStatusResponse><HealthCheckObservations>")
	if a.checked.IsZero() {
		a.checked = time.Now().Add(-time.Second)
	}
	for n := range 12 {
		status := "Success: HTTP Status Code 200, OK"
		if n == 3 {
			status = "Failure: Resolved IP: 192.0.2.1. The connection timed out"
		}
		fmt.Fprintf(w, "<HealthCheckObservation><Region>us-east-1</Region><IPAddress>192.0.2.%d</IPAddress><StatusReport><Status>%s</Status><CheckedTime>%s</CheckedTime></StatusReport></HealthCheckObservation>",
			n, status, a.checked.UTC().Format(time.RFC3339Nano))
	}
	fmt.Fprint(w, "</HealthCheckObservations></GetHealthCheckStatusResponse>")
	if !strings.Contains(path, "/Failover.Failover") {
		a.t.Errorf("%s is asked for", path)
	}
}

func (a *amazon) experiment(w http.ResponseWriter, r *http.Request) {
	strike := func(begins bool) {
		if a.site != nil {
			a.site.Strike(rehearsal.Hang, begins)
		}
	}
	switch {
	case r.Method == http.MethodPost:
		id := fmt.Sprintf("EXP%d", len(a.experiments)+1)
		a.experiments, a.state = append(a.experiments, id), "initiating"
	case r.Method == http.MethodDelete:
		a.state = "stopping"
	case a.state == "initiating":
		a.state = "running"
		strike(true)
	case a.state == "stopping":
		a.state = "stopped"
		strike(false)
	}
	one := map[string]any{"id": "EXP1", "state": map[string]any{"status": a.state, "reason": a.reason}, "creationTime": float64(time.Now().Unix())}
	answer := map[string]any{"experiment": one}
	if r.Method == http.MethodGet && r.URL.Path == "/experiments" {
		all := []any{}
		if len(a.experiments) > 0 {
			all = append(all, one)
		}
		answer = map[string]any{"experiments": all}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// The whole way over AWS's APIs, by HTTP: the templates that are deployed, the switch and
// the experiment, against a played site.
func TestDrillOverAWS(t *testing.T) {
	for _, practice := range []bool{false, true} {
		t.Run(fmt.Sprintf("practice %t", practice), func(t *testing.T) {
			a := &amazon{}
			opened, s := a.open(t)
			m, err := drill.Model(t.Context(), opened, s)
			if err != nil || len(m.Faults) > 0 || m.Zone != "ticketing.pw" {
				t.Fatalf("%v, %+v", err, m)
			}
			stage := open(t)
			a.site = stage.lever.site
			if practice {
				stage.Outage = rehearsal.Hang
				stage.Lever, err = drill.FindPractice(t.Context(), opened, s)
			} else {
				var w *switching.Switch
				w, err = switching.Find(t.Context(), opened.In, s)
				stage.Lever = drill.BySwitch(w)
			}
			if err != nil {
				t.Fatal(err)
			}
			d := run(t, stage)
			if a.put || a.state != "" && a.state != "stopped" || d.Measured[rehearsal.HomeAgain].Never() || len(d.Remarks) > 0 {
				t.Errorf("the switch is put: %t, the experiment is %q; measured %v, %q", a.put, a.state, d.Measured, d.Remarks)
			}
			want := map[bool]string{false: "aws s3 rm s3://bucket/failover-switch --region us-east-1", true: "aws fis stop-experiment --region ap-northeast-2 --id EXP1"}[practice]
			if got := stage.Lever.Undo(); got != want {
				t.Errorf("undone by %s, want %s", got, want)
			}
		})
	}
}

func TestModelErrors(t *testing.T) {
	for _, test := range []struct{ missing, refuses, want string }{
		{"Failover", "", "the site is not deployed: the account 123456789012 has no stack ticketing-Failover in us-east-1"},
		{"", "GetTemplate", "the credentials do not allow cloudformation:GetTemplate in us-east-1"},
		{"", "DescribeStacks", "the credentials do not allow cloudformation:DescribeStacks in us-east-1"},
	} {
		a := &amazon{}
		opened, s := a.open(t)
		a.missing, a.refuses = test.missing, test.refuses
		if _, err := drill.Model(t.Context(), opened, s); err == nil || err.Error() != test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

func TestCheckers(t *testing.T) {
	a := &amazon{}
	opened, s := a.open(t)
	clock := open(t).World.Clock
	ask := drill.Checkers(opened, s, clock)
	check := &rehearsal.HealthCheck{Resource: "Failover.FailoverHomeEndpoint260E5D86"}
	seen, err := ask(t.Context(), check)
	bad := 0
	for _, o := range seen {
		if !o.Good {
			bad++
		}
		if ago := clock.Now() - o.At; ago < 0 || ago > time.Minute {
			t.Errorf("%+v is of %s ago", o, ago)
		}
	}
	if err != nil || len(seen) != 12 || bad != 1 {
		t.Errorf("got %+v, %v", seen, err)
	}
	for range 20 {
		again, err := ask(t.Context(), check)
		if err != nil || len(again) == 0 || again[0] != seen[0] {
			t.Fatalf("the same answer is %+v, and was %+v: %v", again, seen, err)
		}
	}
	a.refuses = "/healthcheck/"
	if _, err := ask(t.Context(), check); err == nil || !strings.Contains(err.Error(), "route53:GetHealthCheckStatus") {
		t.Errorf("got %v", err)
	}
}

// An experiment that does not run, that ends by itself, or whose start was not answered.
func TestPractice(t *testing.T) {
	a := &amazon{}
	opened, s := a.open(t)
	find := func() *drill.Practice {
		p, err := drill.FindPractice(t.Context(), opened, s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := find()
	if err := p.Remove(t.Context()); err != nil || !strings.Contains(p.Undo(), "aws fis list-experiments --region ap-northeast-2 --experiment-template-id EXT1") {
		t.Errorf("nothing was put: %v, %s", err, p.Undo())
	}
	if err := p.Put(t.Context()); err != nil {
		t.Fatal(err)
	}
	if put, id, err := p.State(t.Context()); !put || id != "EXP1" || err != nil {
		t.Errorf("got %t, %s, %v", put, id, err)
	}
	a.state, a.reason = "stopped", "an alarm"
	if put, why, err := p.State(t.Context()); put || why != "EXP1: an alarm" || err != nil {
		t.Errorf("got %t, %s, %v", put, why, err)
	}
	a.refuses = "POST /experiments"
	p = find()
	if err := p.Put(t.Context()); err == nil || err.Error() != "the credentials do not allow fis:StartExperiment" {
		t.Errorf("got %v", err)
	}
	a.state, a.refuses = "running", ""
	if err := p.Remove(t.Context()); err != nil || a.state != "stopped" {
		t.Errorf("the experiment whose start was not answered is %s: %v", a.state, err)
	}
	a.state, a.refuses = "running", "DELETE /experiments"
	if err := p.Remove(t.Context()); err == nil || !strings.Contains(err.Error(), "fis:StopExperiment: refused") {
		t.Errorf("got %v", err)
	}
	s.Practice = false
	if _, err := drill.FindPractice(t.Context(), opened, s); err == nil || !strings.Contains(err.Error(), "practice is false") {
		t.Errorf("got %v", err)
	}
}
