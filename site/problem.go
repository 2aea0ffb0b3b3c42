package site

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one mistake in a site's file.
type Problem struct {
	// File is the file's path as it was given to Load, or the option that gave
	// the field's value instead of the file, as "-c domain".
	File string

	// Line and Column say where the mistake is, counted from 1. What is missing
	// is reported where the nearest enclosing field stands. Both are 0 for what
	// an option gave.
	Line, Column int

	// Field is the field's path, as "web.schedules[1].cron". It is "file" for
	// the file as a whole and "yaml" for what is not readable as YAML.
	Field string

	// Message says what is wrong, what was given and what to do.
	Message string
}

// Error returns the problem on one line, as
// "site.yaml:12:9: home.region: is not a region of AWS, got \"eu-west-9\": …".
func (p Problem) Error() string {
	file := p.File
	if strings.ContainsFunc(file, unicode.IsControl) {
		file = strconv.Quote(file)
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s: %s", file, p.Field, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", file, p.Line, p.Column, p.Field, p.Message)
}

// Problems are all mistakes in a site's file, in the order of its lines.
type Problems []Problem

// Error returns one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first Problem.
func (p Problems) Unwrap() []error {
	problems := make([]error, len(p))
	for i, problem := range p {
		problems[i] = problem
	}
	return problems
}

// sort puts the problems in the order in which a reader meets their causes.
func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// position is a place in a file, counted from 1.
type position struct{ line, column int }

// report collects the problems of one file, and knows where its fields stand.
type report struct {
	file      string
	positions map[string]position // by field
	options   map[string]string   // by field: the option that gave its value instead of the file
	faulty    map[string]bool     // the fields that have a problem
	problems  Problems
}

// newReport returns an empty report about a file.
func newReport(file string) *report {
	return &report{
		file:      file,
		positions: map[string]position{"": {1, 1}},
		options:   map[string]string{},
		faulty:    map[string]bool{},
	}
}

// addAt adds a problem at a place. A field has at most one problem, the first
// that was found: what is unreadable breaks other rules only by accident.
func (r *report) addAt(at position, field, message string) {
	if r.faulty[field] {
		return
	}
	r.faulty[field] = true
	problem := Problem{r.file, at.line, at.column, field, message}
	if option := r.options[field]; option != "" {
		problem.File, problem.Line, problem.Column = option, 0, 0
	}
	r.problems = append(r.problems, problem)
}

// missing adds the problem that a field is missing, unless what it is missing
// from is itself faulty.
func (r *report) missing(field, remedy string) {
	around := parent(field)
	for !r.given(around) {
		around = parent(around)
	}
	if r.valid(around) {
		r.add(field, "is missing: "+remedy)
	}
}

// add adds a problem at its field or, when that is missing, at the nearest
// field around it.
func (r *report) add(field, message string) {
	at := field
	for {
		if place, given := r.positions[at]; given {
			r.addAt(place, field, message)
			return
		}
		at = parent(at)
	}
}

// given reports whether the file has the field.
func (r *report) given(field string) bool {
	_, given := r.positions[field]
	return given
}

// valid reports whether none of the fields has a problem, so that a rule about
// several fields speaks only when each of them is right in itself. It panics
// for a field that a site does not have: a misspelt one would be valid always.
func (r *report) valid(fields ...string) bool {
	for _, field := range fields {
		if !isField(reflect.TypeFor[Site](), field) {
			panic(fmt.Sprintf("site: valid: a site has no field %q", field))
		}
	}
	return !slices.ContainsFunc(fields, func(field string) bool { return r.faulty[field] })
}

// isField reports whether a path, as child and item write it, leads to a field
// below a type. The keys of a map and the entries of a list may be any.
func isField(kind reflect.Type, path string) bool {
	if path == "" {
		return true
	}
	switch kind.Kind() {
	case reflect.Map: // of texts, in a site
		return true
	case reflect.Slice:
		index, rest, closed := strings.Cut(strings.TrimPrefix(path, "["), "]")
		_, err := strconv.Atoi(index)
		return path[0] == '[' && closed && err == nil && isField(kind.Elem(), strings.TrimPrefix(rest, "."))
	case reflect.Struct:
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		field, known := fieldsOf(reflect.New(kind).Elem())[path[:end]]
		return known && isField(field.Type(), strings.TrimPrefix(path[end:], "."))
	}
	return false
}

// err returns the sorted problems, or nil when there are none.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	r.problems.sort()
	return r.problems
}

// parent returns the field around a field: "web.schedules" of
// "web.schedules[1]", "" of "web".
func parent(field string) string {
	return field[:max(strings.LastIndexAny(field, ".["), 0)]
}

// child returns the path of a key inside a field: "tags.Owner", and
// `tags["cost:center"]` where a dot would mislead.
func child(field, key string) string {
	switch {
	case key == "" || len(key) > longestQuote || strings.ContainsFunc(key, notWord):
		return fmt.Sprintf("%s[%s]", field, quote(key))
	case field == "":
		return key
	}
	return field + "." + key
}

// notWord says that a character does not occur in the name of a field.
func notWord(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

// item returns the path of a list's entry.
func item(field string, index int) string {
	return fmt.Sprintf("%s[%d]", field, index)
}

// quote returns a value as it is shown in a message: on one line, and short.
func quote(value string) string {
	if runes := []rune(value); len(runes) > longestQuote {
		value = string(runes[:longestQuote]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

// longestQuote is how much of a value a message shows, in characters.
const longestQuote = 60
