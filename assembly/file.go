package assembly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// What an assembly may have at most, so that a broken one neither fills the memory nor takes minutes. CloudFormation's
// own quotas are a template of a megabyte and 500 resources; the longest list that AWS takes is that of an IP set.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
// https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
const (
	longestManifest = 4 << 20 // bytes
	longestTemplate = 1 << 20
	mostStacks      = 50
	mostResources   = 500 // of a stack
	longestList     = 10_000
	longestName     = 300 // of a stack or resource, in bytes
)

// A fileError says that a file is absent or broken: another synthesis mends it.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string { return e.name + ": " + e.err.Error() }

// readJSON reads a file, or the file that a link leads to. It opens nothing else: opening a pipe may wait for ever, and a
// device may have no end.
func readJSON(fsys fs.FS, name string, longest int64, into any) error {
	data, err := readRegular(fsys, name, longest)
	if err != nil {
		var pathError *fs.PathError
		if errors.As(err, &pathError) {
			err = pathError.Err // the path is said already
		}
		return &fileError{name, err}
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &fileError{name, err}
	}
	return nil
}

func readRegular(fsys fs.FS, name string, longest int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, errors.New("leads out of the assembly")
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("is %s, not a file", fileKind(info.Mode()))
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(file, longest+1)) // it may have grown since
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if int64(len(data)) > longest {
		return nil, fmt.Errorf("has more than %d bytes", longest)
	}
	return data, nil
}

// fileKind says what a file is that is no regular one.
func fileKind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// checkName refuses names that would spoil every message that they stand in.
func checkName(what, name string) error {
	unprintable := func(r rune) bool { return !strconv.IsPrint(r) }
	if len(name) > longestName {
		return fmt.Errorf("the %s %q… is longer than %d characters", what, name[:longestName/10], longestName)
	}
	if strings.ContainsFunc(name, unprintable) {
		return fmt.Errorf("the %s %q has a character that cannot be printed", what, name)
	}
	return nil
}

// checkLists refuses a list below a node that is longer than any of AWS's.
func checkLists(node any) error {
	switch node := node.(type) {
	case []any:
		if len(node) > longestList {
			return fmt.Errorf("a list has %d elements, more than %d", len(node), longestList)
		}
		for _, item := range node {
			if err := checkLists(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range node {
			if err := checkLists(item); err != nil {
				return err
			}
		}
	}
	return nil
}
