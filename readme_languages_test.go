package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

const (
	english = "README.md"
	korean  = "README.ko.md"
)

// A section is what stands under one heading of a README, reduced to what a
// translation must not change.
type section struct {
	title string
	level int      // 0: what stands before the first heading
	code  []string // lines of code blocks with their fences, without comments and labels
	// tables are rows of cells, of each its code and its numbers in order.
	tables       [][][]string
	rows         [][]string // of each table, its rows as written
	links        []string   // sorted; an anchor stands for the heading it leads to: "#" and its index
	prices       []string   // outside tables, sorted; also dates and references to sources
	placeholders []string
}

var (
	fence       = regexp.MustCompile("^ *(```+|~~~+)")
	heading     = regexp.MustCompile(`^(#{1,6}) +(.*)$`)
	comment     = regexp.MustCompile(`(^|\s)(#|%%)( .*)?$`)
	label       = regexp.MustCompile(`"[^"]*"`) // in a diagram
	delimiter   = regexp.MustCompile(`^\|[ :|-]+\|$`)
	bar         = regexp.MustCompile(`(^|[^\\])\|`)
	link        = regexp.MustCompile(`\]\(([^)\s]+)\)|<(https?://[^>\s]+)>`)
	codeSpan    = regexp.MustCompile("`[^`]+`")
	fact        = regexp.MustCompile("`[^`]+`|[A-Za-z]*[0-9]+(?:[.,:/][0-9]+)*") // also t3 and S3
	price       = regexp.MustCompile(`\b\d+\.\d{2,}\b|\b\d{4}-\d{2}-\d{2}\b|\[\d+\]`)
	placeholder = regexp.MustCompile(`<!--.*?-->`)
)

// readSections reads a README. The errors are anchors that lead nowhere.
func readSections(text string) (sections []section, errs []string) {
	s := section{title: "the top"}
	closing := "" // fence of the code block we are in
	inTable := false
	anchors := map[string]int{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		isRow := closing == "" && strings.HasPrefix(line, "|")
		switch f, h := fence.FindStringSubmatch(line), heading.FindStringSubmatch(line); {
		case closing != "":
			if strings.HasPrefix(line, closing) {
				closing = ""
			}
			line = strings.TrimSpace(comment.ReplaceAllString(line, ""))
			if s.code = append(s.code, label.ReplaceAllString(line, `""`)); line == "" {
				s.code = s.code[:len(s.code)-1]
			}
		case f != nil:
			closing = f[1]
			s.code = append(s.code, line)
		case h != nil:
			sections = append(sections, s)
			s = section{title: h[2], level: len(h[1])}
			anchor := slug(s.title)
			for n := 1; anchors[anchor] > 0; n++ {
				anchor = slug(s.title) + "-" + strconv.Itoa(n)
			}
			anchors[anchor] = len(sections)
		case isRow && delimiter.MatchString(line): // between head and body
		case isRow:
			if !inTable {
				s.tables = append(s.tables, nil)
				s.rows = append(s.rows, nil)
			}
			last := len(s.tables) - 1
			s.tables[last] = append(s.tables[last], cells(line))
			s.rows[last] = append(s.rows[last], line)
		default:
			s.prices = append(s.prices, price.FindAllString(line, -1)...)
		}
		inTable = isRow
		if closing == "" {
			s.placeholders = append(s.placeholders, placeholder.FindAllString(line, -1)...)
			for _, l := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, ""), -1) {
				s.links = append(s.links, l[1]+l[2])
			}
		}
	}
	sections = append(sections, s)
	for i := range sections {
		s := &sections[i]
		for j, to := range s.links {
			if anchor, ok := strings.CutPrefix(to, "#"); ok {
				if anchors[anchor] == 0 {
					errs = append(errs, fmt.Sprintf("section %q: no heading for the link to %s", s.title, to))
				}
				s.links[j] = "#" + strconv.Itoa(anchors[anchor])
			}
		}
		slices.Sort(s.links)
		slices.Sort(s.prices)
	}
	return sections, errs
}

// slug is the anchor that GitHub gives to a heading.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, title)
}

// cells gives the facts of a table row's cells.
func cells(row string) []string {
	var facts []string
	for cell := range strings.SplitSeq(bar.ReplaceAllString(row, "$1\n"), "\n") {
		facts = append(facts, strings.Join(fact.FindAllString(cell, -1), " "))
	}
	return facts[1 : len(facts)-1] // a row begins and ends with a bar
}

// drift says where the two READMEs, en and ko, no longer tell the same.
func drift(en, ko string) []string {
	var found []string
	report := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	toEnglish, toKorean := "[English]("+english+")\n", "[한국어]("+korean+")\n"
	if !strings.Contains(en, toKorean) {
		report("%s does not link %s", english, korean)
	}
	if !strings.Contains(ko, toEnglish) {
		report("%s does not link %s", korean, english)
	}
	ours, errs := readSections(strings.Replace(en, toKorean, "", 1))
	for _, err := range errs {
		report("%s, %s", english, err)
	}
	theirs, errs := readSections(strings.Replace(ko, toEnglish, "", 1))
	for _, err := range errs {
		report("%s, %s", korean, err)
	}
	if diff := cmp.Diff(levels(ours), levels(theirs)); diff != "" {
		report("headings differ (-%s +%s):\n%s", english, korean, diff)
		return found // whatever else is compared section by section
	}
	for i, our := range ours {
		their := theirs[i]
		where := fmt.Sprintf("section %q (%q)", our.title, their.title)
		for _, list := range []struct {
			what        string
			our, theirs []string
		}{
			{"commands", our.code, their.code},
			{"links", our.links, their.links},
			{"prices, dates or sources outside tables", our.prices, their.prices},
			{"placeholders", our.placeholders, their.placeholders},
		} {
			if diff := cmp.Diff(list.our, list.theirs); diff != "" {
				report("%s: %s differ (-%s +%s):\n%s", where, list.what, english, korean, diff)
			}
		}
		if len(our.tables) != len(their.tables) {
			report("%s: %s has %d tables, %s has %d", where, english, len(our.tables), korean, len(their.tables))
			continue
		}
		for t := range our.tables {
			compareTables(func(format string, args ...any) {
				report("%s, table %d: %s", where, t+1, fmt.Sprintf(format, args...))
			}, our, their, t)
		}
	}
	return found
}

