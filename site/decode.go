package site

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"twinsite/internal/flow"
	"twinsite/internal/spelling"
)

// largestFile is the most that a site's file may have, in bytes. The default
// site, every field commented, has less than half. Beyond it the parser is slow:
// its time grows with the square of lines and depth. Of 16 KiB, the slowest are
// the empty lines of a block of text: one to two seconds. Of 32 KiB, they take
// nine seconds, and of 64 KiB half a minute.
const largestFile = 16 << 10

// decode puts what a file says over a site, and remembers the line and column of
// each field. It returns false when the file is no YAML at all. After any other
// mistake the field has its old value, and the rules can still check the site.
//
// The parser is goccy's. Its decoder is not used, because it stops at the first
// mistake, and turns numbers into text and back without asking.
func decode(report *report, data []byte, site *Site) bool {
	root := document(report, data)
	if root == nil {
		return false
	}
	if root.Type() != ast.MappingType {
		report.addAt(place(root), "yaml", fmt.Sprintf("is not a mapping, got %s: write \"key: value\" lines", describe(root)))
		return false
	}
	decoder{report}.value(root, reflect.ValueOf(site).Elem(), "")
	return true
}

// document returns the one YAML document of a file, or nil.
func document(report *report, data []byte) ast.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at, message := unreadable(data); message != "" {
		report.addAt(at, "yaml", message)
		return nil
	}
	tokens := lexer.Tokenize(string(data))
	if at, message := unsupported(tokens); message != "" {
		report.addAt(at, "yaml", message)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := syntax(err)
		report.addAt(at, "yaml", message)
		return nil
	}
	var documents []*ast.DocumentNode
	for _, document := range file.Docs {
		if document.Body != nil {
			documents = append(documents, document)
		}
	}
	switch {
	case len(documents) == 0:
		report.add("yaml", "is empty: describe a site, beginning with its name")
		return nil
	case len(documents) > 1:
		at := place(documents[1].Body)
		report.addAt(at, "yaml", fmt.Sprintf("has several documents, got %d: describe one site a file, without a line \"---\" inside", len(documents)))
		return nil
	}
	flow.Mend(documents[0].Body)
	return documents[0].Body
}

// unreadable says why bytes are no YAML text.
func unreadable(data []byte) (at position, message string) {
	if len(data) > largestFile {
		return position{1, 1}, fmt.Sprintf("is too large, got more than %d bytes: a site needs a few thousand", largestFile)
	}
	line, column := 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return position{line, column}, fmt.Sprintf("is not UTF-8, got the byte 0x%02x: save the file as UTF-8", data[i])
		case r == '\n':
			line, column = line+1, 0
		case r == '\t' && column == 1, r < ' ' && r != '\t' && r != '\r', r == 0x7f:
			return position{line, column}, fmt.Sprintf("has a character that YAML forbids here, got %+q: use spaces", r)
		}
		i += size
		column++
	}
	return position{}, ""
}

// unsupported finds what YAML can do and a site's file must not: references and
// types of its own. The parser's own words would not help somebody who wrote
// "cron: */5 * * * *", which begins with an alias.
func unsupported(tokens token.Tokens) (at position, message string) {
	for _, tk := range tokens {
		at = position{tk.Position.Line, tk.Position.Column}
		switch tk.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType:
			return at, fmt.Sprintf("uses an anchor, alias, merge, tag or directive, got %s: write the value out; put text that begins so in quotes", quote(tk.Value))
		case token.MappingKeyType:
			return at, fmt.Sprintf("uses a complex key, got %s: write \"key: value\"", quote(tk.Value))
		}
	}
	return position{}, ""
}

