package site

import (
	"encoding/json"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"twinsite/internal/flow"
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
				if number, err := strconv.Atoi(choice); err == nil && kind.Kind() == reflect.Int {
					property.Enum = append(property.Enum, number)
					continue
				}
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
		if err := schema.Validate(readYAML(t, file)); err != nil {
			t.Errorf("%s: %v", file, err)
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
		if schema.Validate(readYAML(t, "testdata/bad/"+name+".yaml")) == nil {
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

// readSchema reads site.schema.json, as the draft that it names.
func readSchema(t *testing.T) *validator.Schema {
	t.Helper()
	schema, err := validator.NewCompiler().Compile("../site.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if schema.DraftVersion != 2020 {
		t.Errorf("got draft %d", schema.DraftVersion)
	}
	return schema
}

// readYAML reads a YAML file as an editor does, into JSON's types.
func readYAML(t *testing.T, file string) any {
	t.Helper()
	var content any
	if err := flow.Unmarshal([]byte(readFile(t, file)), &content); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
