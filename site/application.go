package site

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"twinsite/web"
)

// Rules about what an application of the user's own needs of its servers.

// policyFault refuses the policies that hand over the account to whoever enters a
// web server.
func policyFault(arn, _ string) string {
	name := arn[strings.LastIndex(arn, "/")+1:]
	is := func(refused string) bool { return strings.EqualFold(refused, name) }
	if slices.ContainsFunc([]string{"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}, is) {
		return "hands the account to whoever enters a web server"
	}
	return ""
}

// uploadsFault says that a prefix of uploads is the product's own. Deployments
// upload the static files' assets; the failover switch is an object beside them.
func uploadsFault(prefix, _ string) string {
	switch first, _, _ := strings.Cut(prefix, "/"); {
	case first+"/" == assetsPrefix || first == SwitchKey:
		return "is a name that Twinsite uses itself"
	case len(prefix) > longestUploads:
		return fmt.Sprintf("is longer than %d characters", longestUploads)
	}
	return ""
}

const (
	// assetsPrefix is where deployments put files that never change.
	assetsPrefix = "assets/"

	// longestUploads leaves most of an object's 1,024 bytes to the application.
	longestUploads = 128
)

const (
	// largestUserData is what EC2 takes, in bytes:
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
	largestUserData = 16 << 10

	// ownUserData is more than Twinsite's own lines take, without the health paths.
	ownUserData = 512

	// longestValue is the most characters that one value of the environment has.
	longestValue = 1024
)

// variablePattern is the name of a variable in /etc/twinsite.env.
var variablePattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// shellVariables are names that bash keeps for itself: a script that reads the
// file ends at the first, or finds no command after it.
var shellVariables = []string{"BASHOPTS", "BASH_ENV", "BASH_VERSINFO", "EUID", "IFS", "PATH", "PPID", "SHELLOPTS", "UID"}

// secretEndings are how the names of secrets end, which do not belong into a
// template.
var secretEndings = []string{"PASSWORD", "SECRET", "TOKEN"}

// checkEnvironment judges each variable, and then whether all fit the user data.
func checkEnvironment(report *report, site *Site) {
	for _, name := range slices.Sorted(maps.Keys(site.Web.Environment)) {
		field := child("web.environment", name)
		if !report.valid(field) {
			continue
		}
		value := site.Web.Environment[name]
		if wrong, given, remedy := variableFault(name, value); wrong != "" {
			report.broken(field, wrong, given, remedy)
		}
	}
	size := userDataSize(site)
	if len(site.Web.Environment) > 0 && size > largestUserData && report.valid("web.environment", "web.userData", "web.healthPath", "failover.path") {
		report.broken("web.environment", fmt.Sprintf("does not fit the %d bytes that EC2 takes, beside the script", largestUserData), fmt.Sprint(size),
			"give less, and let the script fetch what it needs")
	}
}

// variableFault says what is wrong with a variable, what was given, and the
// remedy. It does not show values that may be secrets.
func variableFault(name, value string) (wrong, given, remedy string) {
	ends := func(ending string) bool { return strings.HasSuffix(name, ending) }
	switch {
	case !variablePattern.MatchString(name):
		return "is not a variable's name", quote(name), `give capital letters, digits and "_", the first a letter, as "DATABASE_HOST"`
	case strings.HasPrefix(name, "TWINSITE_"):
		return `begins with "TWINSITE_", which Twinsite keeps for itself`, quote(name), "give another name"
	case slices.Contains(shellVariables, name):
		return "is a variable that bash keeps for itself", quote(name), "give another name"
	case slices.ContainsFunc(secretEndings, ends):
		return "is named as a secret, which everybody who may read the template would see", quote(name),
			fmt.Sprintf("keep it in AWS Secrets Manager, give its ARN as %s_ARN, and let the servers fetch it by web.policies", name)
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "is more than one line of text", quote(value), "give one line without control characters"
	case strings.Contains(value, "${Token["):
		return "holds \"${Token[\", which the CDK takes for a value of its own", quote(value), "give another value"
	case strings.Contains(value, "{{resolve:"):
		return "holds \"{{resolve:\", which CloudFormation replaces by what it refers to", quote(value), "let the servers fetch it by web.policies"
	case utf8.RuneCountInString(value) > longestValue:
		return fmt.Sprintf("is longer than %d characters", longestValue), fmt.Sprint(utf8.RuneCountInString(value)), "let the script fetch what is so long"
	}
	return "", "", ""
}

// userDataSize returns the most bytes that the user data takes.
func userDataSize(site *Site) int {
	size := ownUserData + len(site.Web.HealthPath) + len(site.Failover.Path)
	for name, value := range site.Web.Environment {
		size += len(name) + len("=''\n") + len(value) + 4*strings.Count(value, "'") // each is written as '"'"'
	}
	switch info, err := os.Stat(site.Web.UserData); {
	case site.Web.UserData != "" && err == nil:
		size += int(info.Size())
	case site.Web.UserData == "" && len(site.Web.Images) == 0:
		size += len(web.UserData)
	}
	return size
}
