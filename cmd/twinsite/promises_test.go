package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPromises(t *testing.T) {
	for folder, file := range map[string]string{"site": "site.yaml", "article": "examples/article.yaml"} {
		out, stderr, status := execute(t, "promises", "-assembly", root+"testdata/"+folder, "-site", root+file)
		if status != 0 || !strings.HasPrefix(out, "all ") || !strings.HasSuffix(out, " promises are kept\n") {
			t.Errorf("%s: got %d, %s and\n%s", file, status, stderr, out)
		}
	}

	// A copy of the default site whose failover records are of another type.
	broken := t.TempDir()
	if err := os.CopyFS(broken, os.DirFS(root+"testdata/site")); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(broken, "Failover.template.json"), `"AWS::Route53::RecordSetGroup"`, `"AWS::Foo::Bar"`)
	out, stderr, status := execute(t, "promises", "-assembly", broken, "-site", root+"site.yaml")
	if status != 1 || !strings.HasSuffix(stderr, " promises are broken\n") || !strings.Contains(out, ": ticketing.pw A has no pair of records") {
		t.Errorf("without records: got %d, %s and\n%s", status, stderr, out)
	}
	if _, _, status := execute(t, "rehearse", "-play=false", "-trials", "1", "-out", t.TempDir(), "-assembly", broken, "-site", root+"site.yaml"); status != 2 {
		t.Errorf("without records, the rehearsal ends with %d, want 2", status)
	}
}

// edit replaces a text in a file, wherever it stands.
func edit(t *testing.T, file, old, replacement string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := strings.ReplaceAll(string(data), old, replacement)
	if edited == string(data) {
		t.Fatalf("%s has no %s", file, old)
	}
	if err := os.WriteFile(file, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPromisesMistakes(t *testing.T) {
	wantUnusable(t, []mistake{
		{[]string{"promises"}, "does not exist"},
		{[]string{"promises", "-site", root + "site.yaml"}, "cdk.out holds no cloud assembly"},
		{[]string{"promises", "-site", root + "site.yaml", "-assembly", root + "testdata/article"}, "is not of"},
		{[]string{"promises", "cdk.out"}, "unknown command"},
		{[]string{"promises", "-speed", "3"}, "unknown flag"},
	})
}
