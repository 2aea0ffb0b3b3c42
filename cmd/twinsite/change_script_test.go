package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRehearseChangeScript runs what "make rehearse-change" runs with revisions of a
// repository of its own, whose CDK says what it is told: one that cannot be synthesized
// ends with 2 and one line, and none leaves anything behind.
func TestRehearseChangeScript(t *testing.T) {
	script, err := filepath.Abs(root + "tools/rehearse-change.sh")
	if err != nil {
		t.Fatal(err)
	}
	repository, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} { // of a hook that runs this test
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	run := func(name string, args ...string) (stdout, stderr string, status int) {
		t.Helper()
		var out, complaints bytes.Buffer
		command := exec.Command(name, args...)
		command.Dir, command.Stdout, command.Stderr = repository, &out, &complaints
		var ended *exec.ExitError
		if err := command.Run(); err != nil && !errors.As(err, &ended) {
			t.Fatal(err)
		}
		return out.String(), complaints.String(), command.ProcessState.ExitCode()
	}
	git := func(args ...string) string {
		t.Helper()
		out, complaints, status := run("git", append([]string{"-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"}, args...)...)
		if status != 0 {
			t.Fatalf("git %v: %s", args, complaints)
		}
		return out
	}
	write := func(path, content string) {
		t.Helper()
		path = filepath.Join(repository, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "--quiet")
	write(".gitignore", "/node_modules/\n/bin/\n")
	git("add", ".")
	git("commit", "--quiet", "--message", "Begin")
	// Instead of Go: the "twinsite" that it builds says what it was called with.
	write("bin/go", "#!/bin/sh\nprintf '#!/bin/sh\\necho rehearsed $*\\nexit 1\\n' >\"$3\"\nchmod +x \"$3\"\n")
	t.Setenv("PATH", filepath.Join(repository, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))

	const node, ended = "!!!!!!\n!! Node 20 is end-of-life !!\n\n", "exit status 1\ngo run .: Subprocess exited with error 1\n"
	for _, test := range []struct {
		name, from, log string // log: what the CDK says before it fails; "" if it does not
		want            string
	}{
		{"no revision", "", "", "FROM is missing: make rehearse-change FROM=REVISION, or the folder of an assembly"},
		{"one that does not exist", "nosuch", "", "nosuch is neither a folder nor a git revision"},
		{"an option", "--all", "", "--all is neither a folder nor a git revision"},
		{"a site that does not load", "HEAD", node + "site.yaml:13:1: domain: has one label\n" + ended, "HEAD does not synthesize: site.yaml:13:1: domain: has one label"},
		{"Go that does not compile", "HEAD", "# twinsite/web\nweb/web.go:2:9: syntax error\ntoo many errors\n" + ended, "HEAD does not synthesize: web/web.go:2:9: syntax error"},
		{"a panic", "HEAD", "panic: no zone\n\ngoroutine 1 [running]:\nmain.main()\n\t/app.go:12 +0x1d\nexit status 2\n" + ended, "HEAD does not synthesize: panic: no zone"},
		{"a site", "HEAD", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			write("log", test.log)
			write("node_modules/.bin/cdk", "#!/bin/sh\ncat "+filepath.Join(repository, "log")+"\nexit "+map[bool]string{true: "0", false: "1"}[test.log == ""]+"\n")
			stdout, stderr, status := run(script, test.from)
			if test.want == "" {
				if status != 1 || stderr != "" || !strings.Contains(stdout, "rehearsed rehearse change -from "+temporary) {
					t.Errorf("got %d, %q and %q, want what the rehearsal ends with", status, stdout, stderr)
				}
			} else if status != 2 || stderr != test.want+"\n" {
				t.Errorf("got %d and %q, want 2 and %q", status, stderr, test.want)
			}
			if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
				t.Errorf("left %v, %v", left, err)
			}
			if trees := git("worktree", "list"); strings.Count(trees, "\n") != 1 {
				t.Errorf("left the work trees\n%s", trees)
			}
		})
	}
}
