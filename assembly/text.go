package assembly

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Values under resolution are nil, bool, float64, text, []any, map[string]any and noValue.

// noValue is what Ref of AWS::NoValue gives: the property or list element that has this value is left out.
type noValue struct{}

// A text is a string of which parts may exist only at deployment. Neighbouring parts are never both literal.
type text []part

// A part is literal, or a placeholder if later is set.
type part struct {
	literal string
	later   *placeholder
}

// A placeholder stands for a string or list that exists only at deployment.
type placeholder struct {
	expr      string      // what is written between ${ and }
	resources []*Resource // that it leads to
	length    int         // of a list, 0 if not known

	// What Fn::Join has joined, so that Fn::Split can undo it: this is how the CDK hands a list through an output.
	delimiter string
	list      *placeholder
}

func literal(s string) text {
	if s == "" {
		return text{}
	}
	return text{{literal: s}}
}

func later(expr string, resources ...*Resource) text {
	return text{{later: &placeholder{expr: expr, resources: resources}}}
}

// element returns an element of the list that the placeholder stands for.
func (p *placeholder) element(i int) text {
	return later(fmt.Sprintf("%s[%d]", p.expr, i), p.resources...)
}

// add returns t followed by u. It may change t, which must be of the caller's own making.
func (t text) add(u text) text {
	for _, p := range u {
		if n := len(t); n > 0 && p.later == nil && t[n-1].later == nil {
			t[n-1].literal += p.literal
			continue
		}
		t = append(t, p)
	}
	return t
}

// String writes the text with its placeholders.
func (t text) String() string {
	if len(t) == 1 && t[0].later == nil {
		return t[0].literal
	}
	var b strings.Builder
	for _, p := range t {
		if p.later == nil {
			b.WriteString(p.literal)
		} else {
			b.WriteString("${" + p.later.expr + "}")
		}
	}
	return b.String()
}

// expr writes the text as an argument inside a placeholder.
func (t text) expr() string {
	if p := t.later(); p != nil {
		return p.expr
	}
	if t.isStatic() {
		return t.String()
	}
	return strconv.Quote(t.String())
}

// isStatic reports whether all of the text is known before deployment.
func (t text) isStatic() bool { return len(t) == 0 || len(t) == 1 && t[0].later == nil }

// later returns the placeholder that is all of the text, or nil.
func (t text) later() *placeholder {
	if len(t) != 1 {
		return nil
	}
	return t[0].later
}

// split splits the text at the delimiter where it is literal. A placeholder is taken not to contain the delimiter.
func (t text) split(delimiter string) []text {
	pieces := []text{{}}
	for _, p := range t {
		if p.later != nil {
			last := len(pieces) - 1
			pieces[last] = pieces[last].add(text{p})
			continue
		}
		for i, s := range strings.Split(p.literal, delimiter) {
			if i > 0 {
				pieces = append(pieces, text{})
			}
			last := len(pieces) - 1
			pieces[last] = pieces[last].add(literal(s))
		}
	}
	return pieces
}

// asText returns a resolved value as text, if it can be one.
func asText(v any) (text, bool) {
	switch v := v.(type) {
	case text:
		return v, true
	case bool:
		return literal(strconv.FormatBool(v)), true
	case float64:
		return literal(strconv.FormatFloat(v, 'f', -1, 64)), true
	}
	return nil, false
}

// plain turns a resolved value into one without types of this package.
func plain(v any) any {
	switch v := v.(type) {
	case text:
		return v.String()
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = plain(item)
		}
		return items
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = plain(item)
		}
		return object
	}
	return v
}

// eachText calls f for each text in a resolved value, with its path below the given one.
func eachText(path string, v any, f func(path string, t text)) {
	switch v := v.(type) {
	case text:
		f(path, v)
	case []any:
		for i, item := range v {
			eachText(join(path, strconv.Itoa(i)), item, f)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachText(join(path, escape(key)), v[key], f)
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// resources returns the resources that the text leads to, each once.
func (t text) resources() []*Resource {
	var found []*Resource
	for _, p := range t {
		if p.later != nil {
			found = appendNew(found, p.later.resources...)
		}
	}
	return found
}

// targets returns the resources that a resolved value leads to, each once.
func targets(v any) []*Resource {
	var found []*Resource
	eachText("", v, func(_ string, t text) { found = appendNew(found, t.resources()...) })
	return found
}

func appendNew(to []*Resource, resources ...*Resource) []*Resource {
	for _, r := range resources {
		if !slices.Contains(to, r) {
			to = append(to, r)
		}
	}
	return to
}

// kind says what sort of value v is, for errors.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string, text:
		return "text"
	case []any:
		return "a list"
	case noValue:
		return "AWS::NoValue"
	}
	return "an object"
}

// size returns how much the text counts in the budget of a run.
func (t text) size() int {
	n := len(t)
	for _, p := range t {
		n += len(p.literal)
		if p.later != nil {
			n += len(p.later.expr) + len(p.later.resources)
		}
	}
	return n
}
