package assembly

import (
	"fmt"
	"strconv"
	"strings"
)

// join resolves Fn::Join, of [delimiter, [values]].
func (r resolver) join(arg any) (any, error) {
	const fn = "Fn::Join"
	args, err := r.args(fn, arg, 2, 2, "[delimiter, [values]]")
	if err != nil {
		return nil, err
	}
	delimiter, err := r.static(fn, "the delimiter", args[0])
	if err != nil {
		return nil, err
	}
	items, list, err := r.list(fn, "the second argument", args[1])
	if err != nil {
		return nil, err
	}
	if list != nil {
		expr := fmt.Sprintf("%s(%q, %s)", fn, delimiter, list.expr)
		return text{{later: &placeholder{expr: expr, resources: list.resources, delimiter: delimiter, list: list}}}, nil
	}
	var out text
	for i, item := range items {
		t, ok := asText(item)
		if !ok {
			return nil, r.errorf("%s: value %d is %s, not text", fn, i, kind(item))
		}
		if i > 0 {
			out = out.add(literal(delimiter))
		}
		out = out.add(t)
		if err := r.spend(len(delimiter) + t.size()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// split resolves Fn::Split, of [delimiter, text]. Of a text that is partly known it splits the known part: the host
// of "https://${Api}.example.com/prod" is found. A text without a literal delimiter becomes a list at deployment.
func (r resolver) split(arg any) (any, error) {
	const fn = "Fn::Split"
	args, err := r.args(fn, arg, 2, 2, "[delimiter, text]")
	if err != nil {
		return nil, err
	}
	delimiter, err := r.static(fn, "the delimiter", args[0])
	if err != nil {
		return nil, err
	}
	if delimiter == "" {
		return nil, r.errorf("%s: the delimiter is empty", fn)
	}
	source, err := r.text(fn, "the second argument", args[1])
	if err != nil {
		return nil, err
	}
	if p := source.later(); p != nil && p.list != nil && p.delimiter == delimiter {
		return text{{later: p.list}}, nil
	}
	pieces := source.split(delimiter)
	if len(pieces) == 1 && !source.isStatic() {
		return later(fmt.Sprintf("%s(%q, %s)", fn, delimiter, source.expr()), source.resources()...), nil
	}
	items := make([]any, len(pieces))
	for i, piece := range pieces {
		items[i] = piece
	}
	return items, r.spend(len(items))
}

// selectFrom resolves Fn::Select, of [index, list].
func (r resolver) selectFrom(arg any) (any, error) {
	const fn = "Fn::Select"
	args, err := r.args(fn, arg, 2, 2, "[index, list]")
	if err != nil {
		return nil, err
	}
	key, err := r.static(fn, "the index", args[0])
	if err != nil {
		return nil, err
	}
	i, ok := index(key)
	if !ok {
		return nil, r.errorf("%s: the index is %q, not a number from 0", fn, key)
	}
	items, list, err := r.list(fn, "the second argument", args[1])
	if err != nil {
		return nil, err
	}
	n := len(items)
	if list != nil {
		n = list.length
	}
	switch {
	case list != nil && (n == 0 || i < n):
		return list.element(i), nil
	case i < n:
		return items[i], nil
	}
	return nil, r.errorf("%s: index %d is out of range: the list has %d", fn, i, n)
}

// findInMap resolves Fn::FindInMap, of [map, top-level key, second-level key, {"DefaultValue": value}?].
func (r resolver) findInMap(arg any) (any, error) {
	const fn = "Fn::FindInMap"
	args, err := r.args(fn, arg, 3, 4, "[map, top-level key, second-level key]")
	if err != nil {
		return nil, err
	}
	var names [3]string
	for i, what := range []string{"the map", "the top-level key", "the second-level key"} {
		if names[i], err = r.static(fn, what, args[i]); err != nil {
			return nil, err
		}
	}
	if value, ok := r.stack.template.Mappings[names[0]][names[1]][names[2]]; ok {
		return r.resolve(value)
	}
	if len(args) == 4 {
		options, _ := args[3].(map[string]any)
		value, ok := options["DefaultValue"]
		if !ok {
			return nil, r.errorf(`%s: the fourth argument wants the form {"DefaultValue": value}`, fn)
		}
		return r.resolve(value)
	}
	mapping, ok := r.stack.template.Mappings[names[0]]
	if !ok {
		return nil, r.errorf("%s: no map %q", fn, names[0])
	}
	if _, ok := mapping[names[1]]; !ok {
		return nil, r.errorf("%s: map %q has no key %q", fn, names[0], names[1])
	}
	return nil, r.errorf("%s: map %q has no key %q under %q", fn, names[0], names[2], names[1])
}

// cidr resolves Fn::Cidr, of [block, count, bits?], to a list of placeholders: also of a known block nothing is
// computed, because the usual one is an IPv6 block that Amazon provides at deployment.
func (r resolver) cidr(arg any) (any, error) {
	const fn = "Fn::Cidr"
	args, err := r.args(fn, arg, 2, 3, "[block, count, bits]")
	if err != nil {
		return nil, err
	}
	block, err := r.text(fn, "the block", args[0])
	if err != nil {
		return nil, err
	}
	exprs := []string{block.expr()}
	for i, what := range []string{"the count", "the bits"}[:len(args)-1] {
		s, err := r.static(fn, what, args[i+1])
		if err != nil {
			return nil, err
		}
		if n, err := strconv.Atoi(s); err != nil || n < 1 || n > 256 {
			return nil, r.errorf("%s: %s is %q, not a number from 1 to 256", fn, strings.TrimPrefix(what, "the "), s)
		}
		exprs = append(exprs, s)
	}
	count, _ := strconv.Atoi(exprs[1])
	expr := fmt.Sprintf("%s(%s)", fn, strings.Join(exprs, ", "))
	return text{{later: &placeholder{expr: expr, resources: block.resources(), length: count}}}, nil
}
