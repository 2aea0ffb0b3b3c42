package emulated

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	asking "twinsite/account"
	"twinsite/account/deploy"
	"twinsite/account/release"
	"twinsite/account/report"
	"twinsite/account/status"
	"twinsite/topology"
)

// TestRelease releases the default site into an empty account, whose names lead to
// servers of this machine. It waits for the delegation, stops at a standby whose servers
// are ill, goes on when they are well, and asks for the status of what it has made: well,
// and with one thing wrong after the other.
func TestRelease(t *testing.T) {
	if *assemblies == "" {
		t.Skip(`"make deploy-emulated" deploys`)
	}
	t.Parallel()
	d := newDeployment(t, "site", filepath.Join(*assemblies, "site"))
	d.name = "site, released"
	d.bootstrap()
	r := newReleased(d)
	r.stops()
	r.goesOn()
	r.checkStatus()
}

const groupType = "AWS::ElasticLoadBalancingV2::TargetGroup"

// A released is a site that is being released.
type released struct {
	*deployment
	*internet

	opened  *asking.Account
	said    strings.Builder
	outputs []string // of the CDK
	minute  int      // of the state that was published last
	after   func(stack string)
}

func newReleased(d *deployment) *released {
	d.t.Helper()
	opened, err := asking.Open(interrupted, config.WithBaseEndpoint("http://"+d.account.address),
		config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		})))
	if err != nil {
		d.t.Fatal(err)
	}
	r := &released{deployment: d, opened: opened}
	r.internet = newInternet(d.t, d.site, opened, func() string { return r.physical("Domain", "AWS::Route53::HostedZone", "") })
	return r
}

// physical is the id of the first resource of a type whose logical id begins so; "" if
// the stack does not stand.
func (r *released) physical(stack, kind, prefix string) string {
	cloud := deploy.Of(r.opened)
	found, err := cloud.Stack(interrupted, r.deployment.site.StackRegion(stack), r.deployment.site.StackName(stack))
	if err != nil || found.Status == "" {
		return ""
	}
	resources, err := cloud.Remains(interrupted, found)
	if err != nil {
		r.deployment.t.Errorf("%s: %v", stack, err)
	}
	for _, resource := range resources {
		if resource.Type == kind && strings.HasPrefix(resource.LogicalID, prefix) {
			return resource.PhysicalID
		}
	}
	return ""
}

// release is a release without much patience.
func (r *released) release() ([]report.Item, error) {
	r.said.Reset()
	r.outputs = nil
	s := r.deployment.site
	return (&release.Release{
		Site: s, Cloud: status.Of(r.opened), Names: r.Names(), Resolver: r.Resolver(), Out: r, Pause: 200 * time.Millisecond,
		Patience: time.Second, DelegationPatience: time.Minute, Bake: time.Second,
		Deployment: &deploy.Deployment{Site: s, Cloud: deploy.Of(r.opened), Out: r, Rehearse: true, Assembly: r.dir, CDK: r.deployByCDK},
	}).Run(interrupted)
}

// Write hears what the release says. The registrar gets the name servers when the release
// has seen twice that it lacks them.
func (r *released) Write(line []byte) (int, error) {
	r.said.Write(line)
	if strings.Count(r.said.String(), "to nobody, and the zone's are ns-1.awsdns-01.org") == 2 {
		r.set(func() { r.delegated = true })
	}
	return len(line), nil
}

func (r *released) deployByCDK(_ context.Context, args ...string) error {
	output, err := r.cdk(append(args, "--require-approval", "never")...) //nolint:contextcheck // every command runs under interrupted
	r.outputs = append(r.outputs, output)
	if err == nil && r.after != nil {
		r.after(args[slices.Index(args, "deploy")+1])
	}
	return err
}

// makeIll makes the servers of the standby unhealthy, or healthy again.
func (r *released) makeIll(ill bool) {
	group := r.physical("Secondary", groupType, "WebTier")
	r.account.tell("ill", map[string]any{"group": group, "ill": ill})
}

func (r *released) stops() {
	t := r.deployment.t
	r.step("release: waits for the delegation, stops at a standby that is ill", func() {
		r.after = func(stack string) {
			if stack == "Secondary" {
				r.makeIll(true)
			}
		}
		items, err := r.release()
		if !errors.Is(err, release.ErrStopped) || !strings.Contains(err.Error(), "is unhealthy Target.Timeout") || !strings.Contains(err.Error(), "the home region was not deployed yet") {
			t.Fatalf("got %v\n%s", err, r.said.String())
		}
		if len(items) != 2 || items[0].Colour != report.Green || items[1].Colour != report.Red {
			t.Errorf("got %+v", items)
		}
		if primary := r.physical("Primary", groupType, ""); primary != "" {
			t.Error("the home region was deployed after an ill standby")
		}
	})
}

func (r *released) goesOn() {
	t := r.deployment.t
	r.step("release: goes on, to the end", func() {
		r.after = nil
		r.makeIll(false)
		items, err := r.release()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, r.said.String(), r.account.said())
		}
		if len(items) != 4 || slices.ContainsFunc(items, func(i report.Item) bool { return i.Colour != report.Green }) {
			t.Errorf("got %+v", items)
		}
		for n, output := range r.outputs[:min(3, len(r.outputs))] {
			if !strings.Contains(output, "(no changes)") {
				t.Errorf("stack %d was deployed once more:\n%s", n+1, output)
			}
		}
	})
}

