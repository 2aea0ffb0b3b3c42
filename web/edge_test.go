package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

const testHealthPath = "/healthz"

// wantGroup is what createRequestOriginGroup must be called with.
var wantGroup = map[string]any{
	"originIds":        []any{map[string]any{"originId": "home"}, map[string]any{"originId": "standby"}},
	"failoverCriteria": map[string]any{"statusCodes": []any{500.0, 502.0, 503.0, 504.0}},
}

type edgeRequest struct {
	Method      string         `json:"method"`
	URI         string         `json:"uri"`
	QueryString map[string]any `json:"querystring"`
	Headers     map[string]any `json:"headers"`
	Cookies     map[string]any `json:"cookies"`
}

type edgeCase struct {
	name     string
	request  edgeRequest
	failOver bool
}

func edgeCases() []edgeCase {
	var cases []edgeCase
	add := func(name, method, uri string, failOver bool, change func(*edgeRequest)) {
		request := edgeRequest{
			Method: method, URI: uri,
			QueryString: map[string]any{},
			Headers:     map[string]any{"host": map[string]any{"value": "ticketing.pw"}},
			Cookies:     map[string]any{"seat": map[string]any{"value": "A1"}},
		}
		if change != nil {
			change(&request)
		}
		cases = append(cases, edgeCase{name, request, failOver})
	}
	query := func(r *edgeRequest) {
		r.QueryString = map[string]any{"a": map[string]any{"value": "1", "multiValue": []any{map[string]any{"value": "1"}, map[string]any{"value": "2"}}}}
	}
	upgrade := func(r *edgeRequest) { r.Headers["upgrade"] = map[string]any{"value": "websocket"} }
	paths := []string{
		"/", "/tickets", "/healthz/", "/healthzz", "/health", "/HEALTHZ", "//healthz", "/a/../healthz",
		// The event carries the path as the viewer sent it: these are not what the health checkers send.
		"/%68ealthz", "/%2Fhealthz", "/healthz%20", "/%EA%B3%B5%EC%97%B0", "/a%2Fb",
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		for _, uri := range paths {
			add("read", method, uri, true, nil)
		}
		add("read with query", method, "/tickets", true, query)
		add("health", method, testHealthPath, false, nil)
		add("health with query", method, testHealthPath, false, query)
		add("upgrade", method, "/chat", false, upgrade)
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "get", "TRACE", ""} {
		for _, uri := range append([]string{testHealthPath}, paths...) {
			add("write", method, uri, false, nil)
		}
		add("write with query", method, "/tickets", false, query)
	}
	return cases
}

func TestEdgeFunction(t *testing.T) {
	if err := checkEdgeFunction(EdgeFunction(testHealthPath)); err != nil {
		t.Error(err)
	}
}

