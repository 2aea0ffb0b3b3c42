package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestStaticFolder loads sites with a folder at the limits, and beyond them.
func TestStaticFolder(t *testing.T) {
	large := func(file string) error {
		return errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, mostBytes))
	}
	link := func(file string) error { return os.Symlink("/etc/passwd", file) }
	for _, test := range []struct {
		name  string
		files int
		odd   func(file string) error // makes one more; nil: none
		want  string                  // of the message; "" for none
	}{
		{"one", 1, nil, ""},
		{"as many as may be", 1000, nil, ""},
		{"too many", 1001, nil, "has more than 1000 files"},
		{"none", 0, nil, "has no files"},
		{"as large as may be", 0, large, ""},
		{"too large", 1, large, "is larger than 100 MiB"},
		{"a link", 1, link, "holds what is no file of its own"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			file := siteWithFolder(t, dir, test.files, test.odd)
			s, err := Load(file)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want == "" && s.StaticFiles.Folder != filepath.Join(dir, "files"):
				t.Errorf("the folder is %s", s.StaticFiles.Folder)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			case strings.HasPrefix(test.want, "has more") && !strings.Contains(err.Error(), "aws s3 sync"):
				t.Errorf("%v names no remedy", err)
			}
		})
	}
}

// siteWithFolder writes a site whose folder has so many files, and one more, and
// returns its path.
func siteWithFolder(t *testing.T, dir string, files int, odd func(file string) error) string {
	t.Helper()
	folder := filepath.Join(dir, "files", "assets")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range files {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i)), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if odd != nil {
		if err := odd(filepath.Join(folder, "odd")); err != nil {
			t.Fatal(err)
		}
	}
	least, err := os.ReadFile("testdata/good/least.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(file, append(least, "\nstaticFiles: {folder: files}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestUploads says for which sites a deployment uploads files.
func TestUploads(t *testing.T) {
	image := map[string]string{"us-east-1": "ami-0123456789abcdef0"}
	for want, sites := range map[bool][]Site{
		true:  {{}, {StaticFiles: StaticFiles{Folder: "files"}}, {Web: Web{Images: image}, StaticFiles: StaticFiles{Folder: "files"}}},
		false: {{Web: Web{Images: image}}, {Web: Web{UserData: "script.sh"}}},
	} {
		for _, s := range sites {
			if got := s.Uploads(); got != want {
				t.Errorf("%+v uploads: %t, want %t", s.Web, got, want)
			}
		}
	}
}
