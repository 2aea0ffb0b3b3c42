package rehearsal

import (
	"testing"

	"twinsite/assembly"
)

func load(t testing.TB, name string, edits ...func(*assembly.Assembly)) *Model {
	t.Helper()
	a, err := assembly.Load("../testdata/" + name)
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
