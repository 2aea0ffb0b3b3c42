package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

func TestNothingIsWrittenWithoutAnAssembly(t *testing.T) {
	out := filepath.Join(t.TempDir(), "architecture.svg")
	if err := draw(context.Background(), t.TempDir(), out); err == nil {
		t.Error("a missing assembly is not noticed")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("there is a picture of nothing")
	}
}
