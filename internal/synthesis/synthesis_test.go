package synthesis

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWholeOrNothing holds that a second synthesis replaces files and folders of
// the first, and that one that fails replaces none.
func TestWholeOrNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	synthesize := func(content string, failure error) error {
		return WholeOrNothing(dir, func(outdir string) error {
			for _, name := range []string{"manifest.json", "asset.1/index.html"} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(outdir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(outdir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			return failure
		})
	}
	no := errors.New("no")
	left := filepath.Join(dir, ".synth") // by a synthesis that was interrupted
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "Old.template.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		content string
		failure error
		want    string
	}{{"1", nil, "1"}, {"2", nil, "2"}, {"3", no, "2"}} {
		if err := synthesize(step.content, step.failure); !errors.Is(err, step.failure) {
			t.Errorf("got %v, want %v", err, step.failure)
		}
		want := []string{"asset.1/index.html " + step.want, "manifest.json " + step.want}
		if diff := cmp.Diff(want, list(t, dir)); diff != "" {
			t.Errorf("folder (-want +got):\n%s", diff)
		}
	}
	var handed *string
	if err := WholeOrNothing("", func(outdir string) error { handed = &outdir; return nil }); err != nil || handed == nil || *handed != "" {
		t.Errorf("without a folder: got %v and %v", err, handed)
	}
}

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{"": "no reason given", "\n  \n Error: a\r\n  at b": "Error: a", "Resolution error: Resolution error: Resolution error: a": "Resolution error: a"} {
		if got := firstLine(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// list reads the files of a folder and of those in it.
func list(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(name)+" "+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
