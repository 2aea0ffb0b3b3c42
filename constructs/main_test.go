package constructs

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

// The region of the stacks under test, and a certificate for CloudFront.
const (
	testRegion         = "ap-northeast-2"
	testCertificateARN = "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000"
)

// testContext is the context of the application, as cdk.json has it: feature
// flags decide what the same constructs become.
var testContext map[string]any

// TestMain runs all tests on one jsii process, which costs seconds to start.
func TestMain(m *testing.M) {
	context, err := readContext("../cdk.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	testContext = context
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

func readContext(file string) (map[string]any, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var settings struct{ Context map[string]any }
	if err := json.Unmarshal(content, &settings); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return settings.Context, nil
}

// newTestStage makes an app with one stage. CDK runs CloudFormation's own
// validation, which takes seconds, with an app and not with a stage; here the
// stage is enough, and the test of the whole application has the validation.
func newTestStage(t *testing.T) awscdk.Stage {
	t.Helper()
	context := maps.Clone(testContext)
	app := awscdk.NewApp(&awscdk.AppProps{
		Context:            &context,
		AnalyticsReporting: jsii.Bool(false),
		Outdir:             jsii.String(t.TempDir()),
	})
	return awscdk.NewStage(app, jsii.String("Test"), nil)
}

// newTestStack makes a stack as the application does: with a region, without
// an account.
func newTestStack(scope constructs.Construct, id string) awscdk.Stack {
	return newTestStackIn(scope, id, testRegion)
}

func newTestStackIn(scope constructs.Construct, id, region string) awscdk.Stack {
	return awscdk.NewStack(scope, &id, &awscdk.StackProps{
		Env:                   &awscdk.Environment{Region: &region},
		CrossRegionReferences: jsii.Bool(true),
	})
}

// testVpc is a dual-stack network for constructs that stand in one.
func testVpc(scope constructs.Construct) awsec2.Vpc {
	region := regionOf(scope)
	return NewNetwork(scope, "Network", &NetworkProps{
		AddressRange:      "10.0.0.0/16",
		AvailabilityZones: []string{region + "a", region + "c"},
		NATGateways:       1,
		IPv6:              true,
	})
}

func testZone(scope constructs.Construct) awsroute53.IHostedZone {
	return awsroute53.PublicHostedZone_FromPublicHostedZoneAttributes(scope, jsii.String("Zone"),
		&awsroute53.PublicHostedZoneAttributes{HostedZoneId: jsii.String("Z123"), ZoneName: jsii.String("example.com")})
}

func testCertificate(scope constructs.Construct) awscertificatemanager.ICertificate {
	return awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("ImportedCertificate"), jsii.String(testCertificateARN))
}

// object and list are short for what templates are made of.
type (
	object = map[string]any
	list   = []any
)

// promise is an assertion and two stacks: one that keeps it, and one,
// without the property or without our construct, that must not.
type promise struct {
	name         string
	assert       assertion
	kept, broken awscdk.Stack
}

type assertion func(assertions.Template)

func checkPromises(t *testing.T, promises []promise) {
	t.Helper()
	templates := map[awscdk.Stack]assertions.Template{}
	template := func(stack awscdk.Stack) assertions.Template {
		if templates[stack] == nil {
			templates[stack] = assertions.Template_FromStack(stack, nil)
		}
		return templates[stack]
	}
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) {
			if failure := panicOf(func() { p.assert(template(p.kept)) }); failure != "" {
				t.Errorf("not kept by stack %s: %s", *p.kept.StackName(), failure)
			}
			switch failure := panicOf(func() { p.assert(template(p.broken)) }); {
			case failure == "":
				t.Errorf("kept by stack %s too: the assertion proves nothing", *p.broken.StackName())
			case !assertionFailure.MatchString(failure):
				t.Errorf("stack %s fails otherwise than by the assertion: %s", *p.broken.StackName(), failure)
			}
		})
	}
}

// assertionFailure distinguishes a template that does not match from any other
// mistake.
var assertionFailure = regexp.MustCompile(`Template has \d+ (resource(s|\(s\))? with type|outputs? named|parameters)|Expected \d+ resources? of type|^` + flaw)

// flaw begins the failure of an assertion that is not the CDK's own.
const flaw = "flaw: "

// demandEqual ends an assertion when what a template says is not what it should
// say. Text is compared after references were made readable by [flatten].
func demandEqual(want, got any) {
	if diff := cmp.Diff(want, got); diff != "" {
		panic(flaw + "(-want +got):\n" + diff)
	}
}

