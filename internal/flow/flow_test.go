package flow

import (
	"encoding/json"
	"testing"
)

// TestUnmarshal holds that a colon makes a mapping where YAML says so, and nowhere else.
func TestUnmarshal(t *testing.T) {
	for _, test := range []struct{ yaml, want string }{
		{"a: {b: [2001:db8::/32]}", `{"a":{"b":["2001:db8::/32"]}}`},
		{"a: {b: [x, fd00::/8, 2600:1f00::/24 ]}", `{"a":{"b":["x","fd00::/8","2600:1f00::/24"]}}`},
		{"a: {b: [\n  arn:aws:iam::aws:policy/X, # a comment\n  arn:aws:iam::aws:policy/Y\n]}", `{"a":{"b":["arn:aws:iam::aws:policy/X","arn:aws:iam::aws:policy/Y"]}}`},
		{"a: {b: [1:2, c:true, /d:e, f:null]}", `{"a":{"b":["1:2","c:true","/d:e","f:null"]}}`},
		{"{a: {b: [{c: [d:e]}]}}", `{"a":{"b":[{"c":["d:e"]}]}}`},
		{"a: {b: x:y}", `{"a":{"b":"x:y"}}`},
		{"a: [x:y]", `{"a":["x:y"]}`},
		{"a:\n- x:y", `{"a":["x:y"]}`},
		{"a: {b: [x: y]}", `{"a":{"b":[{"x":"y"}]}}`},
		{"a: {b: [x:\ty]}", `{"a":{"b":[{"x":"y"}]}}`},
		{"a: {b: [\"x\":y]}", `{"a":{"b":[{"x":"y"}]}}`},
		{"a: {b: [{x: y}]}", `{"a":{"b":[{"x":"y"}]}}`},
		{"a: {b: [x:[y]]}", `{"a":{"b":[{"x":["y"]}]}}`},
		{"a:\n- x: y", `{"a":[{"x":"y"}]}`},
		{"", "null"},
	} {
		var value any
		if err := Unmarshal([]byte(test.yaml), &value); err != nil {
			t.Errorf("%q: %v", test.yaml, err)
			continue
		}
		if got, err := json.Marshal(value); err != nil || string(got) != test.want {
			t.Errorf("%q: got %s, %v, want %s", test.yaml, got, err, test.want)
		}
	}
	if err := Unmarshal([]byte("a: ["), new(any)); err == nil {
		t.Error("a list without an end is accepted")
	}
}
