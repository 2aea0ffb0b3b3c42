package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

func TestRun(t *testing.T) {
	// interrupt sends this process a Ctrl-C and waits until it has arrived.
	interrupt := func(ctx context.Context) error {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(os.Interrupt)
		}
		if err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}
	tests := []struct {
		name   string
		run    func(ctx context.Context) error
		want   int
		stderr string
	}{
		{"good", func(context.Context) error { return nil }, Good, ""},
		{"bad input", func(context.Context) error { return errors.New("no such file") }, Unusable, "twinsite: no such file\n"},
		{"failed", func(context.Context) error { return fmt.Errorf("move: %w", Failed{errors.New("refused")}) }, Bad, "twinsite: move: refused\n"},
		{"failed, and said why", func(context.Context) error { return Failed{} }, Bad, ""},
		{"Ctrl-C", interrupt, Interrupted, "\ninterrupted\n"},
		{"Ctrl-C, and what is open", func(ctx context.Context) error {
			if err := interrupt(ctx); !errors.Is(err, context.Canceled) {
				return err
			}
			return errors.New("not known")
		}, Interrupted, "\ninterrupted: not known\n"},
		{"Ctrl-C, which is not heard", func(ctx context.Context) error {
			_ = interrupt(ctx)
			time.Sleep(time.Minute)
			return nil
		}, Interrupted, "\ninterrupted\n"},
		{"Ctrl-C too late", func(ctx context.Context) error {
			if err := interrupt(ctx); !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		}, Good, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && test.want == Interrupted {
				t.Skip("Windows has no signal to send to one process")
			}
			command := &cobra.Command{Use: "twinsite", SilenceErrors: true, SilenceUsage: true,
				RunE: func(command *cobra.Command, _ []string) error { return test.run(command.Context()) }}
			var stderr bytes.Buffer
			command.SetErr(&stderr)
			if got := Run(command, nil); got != test.want || stderr.String() != test.stderr {
				t.Errorf("got %d and %q, want %d and %q", got, stderr.String(), test.want, test.stderr)
			}
		})
	}
}

// A command that tidies up is waited for after the first Ctrl-C. The second one leaves it
// behind, and says how to tidy up by hand.
func TestTidy(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal to send to one process")
	}
	interrupt := func() {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(os.Interrupt)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for _, test := range []struct {
		name, stderr string
		tidy         func(ctx context.Context) error
	}{
		{"longer than Run's patience", "\ninterrupted: tidied up\n", func(context.Context) error {
			time.Sleep(patience + time.Second)
			return errors.New("tidied up")
		}},
		{"left behind by a second Ctrl-C", "\ninterrupted while tidying up; what may be left is removed by: rm it\n", func(context.Context) error {
			interrupt()
			time.Sleep(time.Minute)
			return nil
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			command := &cobra.Command{Use: "twinsite", SilenceErrors: true, SilenceUsage: true, RunE: func(command *cobra.Command, _ []string) error {
				done := Tidy(command.Context(), func() string { return "rm it" })
				defer done()
				interrupt()
				<-command.Context().Done()
				return test.tidy(command.Context())
			}}
			var stderr bytes.Buffer
			command.SetErr(&stderr)
			if got := Run(command, nil); got != Interrupted || stderr.String() != test.stderr {
				t.Errorf("got %d and %q, want %d and %q", got, stderr.String(), Interrupted, test.stderr)
			}
		})
	}
	Tidy(context.Background(), nil)() // without Run, it does nothing
}

// Output whose reader is gone ends a command, but not one that has something to tidy up.
func TestTidyWithoutReader(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no signal for it")
	}
	const asked = "TWINSITE_TEST_TIDY"
	if tidies := os.Getenv(asked); tidies != "" {
		os.Exit(Run(&cobra.Command{Use: "twinsite", RunE: func(command *cobra.Command, _ []string) error {
			if tidies == "true" {
				defer Tidy(command.Context(), func() string { return "rm it" })()
			}
			fmt.Fprintln(os.Stderr, "removing it")
			return nil
		}}, nil))
	}
	for tidies, want := range map[string]int{"true": Good, "false": -1} { // -1: ended by a signal
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		reader.Close()
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTidyWithoutReader$")
		child.Env, child.Stderr = append(os.Environ(), asked+"="+tidies), writer
		if err := child.Run(); child.ProcessState == nil || child.ProcessState.ExitCode() != want {
			t.Errorf("tidies up: %s: got %v, %v, want %d", tidies, child.ProcessState, err, want)
		}
		writer.Close()
	}
}

func TestLongFlags(t *testing.T) {
	got := longFlags([]string{"on", "-site", "a.yaml", "--out", "-h", "-speed=3", "-50", "-"})
	want := []string{"on", "--site", "a.yaml", "--out", "-h", "--speed=3", "-50", "-"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOneLine(t *testing.T) {
	if OneLine(nil) != nil {
		t.Error("no error becomes one")
	}
	reason := errors.New("a\nb\x1b[2J " + strings.Repeat("ä", 600))
	got := OneLine(reason)
	if want := "a; b?[2J " + strings.Repeat("ä", 491) + "…"; got.Error() != want || !errors.Is(got, reason) {
		t.Errorf("got %q, want %q", got, want)
	}
}
