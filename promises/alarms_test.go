package promises

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"

	"twinsite/internal/must"
)

// TestRunbook follows the link of every alarm to a heading of the operators'
// page.
func TestRunbook(t *testing.T) {
	source, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder // its headings have ids, which are GitHub's as long as titles are letters and spaces
	markdown := goldmark.New(goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	if err := markdown.Convert(source, &page); err != nil {
		t.Fatal(err)
	}
	for _, s := range goldenSites(t) {
		in := &reader{Assembly: s.assembly, site: s.site}
		if err := in.unexplained(page.String()); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		in = &reader{Assembly: s.assembly.Clone(), site: s.site}
		redescribe(in.cpuAlarm(), "#a-group", "#the-group")
		if err := in.unexplained(page.String()); err == nil || !strings.Contains(err.Error(), "has no heading") {
			t.Errorf("%s: a link to another paragraph: noticed %v", s.name, err)
		}
	}
}

// unexplained is the error of an alarm that links no heading of a page.
func (in *reader) unexplained(page string) error {
	return must.Catch(func() {
		for _, alarm := range in.everyAlarm() {
			if anchor := in.paragraph(alarm); !strings.Contains(page, fmt.Sprintf("id=%q", anchor)) {
				fail(alarm, "AlarmDescription", "links %q, but docs/operations.md has no heading of that name", anchor)
			}
		}
	})
}
