package emulated

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

var assemblies = flag.String("assemblies", "", "folder with the assemblies of the shipped sites; without it, nothing is deployed")

// interrupted ends with Ctrl-C. Every command runs under it, so that the tests
// fail at once and end what they started.
var interrupted context.Context

// app is the application, built once.
var app string

// TestMain runs the tests at the top of the project, from where all paths are.
func TestMain(m *testing.M) {
	flag.Parse()
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	if err := os.Chdir(".."); err != nil {
		return 1, err
	}
	if *assemblies == "" {
		return m.Run(), nil
	}
	var stop context.CancelFunc
	interrupted, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "emulated")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	app = filepath.Join(dir, "twinsite")
	if output, err := exec.CommandContext(interrupted, "go", "build", "-o", app, ".").CombinedOutput(); err != nil {
		return 1, fmt.Errorf("go build: %w: %s", err, output)
	}
	return m.Run(), nil
}
