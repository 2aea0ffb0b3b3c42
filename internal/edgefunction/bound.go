package edgefunction

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
)

const (
	// longestCode is CloudFront's own limit, in bytes. It also keeps the parser, which
	// calls itself for each bracket, from using up the stack.
	longestCode = 10 << 10

	// mostAtOnce is the most characters or elements that one instruction of the engine
	// may make: it is not interrupted, and 'x'.repeat(1e12) would end the process.
	mostAtOnce = 1 << 20
)

// parse parses code that may be run. Big integers are refused, as one instruction
// makes them as large as it likes. Source maps are not loaded: the engine would read
// any file that a comment of the code names.
func parse(code string) (*ast.Program, error) {
	if len(code) > longestCode {
		return nil, fmt.Errorf("it has %d bytes, more than the %d of CloudFront", len(code), longestCode)
	}
	program, err := goja.Parse("", code, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, err
	}
	if hasBigInt(reflect.ValueOf(program.Body)) {
		return nil, errors.New("BigInt is not supported")
	}
	return program, nil
}

// hasBigInt looks for the literal of a big integer in a part of the code.
func hasBigInt(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return false
		}
		if number, ok := v.Interface().(*ast.NumberLiteral); ok {
			_, big := number.Value.(*big.Int)
			return big
		}
		return v.Type() != fileType && hasBigInt(v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if hasBigInt(v.Index(i)) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && hasBigInt(v.Field(i)) {
				return true
			}
		}
	}
	return false
}

// fileType is the type of the text that the parts of code point back to.
var fileType = reflect.TypeFor[*file.File]()

// bounds replaces those functions of the engine that make as much as an
// argument, or the length of a list without elements, says.
const bounds = `(function (most) {
	function check(name, size) {
		if (Number(size) > most) {
			throw new RangeError(name + ' makes too much at once');
		}
	}
	const apply = Reflect.apply, construct = Reflect.construct;
	function bound(owner, name, size) {
		const original = owner[name];
		owner[name] = function () {
			check(name, size(this, arguments));
			return apply(original, this, arguments);
		};
	}
	bound(String.prototype, 'repeat', function (text, args) { return String(text).length * args[0]; });
	bound(String.prototype, 'padStart', function (text, args) { return args[0]; });
	bound(String.prototype, 'padEnd', function (text, args) { return args[0]; });
	bound(Array, 'from', function (array, args) { return args[0].length; });
	bound(JSON, 'stringify', function (json, args) { return Array.isArray(args[0]) ? args[0].length : 0; });
	for (const name of Object.getOwnPropertyNames(Array.prototype)) {
		if (name !== 'constructor' && typeof Array.prototype[name] === 'function') {
			bound(Array.prototype, name, function (list) { return list.length; });
		}
	}
	const refuse = function () { throw new TypeError('CloudFront makes no code of text'); };
	globalThis.eval = globalThis.Function = refuse;
	for (const made of [function () {}, function* () {}, async function () {}]) {
		Object.defineProperty(Object.getPrototypeOf(made), 'constructor', {value: refuse});
	}
	for (const name of Object.getOwnPropertyNames(globalThis)) {
		if (/^Big/.test(name)) {
			delete globalThis[name];
		} else if (/Array(Buffer)?$/.test(name) && name !== 'Array') {
			globalThis[name] = new Proxy(globalThis[name], {construct: function (target, args, as) {
				check(name, Object(args[0]) === args[0] ? args[0].length : args[0]);
				return construct(target, args, as);
			}});
		}
	}
})`

// bound puts the bounds in the place of the engine's own functions.
func bound(vm *goja.Runtime) error {
	value, err := vm.RunString(bounds)
	if err != nil {
		return err
	}
	replace, _ := goja.AssertFunction(value)
	_, err = replace(goja.Undefined(), vm.ToValue(mostAtOnce))
	return err
}