// Each property of the function has a mutant that lacks it, and the check must notice.
func TestEdgeFunctionMutants(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"health fails over", "request.uri === HEALTH_PATH", "false", "health"},
		{"health by prefix", "request.uri === HEALTH_PATH", "request.uri.indexOf(HEALTH_PATH) === 0", "/healthzz"},
		{"health decoded", "request.uri === HEALTH_PATH", "decodeURIComponent(request.uri) === HEALTH_PATH", "/%68ealthz"},
		{"health ignores case", "request.uri === HEALTH_PATH", "request.uri.toLowerCase() === HEALTH_PATH", "/HEALTHZ"},
		{"no 504", "503, 504]", "503]", "origin group"},
		{"404 too", "[500,", "[404, 500,", "origin group"},
		{"origins swapped", "[{originId: 'home'}, {originId: 'standby'}]", "[{originId: 'standby'}, {originId: 'home'}]", "origin group"},
		{"plain ids", "[{originId: 'home'}, {originId: 'standby'}]", "['home', 'standby']", "origin group"},
		{"OPTIONS forgotten", ", 'OPTIONS']", "]", "OPTIONS"},
		{"POST retried", "'OPTIONS']", "'OPTIONS', 'POST']", "POST"},
		{"any case of method", "indexOf(request.method)", "indexOf(request.method.toUpperCase())", `"get"`},
		{"upgrades fail over", "request.headers.upgrade", "false", "upgrade"},
		{"adds a header", "return request;\n}", "request.headers['x-edge'] = {value: '1'};\n    return request;\n}", "request was changed"},
		{"drops cookies", "const request = event.request;", "const request = event.request; delete request.cookies;", "request was changed"},
		{"returns a copy", "return request;\n}", "return JSON.parse(JSON.stringify(request));\n}", "another object"},
		{"returns a response", "return request;\n}", "return {statusCode: 200};\n}", "another object"},
		{"grouped twice", "cf.createRequestOriginGroup(group);", "cf.createRequestOriginGroup(group); cf.createRequestOriginGroup(group);", "2 times"},
		{"throws", "} catch (error) {", "} catch (error) { throw error;", "no such origin"},
	}
	source := EdgeFunction(testHealthPath)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			mutant := strings.Replace(source, test.old, test.new, 1)
			if mutant == source {
				t.Fatalf("%q is not in the function", test.old)
			}
			err := checkEdgeFunction(mutant)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestEdgeFunctionHealthPath(t *testing.T) {
	for _, path := range []string{"/healthz", "/", `/it's "quoted"\`, "/</script>", "/\u2028", "/건강", "$&$1"} {
		t.Run(path, func(t *testing.T) {
			function, err := loadEdgeFunction(EdgeFunction(path))
			if err != nil {
				t.Fatal(err)
			}
			for uri, want := range map[string]bool{path: false, path + "x": true} {
				got, err := function.failsOver(edgeRequest{Method: "GET", URI: uri})
				if err != nil || got != want {
					t.Errorf("%s: fails over %v, %v; want %v", uri, got, err, want)
				}
			}
		})
	}
	if strings.Contains(EdgeFunction("/healthz"), "const HEALTH_PATH = "+healthPathLiteral) {
		t.Error("the placeholder was left in the function")
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
func TestEdgeFunctionIsSmall(t *testing.T) {
	if size, limit := len(EdgeFunction("/"+strings.Repeat("x", 255))), 10_000; size > limit {
		t.Errorf("the function has %d bytes, want at most %d", size, limit)
	}
}

// checkEdgeFunction runs every case, and reports the first few that go wrong.
func checkEdgeFunction(source string) error {
	function, err := loadEdgeFunction(source)
	if err != nil {
		return err
	}
	var problems []error
	for _, c := range edgeCases() {
		got, err := function.failsOver(c.request)
		if err == nil && got != c.failOver {
			err = fmt.Errorf("fails over: %v, want %v", got, c.failOver)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %q %s: %w", c.name, c.request.Method, c.request.URI, err))
		}
	}
	// A distribution without the standby origin must still answer.
	function.failure = "no such origin"
	if _, err := function.failsOver(edgeRequest{Method: "GET", URI: "/"}); err != nil {
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// edgeHarness runs the function in goja in place of CloudFront, and records what it asks for.
type edgeHarness struct {
	vm      *goja.Runtime
	handler goja.Callable
	groups  []any
	failure string // when set, createRequestOriginGroup throws it
}

func loadEdgeFunction(source string) (*edgeHarness, error) {
	const importLine = "import cf from 'cloudfront';\n"
	body, found := strings.CutPrefix(source, importLine)
	if !found {
		return nil, errors.New("the function must begin with the import of 'cloudfront'")
	}
	h := &edgeHarness{vm: goja.New()}
	createGroup := func(group any) {
		if h.failure != "" {
			panic(h.vm.ToValue(h.failure))
		}
		h.groups = append(h.groups, group)
	}
	globals := map[string]any{
		"cf":      map[string]any{"createRequestOriginGroup": createGroup},
		"console": map[string]any{"log": func(string) {}},
	}
	for name, value := range globals {
		if err := h.vm.Set(name, value); err != nil {
			return nil, err
		}
	}
	if _, err := h.vm.RunString("'use strict';" + body); err != nil {
		return nil, err
	}
	handler, ok := goja.AssertFunction(h.vm.Get("handler"))
	if !ok {
		return nil, errors.New("the function has no handler")
	}
	h.handler = handler
	return h, nil
}

// failsOver reports whether the request was given the origin group, and an error if the group or the request is wrong.
func (h *edgeHarness) failsOver(request edgeRequest) (bool, error) {
	h.groups = nil
	before, err := json.Marshal(request)
	if err != nil {
		return false, err
	}
	event, err := h.vm.RunString(`({version: '1.0', context: {eventType: 'viewer-request'}, request: ` + string(before) + `})`)
	if err != nil {
		return false, err
	}
	sent := event.ToObject(h.vm).Get("request")
	returned, err := h.handler(goja.Undefined(), event)
	if err != nil {
		return false, err
	}
	if !returned.StrictEquals(sent) {
		return false, fmt.Errorf("another object than event.request was returned: %v", returned)
	}
	if err := sameJSON(before, sent.ToObject(h.vm)); err != nil {
		return false, err
	}
	return h.grouped()
}

func (h *edgeHarness) grouped() (bool, error) {
	switch len(h.groups) {
	case 0:
		return false, nil
	case 1:
		var got any
		data, err := json.Marshal(h.groups[0])
		if err == nil {
			err = json.Unmarshal(data, &got)
		}
		if err == nil && !reflect.DeepEqual(got, any(wantGroup)) {
			err = fmt.Errorf("origin group: got %s, want %v", data, wantGroup)
		}
		return true, err
	}
	return true, fmt.Errorf("grouped %d times, want once", len(h.groups))
}

func sameJSON(before []byte, after *goja.Object) error {
	data, err := after.MarshalJSON()
	if err != nil {
		return err
	}
	var want, got any
	if err := errors.Join(json.Unmarshal(before, &want), json.Unmarshal(data, &got)); err != nil {
		return err
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("the request was changed: got %s, want %s", data, before)
	}
	return nil
}