// panicOf is what f panics with: jsii has no other way to report an error.
func panicOf(f func()) (message string) {
	defer func() {
		if r := recover(); r != nil {
			message = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// checkPanic demands a panic that names everything in wants: the construct,
// the value and the remedy.
func checkPanic(t *testing.T, f func(), wants ...string) {
	t.Helper()
	message := panicOf(f)
	if message == "" {
		t.Error("does not panic")
		return
	}
	for _, want := range wants {
		if !strings.Contains(message, want) {
			t.Errorf("panics with %q, which lacks %q", message, want)
		}
	}
}

// has demands a resource with at least these properties. Lists have to be
// equal, save that their objects may have more.
func has(resourceType string, properties object) assertion {
	return func(template assertions.Template) { template.HasResourceProperties(&resourceType, properties) }
}

// hasExactly is has without any further property.
func hasExactly(resourceType string, properties object) assertion {
	return hasWhole(resourceType, object{"Properties": exactly(properties)})
}

// hasWhole is has for what stands beside a resource's properties.
func hasWhole(resourceType string, resource object) assertion {
	return func(template assertions.Template) { template.HasResource(&resourceType, resource) }
}

// allWhole demands that every resource of a type is like this.
func allWhole(resourceType string, resource object) assertion {
	return func(template assertions.Template) { template.AllResources(&resourceType, resource) }
}

func hasParameter(id string, parameter object) assertion {
	return func(template assertions.Template) { template.HasParameter(&id, parameter) }
}

func hasOutput(id string, output object) assertion {
	return func(template assertions.Template) { template.HasOutput(&id, output) }
}

// count demands a number of resources with at least these properties.
func count(resourceType string, number int, properties object) assertion {
	return func(template assertions.Template) {
		template.ResourcePropertiesCountIs(&resourceType, properties, jsii.Number(number))
	}
}

// total demands a number of resources of a type, whatever they are like.
func total(resourceType string, number int) assertion {
	return func(template assertions.Template) { template.ResourceCountIs(&resourceType, jsii.Number(number)) }
}

// every demands all of several assertions.
func every(all ...assertion) assertion {
	return func(template assertions.Template) {
		for _, assert := range all {
			assert(template)
		}
	}
}

func absent() assertions.Matcher { return assertions.Match_Absent() }

// listWith demands these elements, in their order, among others.
func listWith(elements ...any) assertions.Matcher { return assertions.Match_ArrayWith(&elements) }

// listLike is listWith, save that the elements, which are objects, may have
// more.
func listLike(elements ...any) assertions.Matcher {
	var like []any
	for _, element := range elements {
		o := element.(object)
		like = append(like, assertions.Match_ObjectLike(&o))
	}
	return listWith(like...)
}

// exactly demands an object without any further key.
func exactly(o object) assertions.Matcher { return assertions.Match_ObjectEquals(&o) }

func matching(pattern string) assertions.Matcher {
	return assertions.Match_StringLikeRegexp(&pattern)
}

// ref and att demand a reference to the resource whose logical id is this
// path's.
func ref(path string) object { return object{"Ref": logicalID(path)} }

func att(path, attribute string) object {
	return object{"Fn::GetAtt": list{logicalID(path), attribute}}
}

func logicalID(path string) assertions.Matcher {
	return matching("^" + strings.ReplaceAll(path, "/", "") + "[0-9A-F]{8}$")
}

// resources are a stack's resources of one type, by logical id.
func resources(stack awscdk.Stack, resourceType string) map[string]object {
	found := map[string]object{}
	for id, resource := range *assertions.Template_FromStack(stack, nil).FindResources(&resourceType, nil) {
		found[id] = *resource
	}
	return found
}

// theOne is the property of the one resource of a type, for assertions that
// have to take it apart. Another number of them is a flaw.
func theOne(template assertions.Template, resourceType, property string) any {
	found := *template.FindResources(&resourceType, nil)
	if len(found) != 1 {
		panic(fmt.Sprintf("%s%d resources of type %s, not one", flaw, len(found), resourceType))
	}
	for _, resource := range found {
		return (*resource)["Properties"].(object)[property]
	}
	panic("unreachable")
}

// only is the one value of a map.
func only[V any](t *testing.T, values map[string]V) V {
	t.Helper()
	if len(values) != 1 {
		t.Fatalf("want one, got %d: %v", len(values), values)
	}
	for _, value := range values {
		return value
	}
	panic("unreachable")
}

// flat writes a value with references as text: joins joined, and everything
// else as ${LogicalId.Attribute}, without the hash that ends a logical id; of
// another stack's, as ${Stack/Output}.
func flat(t *testing.T, value any) string {
	t.Helper()
	text, err := flatten(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func flatten(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case map[string]any:
		if join, ok := value["Fn::Join"].([]any); ok {
			var text strings.Builder
			for _, part := range join[1].([]any) {
				flattened, err := flatten(part)
				if err != nil {
					return "", err
				}
				text.WriteString(flattened)
			}
			return text.String(), nil
		}
		if id, ok := value["Ref"].(string); ok {
			return "${" + withoutHash(id) + "}", nil
		}
		if path, ok := value["Fn::GetAtt"].([]any); ok {
			return fmt.Sprintf("${%s.%s}", withoutHash(path[0].(string)), path[1]), nil
		}
		if output, ok := value["Fn::GetStackOutput"].(map[string]any); ok {
			return fmt.Sprintf("${%s/%s}", output["StackName"], output["OutputName"]), nil
		}
	}
	return "", fmt.Errorf("neither text nor a known reference: %v", value)
}

func withoutHash(id string) string { return hash.ReplaceAllString(id, "") }

var hash = regexp.MustCompile(`[0-9A-F]{8}$`)