// syntax words an error of the parser.
func syntax(err error) (at position, message string) {
	at, message = position{1, 1}, "no reason"
	var syntaxError yaml.Error
	if errors.As(err, &syntaxError) {
		message = syntaxError.GetMessage()
		if tk := syntaxError.GetToken(); tk != nil && tk.Position != nil {
			at = position{tk.Position.Line, tk.Position.Column}
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	return at, fmt.Sprintf("is not valid YAML, got %s: check the indentation, colons and quotes around this line", quote(message))
}

// place returns the line and column of a node.
func place(node ast.Node) position {
	tk := node.GetToken()
	if mapping, ok := node.(*ast.MappingNode); ok && !mapping.IsFlowStyle && len(mapping.Values) > 0 {
		tk = mapping.Values[0].Key.GetToken()
	}
	if tk == nil || tk.Position == nil {
		return position{1, 1}
	}
	return position{tk.Position.Line, tk.Position.Column}
}

// decoder puts the nodes of a document over the fields of a site.
type decoder struct{ *report }

// value decodes one node. Lists and maps replace what was there before,
// mappings that are structs are laid over it.
func (d decoder) value(node ast.Node, into reflect.Value, field string) {
	if _, noted := d.positions[field]; !noted {
		d.positions[field] = place(node)
	}
	switch {
	case node.Type() == ast.NullType:
		d.add(field, "has no value: give one, or remove the line for the default")
	case into.Type() == reflect.TypeFor[netip.Prefix](), into.Type() == reflect.TypeFor[time.Duration]():
		d.scalar(node, into, field)
	case into.Kind() == reflect.Struct:
		d.object(node, into, field)
	case into.Kind() == reflect.Map:
		d.dictionary(node, into, field)
	case into.Kind() == reflect.Slice:
		d.list(node, into, field)
	default:
		d.scalar(node, into, field)
	}
}

// object decodes a mapping whose keys are the fields of a struct.
func (d decoder) object(node ast.Node, into reflect.Value, field string) {
	fields := fieldsOf(into)
	for _, pair := range d.pairs(node, field) {
		target, known := fields[pair.key]
		if !known {
			d.add(child(field, pair.key), unknown(pair.key, fields))
			continue
		}
		d.value(pair.value, target, child(field, pair.key))
	}
}

// unknown says that a key is not a field's.
func unknown(key string, fields map[string]reflect.Value) string {
	var keys []string
	for name := range fields {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	remedy := spelling.Suggest(key, keys)
	if remedy == "" {
		remedy = "give one of " + strings.Join(keys, ", ")
	}
	return fmt.Sprintf("is not known, got %s: %s", quote(key), remedy)
}

// dictionary decodes a mapping whose keys are free.
func (d decoder) dictionary(node ast.Node, into reflect.Value, field string) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, pair := range d.pairs(node, field) {
		element := reflect.New(into.Type().Elem()).Elem()
		d.value(pair.value, element, child(field, pair.key))
		into.SetMapIndex(reflect.ValueOf(pair.key), element)
	}
}

// pair is a key of a mapping and its value.
type pair struct {
	key   string
	value ast.Node
}

// pairs returns the keys and values of a mapping, and notes where the keys
// stand. It reports a node that is no mapping, and keys that are repeated.
func (d decoder) pairs(node ast.Node, field string) []pair {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		d.wrongType(node, field, "a mapping", "write \"key: value\" lines below it")
		return nil
	}
	var pairs []pair
	for _, entry := range mapping.Values {
		key := entry.Key.GetToken().Value
		path, at := child(field, key), place(entry.Key)
		if d.given(path) {
			delete(d.faulty, path) // report it beside what is wrong with the first
			d.addAt(at, path, fmt.Sprintf("is repeated, got it first in line %d: keep one of the two", d.positions[path].line))
			continue
		}
		d.positions[path] = at
		pairs = append(pairs, pair{key, entry.Value})
	}
	return pairs
}

// list decodes a sequence.
func (d decoder) list(node ast.Node, into reflect.Value, field string) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		d.wrongType(node, field, "a list", "write \"[a, b]\", or lines that begin with \"- \"")
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(sequence.Values), len(sequence.Values)))
	for i, value := range sequence.Values {
		d.value(value, into.Index(i), item(field, i))
	}
}

