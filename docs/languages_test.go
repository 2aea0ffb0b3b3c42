package docs

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
)

const (
	english = "README.md"
	korean  = "README.ko.md"

	application       = "docs/application.md"
	applicationKorean = "docs/application.ko.md"
)

// A section is what stands under one heading of a README.
type section struct {
	title string
	facts facts
}

// facts are what a translation must not change.
type facts struct {
	Level  int        // of the heading; 0: what stands before the first one
	Blocks []string   // code, without comments and labels
	Tables [][]string // of each row the cells' code and numbers, in order
	Links  []string   // sorted; a heading of the page itself by its number
	Words  []string   // code and numbers in sentences, sorted
}

var (
	comment = regexp.MustCompile(`(^|\s)(#|%%)( .*)?$`)
	label   = regexp.MustCompile(`"[^"]*"`) // in a diagram
	fact    = regexp.MustCompile("`[^`]+`|[A-Za-z]*[0-9]+(?:[.,:/-][0-9]+)*")
)

// sections divides a README by its headings.
func sections(p *page) []section {
	list := []section{{title: "the top"}}
	for node := p.root.FirstChild(); node != nil; node = node.NextSibling() {
		if heading, isHeading := node.(*ast.Heading); isHeading {
			list = append(list, section{title: p.text(heading), facts: facts{Level: heading.Level}})
		}
		p.collect(node, &list[len(list)-1].facts)
	}
	for i := range list {
		slices.Sort(list[i].facts.Links)
		slices.Sort(list[i].facts.Words)
	}
	return list
}

// collect adds the facts of a block and of all that it contains.
func (p *page) collect(block ast.Node, f *facts) {
	_ = ast.Walk(block, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.FencedCodeBlock:
			f.Blocks = append(f.Blocks, "```"+string(node.Language(p.source)))
			for line := range strings.Lines(string(node.Lines().Value(p.source))) {
				if line = strings.TrimSpace(comment.ReplaceAllString(strings.TrimSpace(line), "")); line != "" {
					f.Blocks = append(f.Blocks, label.ReplaceAllString(line, `""`))
				}
			}
		case *extensionast.TableHeader, *extensionast.TableRow:
			var cells []string
			each(node, func(cell *extensionast.TableCell) {
				cells = append(cells, strings.Join(fact.FindAllString(string(cell.Lines().Value(p.source)), -1), " "))
			})
			f.Tables = append(f.Tables, cells)
		case *ast.Paragraph, *ast.TextBlock:
			f.Words = append(f.Words, fact.FindAllString(string(node.Lines().Value(p.source)), -1)...)
		case *ast.Link:
			f.Links = append(f.Links, p.numbered(string(node.Destination)))
		case *ast.Image:
			f.Links = append(f.Links, string(node.Destination))
		case *ast.AutoLink:
			f.Links = append(f.Links, string(node.URL(p.source)))
		}
		return ast.WalkContinue, nil
	})
}

// numbered replaces the name of a heading of the page itself by its number.
func (p *page) numbered(link string) string {
	if anchor, isAnchor := strings.CutPrefix(link, "#"); isAnchor {
		return fmt.Sprintf("#%d", slices.Index(p.anchors(), anchor))
	}
	return link
}

// drift says where the two READMEs no longer say the same.
func drift(en, ko string) []string { return driftOf(english, korean, en, ko) }

// driftOf says where a page and its translation no longer say the same.
func driftOf(english, korean, en, ko string) []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	toEnglish, toKorean := "[English]("+path.Base(english)+")\n", "[한국어]("+path.Base(korean)+")\n"
	if !strings.Contains(en, toKorean) || !strings.Contains(ko, toEnglish) {
		report("%s and %s do not link each other", english, korean)
	}
	ours := sections(newPage(english, strings.Replace(en, toKorean, "", 1)))
	theirs := sections(newPage(korean, strings.Replace(ko, toEnglish, "", 1)))
	if len(ours) != len(theirs) {
		report("%s has %d headings, %s has %d", english, len(ours)-1, korean, len(theirs)-1)
	}
	for i := range min(len(ours), len(theirs)) {
		if diff := cmp.Diff(ours[i].facts, theirs[i].facts); diff != "" {
			report("section %q (%q) differs (-%s +%s):\n%s", ours[i].title, theirs[i].title, english, korean, diff)
		}
	}
	return found
}

