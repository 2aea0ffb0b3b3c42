package change_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/rehearsal/change"
)

// TestDefectsOfBefore rehearses two changes with the templates that the product made
// when nobody rehearsed them: both cost something, and only a reader had noticed.
// testdata/before holds them: the default site of revision a686a61c, and what differs
// from it with edge.originSecrets: [] and with notifications: false.
func TestDefectsOfBefore(t *testing.T) {
	for _, test := range []struct {
		name, from, to string
		kind           change.Kind
		want           string
	}{
		{"secrets are switched on", "no-secrets", "site", change.Lost, "answers 403"},
		{"notifications are switched off", "site", "no-notifications", change.Refused, "while Failover.AlarmsVisitorsAffected17C0CD56 uses it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v, err := change.Judge(before(t, test.from), before(t, test.to))
			if err != nil {
				t.Fatal(err)
			}
			found := v.Findings
			if !v.Usual { // what the order that is taken spares
				found = v.UsualFindings
			}
			for _, f := range found {
				if f.Kind == test.kind && strings.Contains(f.Message, test.want) {
					return
				}
			}
			t.Errorf("nobody notices: got %v, want %s with %q", found, test.kind, test.want)
		})
	}
}

// before is the assembly of one of the folders, over that of the default site.
func before(t *testing.T, name string) *assembly.Assembly {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{name, "site"} {
		files, err := filepath.Glob("testdata/before/" + part + "/*.json")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", part, files, err)
		}
		for _, file := range files {
			to := filepath.Join(dir, filepath.Base(file))
			if _, err := os.Stat(to); err == nil {
				continue
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			content, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(to, content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	a, err := assembly.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
