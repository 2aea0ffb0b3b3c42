package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRehearse(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "reports") // which has to be made
	rehearse := func(args ...string) (string, string, int) {
		return execute(t, append([]string{"rehearse", "-trials", "200", "-play=false", "-out", out}, args...)...)
	}
	text, stderr, status := rehearse("-assembly", root+"testdata/site", "-site", root+"site.yaml")
	if status != 0 || !strings.Contains(text, "PASSED") {
		t.Errorf("the default site: got %d, %s and\n%s", status, stderr, text)
	}
	if files, err := os.ReadDir(out); err != nil || len(files) != 2 {
		t.Errorf("wrote %v, %v, want two reports", files, err)
	}
	article := root + "examples/article.yaml"
	text, stderr, status = rehearse("-assembly", root+"testdata/article", "-site", article)
	if status != 0 || !strings.Contains(text, "Everybody is lost until DNS moves") {
		t.Errorf("the article's site: got %d, %s and\n%s", status, stderr, text)
	}
	data, err := os.ReadFile(article)
	if err != nil {
		t.Fatal(err)
	}
	hasty := filepath.Join(t.TempDir(), "article.yaml")
	data = bytes.Replace(data, []byte("\nfailover:\n"), []byte("\nfailover:\n  targets: {writes: 30s}\n"), 1)
	if err := os.WriteFile(hasty, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if text, stderr, status = rehearse("-assembly", root+"testdata/article", "-site", hasty); status != 1 || stderr != "" {
		t.Errorf("a target that is missed: got %d, %s and\n%s", status, stderr, text)
	}
}

// What a drill has measured replaces what the prediction assumes, and the report says so.
func TestRehearseAfterDrill(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const drilled = `{"version": 1, "zone": "ticketing.pw", "at": "2026-11-28T20:00:00Z", "parameters": {"edgeTTL": 60}}`
	rehearse := func(args ...string) (string, string, int) {
		return execute(t, append([]string{"rehearse", "-trials", "200", "-play=false", "-out", folder, "-assembly", root + "testdata/site", "-site", root + "site.yaml"}, args...)...)
	}
	const said = "measured: the edge keeps a name at least: 1m0s instead of 0s [M] by a drill on 2026-11-28\n"
	text, stderr, status := rehearse("-drill", write("drill.json", drilled))
	if status != 1 || !strings.Contains(text, said) || !strings.Contains(text, "writes back, predicted at worst 1m") {
		t.Errorf("an edge that keeps names for a minute: got %d, %s and\n%s", status, stderr, text)
	}
	if page, err := os.ReadFile(filepath.Join(folder, "rehearsal.html")); err != nil || !strings.Contains(string(page), "instead of 0s [M] by a drill on 2026-11-28") {
		t.Errorf("the page does not say what was measured: %v", err)
	}
	if text, stderr, status = rehearse(); status != 0 || strings.Contains(text, "by a drill") {
		t.Errorf("without a drill: got %d, %s and\n%s", status, stderr, text)
	}
	for name, m := range map[string]mistake{
		"other.json":   {[]string{strings.Replace(drilled, "ticketing.pw", "example.com", 1)}, "it is a drill of example.com, not of ticketing.pw"},
		"version.json": {[]string{strings.Replace(drilled, `"version": 1`, `"version": 9`, 1)}, "it is of version 9, want 1"},
		"broken.json":  {[]string{"{"}, "it is no recorded drill"},
	} {
		text, stderr, status := rehearse("-drill", write(name, m.args[0]))
		if status != 2 || text != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, m.want) {
			t.Errorf("%s: got %d, %q and %q, want %q", name, status, text, stderr, m.want)
		}
	}
}

// Whatever is wrong is found before anything is written, and also where another
// flag leaves it unused.
func TestRehearseMistakes(t *testing.T) {
	right := []string{"-assembly", root + "testdata/site", "-site", root + "site.yaml"}
	out := filepath.Join(t.TempDir(), "reports")
	var mistakes []mistake
	for _, m := range []mistake{
		{[]string{"-assembly", "nowhere"}, "nowhere holds no cloud assembly; synthesize it with: make synth SITE=" + root + "site.yaml"},
		{[]string{"-assembly", root + "testdata/article"}, "it has the stack article-Primary in ap-northeast-2, not ticketing-Primary in"},
		{[]string{"-site", "nowhere.yaml"}, "nowhere.yaml"},
		{[]string{"-outage", "flood"}, "black-hole"},
		{[]string{"-outage", "flood", "-play=false"}, "black-hole"},
		{[]string{"-outage", "flood", "-by", "switch"}, "black-hole"},
		{[]string{"-outage", ""}, "-outage is empty"},
		{[]string{"-outage", "all,503"}, "black-hole"},
		{[]string{"-by", "hand"}, "outage or switch"},
		{[]string{"-by", "hand", "-play=false"}, "outage or switch"},
		{[]string{"-by", "switch", "-assembly", root + "testdata/article", "-site", root + "examples/article.yaml"}, "no failover switch"},
		{[]string{"-speed", "fast"}, "invalid argument"},
		{[]string{"-speed", "900", "-play=false"}, "-speed 900: give 1 to 50"},
		{[]string{"-speed", "NaN"}, "-speed NaN"},
		{[]string{"-speed", "+Inf"}, "-speed +Inf"},
		{[]string{"-speed=-Inf"}, "-speed -Inf"},
		{[]string{"-speed", "-50"}, "-speed -50"},
		{[]string{"-speed", "0"}, "-speed 0"},
		{[]string{"-trials", "0"}, "-trials 0: give 1 to 1000000"},
		{[]string{"-trials", "-1", "-predict=false"}, "-trials -1"},
		{[]string{"-trials", "1000001"}, "-trials 1000001"},
		{[]string{"-trials", "99999999999999999999"}, "invalid argument"},
		{[]string{"-trials", "999999999999"}, "-trials 999999999999: give 1 to 1000000"},
		{[]string{"-seed", "-1"}, "invalid argument"},
		{[]string{"-play=false", "-predict=false"}, "nothing to rehearse"},
		{[]string{"-out", root + "site.yaml/reports"}, "-out " + root + "site.yaml/reports: "},
		{[]string{"-out", root + "site.yaml"}, "-out " + root + "site.yaml: "},
		{[]string{"-drill", "nowhere.json"}, "-drill nowhere.json: open nowhere.json"},
		{[]string{"cdk.out"}, "unknown command"},
	} {
		mistakes = append(mistakes, mistake{slices.Concat([]string{"rehearse", "-trials", "1", "-out", out}, right, m.args), m.want})
	}
	wantUnusable(t, mistakes)
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
}

// Ctrl-C in the middle of a play exits 130 and leaves no file behind.
func TestRehearseInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send to one process")
	}
	folder := t.TempDir()
	binary := filepath.Join(folder, "twinsite")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	reports := filepath.Join(folder, "reports")
	if err := os.Mkdir(reports, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), binary, "rehearse", "-speed", "1", "-predict=false", "-out", reports,
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
