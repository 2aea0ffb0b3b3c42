package web

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twinsite/internal/edgefunction"
)

// wantGroup is what createRequestOriginGroup must be called with.
var wantGroup = &edgefunction.OriginGroup{Origins: []string{"serving-reads", "standby"}, Statuses: []int{500, 502, 503, 504}}

type edgeCase struct {
	name    string
	request edgefunction.Request
	grouped bool
}

func edgeCases() []edgeCase {
	var cases []edgeCase
	add := func(name, method, uri string, grouped bool, headers map[string]string) {
		all := map[string]string{"host": "ticketing.pw", "cookie": "seat=A1"}
		for name, value := range headers {
			all[name] = value
		}
		cases = append(cases, edgeCase{name, edgefunction.Request{Method: method, URI: uri, Headers: all}, grouped})
	}
	// As a browser sends it; CloudFront hides the first two.
	handshake := map[string]string{
		"upgrade": "websocket", "connection": "Upgrade",
		"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13",
	}
	paths := []string{"/", "/tickets", "/healthz", "/HEALTHZ", "//healthz", "/%68ealthz", "/%EA%B3%B5%EC%97%B0", "/a%2Fb"}
	for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
		for _, uri := range paths {
			add("read", method, uri, true, nil)
		}
		add("page", method, "/", true, map[string]string{"accept": "text/html,*/*;q=0.8"})
		add("secure", method, "/", true, map[string]string{"upgrade-insecure-requests": "1"})
		add("handshake", method, "/chat", false, handshake)
		add("events", method, "/events", false, map[string]string{"accept": "text/event-stream"})
		add("events among others", method, "/events", false, map[string]string{"accept": "text/html, Text/Event-Stream;q=0.9"})
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "get", "TRACE", ""} {
		for _, uri := range paths {
			add("write", method, uri, false, nil)
		}
	}
	return cases
}

func TestEdgeFunction(t *testing.T) {
	if err := checkEdgeFunction(EdgeFunction("serving-reads")); err != nil {
		t.Error(err)
	}
}

// TestEdgeFunctionBroken breaks each property of the function, and the check must notice.
func TestEdgeFunctionBroken(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"no 504", "503, 504]", "503]", "504"},
		{"404 too", "[500,", "[404, 500,", "404"},
		{"origins swapped", "[{originId: 'serving-reads'}, {originId: 'standby'}]", "[{originId: 'standby'}, {originId: 'serving-reads'}]", "standby"},
		{"plain ids", "[{originId: 'serving-reads'}, {originId: 'standby'}]", "['serving-reads', 'standby']", "read: "},
		{"OPTIONS forgotten", ", 'OPTIONS']", "]", "OPTIONS"},
		{"POST retried", "'OPTIONS']", "'OPTIONS', 'POST']", "POST"},
		{"any case of method", "indexOf(request.method)", "indexOf(request.method.toUpperCase())", `"get"`},
		{"handshakes grouped", "headers['sec-websocket-key']", "false", "handshake"},
		{"handshakes by a hidden header", "headers['sec-websocket-key']", "headers.upgrade", "handshake"},
		{"events grouped", "headers.accept && accepts", "false && accepts", "events"},
		{"events in one spelling", "entry.value.toLowerCase()", "entry.value", "events among others"},
		{"every accept header", ".indexOf(type) !== -1", ".indexOf(type) !== -2", "page"},
		{"another path", "return request;\n}", "request.uri = '/';\n    return request;\n}", "/tickets"},
		{"returns a response", "return request;\n}", "return {statusCode: 200};\n}", "answered"},
		{"throws", "} catch (error) {", "} catch (error) { throw error;", "no such origin"},
	}
	source := EdgeFunction("serving-reads")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			broken := strings.Replace(source, test.old, test.new, 1)
			if broken == source {
				t.Fatalf("%q is not in the function", test.old)
			}
			err := checkEdgeFunction(broken)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// checkEdgeFunction runs every case, and reports those that go wrong.
func checkEdgeFunction(source string) error {
	function, err := edgefunction.New(source)
	if err != nil {
		return err
	}
	var problems []error
	for _, c := range edgeCases() {
		want := &edgefunction.Result{URI: c.request.URI}
		if c.grouped {
			want.Group = wantGroup
		}
		got, err := function.Call(c.request)
		if err == nil && got.Status != 0 {
			err = fmt.Errorf("answered %d", got.Status)
		} else if diff := cmp.Diff(want, got); err == nil && diff != "" {
			err = fmt.Errorf("(-want +got):\n%s", diff)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %q %s: %w", c.name, c.request.Method, c.request.URI, err))
		}
	}
	// A distribution without the origins must still answer.
	function, err = edgefunction.New(strings.Replace(source, "cf.createRequestOriginGroup(group)", "(() => { throw 'no such origin'; })()", 1))
	if err == nil {
		_, err = function.Call(edgefunction.Request{Method: "GET", URI: "/"})
	}
	return errors.Join(append(problems, err)...)
}

// TestEdgeFunctionFirst holds that the group begins with the origin that is named.
func TestEdgeFunctionFirst(t *testing.T) {
	function, err := edgefunction.New(EdgeFunction("home"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := function.Call(edgefunction.Request{Method: "GET", URI: "/"})
	if err != nil || got.Group == nil || got.Group.Origins[0] != "home" {
		t.Errorf("got %+v, %v, want a group that begins with home", got, err)
	}
}

func TestStandbyFunction(t *testing.T) {
	for _, path := range []string{"/healthz", `/it's "quoted"\`, "/</script>", "/\u2028", "/건강", "$&$1"} {
		function, err := edgefunction.New(StandbyFunction(path))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		got, err := function.Call(edgefunction.Request{Method: "GET", URI: "/other"})
		if err != nil || got.URI != path || got.Group != nil {
			t.Errorf("%s: got %+v, %v", path, got, err)
		}
	}
}

// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html#limits-functions
func TestEdgeFunctionsAreSmall(t *testing.T) {
	const limit = 10_000
	most := Redirects{Domain: strings.Repeat("d", 60) + ".com", HealthPath: "/" + strings.Repeat("x", 254), Hosts: map[string]string{}}
	for i := range 30 { // as many as package site takes
		most.Hosts[fmt.Sprintf("%063d", i)] = strings.Repeat("w", 63)
	}
	for name, code := range map[string]string{"redirecting": RedirectFunction(EdgeFunction("serving-reads"), most), "edge": EdgeFunction("serving-reads"), "standby": StandbyFunction("/" + strings.Repeat("x", 255))} {
		if len(code) > limit {
			t.Errorf("the %s function has %d bytes, want at most %d", name, len(code), limit)
		}
	}
}
