package operations

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/parser"

	"twinsite/internal/must"
	"twinsite/promises/internal/brokencopy"
	"twinsite/promises/internal/read"
)

// TestRunbook follows the link of every alarm to a heading of the operators'
// page.
func TestRunbook(t *testing.T) {
	source, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder // its headings have ids, which are GitHub's as long as titles are letters and spaces
	markdown := goldmark.New(goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	if err := markdown.Convert(source, &page); err != nil {
		t.Fatal(err)
	}
	for _, s := range brokencopy.GoldenSites(t) {
		in := read.New(s.Assembly, s.Site)
		if err := unexplained(in, page.String()); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		in = read.New(s.Assembly.Clone(), s.Site)
		redescribe(cpuAlarm(in), "#a-group", "#the-group")
		if err := unexplained(in, page.String()); err == nil || !strings.Contains(err.Error(), "has no heading") {
			t.Errorf("%s: a link to another paragraph: noticed %v", s.Name, err)
		}
	}
}

// unexplained is the error of an alarm that links no heading of a page.
func unexplained(in *read.Reader, page string) error {
	return must.Catch(func() {
		for _, alarm := range everyAlarm(in) {
			if anchor := paragraph(in, alarm); !strings.Contains(page, fmt.Sprintf("id=%q", anchor)) {
				read.Fail(alarm, "AlarmDescription", "links %q, but docs/operations.md has no heading of that name", anchor)
			}
		}
	})
}