// compareTables compares the t-th tables of two sections. It reports the first
// row that differs: after a missing one, all others differ too.
func compareTables(report func(format string, args ...any), our, their section, t int) {
	ours, theirs := our.tables[t], their.tables[t]
	if len(ours) != len(theirs) {
		report("%s has %d rows, %s has %d", english, len(ours), korean, len(theirs))
	}
	for r := range min(len(ours), len(theirs)) {
		rows := our.rows[t][r] + "\n" + their.rows[t][r]
		if len(ours[r]) != len(theirs[r]) {
			report("row %d has %d columns in %s, %d in %s:\n%s", r+1, len(ours[r]), english, len(theirs[r]), korean, rows)
			return
		}
		for c := range ours[r] {
			if ours[r][c] != theirs[r][c] {
				report("row %d, column %d: numbers and code are %q in %s, %q in %s:\n%s",
					r+1, c+1, ours[r][c], english, theirs[r][c], korean, rows)
				return
			}
		}
	}
}

func levels(sections []section) []string {
	var list []string
	for i, s := range sections {
		list = append(list, fmt.Sprintf("heading %d: %s", i, strings.Repeat("#", s.level)))
	}
	return list
}

// TestLanguages holds the two READMEs together.
func TestLanguages(t *testing.T) {
	for _, difference := range drift(readFile(t, english), readFile(t, korean)) {
		t.Error(difference)
	}
}

// TestLanguagesTwins shows that TestLanguages can fail. Each twin is the
// English README with a link back, and broken in one point.
func TestLanguagesTwins(t *testing.T) {
	en := readFile(t, english)
	same := strings.Replace(en, "[한국어]("+korean+")", "[English]("+english+")", 1)
	if found := drift(en, same); len(found) > 0 {
		t.Fatalf("the unbroken copy differs: %s", found)
	}
	for _, twin := range []struct {
		breaks string
		find   string // the last match is replaced
		with   string
		want   string // in the report
	}{
		{"a heading is gone", `(?m)^### .*\n`, "", "headings differ"},
		{"a heading's level", `(?m)^### `, "## ", "headings differ"},
		{"a command is gone", `(?m)^ *make deploy .*\n`, "", "make deploy"},
		{"a command's argument", `cdk synth -c domain=example\.com`, "cdk synth -c domain=example.org", "commands differ"},
		{"an arrow of the diagram", `(?m)^ *visitor ==> dns\n`, "", "visitor ==> dns"},
		{"a code block's language", "(?m)^```sh$", "```text", "commands differ"},
		{"a row is gone", "(?m)^\\| `edge\\.http3` .*\\n", "", "`edge.http3`"},
		{"the last row is gone", `(?m)^\|.*\|\n\n`, "\n", "rows, " + korean + " has "},
		{"a cell is gone", `\|[^|\n]*\|\n\n`, "|\n\n", "columns in " + english},
		{"a number in a table", `(?m)^(\|.*)\b\d+\.\d\d\b`, "${1}47.11", "47.11"},
		{"code in a table", "(?m)^\\| `ipv6` ", "| `ipv4` ", "`ipv4`"},
		{"a table is gone", `(?m)(^\|.*\n)+\n`, "\n", "tables, " + korean + " has "},
		{"a price in a list", `(?m)^(- .*)\b\d\.\d{3}\b`, "${1}0.137", "0.137"},
		{"a source's date", `copied 20\d\d-\d\d-\d\d`, "copied 2019-09-09", "2019-09-09"},
		{"a link's target", `\]\(docs/operations\.md\)`, "](docs/elsewhere.md)", "docs/elsewhere.md"},
		{"a bare link's target", `<https://`, "<https://not.", "https://not."},
		{"an anchor that leads nowhere", `\]\(#[^)]*\)`, "](#nowhere)", "no heading for the link to #nowhere"},
		{"an anchor to another heading", `\]\(#[^)]*\)`, "](#twinsite)", "links differ"},
		{"a placeholder", `\z`, "<!-- speed: new -->\n", "<!-- speed: new -->"},
		{"the link to the other language", `\[English\]\(.*\)\n`, "", korean + " does not link " + english},

		// Left to the translator:
		{"a comment at a command", `(?m)^(make synth +#).*`, "$1 …", ""},
		{"a label in the diagram", `"Visitor"`, `"방문자"`, ""},
		{"a heading's text", `(?m)^### Sources$`, "### 출처", ""},
		{"prose", `\bthe\b`, "그", ""},
	} {
		t.Run(twin.breaks, func(t *testing.T) {
			find := regexp.MustCompile(twin.find)
			places := find.FindAllStringIndex(same, -1)
			if len(places) == 0 {
				t.Fatalf("nothing in %s to break", english)
			}
			last := places[len(places)-1]
			broken := same[:last[0]] + find.ReplaceAllString(same[last[0]:last[1]], twin.with) + same[last[1]:]
			found := strings.Join(drift(en, broken), "\n")
			if twin.want == "" && found != "" || !strings.Contains(found, twin.want) {
				t.Errorf("got %q, want %q in it", found, twin.want)
			}
		})
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
