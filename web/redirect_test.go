package web

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"twinsite/internal/edgefunction"
)

var testRedirects = Redirects{Domain: "example.com", HealthPath: "/healthz", Hosts: map[string]string{"@": "www", "shop": "www"}}

// A redirectCase is a request, and what the function does with it.
type redirectCase struct {
	method, host, uri, query string
	status                   int // 0: the request goes on
	location                 string
}

func redirects() []redirectCase {
	cases := []redirectCase{
		{"GET", "example.com", "/", "", 301, "https://www.example.com/"},
		{"HEAD", "shop.example.com", "/a/b", "", 301, "https://www.example.com/a/b"},
		{"GET", "EXAMPLE.Com", "/", "", 301, "https://www.example.com/"},
		{"GET", "example.com:443", "/", "", 301, "https://www.example.com/"},
		{"GET", "example.com.", "/", "", 301, "https://www.example.com/"},
		{"GET", "example.com", "/%EA%B3%B5?", "?a=1&a=2&b=%20x%26&flag&a=3", 301, "https://www.example.com/%EA%B3%B5??a=1&a=2&b=%20x%26&flag&a=3"},
		{"GET", "example.com", "/", "?", 301, "https://www.example.com/?"},
		{"GET", "example.com", "//evil.example", "?next=//x", 301, "https://www.example.com//evil.example?next=//x"},
		{"GET", "example.com", "/healthz/", "", 301, "https://www.example.com/healthz/"},
		{"GET", "example.com", "/healthz", "?a=1", 0, ""},
		{"POST", "example.com", "/healthz", "", 0, ""},
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
		cases = append(cases, redirectCase{method, "example.com", "/orders", "?id=7", 308, "https://www.example.com/orders?id=7"})
	}
	for _, host := range []string{"www.example.com", "WWW.example.com:443", "blog.example.com", "d1.cloudfront.net", "shop.example.com.evil.net", "xexample.com", ""} {
		cases = append(cases, redirectCase{"GET", host, "/", "", 0, ""})
	}
	return cases
}

// TestRedirectFunction holds that a host that only redirects does, with and without
// the function that groups origins, which all other requests still meet.
func TestRedirectFunction(t *testing.T) {
	for name, rest := range map[string]string{"alone": "", "before the reads": EdgeFunction("serving-reads")} {
		if err := checkRedirects(RedirectFunction(rest, testRedirects), rest != "", redirects()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := RedirectFunction("code", Redirects{}); got != "code" {
		t.Errorf("without hosts that redirect, got %q", got)
	}
}

// TestRedirectFunctionParsed holds that a query is put together from its parameters
// where the runtime does not give it whole: each value stays, in the order of the
// names' first appearance.
func TestRedirectFunctionParsed(t *testing.T) {
	code := strings.Replace(RedirectFunction("", testRedirects), "request.rawQueryString)", "request.absent)", 1)
	err := checkRedirects(code, false, []redirectCase{
		{"GET", "example.com", "/", "?a=1&a=2&a=%26", 301, "https://www.example.com/?a=1&a=2&a=%26"},
		{"GET", "example.com", "/", "?flag", 301, "https://www.example.com/?flag"},
		{"POST", "example.com", "/", "", 308, "https://www.example.com/"},
	})
	if err != nil {
		t.Error(err)
	}
}

// TestRedirectFunctionBroken breaks each property of the function, and the check must notice.
func TestRedirectFunctionBroken(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"always 301", "moved ? 301 : 308", "301", "POST"},
		{"always 308", "moved ? 301 : 308", "308", "GET"},
		{"HEAD forgotten", " || request.method === 'HEAD'", "", "HEAD"},
		{"capitals", ".toLowerCase()", "", "EXAMPLE"},
		{"the port", ".replace(/:[0-9]*$/, '')", "", ":443"},
		{"no path", "${request.uri}", "/", "/a/b"},
		{"no query", "${query(request)}", "", "id=7"},
		{"the health path", "request.uri === UNTOUCHED", "false", "/healthz"},
		{"any host", "name(redirect[0]) === host", "true", "www"},
		{"by HTTP", "`https://", "`http://", "http://"},
		{"nothing goes on", "return next(event)", "return {statusCode: 404}", "answered 404"},
	}
	source := RedirectFunction("", testRedirects)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			broken := strings.Replace(source, test.old, test.new, 1)
			if broken == source {
				t.Fatalf("%q is not in the function", test.old)
			}
			if err := checkRedirects(broken, false, redirects()); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

// checkRedirects runs the cases, and reports those that go wrong.
func checkRedirects(code string, grouped bool, cases []redirectCase) error {
	function, err := edgefunction.New(code)
	if err != nil {
		return err
	}
	var problems []error
	for _, c := range cases {
		headers := map[string]string{"host": c.host}
		if c.host == "" {
			headers = nil
		}
		got, err := function.Call(edgefunction.Request{Method: c.method, URI: c.uri, Query: c.query, Headers: headers})
		switch {
		case err != nil:
		case got.Status != c.status:
			err = fmt.Errorf("answered %d, want %d", got.Status, c.status)
		case got.Headers["location"] != c.location:
			err = fmt.Errorf("sent to %q, want %q", got.Headers["location"], c.location)
		case c.status == 0 && (got.URI != c.uri || (got.Group != nil) != (grouped && c.method == "GET")):
			err = fmt.Errorf("went on as %+v", got)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s %s%s%s: %w", c.method, c.host, c.uri, c.query, err))
		}
	}
	return errors.Join(problems...)
}
