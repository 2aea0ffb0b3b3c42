package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"twinsite/internal/cli"
)

const root = "../../"

// execute runs the command as main does.
func execute(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	command := newCommand()
	var out, complaints bytes.Buffer
	command.SetOut(&out)
	command.SetErr(&complaints)
	status = cli.Run(command, args)
	return out.String(), complaints.String(), status
}

// A mistake is a command line that cannot be followed, and what its error says.
type mistake struct {
	args []string
	want string
}

// wantUnusable wants exit status 2, one line of error, and no output.
func wantUnusable(t *testing.T, mistakes []mistake) {
	t.Helper()
	for _, m := range mistakes {
		stdout, stderr, status := execute(t, m.args...)
		if status != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, m.want) {
			t.Errorf("%q: got %d, %q and %q, want 2, nothing and one line with %q", m.args, status, stdout, stderr, m.want)
		}
	}
}

// One help lists all commands.
func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-help"}, {"--help"}, {"-h"}, {"help"}} {
		help, stderr, status := execute(t, args...)
		if status != 0 || stderr != "" {
			t.Errorf("%v: got %d and %q", args, status, stderr)
		}
		for _, command := range newCommand().Commands() {
			if !strings.Contains(help, "\n  "+command.Name()+" ") {
				t.Errorf("%v: names no %s:\n%s", args, command.Name(), help)
			}
		}
	}
	if stdout, stderr, status := execute(t); status != 2 || stdout != "" || !strings.Contains(stderr, "\n  rehearse ") {
		t.Errorf("without a command: got %d, %q and %q, want the help as an error", status, stdout, stderr)
	}
	if _, stderr, status := execute(t, "rehearce"); status != 2 || !strings.Contains(stderr, "Did you mean this?\n\trehearse") {
		t.Errorf("a slip: got %d and %q", status, stderr)
	}
	wantUnusable(t, []mistake{
		{[]string{"fly"}, `unknown command "fly"`},
		{[]string{"-site", "site.yaml"}, "unknown flag: --site"},
	})
}

var anyCDK = regexp.MustCompile(`(?m)^(twinsite/(constructs|stacks)|github\.com/aws/(aws-cdk|constructs|jsii)).*$`)

// Whoever needs a command waits neither for the CDK nor for Node.js.
func TestQuick(t *testing.T) {
	packages, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if slow := anyCDK.Find(packages); slow != nil {
		t.Errorf("imports %s", slow)
	}
	if packages, err = exec.Command("go", "list", "-deps", root).Output(); err != nil || !anyCDK.Match(packages) {
		t.Errorf("the application's imports have no CDK to be found: %v", err)
	}
}

func TestMake(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"failover-on"}, "go run ./cmd/twinsite switch on"},
		{[]string{"failover-off"}, "go run ./cmd/twinsite switch off"},
		{[]string{"failover-on", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite switch on -site examples/own-image.yaml"},
		{[]string{"failover-off", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite switch off -site examples/own-image.yaml"},
		{[]string{"deploy"}, "go run ./cmd/twinsite deploy"},
		{[]string{"deploy", "STACK=Domain", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite deploy -site examples/own-image.yaml Domain"},
		{[]string{"release"}, "go run ./cmd/twinsite release"},
		{[]string{"release", "BAKE=15m", "ACCEPT=1", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite release -site examples/own-image.yaml -bake 15m -accept"},
		{[]string{"status"}, "go run ./cmd/twinsite status"},
		{[]string{"status", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite status -site examples/own-image.yaml"},
		{[]string{"cost"}, "go run ./cmd/twinsite cost"},
		{[]string{"cost", "VISITS=1000", "GB=2"}, "go run ./cmd/twinsite cost -visits 1000 -gb 2"},
		{[]string{"check-account"}, "go run ./cmd/twinsite check"},
		{[]string{"check-account", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite check -site examples/own-image.yaml"},
		{[]string{"rehearse"}, "go run ./cmd/twinsite rehearse"},
		{[]string{"rehearse", "SITE=examples/own-image.yaml"}, "go run ./cmd/twinsite rehearse -site examples/own-image.yaml"},
	}
	t.Setenv("MAKEFLAGS", "") // of a make that runs this test
	t.Setenv("SITE", "")
	for _, test := range tests {
		out, err := exec.Command("make", append([]string{"--no-print-directory", "-n", "-C", root}, test.args...)...).Output()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if got := strings.TrimSpace(lines[len(lines)-1]); err != nil || got != test.want {
			t.Errorf("make %v: got %v, %q, want %q", test.args, err, got, test.want)
		}
	}
}