// look is the site's status, by the items' names.
func (r *released) look() map[string]report.Item {
	items, err := status.New(r.deployment.site, status.Of(r.opened), r.Names()).Look(interrupted, report.Asking{})
	if err != nil {
		r.deployment.t.Fatal(err)
	}
	by := map[string]report.Item{}
	for _, item := range items {
		by[item.Name] = item
	}
	return by
}

// checkStatus looks at the site when it is well, and then with one thing wrong after the
// other: each turns its items, and no other.
func (r *released) checkStatus() {
	t, s := r.deployment.t, r.deployment.site
	s3 := func(operation string, more map[string]any) {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(r.output("Secondary", "FailoverSwitch"), "s3://"), "/")
		parameters := map[string]any{"Bucket": bucket, "Key": key}
		maps.Copy(parameters, more)
		r.account.ask(s.Standby.Region.Name, "s3", operation, parameters)
	}
	alarm := func(region, title, state string) {
		r.account.ask(region, "cloudwatch", "set_alarm_state", map[string]any{"AlarmName": s.AlarmName(title), "StateValue": state, "StateReason": "a test"})
	}
	balancer, err := status.Of(r.opened).Balancer(interrupted, s.Standby.Region.Name, r.physical("Secondary", topology.BalancerType, "WebTier"))
	if err != nil {
		t.Fatal(err)
	}
	name := plainName(balancer)
	failing := func(check, said string) {
		r.account.tell("checkers", map[string]string{"check": r.physical("Failover", "AWS::Route53::HealthCheck", check), "status": said})
	}
	const good, bad = "Success: HTTP Status Code 200, OK", "Failure: HTTP Status Code 503, Service Unavailable"
	r.publish(1)
	r.step("status: well", func() { r.wantStatus(nil, "home serves, and the standby answers") })
	for _, wrong := range []struct {
		what       string
		make, mend func()
		items      map[string]report.Colour
		verdict    string
	}{
		{"the standby is ill", func() {
			r.set(func() { r.down[name] = true })
			r.makeIll(true)
			failing("StandbyEndpoint", bad)
			alarm("us-east-1", "The standby does not answer", "ALARM")
		}, func() {
			r.set(func() { r.down[name] = false })
			r.makeIll(false)
			failing("StandbyEndpoint", good)
			alarm("us-east-1", "The standby does not answer", "OK")
		}, map[string]report.Colour{
			"the standby, by its own name": report.Red, "servers of us-east-1": report.Red, "health check StandbyEndpoint": report.Red, "alarms of us-east-1": report.Warning,
		}, "if home fails too, nobody is served"},
		{"the switch is on", func() {
			s3("put_object", map[string]any{"Body": "on"})
			failing("FailoverSwitchOff", good)
			r.publish(0)
			r.set(func() { r.moved = true })
		}, func() {
			s3("delete_object", nil)
			failing("FailoverSwitchOff", bad)
			r.publish(1)
			r.set(func() { r.moved = false })
		}, map[string]report.Colour{
			"the failover switch": report.Warning, "health check SwitchOff": report.Warning, "health check HomeServes": report.Warning, "who serves ticketing.pw": report.Warning,
			"who serves www.ticketing.pw": report.Warning, "who serves CloudFront, origin.ticketing.pw": report.Warning,
		}, "the failover switch is on"},
		{"an alarm of home is on", func() { alarm("ap-northeast-2", "Servers are unhealthy", "ALARM") },
			func() { alarm("ap-northeast-2", "Servers are unhealthy", "OK") },
			map[string]report.Colour{"alarms of ap-northeast-2": report.Warning}, "home serves"},
	} {
		r.step("status: "+wrong.what, func() {
			wrong.make()
			r.wantStatus(wrong.items, wrong.verdict)
			wrong.mend()
			r.wantStatus(nil, "home serves, and the standby answers")
		})
		if t.Failed() {
			return
		}
	}
}

// wantStatus holds the status to a verdict and to the items that are not green.
func (r *released) wantStatus(not map[string]report.Colour, verdict string) {
	r.deployment.t.Helper()
	items := r.look()
	if !strings.Contains(items["in short"].Said, verdict) {
		r.deployment.t.Errorf("the verdict is %+v, want %q", items["in short"], verdict)
	}
	for name, item := range items {
		if name == "in short" {
			continue
		}
		want := report.Green
		if other, ok := not[name]; ok {
			want = other
		}
		if item.Colour != want {
			r.deployment.t.Errorf("%+v, want %s", item, want)
		}
	}
	for name := range not {
		if _, asked := items[name]; !asked {
			r.deployment.t.Errorf("%q is not asked", name)
		}
	}
}

// publish publishes a state of the check that the records follow, as Route 53 does once
// a minute: each is a minute later than the one before.
func (r *released) publish(value float64) {
	r.minute++
	at := time.Now().UTC().Add(time.Duration(r.minute-8) * time.Minute).Format(time.RFC3339)
	check := r.physical("Failover", "AWS::Route53::HealthCheck", "FailoverHomeServes")
	r.account.ask("us-east-1", "cloudwatch", "put_metric_data", map[string]any{"Namespace": "AWS/Route53", "MetricData": []any{map[string]any{
		"MetricName": "HealthCheckStatus", "Value": value, "Timestamp": at, "Dimensions": []any{map[string]any{"Name": "HealthCheckId", "Value": check}},
	}}})
}

// output is an output of a stack.
func (r *released) output(stack, key string) string {
	found, err := deploy.Of(r.opened).Stack(interrupted, r.deployment.site.StackRegion(stack), r.deployment.site.StackName(stack))
	if err != nil {
		r.deployment.t.Fatal(fmt.Sprint(stack, ": ", err))
	}
	return found.Outputs[key]
}
