package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

// TestSecurityPage holds SECURITY.md against the tests: whatever it says shows
// a promise must be there.
func TestSecurityPage(t *testing.T) {
	page := readPage(t, "SECURITY.md")
	for _, problem := range unshown(t, page) {
		t.Error(problem)
	}
	anchors := page.anchors()
	for _, entrance := range []string{"dns", "cloudfront", "home-load-balancer", "standby-load-balancer", "static-files", "instances", "deployment-role"} {
		if !slices.Contains(anchors, entrance) {
			t.Errorf("SECURITY.md promises nothing at the entrance %s", entrance)
		}
	}
	for _, row := range []string{"| a | b | `TestNothing` |", "| a | b | `no such promise` |", "| a | b | c |"} {
		broken := newPage("SECURITY.md", "| promise | kept by | shown by |\n|---|---|---|\n"+row+"\n")
		if len(unshown(t, broken)) == 0 {
			t.Errorf("%s: nobody noticed that nothing shows it", row)
		}
	}
}

// unshown are the rows of a page whose last cell names no test and no promise,
// or one that is not there.
func unshown(t *testing.T, p *page) []string {
	t.Helper()
	var tests, promises strings.Builder
	for _, file := range glob(t, "*_test.go", "*/*_test.go") {
		tests.WriteString(read(t, file))
	}
	for _, file := range glob(t, "*_test.go", "promises/*.go") {
		promises.WriteString(read(t, file))
	}
	isTest := regexp.MustCompile(`^Test[A-Z]\w*$`)
	var problems []string
	each(p.root, func(row *extensionast.TableRow) {
		named := 0
		each(row.LastChild(), func(span *ast.CodeSpan) {
			named++
			name := p.text(span)
			switch {
			case isTest.MatchString(name) && !strings.Contains(tests.String(), "\nfunc "+name+"(t *testing.T)"):
				problems = append(problems, "there is no test "+name)
			case !isTest.MatchString(name) && !strings.Contains(promises.String(), `"`+name+`"`):
				problems = append(problems, "there is no promise "+name)
			}
		})
		if named == 0 {
			problems = append(problems, "nothing shows "+p.text(row))
		}
	})
	return problems
}
