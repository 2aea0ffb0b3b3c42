package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

// requirements say, by a heading of THIRD_PARTY.md, which files name what is
// required and how.
var requirements = []struct {
	heading, files string
	name           *regexp.Regexp
}{
	{"Go modules", "go.mod", regexp.MustCompile(`(?m)^\t(\S+) v\S+$`)},
	{"npm packages", "package.json emulated/package.json", regexp.MustCompile(`(?m)^ +"([\w@/-]+)": "\d[\d.]*",?$`)},
	{"Tools", "tools/go.mod", regexp.MustCompile(`(?m)^\t(\S+)/cmd/\S+$`)},
	{"Debian packages", ".ci/run", regexp.MustCompile(`(?m)^packages=\(([^)]*)\)`)},
	// A tag can be moved to other code, a commit cannot.
	{"GitHub actions", ".github/workflows/*.yml", regexp.MustCompile(`(?m)uses: *([\w./-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)},
	{"Python packages", "tools/requirements-emulated.in", regexp.MustCompile(`(?m)^([\w-]+)==[\d.]+$`)},
}

// TestThirdParty holds the tables of THIRD_PARTY.md against what the project
// requires.
func TestThirdParty(t *testing.T) {
	atTop(t)
	listed := firstColumns(readPage(t, "THIRD_PARTY.md"))
	for _, r := range requirements {
		var required []string
		for _, file := range glob(t, strings.Fields(r.files)...) {
			source := read(t, file)
			found := r.name.FindAllStringSubmatch(source, -1)
			for _, match := range found {
				required = append(required, strings.Fields(match[1])...)
			}
			if n := strings.Count(source, "uses:"); r.heading == "GitHub actions" && n != len(found) {
				t.Errorf("%s: %d actions, of which %d are pinned by commit, with their version as a comment", file, n, len(found))
			}
		}
		required = slices.Compact(slices.Sorted(slices.Values(required)))
		if diff := cmp.Diff(required, listed[r.heading]); diff != "" {
			t.Errorf("%s (-required +listed):\n%s", r.heading, diff)
		}
		if len(required) == 0 || cmp.Equal(required[1:], listed[r.heading]) {
			t.Errorf("%s: nobody noticed that one is no longer required", r.heading)
		}
	}
	if requirements[4].name.MatchString("uses: actions/checkout@v4") {
		t.Error("nobody noticed an action that is pinned by a tag")
	}
}

// firstColumns are what the first cells of a page's tables show as code, sorted,
// by the heading above.
func firstColumns(p *page) map[string][]string {
	rows := map[string][]string{}
	heading := ""
	each(p.root, func(node ast.Node) {
		switch node := node.(type) {
		case *ast.Heading:
			heading = p.text(node)
		case *extensionast.TableRow:
			each(node.FirstChild(), func(code *ast.CodeSpan) { rows[heading] = append(rows[heading], p.text(code)) })
			slices.Sort(rows[heading])
		}
	})
	return rows
}