// scalar decodes a text, number, truth value, duration or address range.
func (d decoder) scalar(node ast.Node, into reflect.Value, field string) {
	switch into.Interface().(type) {
	case netip.Prefix:
		text, _ := textOf(node)
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			d.wrongType(node, field, "an address range", rangeRemedy(field, text))
			return
		}
		into.Set(reflect.ValueOf(prefix))
	case time.Duration:
		text, _ := textOf(node)
		duration, err := time.ParseDuration(text)
		if err != nil {
			d.wrongType(node, field, "a duration", `give a number and its unit, "s", "m" or "h"`)
			return
		}
		into.SetInt(int64(duration))
	case bool:
		truth, ok := node.(*ast.BoolNode)
		if !ok {
			d.wrongType(node, field, "true or false", "give true or false, without quotes")
			return
		}
		into.SetBool(truth.Value)
	case int:
		number, ok := integer(node)
		if !ok {
			d.wrongType(node, field, "a whole number", "give a whole number, without quotes")
			return
		}
		into.SetInt(number)
	default: // string, or a type made of it
		text, ok := textOf(node)
		if !ok {
			d.wrongType(node, field, "text", "put it in quotes")
			return
		}
		into.SetString(text)
	}
}

// rangeRemedy says how to write an address range: a single address that the field's
// rule takes with its length, or else an example that the rule takes.
func rangeRemedy(field, text string) string {
	rule, example := "privateRange", "10.0.0.0/16"
	switch {
	case field == "standby.addressRange":
		example = "10.1.0.0/16"
	case strings.HasPrefix(field, "web.ssh"):
		rule = "sshRange"
	case strings.HasPrefix(field, "wafRules.unlimited"):
		rule, example = "publicRange", "203.0.113.0/24"
	}
	if address, err := netip.ParseAddr(text); err == nil {
		whole := netip.PrefixFrom(address, address.BitLen()).String()
		if wrong, _ := fieldRules[rule].fault(whole, ""); wrong == "" {
			example = whole
		}
	}
	return "give one as " + quote(example)
}

// textOf returns the text of a node, if it is one.
func textOf(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	}
	return "", false
}

// integer returns the number of a node, if it is whole and fits 32 bits, which
// is more than any number of a site.
func integer(node ast.Node) (int64, bool) {
	number, ok := node.(*ast.IntegerNode)
	if !ok {
		return 0, false
	}
	if value, negative := number.Value.(int64); negative {
		return value, value >= math.MinInt32 && value <= math.MaxInt32
	}
	value, ok := number.Value.(uint64)
	return int64(value & math.MaxInt32), ok && value <= math.MaxInt32
}

// wrongType reports a node of a type that its field cannot take.
func (d decoder) wrongType(node ast.Node, field, want, remedy string) {
	d.add(field, fmt.Sprintf("is not %s, got %s: %s", want, describe(node), remedy))
}

// describe names what was given.
func describe(node ast.Node) string {
	switch node.Type() {
	case ast.MappingType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.StringType:
		return quote(node.GetToken().Value)
	case ast.LiteralType:
		return "a block of text"
	}
	return node.GetToken().Value
}

// fieldsOf returns the fields of a struct by their YAML names, those of an
// inlined struct among them.
func fieldsOf(value reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range value.NumField() {
		name, inline := yamlName(value.Type().Field(i))
		if !inline {
			fields[name] = value.Field(i)
			continue
		}
		for name, field := range fieldsOf(value.Field(i)) {
			fields[name] = field
		}
	}
	return fields
}

// yamlName returns a struct field's name in YAML, and whether it is a struct
// whose own fields stand in its place.
func yamlName(field reflect.StructField) (name string, inline bool) {
	name, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
	return name, option == "inline"
}
