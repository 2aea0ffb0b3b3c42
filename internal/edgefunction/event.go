package edgefunction

import (
	"slices"
	"strings"
)

// Hidden reports whether CloudFront hides a header from functions: a function
// that looks for one of them never finds it.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html#function-restrictions-headers
func Hidden(header string) bool {
	name := strings.ToLower(header)
	return slices.Contains(hiddenHeaders, name) ||
		slices.ContainsFunc(hiddenPrefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// The headers that AWS calls disallowed, in lower case.
var (
	hiddenHeaders = []string{
		"connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer", "upgrade",
		"x-accel-buffering", "x-accel-charset", "x-accel-limit-rate", "x-accel-redirect",
		"x-amzn-auth", "x-amzn-cf-billing", "x-amzn-cf-id", "x-amzn-cf-xff", "x-amzn-errortype", "x-amzn-fle-profile",
		"x-amzn-header-count", "x-amzn-header-order", "x-amzn-lambda-integration-tag", "x-amzn-requestid",
		"x-cache", "x-forwarded-proto", "x-real-ip",
	}
	hiddenPrefixes = []string{"x-amz-cf-", "x-edge-"}
)

// newEvent is the event of a viewer request. Names of headers are in lower
// case, and a header that stands several times has one value here.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
func newEvent(request Request) map[string]any {
	headers := map[string]any{}
	for name, value := range request.Headers {
		if !Hidden(name) {
			headers[strings.ToLower(name)] = map[string]any{"value": value}
		}
	}
	return map[string]any{
		"version": "1.0",
		"context": map[string]any{"eventType": "viewer-request"},
		"viewer":  map[string]any{"ip": "192.0.2.1"},
		"request": map[string]any{
			"method": request.Method, "uri": request.URI,
			"querystring": queryOf(request.Query), "headers": headers, "cookies": map[string]any{},
		},
	}
}

// queryOf are a query's parameters by name, undecoded: of one that stands several
// times, the first value and all of them.
func queryOf(query string) map[string]any {
	parameters := map[string]any{}
	for part := range strings.SplitSeq(strings.TrimPrefix(query, "?"), "&") {
		name, value, _ := strings.Cut(part, "=")
		if part == "" {
			continue
		}
		one := map[string]any{"value": value}
		known, repeated := parameters[name].(map[string]any)
		if !repeated {
			parameters[name] = one
			continue
		}
		all, ok := known["multiValue"].([]any)
		if !ok {
			all = []any{map[string]any{"value": known["value"]}}
		}
		known["multiValue"] = append(all, one)
	}
	return parameters
}
