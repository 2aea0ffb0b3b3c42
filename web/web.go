// Package web holds what the site runs and serves: the web servers' default user data, the edge function and,
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
// TWINSITE_HEALTH_PATHS (separated by spaces) and TWINSITE_SITE.
//
//go:embed user-data.sh
var UserData string

// edgeFunction is the code of the function. EdgeFunction replaces healthPathLiteral in it.
//
//go:embed edge-function.js
var edgeFunction string

const healthPathLiteral = `"__HEALTH_PATH__"`

// EdgeFunction returns the code of the viewer-request CloudFront function (runtime cloudfront-js-2.0) that lets reads
// fail over from the origin "home" to the origin "standby". healthPath, such as "/healthz", never fails over.
func EdgeFunction(healthPath string) string {
	literal, err := json.Marshal(healthPath)
	if err != nil {
		panic("web: a string cannot be encoded as JSON: " + err.Error()) // json.Marshal has no error for strings
	}
	return strings.Replace(edgeFunction, "const HEALTH_PATH = "+healthPathLiteral, "const HEALTH_PATH = "+string(literal), 1)
}
