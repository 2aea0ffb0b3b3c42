package docs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestChangesWarned holds that a field which cannot be changed while visitors are
// served says so: each whose row in docs/changes.md costs something begins a sentence
// of its documentation so.
func TestChangesWarned(t *testing.T) {
	atTop(t)
	page, schema := read(t, changesPage), read(t, "site.schema.json")
	for _, field := range unwarned(t, page, schema) {
		t.Errorf("%s costs something, see %s, and its documentation has no sentence with %q", field, changesPage, warning)
	}

	t.Run("broken copies", func(t *testing.T) {
		if found := costly(strings.Replace(page, "| nobody", "| **visitors lose** all", 1)); slices.Equal(found, costly(page)) {
			t.Errorf("a row that costs something is passed over: got %v", found)
		}
		if found := costly("| `ipv6`: default to `false` | – | **aws refuses** it | – |\n| `hosts`: `[a]` to default | – | nobody | – |"); fmt.Sprint(found) != "[ipv6]" {
			t.Errorf("got %v", found)
		}
		if found := unwarned(t, page, strings.ReplaceAll(schema, warning, "")); !slices.Contains(found, "domain") {
			t.Errorf("nobody notices that the warnings are gone: got %v", found)
		}
	})
}

// warning begins the sentence of a field that says what changing it costs.
const warning = "Changing it"

// unwarned are the fields with a row that costs something, and no warning.
func unwarned(t *testing.T, page, schema string) []string {
	t.Helper()
	return slices.DeleteFunc(costly(page), func(field string) bool { return strings.Contains(describe(t, schema, field), warning) })
}

var changeRow = regexp.MustCompile("(?m)^\\| `([a-zA-Z.0-9]+)`: .*\\*\\*(?:visitors lose|data is replaced|aws refuses|no longer true)\\*\\*")

// costly are the fields with a row that costs something.
func costly(page string) []string {
	var fields []string
	for _, match := range changeRow.FindAllStringSubmatch(page, -1) {
		fields = append(fields, match[1])
	}
	return slices.Compact(fields)
}

// describe is a field's documentation in the schema.
func describe(t *testing.T, schema, field string) string {
	t.Helper()
	type object struct {
		Description string            `json:"description"`
		Ref         string            `json:"$ref"`
		Properties  map[string]object `json:"properties"`
	}
	var root struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal([]byte(schema), &root); err != nil {
		t.Fatal(err)
	}
	at := root.object
	for key := range strings.SplitSeq(field, ".") {
		if name, ok := strings.CutPrefix(at.Ref, "#/$defs/"); ok {
			at = root.Defs[name]
		}
		below, ok := at.Properties[key]
		if !ok {
			t.Fatalf("the schema has no %s", field)
		}
		at = below
	}
	return at.Description
}
