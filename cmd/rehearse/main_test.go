package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"twinsite/internal/cli"
)

const root = "../../"

// rehearseIn runs the command and returns its exit status, its output, and its
// error.
func rehearseIn(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := newCommand()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetErr(&out)
	command.SetArgs(cli.LongFlags(append([]string{"-out", t.TempDir(), "-trials", "200"}, args...)))
	err := command.ExecuteContext(t.Context())
	return out.String(), err
}

func TestRehearse(t *testing.T) {
	site := []string{"-assembly", root + "testdata/site", "-site", root + "site.yaml", "-play=false"}
	if out, err := rehearseIn(t, site...); err != nil || !strings.Contains(out, "PASSED") {
		t.Errorf("the default site: %v\n%s", err, out)
	}
	article := []string{"-assembly", root + "testdata/article", "-site", root + "examples/article.yaml", "-play=false"}
	if out, err := rehearseIn(t, article...); err != nil || !strings.Contains(out, "Everybody is lost until DNS moves") {
		t.Errorf("the article's site: %v\n%s", err, out)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"-assembly", "nowhere", "-site", root + "site.yaml"}, "make synth SITE=" + root + "site.yaml"},
		{[]string{"-assembly", root + "testdata/article", "-site", root + "site.yaml"}, "is of the site article-"},
		{[]string{"-site", "nowhere.yaml"}, "nowhere.yaml"},
		{[]string{"-outage", "flood"}, "black-hole"},
		{[]string{"-by", "hand"}, "outage or switch"},
		{[]string{"-speed", "fast"}, "invalid argument"},
		{[]string{"cdk.out"}, "unknown command"},
	}
	for _, test := range tests {
		if _, err := rehearseIn(t, test.args...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %q", test.args, err, test.want)
		}
	}
}

func TestExitStatus(t *testing.T) {
	data, err := os.ReadFile(root + "examples/article.yaml")
	if err != nil {
		t.Fatal(err)
	}
	hasty := filepath.Join(t.TempDir(), "article.yaml")
	data = bytes.Replace(data, []byte("\nfailover:\n"), []byte("\nfailover:\n  targets: {writes: 30s}\n"), 1)
	if err := os.WriteFile(hasty, data, 0o644); err != nil {
		t.Fatal(err)
	}
	missed := []string{"-out", t.TempDir(), "-trials", "50", "-play=false", "-assembly", root + "testdata/article", "-site", hasty}
	if got := run(missed); got != 1 {
		t.Errorf("missed targets: exit status %d, want 1", got)
	}
	if got := run([]string{"-site", "nowhere.yaml"}); got != 2 {
		t.Errorf("nothing to rehearse: exit status %d, want 2", got)
	}
}

// Ctrl-C in the middle of a play exits 130 and leaves no file behind.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send to one process")
	}
	folder := t.TempDir()
	binary := filepath.Join(folder, "rehearse")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	reports := filepath.Join(folder, "reports")
	if err := os.Mkdir(reports, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), binary, "-speed", "1", "-predict=false", "-out", reports,
		"-assembly", root+"testdata/site", "-site", root+"site.yaml")
	progress, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(30*time.Second, func() { _ = command.Process.Kill() })
	defer guard.Stop()
	if _, err := bufio.NewReader(progress).ReadString('s'); err != nil { // the play has begun
		t.Fatal(err)
	}
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_, _ = bufio.NewReader(progress).ReadString(0)
	var exit *exec.ExitError
	if err := command.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("got %v, want exit status 130", err)
	}
	if left, err := os.ReadDir(reports); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
