package edgefunction

import (
	"errors"
	"strings"
	"testing"
)

// TestOneInstruction holds that no single instruction of the engine, which is
// not interrupted, hangs or kills whoever runs the function.
func TestOneInstruction(t *testing.T) {
	for _, code := range []string{
		"'x'.repeat(2**40)", "'x'.padStart(2**40)", "'x'.padEnd(2**40)",
		"new Array(2**32 - 1).fill(0)", "new Array(2**32 - 1).join('x')", "'' + new Array(2**32 - 1)", "[].concat(new Array(4e9))",
		"new ArrayBuffer(2**40)", "new Uint8Array(2**40)", "new Float64Array({length: 2**40})", "Array.from({length: 1e9})", "JSON.stringify(new Array(1e9))",
		"1n << (2n ** 40n)", "BigInt(1) ** BigInt(1e12)",
		"eval('1')", "Function('return 1')", "(function () {}).constructor('return 1')", "(function* () {}).constructor('return 1')",
		"/(?=a)(a+)+$/.test('a'.repeat(60) + 'b')",
		"'x'.repeat(1e6).replace(/x/g, 'x'.repeat(600))",
		strings.Repeat("(", 1<<20), strings.Repeat("(", 10000),
		"let o = {}, c = o; for (;;) { c.a = {}; c = c.a; }",
	} {
		name := code[:min(len(code), 30)]
		f, err := New("function handler(event) {" + code + "; return event.request; }")
		if err == nil {
			_, err = f.Call(Request{Method: "GET", URI: "/"})
		}
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got error %v, want one line", name, err)
		}
		if f != nil && errors.Is(err, ErrLimit) {
			// Where a run was left behind, the function says so from then on.
			if _, again := f.Call(Request{Method: "GET", URI: "/"}); !errors.Is(again, ErrLimit) {
				t.Errorf("%s: at first %v, then %v", name, err, again)
			}
		}
	}
}

// TestBounds holds that what functions usually do is not refused.
func TestBounds(t *testing.T) {
	for _, code := range []string{
		"'x'.repeat(3) === 'xxx'", "'x'.padStart(3, 'y') === 'yyx'", "[1, 2, 3].map((x) => x + 1).join() === '2,3,4'", "[3, 1].sort()[0] === 1",
		"Array.from('abc').length === 3", "Array.from(new Set([1, 2])).length === 2", "Array.isArray(new Array(3))", "new Uint8Array(4).length === 4",
		"new Uint8Array([1, 2])[1] === 2", "Uint8Array.from([1]).length === 1", "JSON.stringify({a: [1]}) === '{\"a\":[1]}'", "JSON.parse('[1]')[0] === 1",
		"[1, 2].includes(2)", "[[1], [2]].flat().length === 2", "(function () {}) instanceof Object", "new Date(0).getTime() === 0", "10 === 10.0", "'5n'.length === 2",
	} {
		f, err := New("function handler(event) { if (" + code + ") { return event.request; } }")
		if err == nil {
			_, err = f.Call(Request{Method: "GET", URI: "/"})
		}
		if err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// TestSourceMap holds that a comment of the code makes the engine read no file.
func TestSourceMap(t *testing.T) {
	if _, err := New("function handler(event) { return event.request; }\n//# sourceMappingURL=/dev/zero"); err != nil {
		t.Error(err)
	}
}
