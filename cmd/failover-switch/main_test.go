package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/internal/cli"
	"twinsite/rehearsal"
	"twinsite/site"
)

const root = "../../"

// A fakeAWS stands in PATH for the AWS CLI and remembers what it is asked.
type fakeAWS struct{ folder string }

// newFakeAWS makes an aws that answers as the two shell scripts do.
func newFakeAWS(t *testing.T, cloudFormation, s3 string) fakeAWS {
	t.Helper()
	fake := fakeAWS{t.TempDir()}
	script := `#!/bin/sh
printf '%s\n' "$*" >>"${0%/*}/calls"
case $1 in
cloudformation) ` + cloudFormation + ` ;;
s3) cat >"${0%/*}/body"; ` + s3 + ` ;;
esac
`
	if err := os.WriteFile(filepath.Join(fake.folder, "aws"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", fake.folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	return fake
}

func (f fakeAWS) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(f.folder, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// calls are the calls, without the time limits that all of them have.
func (f fakeAWS) calls(t *testing.T) string {
	return strings.ReplaceAll(f.read(t, "calls"), " --cli-connect-timeout 5 --cli-read-timeout 15\n", "\n")
}

// execute runs the command and returns what it and the AWS CLI print.
func execute(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	command := newCommand()
	var out, complaints bytes.Buffer
	command.SetOut(&out)
	command.SetErr(&complaints)
	command.SetArgs(cli.LongFlags(args))
	err = command.ExecuteContext(t.Context())
	return out.String(), complaints.String(), err
}

const (
	found  = "echo s3://bucket-1.a/failover-switch"
	lookUp = "cloudformation describe-stacks --region us-east-1 --stack-name ticketing-Secondary " +
		"--output text --query Stacks[0].Outputs[?OutputKey=='FailoverSwitch'].OutputValue\n"
	put        = "s3 cp - s3://bucket-1.a/failover-switch --region us-east-1\n"
	remove     = "s3 rm s3://bucket-1.a/failover-switch --region us-east-1\n"
	watchThese = `watch the alarm "ticketing: The standby serves" and the dashboard "ticketing" in us-east-1` + "\n"
	isThere    = "on: s3://bucket-1.a/failover-switch is there: " +
		"visitors go to the standby within 108 s (48 s of checks, 60 s of DNS), if it answers; " + watchThese
	isGone = "off: s3://bucket-1.a/failover-switch is gone: " +
		"visitors come home within 108 s (48 s of checks, 60 s of DNS) " +
		"once the home region's health check passes (until then, they stay); " + watchThese
)

func TestMove(t *testing.T) {
	tests := []struct {
		name               string
		args               []string
		cloudFormation, s3 string
		calls, body, line  string
	}{
		{"on", []string{"on"}, found, "", lookUp + put, "moved by hand", isThere},
		{"off", []string{"off"}, found, "", lookUp + remove, "", isGone},
		{"what the CLI prints is not repeated", []string{"off"}, found, "echo delete: s3://bucket-1.a/failover-switch", lookUp + remove, "", isGone},
		{"on without CloudFormation", []string{"on", "-object", "s3://bucket-1.a/failover-switch"}, "exit 255", "", put, "moved by hand", isThere},
		{"off without CloudFormation", []string{"off", "-object", "s3://bucket-1.a/failover-switch"}, "exit 255", "", remove, "", isGone},
	}
	stamp := regexp.MustCompile(`^moved by hand at (\S+Z)\n$`)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := newFakeAWS(t, test.cloudFormation, test.s3)
			line, _, err := execute(t, append(test.args, "-site", root+"site.yaml")...)
			if err != nil || line != test.line {
				t.Errorf("got %v and\n%swant\n%s", err, line, test.line)
			}
			if got := fake.calls(t); got != test.calls {
				t.Errorf("called\n%swant\n%s", got, test.calls)
			}
			body := fake.read(t, "body")
			if test.body == "" {
				if body != "" {
					t.Errorf("stdin was %q, want nothing", body)
				}
				return
			}
			match := stamp.FindStringSubmatch(body)
			if match == nil {
				t.Fatalf("the object is %q, want who moved the site and when", body)
			}
			if at, err := time.Parse(time.RFC3339, match[1]); err != nil || time.Since(at).Abs() > time.Minute {
				t.Errorf("the object is of %s, want now: %v", match[1], err)
			}
		})
	}
}

