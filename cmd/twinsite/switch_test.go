package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/assembly"
	"twinsite/rehearsal"
	"twinsite/site"
)

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

var (
	stamp          = regexp.MustCompile(`^moved by hand at (\S+Z)\n$`)
	anyPlaceholder = regexp.MustCompile(`\$\{[^}]*\}`)
	anyObject      = regexp.MustCompile(`s3://BUCKET/[\w-]+`)
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
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			fake := newFakeAWS(t, test.cloudFormation, test.s3)
			line, stderr, status := execute(t, append(append([]string{"switch"}, test.args...), "-site", root+"site.yaml")...)
			if status != 0 || line != test.line {
				t.Errorf("got %d, %s and\n%swant\n%s", status, stderr, line, test.line)
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
func TestSwitchOfAnotherSite(t *testing.T) {
	s, err := site.Load(root + "examples/tokyo-and-ireland.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if s.Standby.Region.Name == "us-east-1" || s.Name == "ticketing" {
		t.Fatal("the site is too like the default site to show anything")
	}
	fake := newFakeAWS(t, found, "")
	if _, stderr, status := execute(t, "switch", "on", "-site", root+"examples/tokyo-and-ireland.yaml"); status != 0 {
		t.Fatal(stderr)
	}
	want := strings.NewReplacer("us-east-1", s.Standby.Region.Name, "ticketing", s.Name).Replace(lookUp + put)
	if got := fake.calls(t); got != want {
		t.Errorf("called\n%swant\n%s", got, want)
	}
}

// Without -site, it is the site of the working directory.
func TestSwitchOfDefaultSite(t *testing.T) {
	t.Chdir(root)
	fake := newFakeAWS(t, found, "")
	if line, stderr, status := execute(t, "switch", "off"); status != 0 || line != isGone {
		t.Errorf("got %d, %s and %q, want %q", status, stderr, line, isGone)
	}
	if got := fake.calls(t); got != lookUp+remove {
		t.Errorf("called\n%swant\n%s", got, lookUp+remove)
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
		newFakeAWS(t, found, "")
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
				"go run ./cmd/twinsite switch on -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
		{"no output", append(siteYAML, "on"), "echo None", "", lookUp, "",
			[]string{"ticketing-Secondary was deployed without the failover switch", "deploy " + root + "site.yaml"}},
		{"no outputs", append(siteYAML, "off"), "echo", "", lookUp, "",
			[]string{"ticketing-Secondary was deployed without the failover switch"}},
		{"an output that is no switch", append(siteYAML, "off"), "echo s3://bucket/failover", "", lookUp, "",
			[]string{`is "s3://bucket/failover", not s3://BUCKET/failover-switch`, "go run ./cmd/twinsite switch off -site " + root + "site.yaml -object s3://BUCKET/failover-switch"}},
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
			stdout, stderr, status := execute(t, append([]string{"switch"}, test.args...)...)
			wantStatus := 2
			if test.calls != "" { // AWS said no
				wantStatus = 1
			}
			if status != wantStatus || stdout != "" {
				t.Errorf("got %d and %q, want %d and nothing", status, stdout, wantStatus)
			}
			message, found := strings.CutPrefix(stderr, test.stderr+"twinsite switch: ")
			for _, want := range test.want {
				if !found || !strings.Contains(message, want) {
					t.Errorf("got %q, want %q after %q", stderr, want, test.stderr)
				}
			}
			if strings.Count(message, "\n") != 1 {
				t.Errorf("got %q, want one line", message)
			}
			if got := fake.calls(t); got != test.calls {
				t.Errorf("called\n%swant\n%s", got, test.calls)
			}
		})
	}
}

func TestSwitchWithoutAWS(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	// Even with the address at hand, which needs no look-up.
	for _, args := range [][]string{{"on"}, {"off", "-object", "s3://bucket/failover-switch"}} {
		_, stderr, status := execute(t, append(append([]string{"switch"}, args...), "-site", root+"site.yaml")...)
		if status != 2 || !strings.Contains(stderr, "aws, is not in PATH: install it: https://") {
			t.Errorf("%v: got %d and %q, want where to get the AWS CLI", args, status, stderr)
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
	fake := newFakeAWS(t, "echo "+deployed, "")
	line, stderr, status := execute(t, "switch", "on", "-site", root+"site.yaml")
	if status != 0 {
		t.Fatal(stderr)
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
	newFakeAWS(t, found, "kill -INT $PPID; exec sleep 30")
	_, stderr, status := execute(t, "switch", "on", "-site", root+"site.yaml")
	if status != 130 || !strings.HasSuffix(stderr, "\ninterrupted: whether the switch has moved is not known; run it again\n") {
		t.Errorf("got %d and %q", status, stderr)
	}
}
