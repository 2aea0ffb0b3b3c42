package constructs

import (
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// require panics when a required prop is left out: with the id of the construct,
// the prop and the remedy. Without it, a missing text becomes an empty property
// that only the deployment refuses, and a missing interface a nil dereference
// deep inside the CDK.
func require(id, prop string, value any) {
	if isZero(value) {
		panic(fmt.Sprintf("%s: %s is missing: set it", id, prop))
	}
}

// requireWith is require for a prop that is required only with another one.
func requireWith(id, other, prop string, value any) {
	if isZero(value) {
		panic(fmt.Sprintf("%s: %s is missing: set it, or leave %s out", id, prop, other))
	}
}

// isZero reports whether a prop is left out. An empty list counts as left out.
func isZero(value any) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// duration is a Go duration as the CDK's. CloudFormation knows whole seconds
// only.
func duration(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
