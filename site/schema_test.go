package site

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/invopop/jsonschema"
)

// durationPattern is what time.ParseDuration takes, but for signs and the
// smallest units, of which no field has any.
const durationPattern = `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`

// newSchema makes the JSON Schema of a site's file, draft 2020-12.
func newSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	found := readComments(t)
	reflector := jsonschema.Reflector{
		Anonymous:                  true,
		ExpandedStruct:             true,
		FieldNameTag:               "yaml",
		RequiredFromJSONSchemaTags: true,
		LookupComment: func(owner reflect.Type, field string) string {
			return found.of(owner, field, "")
		},
		Mapper: func(kind reflect.Type) *jsonschema.Schema {
			switch kind {
			case reflect.TypeFor[netip.Prefix]():
				return &jsonschema.Schema{Type: "string"}
			case reflect.TypeFor[time.Duration]():
				return &jsonschema.Schema{Type: "string", Pattern: durationPattern}
			}
			return nil
		},
	}
	schema := reflector.Reflect(Site{})
	schema.Title = "A site of Twinsite"
	for _, section := range sections() {
		object := schema
		if section.path != "" {
			object = schema.Definitions[section.kind.Name()]
		}
		section.complete(t, object)
	}
	// The rules about maps are no tags.
	images, _ := schema.Definitions["Web"].Properties.Get("images")
	images.PropertyNames = &jsonschema.Schema{Pattern: fieldRules["region"].pattern.String()}
	images.AdditionalProperties.Pattern = imagePattern.String()
	return schema
}

// complete adds to the schema of a section what its rules and defaults say.
func (s section) complete(t *testing.T, object *jsonschema.Schema) {
	t.Helper()
	required := s.required(t)
	for _, field := range yamlFields(s.kind) {
		name := field.name
		property, ok := object.Properties.Get(name)
		if !ok {
			t.Fatalf("%s has no property %s", s.kind, name)
		}
		tags := strings.Split(field.Tag.Get("validate"), ",")
		restrict(property, field.Type, tags)
		switch {
		case required[name]:
			object.Required = append(object.Required, name)
		case !isSection(field.Type):
			property.Default = defaultOf(fieldsOf(s.defaults)[name])
		}
	}
}

// defaultOf returns a field's default as JSON has it: an empty list, not null.
func defaultOf(value reflect.Value) any {
	switch kind := value.Kind(); {
	case kind == reflect.Slice && value.Len() == 0:
		return []any{}
	case kind == reflect.Map && value.Len() == 0:
		return map[string]any{}
	case value.Type() == reflect.TypeFor[netip.Prefix](), value.Type() == reflect.TypeFor[time.Duration]():
		return plain(value.Interface())
	}
	return value.Interface()
}

// restrict adds to a schema what a validate tag demands.
func restrict(property *jsonschema.Schema, kind reflect.Type, tags []string) {
	optional := slices.Contains(tags, "omitempty")
	for i, tag := range tags {
		tag, parameter, _ := strings.Cut(tag, "=")
		switch tag {
		case "dive":
			if property.Items.Ref == "" {
				restrict(property.Items, kind.Elem(), tags[i+1:])
			}
			return
		case "min", "max":
			restrictSize(property, kind, tag == "min", parameter, optional)
		case "oneof":
			for _, choice := range strings.Fields(parameter) {
				property.Enum = append(property.Enum, choice)
			}
		default:
			if rule := fieldRules[tag]; rule.pattern != nil {
				property.Pattern = rule.pattern.String()
				if optional {
					property.Pattern = `^$|` + rule.pattern.String()
				}
			}
			if longest, err := strconv.ParseUint(parameter, 10, 64); err == nil {
				property.MaxLength = &longest
			}
		}
	}
}

// restrictSize adds a limit to the schema of a list or a number. Durations have
// none: JSON Schema cannot compare them.
func restrictSize(property *jsonschema.Schema, kind reflect.Type, least bool, limit string, optional bool) {
	switch {
	case kind == reflect.TypeFor[time.Duration]():
	case kind.Kind() == reflect.Slice:
		count, _ := strconv.ParseUint(limit, 10, 64)
		property.UniqueItems = true
		if least {
			property.MinItems = &count
		} else {
			property.MaxItems = &count
		}
	case least && optional:
		property.Minimum = "0"
	case least:
		property.Minimum = json.Number(limit)
	default:
		property.Maximum = json.Number(limit)
	}
}

// TestSchemaIsFresh promises that site.schema.json is that of the types.
func TestSchemaIsFresh(t *testing.T) {
	schema, err := json.Marshal(newSchema(t))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text) // indents, and leaves "<region>" readable
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(json.RawMessage(schema)); err != nil {
		t.Fatal(err)
	}
	compare(t, "../site.schema.json", strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(text.String()))
}

// compare promises that a generated file has the content it would get now.
func compare(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		writeBack(t, file, want)
		return
	}
	if readFile(t, file) != want {
		t.Errorf("%s is stale: run go test ./site -update", file)
	}
}

// TestSchemaAcceptsWhatLoadAccepts promises that an editor complains about no
// site that is right.
func TestSchemaAcceptsWhatLoadAccepts(t *testing.T) {
	schema := readSchema(t)
	for _, file := range append(shipped(t), glob(t, "testdata/good/*.yaml")...) {
		for _, complaint := range complaints(schema, schema, readYAML(t, file), "") {
			t.Errorf("%s: %s", file, complaint)
		}
	}
}

