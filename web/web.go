// Package web holds what the site runs and serves: the web servers' default user data, the edge functions and,
// under static/, the sample files.
//
// The sample files are not embedded: the CDK uploads a folder, which the app names by its path, web/static.
package web

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// UserData is the default user data, a bash script for Amazon Linux 2023. It reads /etc/twinsite.env, which must exist
// before it runs: shell assignments of TWINSITE_REGION, TWINSITE_STATIC_URL (scheme and host, no trailing slash),
// TWINSITE_HEALTH_PATHS (separated by spaces), TWINSITE_PORT and TWINSITE_SITE.
//
//go:embed user-data.sh
var UserData string

// ScriptFault says what is wrong with a user-data script that is to run instead of UserData, and the remedy; wrong is
// empty when it may run.
func ScriptFault(script []byte) (wrong, remedy string) {
	line, _, _ := bytes.Cut(script, []byte("\n"))
	switch {
	case bytes.HasPrefix(script, []byte("\ufeff")):
		return "begins with a byte-order mark, which an instance takes for text", "save it as UTF-8 without one"
	case bytes.Contains(script, []byte("\r\n")), !utf8.Valid(script):
		return "is not UTF-8 with lines that end in \"\\n\"", "save it as a UTF-8 text with Unix line ends"
	case bytes.ContainsRune(script, 0):
		return "holds a NUL character, which bash leaves out", "save it as a text"
	case bytes.Contains(script, []byte("${Token[")):
		return "holds \"${Token[\", which the CDK takes for a value of its own", "give the variable another name"
	case string(line) != "#!/bin/bash":
		return "is no bash script", "begin it with the line \"#!/bin/bash\"; what it starts may be of any kind"
	}
	return "", ""
}

// edgeFunction names the group's first origin in the literal readsOrigin.
//
//go:embed edge-function.js
var edgeFunction string

const readsOrigin = `'serving-reads'`

// EdgeFunction returns the code of the viewer-request CloudFront function (runtime cloudfront-js-2.0) that has reads
// asked at the origin with the id first and, if that does not answer, at the origin "standby". The id is letters,
// digits and hyphens.
func EdgeFunction(first string) string {
	return strings.Replace(edgeFunction, readsOrigin, "'"+first+"'", 1)
}

// redirectFunction has its literals filled in by RedirectFunction, and calls next for all that it does not redirect.
//
//go:embed redirect-function.js
var redirectFunction string

// Redirects are the hosts of a domain that only redirect.
type Redirects struct {
	Domain     string            // the apex, as "example.com"
	HealthPath string            // which is never redirected, as "/healthz"
	Hosts      map[string]string // labels below Domain, "@" for the apex: from, to. Empty: none redirects
}

// RedirectFunction returns the code of a viewer-request CloudFront function (runtime cloudfront-js-2.0) that answers a host
// that only redirects by itself: 301 to GET and HEAD, 308 to others, with path and query as they are. Everything else is as
// the function rest, of the same kind, has it; "" leaves it as it is. Without hosts, it returns rest.
func RedirectFunction(rest string, redirects Redirects) string {
	if len(redirects.Hosts) == 0 {
		return rest
	}
	if rest == "" {
		rest = "function handler(event) {\n    return event.request;\n}\n"
	}
	pairs := [][2]string{}
	for _, from := range slices.Sorted(maps.Keys(redirects.Hosts)) {
		pairs = append(pairs, [2]string{from, redirects.Hosts[from]})
	}
	code := strings.NewReplacer(
		`"__DOMAIN__"`, literal(redirects.Domain), healthPathLiteral, literal(redirects.HealthPath), `REDIRECTS = []`, "REDIRECTS = "+literal(pairs),
	).Replace(redirectFunction)
	// An import must come first, so the rest stands before.
	return strings.Replace(rest, "function handler(", "function next(", 1) + "\n" + code
}

// literal is a value as JavaScript has it.
func literal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic("web: texts cannot be encoded as JSON: " + err.Error()) // json.Marshal has no error for them
	}
	return string(text)
}

// standbyFunction has its string literal healthPathLiteral filled in by StandbyFunction.
//
//go:embed standby-function.js
var standbyFunction string

const healthPathLiteral = `"__HEALTH_PATH__"`

// StandbyFunction returns the code of the viewer-request CloudFront function (runtime cloudfront-js-2.0) that asks for
// healthPath, such as "/healthz", whatever path a health checker asked for.
func StandbyFunction(healthPath string) string {
	return strings.Replace(standbyFunction, healthPathLiteral, literal(healthPath), 1)
}
