package library

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

const flag = "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup"

func TestAddNetwork(t *testing.T) {
	stack := awscdk.NewStack(awscdk.NewApp(&awscdk.AppProps{Context: &map[string]any{flag: true}}), jsii.String("Mine"), nil)
	AddNetwork(stack)
	assertions.Template_FromStack(stack, nil).ResourceCountIs(jsii.String("AWS::EC2::NatGateway"), jsii.Number(1))
}

// TestFlag holds that an app without the feature flag is told which one it lacks.
func TestFlag(t *testing.T) {
	defer func() {
		if reason := fmt.Sprint(recover()); !strings.Contains(reason, flag) {
			t.Errorf("got %q, want what names %s", reason, flag)
		}
	}()
	AddNetwork(awscdk.NewStack(awscdk.NewApp(nil), jsii.String("Mine"), nil))
}

func TestReview(t *testing.T) {
	broken, balancers, err := Review("../site", "../../site.yaml")
	if err != nil || len(broken) > 0 || len(balancers) != 2 {
		t.Errorf("got %v, %v, %v", broken, balancers, err)
	}
	if _, _, err := Review("..", "../../site.yaml"); err == nil {
		t.Error("a folder that is no assembly: no error")
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}
