package constructs

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// uniqueName is a name that is unique in the account: of the stack's name and the
// construct's path. The CDK's own names for event buses and functions leave out the
// stack's name, so a second site could not be deployed beside the first.
func uniqueName(of constructs.Construct) *string {
	return awscdk.Names_UniqueResourceName(of, &awscdk.UniqueResourceNameOptions{
		Separator: jsii.String("-"), MaxLength: jsii.Number(64),
	})
}
