package constructs

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	elb "github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

const healthyServersType = "Custom::HealthyServers"

func newTestHealthyServers(stage awscdk.Stage, id string, mutate func(*HealthyServersProps)) awscdk.Stack {
	stack := newTestStack(stage, id)
	group := testGroup(stack)
	vpc := stack.Node().FindChild(jsii.String("Network")).Node().FindChild(jsii.String("Vpc"))
	entrance := NewLoadBalancer(stack, "Entrance", &LoadBalancerProps{
		LoadBalancerOptions: LoadBalancerOptions{HealthPath: "/healthz", ForwardByRule: true},
		Vpc:                 vpc.(awsec2.Vpc), Target: group,
	})
	props := &HealthyServersProps{
		Group: group, TargetGroup: entrance.TargetGroup, Listener: entrance.Listener, Servers: 2, Boot: 2 * time.Minute,
	}
	mutate(props)
	NewHealthyServers(stack, "HealthyServers", props)
	return stack
}

func TestHealthyServers(t *testing.T) {
	stage := newTestStage(t)
	minimal := newTestHealthyServers(stage, "Minimal", func(*HealthyServersProps) {})
	exhaustive := newTestHealthyServers(stage, "Exhaustive", func(props *HealthyServersProps) {
		props.Servers = 3
		props.Boot = 30 * time.Minute
	})
	// A group and its load balancer for which nobody waits.
	plain := newTestStack(stage, "Plain")
	elb.NewApplicationLoadBalancer(plain, jsii.String("Entrance"), &elb.ApplicationLoadBalancerProps{Vpc: testVpc(plain)})

	waits := func(servers, within, timeout int) assertion {
		return has(healthyServersType, object{
			"ServiceToken":  att("HealthyServersFunction", "Arn"),
			"Group":         ref("GroupASG"),
			"TargetGroup":   ref("EntranceTargetGroup"),
			"Servers":       servers,
			"WithinSeconds": within, "SteadySeconds": 180, "ServiceTimeout": strconv.Itoa(timeout),
		})
	}
	checkPromises(t, []promise{
		{"two servers, within the time to boot and five minutes", waits(2, 420, 720), minimal, exhaustive},
		{"others, and longer than a function may run", waits(3, 2100, 2400), exhaustive, minimal},
		{"when there is a way to them, and what the function may do", hasWhole(healthyServersType, object{"DependsOn": listWith(
			logicalID("EntranceLoadBalancerHttpFromEverybodyRule"), logicalID("EntranceLoadBalancerHttp"),
			logicalID("GroupASG"),
		)}), minimal, plain},
		{"it may ask, write its log and go on", every(
			has("AWS::IAM::Policy", object{"PolicyDocument": object{"Statement": list{
				exactly(object{"Effect": "Allow", "Action": list{"logs:CreateLogStream", "logs:PutLogEvents"}, "Resource": att("HealthyServersLogs", "Arn")}),
				exactly(object{"Effect": "Allow", "Action": "elasticloadbalancing:DescribeTargetHealth", "Resource": "*"}),
			}}}),
			has("AWS::IAM::Policy", object{"Roles": list{ref("HealthyServersRole")}, "PolicyDocument": object{"Statement": list{
				exactly(object{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": att("HealthyServersFunction", "Arn")}),
			}}}),
			hasWhole(healthyServersType, object{"DependsOn": listWith(logicalID("HealthyServersGoOn"))}),
		), minimal, plain},
		{"in a log of ours that is there first", every(
			has("AWS::Lambda::Function", object{"LoggingConfig": object{"LogGroup": ref("HealthyServersLogs")}, "Timeout": 900}),
			hasWhole("AWS::Logs::LogGroup", object{"DeletionPolicy": "Delete", "Properties": object{"RetentionInDays": 90}}),
		), minimal, plain},
	})
}

func TestHealthyServersMisuse(t *testing.T) {
	checkPanic(t, func() {
		newTestHealthyServers(newTestStage(t), "Failing", func(props *HealthyServersProps) { props.Boot = 51 * time.Minute })
	}, "HealthyServers", "51m0s", "make it 50m0s or less")
}

// A heard is what CloudFormation and the load balancer heard of the function.
type heard struct {
	Runs, Questions int
	Asked           string
	Invoked         string
	Error           string
	Responses       []struct {
		Minutes                            float64
		Method, Type                       string
		Status, Reason, PhysicalResourceID string
		StackID, RequestID                 string
	}
}

// runHealthyServers runs the function's code on Node, with a clock that jumps.
func runHealthyServers(t *testing.T, event object, answers ...list) heard {
	t.Helper()
	input, err := json.Marshal(object{"code": healthyServersCode, "event": event, "answers": answers})
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "testdata/run_healthy_servers.js")
	node.Stdin = bytes.NewReader(input)
	var failure strings.Builder
	node.Stderr = &failure
	output, err := node.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, failure.String())
	}
	var got heard
	if err := json.Unmarshal(output, &got); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return got
}

func waitEvent(requestType string, within int) object {
	return object{
		"RequestType": requestType, "StackId": "stack", "RequestId": "request", "LogicalResourceId": "Wait",
		"PhysicalResourceId": "before",
		// CloudFormation hands numbers over as text.
		"ResourceProperties": object{
			"Group": "group", "TargetGroup": "arn:targets", "Servers": "2",
			"WithinSeconds": strconv.Itoa(within), "SteadySeconds": "180",
		},
		"OldResourceProperties": object{"Group": "group"},
	}
}

