// Package docs holds the project's Markdown pages against what they speak of:
// files and headings that links lead to, commands, figures, names of tests.
// Nothing is synthesized; what a site has is read from the golden templates.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"twinsite/assembly"
)

// atTop runs a test at the top of the project, from where all paths are. It is
// not for TestMain: Go's cache of test results would not notice, look for the
// pages below docs/, and miss that they change.
func atTop(t *testing.T) { t.Chdir("..") }

// A page is a Markdown file that people read.
type page struct {
	file   string
	source []byte
	root   ast.Node
}

func newPage(file, source string) *page {
	markdown := goldmark.New(goldmark.WithExtensions(extension.Table))
	return &page{file, []byte(source), markdown.Parser().Parse(text.NewReader([]byte(source)))}
}

func readPage(t *testing.T, file string) *page {
	t.Helper()
	return newPage(file, read(t, file))
}

func read(t *testing.T, file string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func glob(t *testing.T, patterns ...string) []string {
	t.Helper()
	var files []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

// pages are all pages of the project.
func pages(t *testing.T) []*page {
	t.Helper()
	var pages []*page
	for _, file := range glob(t, "*.md", "docs/*.md", "docs/*/*.md", "examples/*/*.md", ".github/*.md") {
		pages = append(pages, readPage(t, file))
	}
	return pages
}

// golden is the default site, as its golden templates have it.
func golden(t *testing.T) *assembly.Assembly {
	t.Helper()
	site, err := assembly.Load("testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// each calls f with every node of a kind, in the page's order.
func each[N ast.Node](root ast.Node, f func(N)) {
	_ = ast.Walk(root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if n, ok := node.(N); ok && entering {
			f(n)
		}
		return ast.WalkContinue, nil
	})
}

// text is what a node shows, without its markup.
func (p *page) text(node ast.Node) string {
	var shown strings.Builder
	each(node, func(n *ast.Text) { shown.Write(n.Value(p.source)) })
	return shown.String()
}

// blocks are the page's fenced blocks in a language.
func (p *page) blocks(language string) []string {
	var blocks []string
	each(p.root, func(block *ast.FencedCodeBlock) {
		if string(block.Language(p.source)) == language {
			blocks = append(blocks, string(block.Lines().Value(p.source)))
		}
	})
	return blocks
}

// codeSpans are the pieces of code in the page's sentences and tables.
func (p *page) codeSpans() []string {
	var spans []string
	each(p.root, func(span *ast.CodeSpan) { spans = append(spans, p.text(span)) })
	return spans
}

// anchors are the names that GitHub gives a page's headings: in lower case,
// without punctuation, hyphens for spaces, numbered when repeated.
func (p *page) anchors() []string {
	var anchors []string
	seen := map[string]int{}
	each(p.root, func(heading *ast.Heading) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
				return unicode.ToLower(r)
			}
			return -1
		}, p.text(heading))
		seen[anchor]++
		if n := seen[anchor] - 1; n > 0 {
			anchor = fmt.Sprintf("%s-%d", anchor, n)
		}
		anchors = append(anchors, anchor)
	})
	return anchors
}
