package constructs

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/jsii-runtime-go"
)

// userData writes /etc/twinsite.env, by which any image learns where it runs,
// and then is the script as it stands: that holds no tokens, so that it can be
// linted and run outside CloudFormation. All is one bash script: the
// interpreter in the script's own first line is a comment here.
func userData(props *WebServersProps) awsec2.UserData {
	data := awsec2.UserData_ForLinux(nil)
	data.AddCommands(jsii.String("cat > /etc/twinsite.env <<'TWINSITE'"))
	for _, name := range slices.Sorted(maps.Keys(props.Environment)) {
		data.AddCommands(jsii.String(fmt.Sprintf("%s='%s'", name, props.Environment[name])))
	}
	data.AddCommands(jsii.String("TWINSITE"))
	if props.UserData != "" {
		data.AddCommands(&props.UserData)
	}
	return data
}
