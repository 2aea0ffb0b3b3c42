package edit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFile holds that what is not changed stays, text with colons among it.
func TestFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(file, []byte("web: {policies: [arn:aws:iam::aws:policy/X], port: 80}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := File(file, map[string]string{"web.port": "8080", "ipv6": "false"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- arn:aws:iam::aws:policy/X\n", "port: 8080\n", "ipv6: false\n"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("got\n%swant %s in it", got, want)
		}
	}
}