// TestSchemaRefuses promises that an editor finds the mistakes that a schema can
// express.
func TestSchemaRefuses(t *testing.T) {
	schema := readSchema(t)
	for _, name := range []string{
		"name-long", "name-missing", "domain-underscore", "hosts-none", "hosts-two-labels", "hosts-repeated", "unknown-key", "unknown-key-nested",
		"type-text", "type-number", "type-truth", "type-duration", "type-list", "region-misspelt", "region-missing", "zones-one", "zones-five",
		"range-large", "nat-gateways", "prefix-list", "zone-id-arn", "standby-web-negative", "web-instance-type", "web-images-short", "web-minimum-zero",
		"web-health-path-query", "cpu-high-above-100", "schedule-name-hyphen", "schedule-minimum-missing", "schedule-cron-four-fields",
		"schedule-start-date", "schedule-time-zone-abbreviation", "web-ssh-everybody", "failover-interval", "failover-path-long",
		"edge-secrets-capital", "edge-secrets-many", "retention-zone", "yaml-list",
	} {
		if len(complaints(schema, schema, readYAML(t, "testdata/bad/"+name+".yaml"), "")) == 0 {
			t.Errorf("the schema accepts %s", name)
		}
	}
}

// TestEditorsFindTheSchema promises the line by which editors find it.
func TestEditorsFindTheSchema(t *testing.T) {
	for _, file := range shipped(t) {
		first, _, _ := strings.Cut(readFile(t, file), "\n")
		path, found := strings.CutPrefix(first, "# yaml-language-server: $schema=")
		if !found || filepath.Join(filepath.Dir(file), path) != filepath.Join("..", "site.schema.json") {
			t.Errorf("%s begins with %q", file, first)
		}
	}
}

// readSchema reads site.schema.json.
func readSchema(t *testing.T) map[string]any {
	t.Helper()
	var schema map[string]any
	if err := json.Unmarshal([]byte(readFile(t, "../site.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	if schema["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("got draft %v", schema["$schema"])
	}
	return schema
}

// readYAML reads a YAML file as an editor does, into JSON's types.
func readYAML(t *testing.T, file string) any {
	t.Helper()
	data, err := yaml.YAMLToJSON([]byte(readFile(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// complaints checks a value against a schema, as far as ours goes: every keyword
// that it uses is either here or without a say. An unknown keyword is a
// complaint of its own.
func complaints(root, schema map[string]any, value any, path string) []string {
	var found []string
	complain := func(format string, arguments ...any) {
		found = append(found, path+": "+fmt.Sprintf(format, arguments...))
	}
	text, _ := value.(string)
	number, _ := value.(float64)
	list, isList := value.([]any)
	object, isObject := value.(map[string]any)
	properties, _ := schema["properties"].(map[string]any)
	for keyword, want := range schema {
		switch keyword {
		case "$schema", "$defs", "title", "description", "default":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			found = append(found, complaints(root, root["$defs"].(map[string]any)[name].(map[string]any), value, path)...)
		case "type":
			if got := jsonType(value); got != want {
				complain("is %s, want %s", got, want)
			}
		case "enum":
			if !slices.Contains(want.([]any), value) {
				complain("is not one of %v", want)
			}
		case "pattern":
			if !regexp.MustCompile(want.(string)).MatchString(text) {
				complain("%q does not match %s", text, want)
			}
		case "maxLength":
			if float64(len([]rune(text))) > want.(float64) {
				complain("is too long")
			}
		case "minimum":
			if number < want.(float64) {
				complain("is too small")
			}
		case "maximum":
			if number > want.(float64) {
				complain("is too great")
			}
		case "minItems":
			if float64(len(list)) < want.(float64) {
				complain("has too few entries")
			}
		case "maxItems":
			if float64(len(list)) > want.(float64) {
				complain("has too many entries")
			}
		case "uniqueItems":
			for i, entry := range list {
				if slices.IndexFunc(list, func(other any) bool { return reflect.DeepEqual(other, entry) }) < i {
					complain("has %v twice", entry)
				}
			}
		case "items":
			for i, entry := range list {
				found = append(found, complaints(root, want.(map[string]any), entry, item(path, i))...)
			}
		case "required":
			for _, name := range want.([]any) {
				if _, given := object[name.(string)]; !given {
					complain("lacks %s", name)
				}
			}
		case "properties":
			for name, value := range object {
				if property, known := properties[name]; known {
					found = append(found, complaints(root, property.(map[string]any), value, child(path, name))...)
				}
			}
		case "propertyNames":
			for name := range object {
				found = append(found, complaints(root, want.(map[string]any), name, child(path, name))...)
			}
		case "additionalProperties":
			for name, value := range object {
				if _, known := properties[name]; known {
					continue
				}
				if additional, ok := want.(map[string]any); ok {
					found = append(found, complaints(root, additional, value, child(path, name))...)
				} else {
					complain("has the unknown key %s", name)
				}
			}
		default:
			complain("the schema has the keyword %s, of which this test knows nothing", keyword)
		}
	}
	if _, isArraySchema := schema["items"]; isArraySchema && !isList {
		complain("is no list")
	}
	if properties != nil && !isObject {
		complain("is no mapping")
	}
	return found
}

// jsonType returns JSON Schema's name of a value's type.
func jsonType(value any) string {
	switch value := value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if value == float64(int64(value)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "null"
}
