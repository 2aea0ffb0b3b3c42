package emulated

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/topology"
)

// TestFirstDeployment deploys the default site by our own command into an empty
// account that refuses a resource in the middle of each stack, and the last of each.
// After each refusal, the same command goes on; nothing is deleted by hand. One try
// is by the CDK's command itself, which creates with protection.
func TestFirstDeployment(t *testing.T) {
	if *assemblies == "" {
		t.Skip(`"make deploy-emulated" deploys`)
	}
	t.Parallel()
	d := newDeployment(t, "site", filepath.Join(*assemblies, "site"))
	d.name = "site, refused"
	d.bootstrap()
	before := d.account.inventory(d.regions)
	f := &firstDeployment{deployment: d, out: t.TempDir()}
	for _, stack := range d.assembly.Stacks() {
		last := len(stack.Resources())
		if middle := last / 2; middle > 0 {
			f.refused(stack, middle, "ROLLBACK_COMPLETE", "make", "deploy")
		}
		if stack.ID == "Secondary" {
			f.refused(stack, last, "ROLLBACK_FAILED", "npx", "cdk", "deploy", "--all")
		} else {
			f.refused(stack, last, "ROLLBACK_COMPLETE", "make", "deploy")
		}
	}
	f.succeeds()
	f.checkProtected()
	f.checkNoChanges()
	left := leftBucket.FindAllStringSubmatch(f.said, -1)
	if len(left) == 0 {
		t.Errorf("our command names no bucket that a failed try has left:\n%s", f.said)
	}
	for _, match := range left {
		before["s3 Buckets"] = append(before["s3 Buckets"], match[1])
	}
	slices.Sort(before["s3 Buckets"])
	f.tearDown(before)
}

// leftBucket is how our command says which bucket a failed try has left.
var leftBucket = regexp.MustCompile(`left by an earlier stack of this site: bucket (\S+) `)

type firstDeployment struct {
	*deployment
	out  string // folder of the assembly
	said string // by the last deployment
}

// run runs a command that deploys, which synthesizes as it does for everybody.
func (f *firstDeployment) run(command string, args ...string) (string, error) {
	return f.account.run([]string{
		"CDK_APP=" + app, "CDK_OUTPUT=" + f.out, "CDK_VALIDATION=false", "CDK_REQUIRE_APPROVAL=never", "SITE=", "STACK=", "MAKEFLAGS=",
	}, command, args...)
}

// refused deploys until the account refuses the nth resource of a stack, and looks
// at what that leaves.
func (f *firstDeployment) refused(stack *assembly.Stack, nth int, status, command string, args ...string) {
	f.t.Helper()
	f.step(fmt.Sprintf("%s %s; resource %d of %s is refused", command, strings.Join(args, " "), nth, stack.ID), func() {
		f.account.refuseNth(stack.Name, nth)
		output, err := f.run(command, args...)
		if err == nil || !strings.Contains(f.account.events(stack.Region, stack.Name), "once, as it was asked to") {
			f.t.Fatalf("resource %d of %s was not refused: %v\n%s", nth, stack.ID, err, output)
		}
		if command == "make" && !strings.Contains(output, "run the same command again") {
			f.t.Errorf("the command does not say what to do:\n%s", output)
		}
		if got := f.account.ended(stack.Region, stack.Name); got != status {
			f.t.Errorf("%s is in %s, want %s", stack.Name, got, status)
		}
	})
}

func (f *firstDeployment) succeeds() {
	f.t.Helper()
	f.step("make deploy; nothing is refused", func() {
		var err error
		if f.said, err = f.run("make", "deploy"); err != nil {
			f.t.Fatalf("%v\nthe account said:\n%s", err, f.account.said())
		}
	})
}

// checkProtected asks whether the stacks and the load balancers are protected.
func (f *firstDeployment) checkProtected() {
	f.t.Helper()
	f.readIDs()
	for _, stack := range f.assembly.Stacks() {
		answer := f.account.ask(stack.Region, "cloudformation", "describe_stacks", map[string]any{"StackName": stack.Name})
		if protected := list(answer["Stacks"])[0]["EnableTerminationProtection"]; protected != true {
			f.t.Errorf("%s has the termination protection %v", stack.Name, protected)
		}
	}
	for _, balancer := range f.assembly.Resources(topology.BalancerType) {
		answer := f.account.ask(balancer.Stack.Region, "elbv2", "describe_load_balancer_attributes",
			map[string]any{"LoadBalancerArn": f.ids[balancer.String()]})
		if !strings.Contains(text(answer["Attributes"]), "map[Key:deletion_protection.enabled Value:true]") {
			f.t.Errorf("%s has no deletion protection: %v", balancer, answer)
		}
	}
}

func (f *firstDeployment) checkNoChanges() {
	f.t.Helper()
	f.step("make deploy again: no changes", func() {
		output, err := f.run("make", "deploy")
		if n := strings.Count(output, "(no changes)"); err != nil || n != len(f.assembly.Stacks()) {
			f.t.Errorf("%d of %d stacks had no changes: %v\n%s", n, len(f.assembly.Stacks()), err, output)
		}
	})
}
