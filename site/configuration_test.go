package site

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/site/aws"
)

// configurationHead begins docs/configuration.md.
const configurationHead = `# Configuration

<!-- Written by "go test ./site -update" from the comments in site/site.go. -->

A site is described by one YAML file. Twinsite reads ` + "`site.yaml`" + ` beside ` + "`cdk.json`" + `; ` + "`-c site=FILE`" + `
chooses another, and ` + "`-c domain=example.com`" + ` replaces its domain for a try:

` + "```sh" + `
npx cdk synth -c site=examples/tokyo-and-ireland.yaml -c domain=example.com
` + "```" + `

The least that a file must say is a name, a domain, and the two regions with their zones:

` + "```yaml" + `
%s` + "```" + `

What is left out has its default. Other sites to start from are in [examples](../examples). Editors that know
the YAML language server complete and check the file by [site.schema.json](../site.schema.json), which its first line names.

Mistakes are reported all at once, each with its place and remedy, before anything is synthesized:

` + "```text" + `
%s` + "```" + `

Some mistakes only AWS can see: whether your account has a zone of that letter or has opted into the region, whether the
region offers the instance type, and whether the images and the hosted zone exist.

The file is YAML 1.2 in UTF-8, one document of at most %d KiB, without anchors, aliases, merges and
tags. Durations are numbers with units, as ` + "`10s`, `5m` or `1h`" + `. Paths are relative to the file.
`

// regionsHead begins the section about regions.
const regionsHead = `
## Regions

The regions of AWS's standard partition, and the id of the managed prefix list
` + "`com.amazonaws.global.cloudfront.origin-facing`" + ` in each, as far as Twinsite knows it. AWS documents the list's name, not
its ids; these are those that several public repositories agree on. For a home region without one, set
` + "`home.cloudFrontPrefixList`" + ` to the ` + "`PrefixListId`" + ` that this prints:

` + "```sh" + `
%s --region REGION
` + "```" + `

| region | prefix list |
|---|---|
`

// newConfiguration makes docs/configuration.md.
func newConfiguration(t *testing.T) string {
	t.Helper()
	_, least, _ := strings.Cut(readFile(t, "testdata/good/least.yaml"), "\n")
	_, mistakes := Load(writeFile(t, strings.Replace(least, "us-west-2a", "us-west-1a", 1)+"falover: {threshold: 5}\nweb: {minimum: 8}\n"))
	var problems Problems
	if !errors.As(mistakes, &problems) {
		t.Fatalf("the mistakes are %v, want problems", mistakes)
	}
	for i := range problems {
		problems[i].File = "site.yaml"
	}
	var text strings.Builder
	fmt.Fprintf(&text, configurationHead, least, problems.Error()+"\n", largestFile>>10)
	found := readComments(t)
	for _, section := range sections() {
		section.describe(t, &text, found)
	}
	fmt.Fprintf(&text, regionsHead, findPrefixList)
	for _, name := range aws.RegionNames() {
		fmt.Fprintf(&text, "| %s | %s |\n", name, cmp.Or(aws.Regions()[name].PrefixList, "unknown"))
	}
	return text.String()
}

// describe writes a section of the page.
func (s section) describe(t *testing.T, text *strings.Builder, found comments) {
	t.Helper()
	title, subject := "`"+s.path+"`", "`"+strings.TrimSuffix(s.path, "[]")+"`"
	if s.path == "" {
		title, subject = "The site", "A site"
	}
	_, predicate, _ := strings.Cut(found.of(s.kind, "", "`"), " ")
	fmt.Fprintf(text, "\n## %s\n\n%s %s\n\n", title, subject, inMarkdown(predicate))
	fmt.Fprint(text, "| field | type | default | meaning |\n|---|---|---|---|\n")
	required := s.required(t)
	for _, field := range yamlFields(s.kind) {
		path, name := child(strings.TrimSuffix(s.path, "[]"), field.name), "`"+field.name+"`"
		preset := "`" + inYAML(fieldsOf(s.defaults)[field.name]) + "`"
		if isSection(field.Type) || field.Type.Kind() == reflect.Slice && isSection(field.Type.Elem()) {
			name = fmt.Sprintf("[%s](#%s)", name, strings.ToLower(strings.ReplaceAll(path, ".", "")))
		}
		if isSection(field.Type) {
			preset = "see there"
		}
		if required[field.name] {
			preset = "required"
		}
		fmt.Fprintf(text, "| %s | %s | %s | %s |\n", name, typeName(field), preset, inMarkdown(found.of(field.owner, field.StructField.Name, "`")))
	}
}