// TestHealthyServersFunction shows when the function answers, and what.
func TestHealthyServersFunction(t *testing.T) {
	up, down, one := list{"healthy", "healthy", "draining"}, list{"unhealthy", "initial"}, list{"healthy", "unhealthy"}
	replaced := waitEvent("Update", 420)
	replaced["OldResourceProperties"] = object{"Group": "another"}
	unheard := waitEvent("Delete", 420)
	unheard["refuses"] = true
	tests := map[string]struct {
		event     object
		answers   []list
		status    string
		id        string
		reason    string
		minutes   [2]float64
		runs      int
		questions bool
	}{
		"healthy for three minutes":  {waitEvent("Create", 420), []list{{0, up}}, "SUCCESS", "group", "", [2]float64{3, 3.2}, 1, true},
		"healthy after two":          {waitEvent("Create", 420), []list{{0, down}, {2, up}}, "SUCCESS", "group", "", [2]float64{5, 5.2}, 1, true},
		"at the last moment":         {waitEvent("Create", 420), []list{{0, down}, {6.9, up}}, "SUCCESS", "group", "", [2]float64{9.8, 10.2}, 1, true},
		"for a moment only":          {waitEvent("Create", 420), []list{{0, up}, {2, one}}, "FAILED", "group", "1 of 2 servers were healthy after 420 s: i-0 healthy; i-1 unhealthy", [2]float64{7, 7.2}, 1, true},
		"never":                      {waitEvent("Create", 420), []list{{0, down}}, "FAILED", "group", "0 of 2 servers were healthy after 420 s: i-0 unhealthy; i-1 initial", [2]float64{7, 7.2}, 1, true},
		"nobody":                     {waitEvent("Create", 420), []list{{0, list{}}}, "FAILED", "group", "0 of 2 servers were healthy after 420 s: none is registered", [2]float64{7, 7.2}, 1, true},
		"no permission at first":     {waitEvent("Create", 420), []list{{0, "denied"}, {1, up}}, "SUCCESS", "group", "", [2]float64{4, 4.2}, 1, true},
		"no permission at all":       {waitEvent("Create", 420), []list{{0, "denied"}}, "FAILED", "group", "did not say: denied", [2]float64{7, 7.2}, 1, true},
		"longer than a function may": {waitEvent("Create", 2100), []list{{0, down}, {33, up}}, "SUCCESS", "group", "", [2]float64{36, 36.2}, 3, true},
		"healthy while handed over":  {waitEvent("Create", 2100), []list{{0, down}, {13, up}}, "SUCCESS", "group", "", [2]float64{16, 16.2}, 2, true},
		"never, for longer":          {waitEvent("Create", 2100), []list{{0, down}}, "FAILED", "group", "0 of 2 servers were healthy after 2100 s", [2]float64{35, 35.2}, 3, true},
		"another group":              {replaced, []list{{0, down}, {2, up}}, "SUCCESS", "group", "", [2]float64{5, 5.2}, 1, true},
		"an update":                  {waitEvent("Update", 420), []list{{0, down}}, "SUCCESS", "before", "", [2]float64{0, 0.1}, 1, false},
		"a deletion":                 {waitEvent("Delete", 420), []list{{0, down}}, "SUCCESS", "before", "", [2]float64{0, 0.1}, 1, false},
		"nobody hears it":            {unheard, []list{{0, down}}, "SUCCESS", "before", "", [2]float64{0, 0.1}, 1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runHealthyServers(t, test.event, test.answers...)
			if len(got.Responses) != 1 {
				t.Fatalf("CloudFormation hears %d answers, want one: %+v", len(got.Responses), got)
			}
			r := got.Responses[0]
			if diff := cmp.Diff([]string{"PUT", "", test.status, test.id, "stack", "request"},
				[]string{r.Method, r.Type, r.Status, r.PhysicalResourceID, r.StackID, r.RequestID}); diff != "" {
				t.Errorf("the answer (-want +got):\n%s", diff)
			}
			if !strings.Contains(r.Reason, test.reason) {
				t.Errorf("the reason is %q, want %q", r.Reason, test.reason)
			}
			if r.Minutes < test.minutes[0] || r.Minutes > test.minutes[1] {
				t.Errorf("answers after %.1f minutes, want %v", r.Minutes, test.minutes)
			}
			if got.Runs != test.runs || (got.Runs > 1) != (got.Invoked == "arn:function Event") {
				t.Errorf("runs %d times, want %d: invoked %q", got.Runs, test.runs, got.Invoked)
			}
			if (got.Questions > 0) != test.questions || test.questions && got.Asked != "arn:targets" {
				t.Errorf("asks %d times for %q, want it to ask: %t", got.Questions, got.Asked, test.questions)
			}
			want := ""
			if test.event["refuses"] != nil {
				want = "CloudFormation answers 503" // and Lambda runs it again
			}
			if got.Error != want {
				t.Errorf("ends with the error %q, want %q", got.Error, want)
			}
		})
	}
}
