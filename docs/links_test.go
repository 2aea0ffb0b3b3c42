package docs

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
)

// TestLinks follows the links of every page that lead to files and headings of
// the project.
func TestLinks(t *testing.T) {
	atTop(t)
	for _, p := range pages(t) {
		for _, link := range p.links() {
			if err := p.follow(link); err != nil {
				t.Errorf("%s: %v", p.file, err)
			}
		}
	}
	broken := newPage("docs/page.md", "# One `and` *two*\n# One and two\n# 한 글, 둘!\n"+
		"[a](none.md) [b](../README.md#none) [c](#none) [d](../site.yaml#x) [e](../../x) ![f](none.svg)\n\n<img src=\"none.png\">\n")
	for _, link := range broken.links() {
		if err := broken.follow(link); err == nil {
			t.Errorf("%s: nobody noticed that it leads nowhere", link)
		}
	}
	if len(broken.links()) != 7 {
		t.Errorf("links %q, want seven", broken.links())
	}
	if diff := cmp.Diff([]string{"one-and-two", "one-and-two-1", "한-글-둘"}, broken.anchors()); diff != "" {
		t.Errorf("anchors (-want +got):\n%s", diff)
	}
}

var runbookLink = regexp.MustCompile(`docs/operations\.md(#[\w-]+)`)

// TestRunbookLinks follows the links in the golden templates: an operator who
// is woken by an alarm clicks them.
func TestRunbookLinks(t *testing.T) {
	atTop(t)
	runbook := readPage(t, "docs/operations.md")
	found := 0
	for _, file := range glob(t, "testdata/*/*.template.json") {
		for _, link := range runbookLinks(read(t, file)) {
			found++
			if err := runbook.follow(link); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if found < 20 {
		t.Errorf("%d links from templates to docs/operations.md, want one of each alarm", found)
	}
	for _, link := range runbookLinks(`"What to do: docs/operations.md#no-such-alarm"`) {
		if runbook.follow(link) == nil {
			t.Errorf("%s: nobody noticed that it leads nowhere", link)
		}
	}
}

// runbookLinks are the links to headings of the operators' page in a template.
func runbookLinks(template string) []string {
	var links []string
	for _, link := range runbookLink.FindAllStringSubmatch(template, -1) {
		links = append(links, link[1])
	}
	return links
}

// htmlLink is a link or picture in HTML, which pages use where Markdown cannot
// do it.
var htmlLink = regexp.MustCompile(`(?:href|src|srcset)="([^"]*)"`)

// links are the destinations of a page's links and pictures.
func (p *page) links() []string {
	var links []string
	html := func(source []byte) {
		for _, match := range htmlLink.FindAllSubmatch(source, -1) {
			links = append(links, string(match[1]))
		}
	}
	each(p.root, func(n *ast.Link) { links = append(links, string(n.Destination)) })
	each(p.root, func(n *ast.Image) { links = append(links, string(n.Destination)) })
	each(p.root, func(n *ast.RawHTML) { html(n.Segments.Value(p.source)) })
	each(p.root, func(n *ast.HTMLBlock) { html(n.Lines().Value(p.source)) })
	return links
}

// follow says why a link leads nowhere. Links out of the project are not
// followed.
func (p *page) follow(link string) error {
	address, err := url.Parse(link)
	if err != nil || address.Scheme != "" {
		return err
	}
	to := p
	if address.Path != "" {
		file := filepath.Join(filepath.Dir(p.file), address.Path)
		if !filepath.IsLocal(file) {
			return fmt.Errorf("%s leads out of the project", link)
		}
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("%s: %w", link, err)
		}
		if address.Fragment == "" {
			return nil
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("%s: %w", link, err)
		}
		to = newPage(file, string(source))
	}
	if filepath.Ext(to.file) != ".md" || !slices.Contains(to.anchors(), address.Fragment) {
		return fmt.Errorf("%s: %s has no such heading", link, to.file)
	}
	return nil
}
