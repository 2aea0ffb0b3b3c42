package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"

	"twinsite/promises"
)

// TestSecurityPage holds SECURITY.md against the tests: whatever it says shows
// a promise must be there.
func TestSecurityPage(t *testing.T) {
	atTop(t)
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
	source := string(page.source)
	for _, broken := range []string{
		strings.Replace(source, "`TestNag`,", "`TestNothing`,", 1),
		strings.Replace(source, "`TLS to the origin` |", "`no such promise` |", 1),
		strings.Replace(source, "`TLS to the origin` |", "a test |", 1),
		strings.Replace(source, "`default security groups are closed` |", "`7 security groups` |", 1),
	} {
		if len(unshown(t, newPage("SECURITY.md", broken))) == 0 {
			t.Error("nobody noticed a promise that nothing shows, or a row that is gone")
		}
	}
}

// unshown are the rows of a page whose last cell names no test and no promise,
// or one that is not there, and the promises of security that no row names.
func unshown(t *testing.T, p *page) []string {
	t.Helper()
	known := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(t \*testing\.T\)`)
	for _, file := range glob(t, "*_test.go", "*/*_test.go", "*/*/*_test.go") {
		for _, match := range function.FindAllStringSubmatch(read(t, file), -1) {
			known[match[1]] = true
		}
	}
	all := promises.All()
	for _, promise := range all {
		known[promise.Name] = true
	}
	var problems []string
	shown := map[string]bool{}
	each(p.root, func(row *extensionast.TableRow) {
		named := 0
		each(row.LastChild(), func(span *ast.CodeSpan) {
			named++
			name := p.text(span)
			if shown[name] = true; !known[name] {
				problems = append(problems, "there is no test and no promise "+name)
			}
		})
		if named == 0 {
			problems = append(problems, "nothing shows "+p.text(row))
		}
	})
	for _, promise := range all {
		if promise.Group == promises.Security && !shown[promise.Name] {
			problems = append(problems, "no row names the promise "+promise.Name)
		}
	}
	return problems
}
