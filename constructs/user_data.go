package constructs

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// userData is a bash script that writes /etc/twinsite.env, from which any image
// learns where it runs, followed by props.UserData unchanged. That script contains
// no tokens, so it can be linted and run outside CloudFormation. Its own first line,
// which names the interpreter, is a comment here.
func userData(props *WebServersOptions) awsec2.UserData {
	data := awsec2.UserData_ForLinux(nil)
	data.AddCommands(jsii.String("cat > /etc/twinsite.env <<'TWINSITE'"))
	for _, name := range slices.Sorted(maps.Keys(props.Environment)) {
		data.AddCommands(jsii.String(name + "=" + shellQuote(props.Environment[name])))
	}
	data.AddCommands(jsii.String("TWINSITE"))
	if props.UserData != "" {
		data.AddCommands(&props.UserData)
	}
	return data
}

// shellQuote writes a value so that a shell, and systemd's EnvironmentFile, read it
// as it is: in single quotes, and each of its own single quotes in double ones.
// systemd would read \' as the beginning of a text without an end.
func shellQuote(value string) string {
	return "'" + strings.ReplaceAll(value, "'", `'"'"'`) + "'"
}
