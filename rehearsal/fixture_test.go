package rehearsal

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"twinsite/assembly"
)

func load(t testing.TB, name string, edits ...func(*assembly.Assembly)) *Model {
	t.Helper()
	return loadFrom(t, "../testdata/"+name, edits)
}

func loadFrom(t testing.TB, dir string, edits []func(*assembly.Assembly)) *Model {
	t.Helper()
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, edit := range edits {
		edit(a)
	}
	m, err := NewModel(a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// loadManual loads the default site with what failover.failback: manual adds to
// it, but for roles and logs.
func loadManual(t testing.TB, edits ...func(*assembly.Assembly)) *Model {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/site")); err != nil {
		t.Fatal(err)
	}
	var added map[string]stackTemplate
	readJSON(t, "testdata/failback.json", &added)
	for stack, more := range added {
		path := filepath.Join(dir, stack+".template.json")
		var whole stackTemplate
		readJSON(t, path, &whole)
		maps.Copy(whole.Resources, more.Resources)
		maps.Copy(whole.Outputs, more.Outputs)
		data, err := json.Marshal(whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return loadFrom(t, dir, edits)
}

// A stackTemplate is what the rehearsal reads of one.
type stackTemplate struct{ Parameters, Mappings, Conditions, Resources, Outputs map[string]any }

func readJSON(t testing.TB, path string, value any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, value); err != nil {
		t.Fatal(err)
	}
}
