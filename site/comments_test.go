package site

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/go-playground/validator/v10"
)

// What the schema and docs/configuration.md are made of: the types of this
// package, their comments, their rules and their defaults.

// comments are the comments of the package's types by "Type", and of their
// fields by "Type.Field".
type comments map[string]string

// readComments reads the comments of the fields.
func readComments(t *testing.T) comments {
	t.Helper()
	found := comments{}
	for _, name := range []string{"site.go", "web.go", "edge.go"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			if types, ok := declaration.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				found.add(types)
			}
		}
	}
	return found
}

// add adds the comments of a type and of its fields.
func (c comments) add(types *ast.GenDecl) {
	spec := types.Specs[0].(*ast.TypeSpec)
	c[spec.Name.Name] = types.Doc.Text()
	structure, ok := spec.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range structure.Fields.List {
		for _, name := range field.Names {
			c[spec.Name.Name+"."+name.Name] = field.Doc.Text()
		}
	}
}

// of returns the comment of a field, or of a type when the field is empty, as
// one paragraph in which fields have their YAML names, each between two marks.
func (c comments) of(owner reflect.Type, field, mark string) string {
	key := owner.Name()
	if field != "" {
		key += "." + field
	}
	text := strings.Join(strings.Fields(c[key]), " ")
	if owner.Kind() != reflect.Struct {
		return text
	}
	first, rest, _ := strings.Cut(text, " ")
	if structField, ok := owner.FieldByName(field); ok && first == field {
		name, _ := yamlName(structField)
		text = mark + name + mark + " " + rest
	}
	text = fieldOfSection.ReplaceAllStringFunc(text, func(reference string) string {
		structName, fieldName, _ := strings.Cut(reference, ".")
		if section, ok := reflect.TypeFor[Site]().FieldByName(structName); ok {
			if structField, ok := section.Type.FieldByName(fieldName); ok {
				name, _ := yamlName(structField)
				return mark + strings.ToLower(structName) + "." + name + mark
			}
		}
		return reference
	})
	// Inside a sentence, a capital letter tells a field from a word.
	return capitalInside.ReplaceAllStringFunc(text, func(match string) string {
		before, word := match[:2], match[2:]
		for _, around := range []reflect.Type{owner, reflect.TypeFor[Site]()} {
			if structField, ok := around.FieldByName(word); ok && !structField.Anonymous {
				name, _ := yamlName(structField)
				return before + mark + name + mark
			}
		}
		return match
	})
}

// A section is a mapping of a site's file: its path, its type, and a value with
// the defaults of its fields.
type section struct {
	path     string
	kind     reflect.Type
	defaults reflect.Value
}

// sections returns every mapping of a site's file whose keys are fields, in the
// order of the file.
func sections() []section {
	return sectionsOf("", reflect.ValueOf(*Default()))
}

// sectionsOf returns a section and those inside it.
func sectionsOf(path string, defaults reflect.Value) []section {
	found := []section{{path, defaults.Type(), defaults}}
	values := fieldsOf(defaults)
	for _, field := range yamlFields(defaults.Type()) {
		value := values[field.name]
		switch {
		case isSection(field.Type):
			found = append(found, sectionsOf(child(path, field.name), value)...)
		case field.Type.Kind() == reflect.Slice && isSection(field.Type.Elem()):
			entry := reflect.ValueOf(Schedule{TimeZone: "UTC"}) // as fill does
			found = append(found, sectionsOf(child(path, field.name)+"[]", entry)...)
		}
	}
	return found
}

// isSection tells whether a type is a mapping whose keys are fields.
func isSection(kind reflect.Type) bool {
	return kind.Kind() == reflect.Struct && kind.PkgPath() == reflect.TypeFor[Site]().PkgPath()
}

// A field is a key of a section.
type field struct {
	reflect.StructField
	owner reflect.Type // the struct that declares it: the inlined one, for its fields
	name  string       // in YAML
}

// yamlFields returns the fields of a struct, those of inlined structs in their
// place.
func yamlFields(kind reflect.Type) []field {
	var fields []field
	for i := range kind.NumField() {
		name, inline := yamlName(kind.Field(i))
		if inline {
			fields = append(fields, yamlFields(kind.Field(i).Type)...)
			continue
		}
		fields = append(fields, field{kind.Field(i), kind, name})
	}
	return fields
}

// required returns the YAML names of a section's fields that must be given:
// those whose default breaks their own rule.
func (s section) required(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	var faults validator.ValidationErrors
	errors.As(newValidator(fieldRules).Struct(s.defaults.Interface()), &faults)
	for _, fault := range faults {
		path := strings.Split(strings.ReplaceAll(fault.Namespace(), inlined+".", ""), ".")
		names[path[1]] = true
	}
	return names
}

var (
	fieldOfSection = regexp.MustCompile(`\b[A-Z]\w+\.[A-Z]\w+\b`)
	capitalInside  = regexp.MustCompile(`([a-z,;:] )([A-Z]\w+)\b`)
)
