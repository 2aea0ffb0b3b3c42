// Package web holds what the site runs and serves: the web servers' default user data, the edge functions and,
// under static/, the sample files.
//
// The sample files are not embedded: the CDK uploads a folder, which the app names by its path, web/static.
package web

import (
	_ "embed"
	"encoding/json"
	"strings"
)

// UserData is the default user data, a bash script for Amazon Linux 2023. It reads /etc/twinsite.env, which must exist
// before it runs: shell assignments of TWINSITE_REGION, TWINSITE_STATIC_URL (scheme and host, no trailing slash),
// TWINSITE_HEALTH_PATHS (separated by spaces), TWINSITE_PORT and TWINSITE_SITE.
//
//go:embed user-data.sh
var UserData string

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

// standbyFunction has its string literal healthPathLiteral filled in by StandbyFunction.
//
//go:embed standby-function.js
var standbyFunction string

const healthPathLiteral = `"__HEALTH_PATH__"`

// StandbyFunction returns the code of the viewer-request CloudFront function (runtime cloudfront-js-2.0) that asks for
// healthPath, such as "/healthz", whatever path a health checker asked for.
func StandbyFunction(healthPath string) string {
	literal, err := json.Marshal(healthPath)
	if err != nil {
		panic("web: a string cannot be encoded as JSON: " + err.Error()) // json.Marshal has no error for strings
	}
	return strings.Replace(standbyFunction, healthPathLiteral, string(literal), 1)
}
