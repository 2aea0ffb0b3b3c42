package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/site"
)

const (
	found      = "s3://bucket-1.a/failover-switch"
	lookUp     = "cloudformation us-east-1 POST / DescribeStacks ticketing-Secondary\n"
	put        = "s3 us-east-1 PUT /bucket-1.a/failover-switch\n"
	remove     = "s3 us-east-1 DELETE /bucket-1.a/failover-switch\n"
	watchThese = `watch the alarm "ticketing: The standby serves" and the dashboard "ticketing" in us-east-1` + "\n"
	isThere    = "on: s3://bucket-1.a/failover-switch is there: " +
		"visitors go to the standby within 108 s (48 s of checks, 60 s of DNS), if it answers; " + watchThese
	isGone = "off: s3://bucket-1.a/failover-switch is gone: " +
		"visitors come home within 108 s (48 s of checks, 60 s of DNS) " +
		"once the home region's health check passes (until then, they stay); " + watchThese
)

var (
	stamp          = regexp.MustCompile(`^moved by hand at (\S+Z)\n$`)
	anyPlaceholder = regexp.MustCompile(`\$\{[^}]*\}`)
	anyObject      = regexp.MustCompile(`s3://BUCKET/[\w-]+`)
)

func TestMove(t *testing.T) {
	for _, test := range []struct {
		name              string
		args              []string
		fake              *fakeAWS
		calls, body, line string
	}{
		{"on", []string{"on"}, &fakeAWS{output: found}, lookUp + put, "moved by hand", isThere},
		{"off", []string{"off"}, &fakeAWS{output: found}, lookUp + remove, "", isGone},
		{"on without CloudFormation", []string{"on", "-object", found}, &fakeAWS{}, put, "moved by hand", isThere},
		{"off without CloudFormation", []string{"off", "-object", found}, &fakeAWS{}, remove, "", isGone},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := test.fake
			fake.start(t)
			line, stderr, status := execute(t, append(append([]string{"switch"}, test.args...), "-site", root+"site.yaml")...)
			if status != 0 || line != test.line {
				t.Errorf("got %d, %s and\n%swant\n%s", status, stderr, line, test.line)
			}
			if fake.called() != test.calls {
				t.Errorf("called\n%swant\n%s", fake.called(), test.calls)
			}
			if test.body == "" {
				if fake.body != "" {
					t.Errorf("sent %q, want nothing", fake.body)
				}
				return
			}
			match := stamp.FindStringSubmatch(fake.body)
			if match == nil {
				t.Fatalf("the object is %q, want who moved the site and when", fake.body)
			}
			if at, err := time.Parse(time.RFC3339, match[1]); err != nil || time.Since(at).Abs() > time.Minute {
				t.Errorf("the object is of %s, want now: %v", match[1], err)
			}
		})
	}
}

// Another site's file leads to another stack, in its own region: no call leads to the
// home region, nor to us-east-1.
func TestSwitchOfAnotherSite(t *testing.T) {
	s, err := site.Load(root + "examples/tokyo-and-ireland.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Standby.Region.Name == "us-east-1" || s.Name == "ticketing" {
		t.Fatal("the site is too like the default site to show anything")
	}
	fake := &fakeAWS{output: found}
	fake.start(t)
	if _, stderr, status := execute(t, "switch", "on", "-site", root+"examples/tokyo-and-ireland.yaml"); status != 0 {
		t.Fatal(stderr)
	}
	if want := strings.NewReplacer("us-east-1", s.Standby.Region.Name, "ticketing", s.Name).Replace(lookUp + put); fake.called() != want {
		t.Errorf("called\n%swant\n%s", fake.called(), want)
	}
}

// Without -site, it is the site of the working directory.
func TestSwitchOfDefaultSite(t *testing.T) {
	t.Chdir(root)
	fake := &fakeAWS{output: found}
	fake.start(t)
	if line, stderr, status := execute(t, "switch", "off"); status != 0 || line != isGone {
		t.Errorf("got %d, %s and %q, want %q", status, stderr, line, isGone)
	}
	if fake.called() != lookUp+remove {
		t.Errorf("called\n%swant\n%s", fake.called(), lookUp+remove)
	}
}