// inMarkdown writes what a comment quotes as code, in which Markdown leaves
// "<region>" alone.
func inMarkdown(comment string) string {
	return quotedText.ReplaceAllString(comment, "`$1`")
}

// typeName says what may be given for a field.
func typeName(field field) string {
	for _, tag := range strings.Split(field.Tag.Get("validate"), ",") {
		if choices, found := strings.CutPrefix(tag, "oneof="); found {
			return "`" + strings.Join(strings.Fields(choices), "` or `") + "`"
		}
	}
	return kindName(field.Type)
}

// kindName says what may be given for a type.
func kindName(kind reflect.Type) string {
	switch {
	case kind == reflect.TypeFor[netip.Prefix]():
		return "address range"
	case kind == reflect.TypeFor[time.Duration]():
		return "duration"
	case kind.Kind() == reflect.Slice:
		return "list of " + strings.TrimPrefix(kindName(kind.Elem()), "a ") + "s"
	case kind.Kind() == reflect.Map:
		return "mapping of texts"
	case kind.Kind() == reflect.Struct:
		return "mapping"
	case kind.Kind() == reflect.Bool:
		return "`true` or `false`"
	case kind.Kind() == reflect.Int:
		return "whole number"
	}
	return "text"
}

// inYAML writes a default as YAML does.
func inYAML(value reflect.Value) string {
	switch preset := defaultOf(value).(type) {
	case []string:
		entries := make([]string, len(preset))
		for i, entry := range preset {
			entries[i] = entry
			if entry == apex {
				entries[i] = `"@"` // "@" begins no plain text
			}
		}
		return "[" + strings.Join(entries, ", ") + "]"
	case []any:
		return "[]"
	case map[string]any:
		return "{}"
	case string:
		return cmp.Or(preset, `""`)
	default:
		return fmt.Sprint(preset)
	}
}

// TestConfigurationIsFresh promises that docs/configuration.md is that of the
// types.
func TestConfigurationIsFresh(t *testing.T) {
	compare(t, "../docs/configuration.md", newConfiguration(t))
}

// TestEverythingIsExplained promises a comment for each type and field that a
// file can name.
func TestEverythingIsExplained(t *testing.T) {
	found := readComments(t)
	for _, section := range sections() {
		if found[section.kind.Name()] == "" {
			t.Errorf("%s has no comment", section.kind)
		}
		for _, field := range yamlFields(section.kind) {
			if comment := found[field.owner.Name()+"."+field.StructField.Name]; !strings.HasPrefix(comment, field.StructField.Name+" ") {
				t.Errorf("%s: the comment of %s is %q", section.path, field.name, comment)
			}
		}
	}
}

// TestConfigurationHidesNothing promises that Markdown takes no placeholder for
// a tag of HTML, which it would not show.
func TestConfigurationHidesNothing(t *testing.T) {
	outside := literalText.ReplaceAllString(readFile(t, "../docs/configuration.md"), "")
	if placeholder := placeholder.FindString(outside); placeholder != "" {
		t.Errorf("docs/configuration.md has %s outside code", placeholder)
	}
}

// TestSiteShowsEveryField promises that site.yaml names every field of a site,
// but for those that are better left out: a schedule acts once or again and
// again, and targets follow from the other settings.
func TestSiteShowsEveryField(t *testing.T) {
	leftOut := []string{"web.schedules[0].start", "failover.targets.reads", "failover.targets.writes", "failover.targets.homeAgain"}
	report := newReport("../site.yaml")
	if !decode(report, []byte(readFile(t, "../site.yaml")), Default()) {
		t.Fatal(report.err())
	}
	for _, section := range sections() {
		path := strings.Replace(section.path, "[]", "[0]", 1)
		for _, field := range yamlFields(section.kind) {
			if name := child(path, field.name); report.given(name) == slices.Contains(leftOut, name) {
				t.Errorf("site.yaml: %s is there: %t", name, report.given(name))
			}
		}
	}
}

var (
	quotedText  = regexp.MustCompile(`"([^"]+)"`)
	literalText = regexp.MustCompile("(?s)```.*?```|`[^`]*`|<!--.*?-->")
	placeholder = regexp.MustCompile(`<[a-z]+>`)
)
