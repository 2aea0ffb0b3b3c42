package rehearsal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sync"

	"github.com/dop251/goja"
)

// A Function is the distribution's viewer-request function, run in a JavaScript
// engine in place of CloudFront's. It may be called by several goroutines.
type Function struct {
	Resource string

	mu      sync.Mutex
	vm      *goja.Runtime
	handler goja.Callable
	group   *OriginGroup // what the running call asked for
}

// An OriginGroup is what a function passes to cf.createRequestOriginGroup.
type OriginGroup struct {
	Origins  []string // ids, in the order they are tried
	Statuses []int    // with which the first fails over to the next
}

// cloudfrontImport is the one import of runtime cloudfront-js-2.0 that is
// played; the engine has no modules.
var cloudfrontImport = regexp.MustCompile(`(?m)^import\s+cf\s+from\s+['"]cloudfront['"];?`)

func newFunction(resource, code string) (*Function, error) {
	f := &Function{Resource: resource, vm: goja.New()}
	f.vm.SetMaxCallStackSize(1000)
	create := func(call goja.FunctionCall) goja.Value {
		group, err := readGroup(call.Argument(0))
		if err != nil {
			panic(f.vm.ToValue(err.Error()))
		}
		f.group = group
		return goja.Undefined()
	}
	silent := func(goja.FunctionCall) goja.Value { return goja.Undefined() }
	for name, value := range map[string]any{
		"cf":      map[string]any{"createRequestOriginGroup": create},
		"console": map[string]any{"log": silent},
	} {
		if err := f.vm.Set(name, value); err != nil {
			return nil, fmt.Errorf("%s: %w", resource, err)
		}
	}
	if _, err := f.vm.RunString("'use strict';" + cloudfrontImport.ReplaceAllString(code, "")); err != nil {
		return nil, fmt.Errorf("%s: the function's code does not run: %w", resource, err)
	}
	handler, ok := goja.AssertFunction(f.vm.Get("handler"))
	if !ok {
		return nil, fmt.Errorf("%s: the function's code has no handler", resource)
	}
	f.handler = handler
	return f, nil
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

// Call runs the function for one request and returns the group that it asked
// for, nil if none. Header names are in lower case, as CloudFront writes them.
func (f *Function) Call(method, uri string, header map[string]string) (*OriginGroup, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.group = nil
	headers := map[string]any{}
	for name, value := range header {
		headers[name] = map[string]any{"value": value}
	}
	event, err := json.Marshal(map[string]any{
		"version": "1.0", "context": map[string]any{"eventType": "viewer-request"},
		"request": map[string]any{"method": method, "uri": uri, "querystring": map[string]any{}, "headers": headers, "cookies": map[string]any{}},
	})
	if err != nil {
		return nil, err
	}
	value, err := f.vm.RunString("(" + string(event) + ")")
	if err == nil {
		_, err = f.handler(goja.Undefined(), value)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %s %s: %w", f.Resource, method, uri, err)
	}
	return f.group, nil
}
