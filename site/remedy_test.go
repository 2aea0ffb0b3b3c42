package site

import (
	"errors"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"
)

// remedyValue is a value in a remedy: give "10s", as 8080, did you mean "block".
var remedyValue = regexp.MustCompile(`\b(?:(?:as|give|mean) ("[^"]+")|as ([0-9]+))`)

// TestRemediesAreAccepted holds that what a message says to give is not refused in its
// turn. Keys of maps are left out, and lists as a whole.
func TestRemediesAreAccepted(t *testing.T) {
	tried := 0
	for _, file := range glob(t, "testdata/bad/*.yaml") {
		var problem Problem
		if _, err := Load(file); !errors.As(err, &problem) {
			t.Fatalf("%s: got %v", file, err)
		}
		_, remedy, _ := strings.Cut(problem.Message, ", got ")
		for _, found := range remedyValue.FindAllStringSubmatch(remedy, -1) {
			report, site := newReport(file), Default()
			if !decode(report, []byte(readFile(t, file)), site) {
				continue
			}
			field := at(reflect.ValueOf(site).Elem(), problem.Field)
			if !field.IsValid() || field.Kind() == reflect.Slice {
				continue
			}
			clear(report.faulty)
			parsed, err := parser.ParseBytes([]byte(found[1]+found[2]), 0)
			if err != nil {
				t.Fatal(err)
			}
			decoder{report}.value(parsed.Docs[0].Body, field, problem.Field)
			site.fill(filepath.Dir(file))
			check(report, site)
			tried++
			if report.faulty[problem.Field] {
				t.Errorf("%s: %s is refused: %v", problem, found[0], report.err())
			}
		}
	}
	if tried < 150 {
		t.Errorf("tried %d values only", tried)
	}
}

// at returns the value of a field by its path; none for a key of a map.
func at(value reflect.Value, path string) reflect.Value {
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]", r) }) {
		switch value.Kind() {
		case reflect.Struct:
			value = fieldsOf(value)[name]
		case reflect.Slice:
			i, err := strconv.Atoi(name)
			if err != nil {
				return reflect.Value{}
			}
			value = value.Index(i)
		default:
			return reflect.Value{}
		}
	}
	return value
}

// TestWayEnd holds that the end of a way over redirects is named only if there is one.
func TestWayEnd(t *testing.T) {
	for _, test := range []struct {
		redirects map[string]string
		want      string
	}{
		{map[string]string{"@": "www", "www": "shop"}, `give the one where the way ends, "shop"`},
		{map[string]string{"@": "www", "www": "shop", "shop": "blog"}, `give the one where the way ends, "blog"`},
		{map[string]string{"@": "www", "www": "shop", "shop": "@"}, "remove one of those that lead round"},
		{map[string]string{"@": "www", "www": "www"}, "remove one of those that lead round"},
	} {
		if got := wayEnd(test.redirects, "www"); got != test.want {
			t.Errorf("%v: got %s, want %s", test.redirects, got, test.want)
		}
	}
}