// With manual failback, it first says how home is made big; nobody else is told.
func TestSwitchOffMakesHomeBig(t *testing.T) {
	data, err := os.ReadFile(root + "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write := func(replace ...string) string {
		file := filepath.Join(t.TempDir(), "site.yaml")
		if err := os.WriteFile(file, []byte(strings.NewReplacer(replace...).Replace(string(data))), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const manual, automatic = "failback: manual", "failback: automatic"
	group := "--auto-scaling-group-name $(aws cloudformation list-stack-resources --region ap-northeast-2 --stack-name ticketing-Primary "
	tests := []struct{ name, to, site string }{
		{"says it", "off", write(automatic, manual)},
		{"moves away", "on", write(automatic, manual)},
		{"comes home by itself", "off", write()},
		{"cannot shrink", "off", write(automatic, manual, "\n  maximum: 6", "\n  maximum: 4", "\n  minimum: 2", "\n  minimum: 4", "      minimum: 2\n      maximum: 6", "      minimum: 4\n      maximum: 4", "      maximum: 6", "      maximum: 4")},
	}
	for i, test := range tests {
		(&fakeAWS{output: found}).start(t)
		text, stderr, status := execute(t, "switch", test.to, "-site", test.site)
		if status != 0 {
			t.Errorf("%s: %d, %s", test.name, status, stderr)
		}
		big, small := strings.Index(text, "--min-size 6 "+group), strings.Index(text, "--min-size 2 "+group)
		if says := big > 0 && small > big && strings.Index(text, isGone) > small; says != (i == 0) || !says && strings.Contains(text, "min-size") {
			t.Errorf("%s: got\n%s", test.name, text)
		}
	}
}

func TestSwitchMistakes(t *testing.T) {
	siteYAML := []string{"-site", root + "site.yaml"}
	for _, test := range []struct {
		name  string
		args  []string
		fake  *fakeAWS
		calls string   // no more than these
		want  []string // what is wrong, and the remedy
	}{
		{"the stack is missing", append(siteYAML, "on"), &fakeAWS{refuses: "ValidationError"}, lookUp,
			[]string{"cloudformation:DescribeStacks of ticketing-Secondary in us-east-1: ValidationError: no", "check that the site is deployed",
				"go run ./cmd/twinsite switch on -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"CloudFormation may not be asked", append(siteYAML, "off"), &fakeAWS{refuses: "AccessDenied"}, lookUp,
			[]string{"the credentials do not allow cloudformation:DescribeStacks of ticketing-Secondary", "switch off -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"no outputs", append(siteYAML, "off"), &fakeAWS{}, lookUp, []string{"switch: there is no failover switch: the stack ticketing-Secondary was deployed without it: deploy the site, in a quiet hour\n"}},
		{"an output that is no switch", append(siteYAML, "off"), &fakeAWS{output: "s3://bucket/failover"}, lookUp,
			[]string{`is "s3://bucket/failover", not s3://BUCKET/failover-switch`, "go run ./cmd/twinsite switch off -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"-object with another key", append(siteYAML, "on", "-object", "s3://bucket/failover-swich"), &fakeAWS{}, "",
			[]string{`-object "s3://bucket/failover-swich"`, "give it as s3://BUCKET/failover-switch"}},
		{"-object that is no address", append(siteYAML, "off", "-object", "bucket/failover-switch"), &fakeAWS{}, "", []string{"give it as s3://BUCKET/failover-switch"}},
		{"-object below a folder", append(siteYAML, "off", "-object", "s3://bucket/a/failover-switch"), &fakeAWS{}, "", []string{"give it as s3://BUCKET/failover-switch"}},
		{"the object may not be put", append(siteYAML, "on"), &fakeAWS{output: found, refuses: "AccessDenied", status: 403}, lookUp + put,
			[]string{"the credentials do not allow s3:PutObject in bucket-1.a: give credentials that may, then run it again"}},
		{"the object may not be removed", append(siteYAML, "off"), &fakeAWS{output: found, refuses: "AccessDenied", status: 403}, lookUp + remove,
			[]string{"the credentials do not allow s3:DeleteObject in bucket-1.a: give credentials that may, then run it again"}},
		{"another bucket", append(siteYAML, "on", "-object", found), &fakeAWS{refuses: "NoSuchBucket", status: 404}, put,
			[]string{"s3:PutObject: NoSuchBucket: no: check that bucket-1.a is the site's bucket and that the credentials are of its account, then run it again"}},
		{"credentials that are no longer good", append(siteYAML, "off", "-object", found), &fakeAWS{refuses: "ExpiredToken", status: 400}, remove,
			[]string{"s3:DeleteObject: ExpiredToken: no: check that", "that the credentials are of its account"}},
		{"S3 fails", append(siteYAML, "on", "-object", found), &fakeAWS{refuses: "InternalError", status: 500}, put,
			[]string{"s3:PutObject: InternalError: no: whether the switch has moved is not known; run it again"}},
		{"S3 does not answer", append(siteYAML, "off", "-object", found), &fakeAWS{moving: func(*http.Request) { panic(http.ErrAbortHandler) }}, remove,
			[]string{"s3:DeleteObject: ", "whether the switch has moved is not known; run it again"}},
		{"the site has no switch", []string{"on", "-site", root + "examples/article.yaml"}, &fakeAWS{}, "",
			[]string{"examples/article.yaml: failover.switch is false", "set it to true and deploy"}},
		{"no site", []string{"on", "-site", "nowhere.yaml"}, &fakeAWS{}, "", []string{"nowhere.yaml", "give the path of a site's file"}},
		{"neither on nor off", append(siteYAML, "up"), &fakeAWS{}, "", []string{`got "up"`, "give on or off"}},
		{"nothing to do", siteYAML, &fakeAWS{}, "", []string{"give on or off"}},
		{"both", append(siteYAML, "on", "off"), &fakeAWS{}, "", []string{"give on or off"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			fake := test.fake
			fake.start(t)
			stdout, stderr, status := execute(t, append([]string{"switch"}, test.args...)...)
			wantStatus := 2
			if test.calls != "" { // AWS said no
				wantStatus = 1
			}
			if status != wantStatus || stdout != "" {
				t.Errorf("got %d and %q, want %d and nothing", status, stdout, wantStatus)
			}
			for _, want := range test.want {
				if !strings.HasPrefix(stderr, "twinsite switch: ") || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
					t.Errorf("got %q, want one line with %q", stderr, want)
				}
			}
			if fake.called() != test.calls {
				t.Errorf("called\n%swant\n%s", fake.called(), test.calls)
			}
		})
	}
}

// Without credentials, nothing is asked, and nobody is told how home is made big.
func TestSwitchWithoutCredentials(t *testing.T) {
	noAccount(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	data, err := os.ReadFile(root + "site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	manual := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(manual, []byte(strings.Replace(string(data), "failback: automatic", "failback: manual", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantUnusable(t, []mistake{
		{[]string{"switch", "on", "-site", root + "site.yaml"}, "there are no AWS credentials: give"},
		{[]string{"switch", "off", "-site", root + "site.yaml", "-object", found}, "there are no AWS credentials: give"},
		{[]string{"switch", "off", "-site", manual}, "there are no AWS credentials: give"},
	})
}

// Who does not answer is given up early: in an outage, somebody waits.
func TestHasty(t *testing.T) {
	if client := hasty(); client.GetDialer().Timeout != 5*time.Second || client.GetTransport().ResponseHeaderTimeout != 15*time.Second {
		t.Errorf("waits %s for a connection and %s for an answer", client.GetDialer().Timeout, client.GetTransport().ResponseHeaderTimeout)
	}
}

func TestDelay(t *testing.T) {
	s := &site.Site{Failover: site.Failover{Interval: 30 * time.Second, Threshold: 2}}
	if got, want := delay(s), "132 s (72 s of checks, 60 s of DNS)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Nobody is sent to watch what the site does not have.
func TestWatch(t *testing.T) {
	tests := []struct {
		alarms, dashboard bool
		want              string
	}{
		{true, true, `the alarm "shop: The standby serves" and the dashboard "shop" in us-east-1`},
		{true, false, `the alarm "shop: The standby serves" in us-east-1`},
		{false, true, `the dashboard "shop" in us-east-1`},
		{false, false, "dig +short www.example.com"},
	}
	for _, test := range tests {
		s := &site.Site{Name: "shop", Domain: "example.com", Hosts: []string{"www", "@"}, Notifications: test.alarms, Dashboard: test.dashboard}
		if got := watch(s); got != test.want {
			t.Errorf("alarms %t, dashboard %t: got %s, want %s", test.alarms, test.dashboard, got, test.want)
		}
	}
}

// The command knows the templates by heart. Here they are read: the stack, its
// region, the output, the object's key, and how long visitors take.
func TestSwitchTemplates(t *testing.T) {
	a, err := assembly.Load(root + "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	stack, err := a.Stack("Secondary")
	if err != nil {
		t.Fatal(err)
	}
	output, err := stack.Output("FailoverSwitch")
	if err != nil {
		t.Fatal(err)
	}
	address, err := output.Text()
	if err != nil {
		t.Fatal(err)
	}
	deployed := anyPlaceholder.ReplaceAllLiteralString(address, "bucket")
	if deployed == address {
		t.Fatalf("the switch is %s, want one in a bucket of the stack", address)
	}
	fake := &fakeAWS{output: deployed}
	fake.start(t)
	line, stderr, status := execute(t, "switch", "on", "-site", root+"site.yaml")
	if status != 0 {
		t.Fatal(stderr)
	}
	want := fmt.Sprintf("cloudformation %s POST / DescribeStacks %s\ns3 %[1]s PUT /%[3]s\n", stack.Region, stack.Name, strings.TrimPrefix(deployed, "s3://"))
	if fake.called() != want || output.Name != site.SwitchOutput {
		t.Errorf("called\n%swant\n%s", fake.called(), want)
	}
	m, err := rehearsal.NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	bound := time.Duration(rehearsal.DocumentedBound(m, rehearsal.DefaultParameters()))
	if want := fmt.Sprintf("to the standby within %.0f s ", bound.Seconds()); !strings.Contains(line, want) {
		t.Errorf("got %swant %q, as the rehearsal says", line, want)
	}
	for property, kind := range map[string]string{"AlarmName": "AWS::CloudWatch::Alarm", "DashboardName": "AWS::CloudWatch::Dashboard"} {
		if !names(line, property, a.Resources(kind)) {
			t.Errorf("got %swhich names no %s of the templates", line, kind)
		}
	}
}

// names reports whether a line quotes the name of one of some resources.
func names(line, property string, resources []*assembly.Resource) bool {
	return slices.ContainsFunc(resources, func(r *assembly.Resource) bool {
		name, err := r.Text(property)
		return err == nil && strings.Contains(line, fmt.Sprintf("%q", name))
	})
}

// The pages say how to move the site without the command: with the same object.
func TestSwitchInPages(t *testing.T) {
	data, err := os.ReadFile(root + "docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	const least = 3
	if err := samePlaces(string(data), least); err != nil {
		t.Error(err)
	}
	if samePlaces(strings.Replace(string(data), "BUCKET/"+site.SwitchKey, "BUCKET/switch", 1), least) == nil {
		t.Error("another object is not noticed")
	}
}

// samePlaces says by its error that a page names the switch's object seldom, or
// another.
func samePlaces(page string, least int) error {
	objects := anyObject.FindAllString(page, -1)
	if len(objects) < least {
		return fmt.Errorf("the switch is named %d times, want %d or more", len(objects), least)
	}
	if i := slices.IndexFunc(objects, func(object string) bool { return object != switchForm }); i >= 0 {
		return fmt.Errorf("%s is not the switch", objects[i])
	}
	return nil
}

func TestSwitchInterrupted(t *testing.T) {
	fake := &fakeAWS{output: found, moving: func(r *http.Request) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	}}
	fake.start(t)
	_, stderr, status := execute(t, "switch", "on", "-site", root+"site.yaml")
	if status != 130 || !strings.HasSuffix(stderr, "\ninterrupted: whether the switch has moved is not known; run it again\n") {
		t.Errorf("got %d and %q", status, stderr)
	}
}
