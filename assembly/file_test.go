package assembly

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
)

// TestFiles holds that only regular files are read, and no more of them than the limit.
func TestFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no devices to link to")
	}
	for _, file := range []string{manifestFile, "Primary.template.json"} {
		for name, test := range map[string]struct {
			place func(path string) error
			want  string
		}{
			"endless device": {func(path string) error { return os.Symlink("/dev/zero", path) }, "is a device, not a file"},
			"folder":         {func(path string) error { return os.Mkdir(path, 0o755) }, "is a folder, not a file"},
			"link to itself": {func(path string) error { return os.Symlink(path, path) }, "too many levels of symbolic links"},
			"nothing there":  {func(path string) error { return os.Symlink(path+".gone", path) }, "no such file"},
			"pipe":           {makePipe, "is a pipe, not a file"},
			"socket":         {makeSocket, "is a socket, not a file"},
			"large file":     {func(path string) error { return makeSparse(path, longestManifest+1) }, "bytes"},
			"largest file":   {func(path string) error { return makeSparse(path, longestTemplate) }, "invalid character"},
		} {
			t.Run(file+" "+name, func(t *testing.T) {
				dir, err := os.MkdirTemp("", "files") // whose path is short enough for a socket
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { os.RemoveAll(dir) })
				if err := os.CopyFS(dir, os.DirFS("testdata/site")); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, file)
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				if err := test.place(path); err != nil {
					t.Skip(err)
				}
				_, err = Load(dir)
				if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("got %v, want one line of %s with %q", err, path, test.want)
				}
			})
		}
	}
}

func makeSocket(path string) error {
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err == nil {
		listener.SetUnlinkOnClose(false)
		err = listener.Close()
	}
	return err
}

// makeSparse makes a file of zeros that takes no room.
func makeSparse(path string, size int64) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, size)
}

// A link to a regular file is as good as the file.
func TestLinkToFile(t *testing.T) {
	dir := t.TempDir()
	from, err := filepath.Abs("testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Symlink(filepath.Join(from, file.Name()), filepath.Join(dir, file.Name())); err != nil {
			t.Skip(err)
		}
	}
	if _, err := Load(dir); err != nil {
		t.Error(err)
	}
}

// A growing file is read to the limit, whatever its size was said to be.
type growing struct{ fstest.MapFS }

func (g growing) Open(name string) (fs.File, error) {
	file, err := g.MapFS.Open(name)
	return endless{file}, err
}

func (g growing) Stat(name string) (fs.FileInfo, error) { return g.MapFS.Stat(name) }

type endless struct{ fs.File }

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestGrowing(t *testing.T) {
	_, err := load(growing{files(stackFile{id: "A", template: "{}"})})
	wantError(t, err, "manifest.json: has more than 4194304 bytes")
}

func TestLimits(t *testing.T) {
	many := func(n int, format string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
		}
		return strings.Join(items, ",")
	}
	property := func(value string) string {
		return `{"Resources": {"R": {"Type": "T", "Properties": {"P": ` + value + `}}}}`
	}
	tests := []struct{ name, template, want string }{
		{"most resources", `{"Resources": {` + many(500, `"R#": {"Type": "T"}`) + `}}`, ""},
		{"too many resources", `{"Resources": {` + many(501, `"R#": {"Type": "T"}`) + `}}`, "A.json: has 501 resources, more than the 500 of CloudFormation"},
		{"longest list", property("[" + many(10_000, "1") + "]"), ""},
		{"list too long", property("[[" + many(10_001, "1") + "]]"), `A.json: resource "R": a list has 10001 elements, more than 10000`},
		{"list too long in an output", `{"Outputs": {"O": {"Value": [` + many(10_001, "1") + `]}}}`, `A.json: output "O": a list has 10001 elements, more than 10000`},
		{"deep", property(strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000)), ""},
		{"too deep", property(strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)), "A.json: invalid character '[' exceeded max depth"},
		{"newline in a logical id", `{"Resources": {"R\nS": {"Type": "T"}}}`, `A.json: the logical id "R\nS" has a character that cannot be printed`},
		{"escape sequence in a type", `{"Resources": {"R": {"Type": "\u001b[2J"}}}`, `A.json: resource "R": the type "\x1b[2J" has a character that cannot be printed`},
		{"newline in an output", `{"Outputs": {"O\n": {"Value": 1}}}`, `A.json: the output "O\n" has a character that cannot be printed`},
		{"long logical id", `{"Resources": {"` + strings.Repeat("R", 301) + `": {"Type": "T"}}}`, `A.json: the logical id "` + strings.Repeat("R", 30) + `"… is longer than 300 characters`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := load(files(stackFile{id: "A", template: test.template}))
			wantError(t, err, test.want)
			if err == nil {
				_ = a.Check() // which must come to its end
			}
		})
	}
	stacks := make([]stackFile, mostStacks+1)
	for i := range stacks {
		stacks[i] = stackFile{id: fmt.Sprintf("S%d", i), template: "{}"}
	}
	_, err := load(files(stacks[1:]...))
	wantError(t, err, "")
	_, err = load(files(stacks...))
	wantError(t, err, "manifest.json: there are more than 50 stacks in it")
	_, err = load(files(stackFile{id: "A\nB", template: "{}"}))
	wantError(t, err, `manifest.json: the stack "A\nB" has a character that cannot be printed`)
}
