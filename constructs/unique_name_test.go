package constructs

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// namer makes one resource that must have a name.
type namer struct {
	resourceType string
	make         func(awscdk.Stack)
}

// name is what the resource is called in a stack of this name. Two sites differ
// in nothing else: all their ids are the same.
func (n namer) name(t *testing.T, stackName string) string {
	t.Helper()
	stack := awscdk.NewStack(newTestStage(t), jsii.String("Stack"), &awscdk.StackProps{
		StackName: &stackName, Env: &awscdk.Environment{Region: jsii.String(testRegion)},
	})
	n.make(stack)
	return nameOf(only(t, resources(stack, n.resourceType)))
}

func nameOf(resource object) string { return resource["Properties"].(object)["Name"].(string) }

const (
	busType      = "AWS::Events::EventBus"
	functionType = "AWS::CloudFront::Function"
)

// ours get unique names.
func ours() map[string]namer {
	return map[string]namer{
		"event bus": {busType, func(stack awscdk.Stack) { newNamedBus(stack, "Response") }},
		"function": {functionType, func(stack awscdk.Stack) {
			NewSiteDistribution(stack, "Site", &SiteDistributionProps{
				HostNames: []string{"example.com"}, Certificate: testCertificate(stack), Home: "home.example.com",
				Standby: "standby.example.com", HealthPath: "/healthz", ReadFunction: "code", OriginTLS: true,
				ResponseTimeout: time.Minute, ReadTimeout: time.Second, KeepAlive: 5 * time.Second,
			})
		}},
	}
}

// theirs are the same with the CDK's own names.
func theirs() map[string]namer {
	return map[string]namer{
		"event bus": {busType, func(stack awscdk.Stack) { awsevents.NewEventBus(stack, jsii.String("Bus"), nil) }},
		"function": {functionType, func(stack awscdk.Stack) {
			awscloudfront.NewFunction(stack, jsii.String("Function"), &awscloudfront.FunctionProps{
				Code: awscloudfront.FunctionCode_FromInline(jsii.String("code")),
			})
		}},
	}
}

func newNamedBus(scope constructs.Construct, id string) {
	newAlarmResponse(scope, id, &alarmResponseProps{Call: &awsstepfunctionstasks.CallAwsServiceJsonataProps{
		Service: jsii.String("s3"), Action: jsii.String("deleteBucket"), IamResources: jsii.Strings("*"),
	}})
}

var functionName = regexp.MustCompile("^[A-Za-z0-9_-]{1,64}$")

// One account takes any number of sites: what has a name has another one in
// each.
func TestUniqueNames(t *testing.T) {
	long := strings.Repeat("a-very-long-name-", 7) // 119 of the 128 that a stack's may have
	for what, others := range map[string][2]string{
		"sites":                       {"ticketing-Secondary", "museum-Secondary"},
		"sites but for a hyphen":      {"my-site-Secondary", "mysite-Secondary"},
		"long names, but for the end": {long + "a", long + "b"},
		"stacks":                      {"ticketing-Secondary", "ticketing-Primary"},
	} {
		for kind, n := range ours() {
			t.Run(kind+" of other "+what, func(t *testing.T) {
				one, other := n.name(t, others[0]), n.name(t, others[1])
				if one == other {
					t.Errorf("both are %s", one)
				}
				for _, name := range []string{one, other} {
					// https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateFunction.html
					if !functionName.MatchString(name) {
						t.Errorf("%s is no name for it", name)
					}
				}
				if again := n.name(t, others[0]); again != one { // or each deployment would replace it
					t.Errorf("%s is %s the next time", one, again)
				}
				// The CDK's own names clash: otherwise none of this would be needed.
				broken := theirs()[kind]
				if one, other := broken.name(t, others[0]), broken.name(t, others[1]); one != other {
					t.Errorf("the CDK's own names differ too, %s and %s: the assertion proves nothing", one, other)
				}
			})
		}
	}
}

// One stack takes more than one, too.
func TestUniqueNamesInOneStack(t *testing.T) {
	stack := newTestStack(newTestStage(t), "Stack")
	newNamedBus(stack, "One")
	newNamedBus(stack, "Other")
	names := map[string]bool{}
	for _, bus := range resources(stack, busType) {
		names[nameOf(bus)] = true
	}
	if len(names) != 2 {
		t.Errorf("names of two event buses: %v", names)
	}
}
