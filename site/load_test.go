package site

import (
	"path/filepath"
	"testing"
)

// shipped returns the paths of every site that ships with Twinsite.
func shipped(t *testing.T) []string {
	t.Helper()
	examples, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(examples) < 5 {
		t.Fatalf("found %d examples, want 5 or more (%v)", len(examples), err)
	}
	return append(examples, "../site.yaml")
}

// TestLoadShipped promises that every site that ships with Twinsite is right.
func TestLoadShipped(t *testing.T) {
	for _, file := range shipped(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if _, err := Load(file); err != nil {
				t.Error(err)
			}
		})
	}
}