// Another site's file leads to another stack, in its own region.
func TestSite(t *testing.T) {
	s, err := site.Load(root + "examples/tokyo-and-ireland.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Standby.Region.Name == "us-east-1" || s.Name == "ticketing" {
		t.Fatal("the site is too like the default site to show anything")
	}
	fake := newFakeAWS(t, found, "")
	if _, _, err := execute(t, "on", "-site", root+"examples/tokyo-and-ireland.yaml"); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("us-east-1", s.Standby.Region.Name, "ticketing", s.Name).Replace(lookUp + put)
	if got := fake.calls(t); got != want {
		t.Errorf("called\n%swant\n%s", got, want)
	}
}

// Without -site, it is the site of the working directory.
func TestDefaultSite(t *testing.T) {
	t.Chdir(root)
	fake := newFakeAWS(t, found, "")
	if line, _, err := execute(t, "off"); err != nil || line != isGone {
		t.Errorf("got %v and %q, want %q", err, line, isGone)
	}
	if got := fake.calls(t); got != lookUp+remove {
		t.Errorf("called\n%swant\n%s", got, lookUp+remove)
	}
}

func TestMistakes(t *testing.T) {
	siteYAML := []string{"-site", root + "site.yaml"}
	tests := []struct {
		name               string
		args               []string
		cloudFormation, s3 string
		calls              string   // no more than these
		stderr             string   // of the AWS CLI
		want               []string // what is wrong, and the remedy
	}{
		{"the stack is missing", append(siteYAML, "on"),
			"echo Stack with id ticketing-Secondary does not exist >&2; exit 255", "", lookUp, "Stack with id ticketing-Secondary does not exist\n",
			[]string{"aws cloudformation describe-stacks --region us-east-1 --stack-name ticketing-Secondary: exit status 255", "check that the site is deployed",
				"go run ./cmd/failover-switch on -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"no output", append(siteYAML, "on"), "echo None", "", lookUp, "",
			[]string{"ticketing-Secondary was deployed without the failover switch", "deploy " + root + "site.yaml"}},
		{"no outputs", append(siteYAML, "off"), "echo", "", lookUp, "",
			[]string{"ticketing-Secondary was deployed without the failover switch"}},
		{"an output that is no switch", append(siteYAML, "off"), "echo s3://bucket/failover", "", lookUp, "",
			[]string{`is "s3://bucket/failover", not s3://BUCKET/failover-switch`, "go run ./cmd/failover-switch off -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"two outputs", append(siteYAML, "on"), "echo s3://a-bucket/failover-switch s3://b-bucket/failover-switch", "", lookUp, "",
			[]string{"not s3://BUCKET/failover-switch"}},
		{"-object with another key", append(siteYAML, "on", "-object", "s3://bucket/failover-swich"), found, "", "", "",
			[]string{`-object "s3://bucket/failover-swich"`, "give it as s3://BUCKET/failover-switch"}},
		{"-object that is no address", append(siteYAML, "off", "-object", "bucket/failover-switch"), found, "", "", "",
			[]string{"give it as s3://BUCKET/failover-switch"}},
		{"-object below a folder", append(siteYAML, "off", "-object", "s3://bucket/a/failover-switch"), found, "", "", "",
			[]string{"give it as s3://BUCKET/failover-switch"}},
		{"the object cannot be put", append(siteYAML, "on"), found, "echo AccessDenied >&2; exit 1", lookUp + put, "AccessDenied\n",
			[]string{"aws s3 cp - s3://bucket-1.a/failover-switch --region us-east-1: exit status 1", "s3:PutObject"}},
		{"the object cannot be removed", append(siteYAML, "off"), found, "echo AccessDenied >&2; exit 1", lookUp + remove, "AccessDenied\n",
			[]string{"aws s3 rm s3://bucket-1.a/failover-switch --region us-east-1: exit status 1", "s3:DeleteObject"}},
		{"the site has no switch", []string{"on", "-site", root + "examples/article.yaml"}, found, "", "", "",
			[]string{"examples/article.yaml: failover.switch is false", "set it to true and deploy"}},
		{"no site", []string{"on", "-site", "nowhere.yaml"}, found, "", "", "", []string{"nowhere.yaml", "give the path of a site's file"}},
		{"neither on nor off", append(siteYAML, "up"), found, "", "", "", []string{`got "up"`, "give on or off"}},
		{"nothing to do", siteYAML, found, "", "", "", []string{"give on or off"}},
		{"both", append(siteYAML, "on", "off"), found, "", "", "", []string{"give on or off"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := newFakeAWS(t, test.cloudFormation, test.s3)
			stdout, stderr, err := execute(t, test.args...)
			if err == nil {
				t.Fatalf("no error, want %q", test.want)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want one line", err)
			}
			if stdout != "" || stderr != test.stderr {
				t.Errorf("printed %q and %q, want nothing and %q", stdout, stderr, test.stderr)
			}
			if got := fake.calls(t); got != test.calls {
				t.Errorf("called\n%swant\n%s", got, test.calls)
			}
		})
	}
}

func TestWithoutAWS(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	// Even with the address at hand, which needs no look-up.
	for _, args := range [][]string{{"on"}, {"off", "-object", "s3://bucket/failover-switch"}} {
		_, _, err := execute(t, append(args, "-site", root+"site.yaml")...)
		if err == nil || !strings.Contains(err.Error(), "aws, is not in PATH: install it: https://") {
			t.Errorf("%v: got %v, want where to get the AWS CLI", args, err)
		}
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
func TestTemplates(t *testing.T) {
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
	deployed := regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllLiteralString(address, "bucket")
	if deployed == address {
		t.Fatalf("the switch is %s, want one in a bucket of the stack", address)
	}
	fake := newFakeAWS(t, "echo "+deployed, "")
	line, _, err := execute(t, "on", "-site", root+"site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"--stack-name " + stack.Name + " ",
		"describe-stacks --region " + stack.Region + " ",
		"OutputKey=='" + output.Name + "'",
		"s3 cp - " + deployed + " --region " + stack.Region + "\n",
	} {
		if calls := fake.calls(t); !strings.Contains(calls, want) {
			t.Errorf("called\n%swant %q", calls, want)
		}
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

// Whoever needs the switch waits neither for the CDK nor for Node.js.
func TestQuick(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(deps, []byte("twinsite/site\n")) {
		t.Fatalf("imports no site:\n%s", deps)
	}
	if slow := regexp.MustCompile(`(?m)^(twinsite/(constructs|stacks|assembly)|github\.com/aws/).*$`).Find(deps); slow != nil {
		t.Errorf("imports %s", slow)
	}
}

func TestMake(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"failover-on"}, "go run ./cmd/failover-switch on"},
		{[]string{"failover-off"}, "go run ./cmd/failover-switch off"},
		{[]string{"failover-on", "SITE=examples/own-image.yaml"}, "go run ./cmd/failover-switch on -site examples/own-image.yaml"},
		{[]string{"failover-off", "SITE=examples/own-image.yaml"}, "go run ./cmd/failover-switch off -site examples/own-image.yaml"},
	}
	t.Setenv("MAKEFLAGS", "") // of a make that runs this test
	t.Setenv("SITE", "")
	for _, test := range tests {
		out, err := exec.Command("make", append([]string{"--no-print-directory", "-n", "-C", root}, test.args...)...).Output()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.want {
			t.Errorf("make %v: got %v, %q, want %q", test.args, err, got, test.want)
		}
	}
}

func TestExitStatus(t *testing.T) {
	tests := []struct {
		name, s3 string
		want     int
	}{
		{"done", "", 0},
		{"refused", "exit 254", 1},
		{"Ctrl-C", "kill -INT $PPID; exec sleep 30", 130},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			newFakeAWS(t, found, test.s3)
			if got := run([]string{"on", "-site", root + "site.yaml"}); got != test.want {
				t.Errorf("exit status %d, want %d", got, test.want)
			}
		})
	}
}