// TestLanguages holds the two READMEs together, and the two pages for applications.
func TestLanguages(t *testing.T) {
	atTop(t)
	for _, difference := range drift(read(t, english), read(t, korean)) {
		t.Error(difference)
	}
	for _, difference := range driftOf(application, applicationKorean, read(t, application), read(t, applicationKorean)) {
		t.Error(difference)
	}
	changed := strings.Replace(read(t, applicationKorean), "`web.drain`", "`web.sticky`", 1)
	if len(driftOf(application, applicationKorean, read(t, application), changed)) == 0 {
		t.Error("nobody noticed a field that is another one in Korean")
	}
}

// TestLanguagesBroken shows that TestLanguages can fail. Each copy is the
// English README with a link back, broken in one point.
func TestLanguagesBroken(t *testing.T) {
	atTop(t)
	en := read(t, english)
	same := strings.Replace(en, "[한국어]("+korean+")", "[English]("+english+")", 1)
	if found := drift(en, same); len(found) > 0 {
		t.Fatalf("the unbroken copy differs: %s", found)
	}
	for _, broken := range []struct {
		breaks string
		find   string // the last match is replaced
		with   string
		want   string // in the report
	}{
		{"a heading is gone", `(?m)^## .*\n`, "", "headings, " + korean + " has "},
		{"a heading's level", `(?m)^## `, "### ", "Level"},
		{"a command is gone", `(?m)^ *make deploy .*\n`, "", "make deploy"},
		{"a command's argument", `cdk synth -c domain=example\.com`, "cdk synth -c domain=other.example", "Blocks"},
		{"an arrow of the diagram", `(?m)^ *visitor ==> dns\n`, "", "visitor ==> dns"},
		{"a code block's language", "(?m)^```sh$", "```text", "Blocks"},
		{"a row is gone", "(?m)^\\| `Global` .*\\n", "", "`Global`"},
		{"a cell is gone", "\\| `page` \\|", "|", "Tables"},
		{"code in a table", "(?m)^\\| `Global` ", "| `Local` ", "`Local`"},
		{"a number in a sentence", `Go 1\.26`, "Go 1.25", "1.25"},
		{"a link's target", `\]\(docs/operations\.md\)`, "](docs/elsewhere.md)", "docs/elsewhere.md"},
		{"an anchor to another heading", `\]\(#[^)]*\)`, "](#twinsite)", "Links"},
		{"the link to the other language", `\[English\]\(.*\)\n`, "", "do not link each other"},

		// Left to the translator:
		{"a comment at a command", `(?m)^(make synth +#).*`, "$1 …", ""},
		{"a label in the diagram", `"Visitor"`, `"방문자"`, ""},
		{"a heading's text", `(?m)^## The stacks$`, "## 스택", ""},
		{"prose", `\bthe\b`, "그", ""},
	} {
		t.Run(broken.breaks, func(t *testing.T) {
			find := regexp.MustCompile(broken.find)
			places := find.FindAllStringIndex(same, -1)
			if len(places) == 0 {
				t.Fatalf("nothing in %s to break", english)
			}
			last := places[len(places)-1]
			copied := same[:last[0]] + find.ReplaceAllString(same[last[0]:last[1]], broken.with) + same[last[1]:]
			found := strings.Join(drift(en, copied), "\n")
			if broken.want == "" && found != "" || !strings.Contains(found, broken.want) {
				t.Errorf("got %q, want %q in it", found, broken.want)
			}
		})
	}
}
