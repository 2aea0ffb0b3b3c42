package edgefunction

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCall(t *testing.T) {
	const code = `import cf from 'cloudfront';
		function handler(event) {
			const request = event.request;
			if (request.headers.upgrade || request.headers['x-amz-cf-id']) { throw new Error('CloudFront shows what it hides'); }
			switch (request.uri) {
			case '/grouped':
				cf.createRequestOriginGroup({originIds: [{originId: 'a'}, {originId: 'b'}], failoverCriteria: {statusCodes: [500, 504]}});
				break;
			case '/rewritten':
				request.uri = '/other';
				break;
			case '/answered':
				return {statusCode: 301, headers: {location: {value: 'https://' + request.headers.host.value}}};
			}
			return request;
		}`
	tests := map[string]Result{
		"/plain":     {URI: "/plain"},
		"/grouped":   {URI: "/grouped", Group: &OriginGroup{Origins: []string{"a", "b"}, Statuses: []int{500, 504}}},
		"/rewritten": {URI: "/other"},
		"/answered":  {URI: "/answered", Status: 301, Headers: map[string]string{"location": "https://example.com"}},
	}
	f, err := New(code)
	if err != nil {
		t.Fatal(err)
	}
	for uri, want := range tests {
		got, err := f.Call(Request{Method: "GET", URI: uri, Headers: map[string]string{"Host": "example.com", "Upgrade": "websocket", "X-Amz-Cf-Id": "1"}})
		if err != nil {
			t.Errorf("%s: %v", uri, err)
		} else if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", uri, diff)
		}
	}
}

func TestHidden(t *testing.T) {
	for header, want := range map[string]bool{
		"Upgrade": true, "connection": true, "Expect": true, "X-Edge-Location": true, "x-amz-cf-pop": true, "X-Forwarded-Proto": true,
		"Sec-WebSocket-Key": false, "Accept": false, "Host": false, "X-Forwarded-For": false, "Upgrade-Insecure-Requests": false,
	} {
		if got := Hidden(header); got != want {
			t.Errorf("%s: hidden %t, want %t", header, got, want)
		}
	}
}

// TestErrors holds that no function hangs or kills whoever runs it, and that
// what is wrong stands in one line.
func TestErrors(t *testing.T) {
	handler := func(body string) string { return "function handler(event) {" + body + "}" }
	tests := map[string]struct{ code, want string }{
		"no code":               {"", "the function's code has no handler"},
		"no JavaScript":         {"function (", "the function's code does not run: SyntaxError"},
		"endless at the top":    {"for (;;) {}", "the function's code does not run: the function does not end within 1s"},
		"endless":               {handler("for (;;) {}"), "GET /: the function does not end within 1s"},
		"endless recursion":     {handler("return handler(event)"), "GET /: "},
		"endless list":          {handler("const list = []; for (;;) { list.push({a: [1, 2, 3]}); }"), "GET /: the function "},
		"endless text":          {handler("let text = 'x'; for (;;) { text += text; }"), "GET /: "},
		"throws":                {handler("throw new Error('no')"), "GET /: Error: no"},
		"endless getter":        {handler("return {get uri() { for (;;) {} }}"), "GET /: the function does not end within 1s"},
		"circular":              {handler("const a = {}; a.a = a; return a"), "GET /: the function returned what is neither"},
		"returns nothing":       {handler(""), "GET /: the function returned nothing"},
		"returns a number":      {handler("return 1"), "GET /: the function returned what is neither a request nor an answer"},
		"returns another thing": {handler("return {}"), "GET /: the function returned what is neither a request nor an answer"},
		"one origin": {
			handler("cf.createRequestOriginGroup({originIds: [{originId: 'a'}], failoverCriteria: {statusCodes: [500]}})"),
			"GET /: createRequestOriginGroup wants two originIds",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := New(test.code)
			if err == nil {
				_, err = f.Call(Request{Method: "GET", URI: "/"})
			}
			if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got error %v, want one line that begins with %q", err, test.want)
			}
		})
	}
}

// TestAfterInterrupt holds that a call that was ended does not end the next.
func TestAfterInterrupt(t *testing.T) {
	f, err := New("function handler(event) { while (event.request.uri === '/') {} return event.request; }")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Call(Request{Method: "GET", URI: "/"}); err == nil {
		t.Error("an endless call ended")
	}
	if _, err := f.Call(Request{Method: "GET", URI: "/next"}); err != nil {
		t.Error(err)
	}
}
