// Package edgefunction runs CloudFront functions on viewer requests in a
// JavaScript engine, as CloudFront would run them: the event has no header that
// CloudFront hides, and a function may take neither for ever nor all memory.
//
// It knows of runtime cloudfront-js-2.0 what a function can do to a request:
// change it, group its origins, or answer it. Key-value stores, Web Crypto and
// BigInt are not there.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-javascript-runtime-20.html
package edgefunction

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/dop251/goja"
)

// A Function is the code of a CloudFront function. It may be called by several
// goroutines, one at a time.
type Function struct {
	mu      sync.Mutex
	vm      *goja.Runtime
	handler goja.Callable
	result  *Result // of the call that runs
	lost    error   // why a run was left behind; nil if none was
}

// A Request is what a viewer sent.
type Request struct {
	Method string
	URI    string // the path, as the viewer wrote it, without the query
	Query  string // with its "?", as the viewer wrote it; "" if there is none

	// Headers are by name, in any case. Those that CloudFront hides from
	// functions are left out of the event.
	Headers map[string]string
}

// A Result is what the function made of a request.
type Result struct {
	// URI is the path that the origin is asked for.
	URI string

	// Group are the origins that the function grouped; nil if it did not.
	Group *OriginGroup

	// Status is the status code with which the function answered by itself, and
	// Headers are that answer's, by name in lower case. 0: it handed the request
	// on.
	Status  int
	Headers map[string]string
}

// An OriginGroup is what a function passes to cf.createRequestOriginGroup.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/helper-functions-origin-modification.html
type OriginGroup struct {
	Origins  []string // two ids, in the order in which they are tried
	Statuses []int    // with which the first fails over to the second
}

// cloudfrontImport is the one import of the runtime that is known; the engine
// has no modules.
var cloudfrontImport = regexp.MustCompile(`(?m)^import\s+cf\s+from\s+['"]cloudfront['"];?`)

// New compiles a function's code and runs its top level. Errors say that the
// code does not run, has no handler, or does not end.
func New(code string) (*Function, error) {
	f := &Function{vm: goja.New(), result: &Result{}}
	f.vm.SetMaxCallStackSize(1000)
	if err := bound(f.vm); err != nil {
		return nil, err
	}
	globals := map[string]any{
		"cf":      map[string]any{"createRequestOriginGroup": f.createRequestOriginGroup},
		"console": map[string]any{"log": func(goja.FunctionCall) goja.Value { return goja.Undefined() }},
	}
	for name, value := range globals {
		if err := f.vm.Set(name, value); err != nil {
			return nil, err
		}
	}
	err := f.limited(func() error {
		parsed, err := parse("'use strict';" + cloudfrontImport.ReplaceAllString(code, ""))
		if err != nil {
			return err
		}
		program, err := goja.CompileAST(parsed, true)
		if err == nil {
			_, err = f.vm.RunProgram(program)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the function's code does not run: %w", err)
	}
	handler, ok := goja.AssertFunction(f.vm.Get("handler"))
	if !ok {
		return nil, errors.New("the function's code has no handler")
	}
	f.handler = handler
	return f, nil
}

func (f *Function) createRequestOriginGroup(call goja.FunctionCall) goja.Value {
	group, err := readGroup(call.Argument(0))
	if err != nil {
		panic(f.vm.ToValue(err.Error()))
	}
	f.result.Group = group
	return goja.Undefined()
}

func readGroup(value goja.Value) (*OriginGroup, error) {
	var group struct {
		OriginIDs []struct {
			OriginID string `json:"originId"`
		} `json:"originIds"`
		FailoverCriteria struct {
			StatusCodes []int `json:"statusCodes"`
		} `json:"failoverCriteria"`
	}
	data, err := json.Marshal(value.Export())
	if err == nil {
		err = json.Unmarshal(data, &group)
	}
	if err != nil || len(group.OriginIDs) != 2 || len(group.FailoverCriteria.StatusCodes) == 0 {
		return nil, fmt.Errorf("createRequestOriginGroup wants two originIds and statusCodes, got %s", data)
	}
	result := &OriginGroup{Statuses: group.FailoverCriteria.StatusCodes}
	for _, origin := range group.OriginIDs {
		result.Origins = append(result.Origins, origin.OriginID)
	}
	return result, nil
}

// Call runs the function for one request. Errors say that it threw, returned
// neither a request nor an answer, or does not end.
func (f *Function) Call(request Request) (*Result, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	event, err := json.Marshal(newEvent(request))
	if err != nil {
		return nil, err
	}
	err = f.limited(func() error {
		f.result = &Result{URI: request.URI}
		value, err := f.vm.RunString("(" + string(event) + ")")
		if err != nil {
			return err
		}
		if err := f.addRawQuery(value, request.Query); err != nil {
			return err
		}
		returned, err := f.handler(goja.Undefined(), value)
		if err != nil {
			return err
		}
		return f.read(returned) // which runs getters of the function's
	})
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", request.Method, request.URI, err)
	}
	return f.result, nil
}

// addRawQuery adds to an event's request the method by which it tells its query: without
// the "?", and undefined if there is none.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/general-helper-methods.html
func (f *Function) addRawQuery(event goja.Value, query string) error {
	raw := goja.Undefined()
	if text, found := strings.CutPrefix(query, "?"); found {
		raw = f.vm.ToValue(text)
	}
	request := event.ToObject(f.vm).Get("request").ToObject(f.vm)
	return request.Set("rawQueryString", func(goja.FunctionCall) goja.Value { return raw })
}

// read takes over what the handler returned: the request or an answer.
func (f *Function) read(value goja.Value) error {
	if value == nil || goja.IsUndefined(value) || goja.IsNull(value) {
		return errors.New("the function returned nothing")
	}
	var returned struct {
		URI        *string `json:"uri"`
		StatusCode int     `json:"statusCode"`
		Headers    map[string]struct {
			Value string `json:"value"`
		} `json:"headers"`
	}
	if object, ok := value.(*goja.Object); ok && object.Get("rawQueryString") != nil {
		if err := object.Delete("rawQueryString"); err != nil {
			return err
		}
	}
	data, err := json.Marshal(value.Export())
	if err == nil {
		err = json.Unmarshal(data, &returned)
	}
	switch {
	case err != nil:
		return fmt.Errorf("the function returned what is neither a request nor an answer: %w", err)
	case returned.StatusCode != 0:
		f.result.Status, f.result.Headers = returned.StatusCode, map[string]string{}
		for name, header := range returned.Headers {
			f.result.Headers[name] = header.Value
		}
	case returned.URI != nil:
		f.result.URI = *returned.URI
	default:
		return fmt.Errorf("the function returned what is neither a request nor an answer: %s", data)
	}
	return nil
}
