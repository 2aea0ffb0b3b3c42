// Package synthesis makes a synthesis fail as users expect it: with one line, and
// without half of its output.
package synthesis

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// WholeOrNothing synthesizes into a folder of its own below outdir, and moves
// what is there to outdir when it is whole: after a failure, outdir holds what
// it held before, and not a mixture of two sites. An empty outdir is handed on.
func WholeOrNothing(outdir string, synthesize func(outdir string) error) (err error) {
	if outdir == "" {
		return synthesize("")
	}
	if err := os.MkdirAll(outdir, 0o755); err != nil {
		return err
	}
	trial := filepath.Join(outdir, ".synth")
	if err := os.RemoveAll(trial); err != nil { // of a synthesis that was interrupted
		return err
	}
	if err := os.Mkdir(trial, 0o755); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(trial)) }()
	if err := synthesize(trial); err != nil {
		return err
	}
	entries, err := os.ReadDir(trial)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		to := filepath.Join(outdir, entry.Name())
		if err := os.RemoveAll(to); err != nil { // a folder is not renamed to one that is there
			return err
		}
		if err := os.Rename(filepath.Join(trial, entry.Name()), to); err != nil {
			return err
		}
	}
	return nil
}

// Catch runs what makes constructs, and returns a panic as one line that
// begins with what they are made of, and names the construct that was being
// made. The CDK, and our constructs, panic at what they refuse.
func Catch(of string, make func()) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			what := cmp.Or(beingMade(), "the site")
			why := firstLine(fmt.Sprint(reason))
			if id, rest, ours := strings.Cut(why, ": "); ours && strings.EqualFold(id, what) {
				why = rest
			}
			err = fmt.Errorf("%s: %s cannot be synthesized: %s", of, what, why)
		}
	}()
	make()
	return nil
}

// anyMaker is a function that makes a construct of ours, or a stack.
var anyMaker = regexp.MustCompile(`/(?:constructs|stacks)\.New(\w+)$`)

// beingMade returns the name of the innermost construct that was being made at
// a panic that is being recovered from; "" if none was.
func beingMade() string {
	callers := make([]uintptr, 100)
	frames := runtime.CallersFrames(callers[:runtime.Callers(0, callers)])
	for {
		frame, more := frames.Next()
		if maker := anyMaker.FindStringSubmatch(frame.Function); maker != nil {
			return maker[1]
		}
		if !more {
			return ""
		}
	}
}

// firstLine is the first line of a text that says something. The CDK begins with
// as many "Resolution error" as what it looked at is deep.
func firstLine(text string) string {
	const again = "Resolution error: "
	for strings.Contains(text, again+again) {
		text = strings.ReplaceAll(text, again+again, again)
	}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return "no reason given"
}
