// Package deploy deploys a site so that a first deployment which fails can be
// repeated by the same command, once its cause is mended.
//
// AWS refuses to delete a stack with termination protection, and a load balancer
// with deletion protection: a first creation that fails with either can be neither
// rolled back nor repeated. So stacks that do not stand yet are deployed without,
// and once all stand, a second pass switches both on. Both passes are the stock
// "cdk deploy". What an earlier first creation has left is removed before.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"twinsite/site"
)

// A Deployment deploys a site.
type Deployment struct {
	// Site is the site. Required.
	Site *site.Site

	// Cloud is the account. Required.
	Cloud Cloud

	// CDK runs the CDK's command line with arguments that follow "cdk". Required.
	CDK func(ctx context.Context, args ...string) error

	// Changed returns what runs the CDK's command line for the site with some fields
	// changed, each as YAML by its path, as "edge.writeFailover": "false". Release ends
	// what that needs. Default: a change that needs two deployments is not made.
	Changed func(fields map[string]string) (cdk func(ctx context.Context, args ...string) error, release func() error, err error)

	// Out is told what is done and why, a line each. Required.
	Out io.Writer

	// Rehearse plays the deployment over the stacks that stand before it begins. Where
	// all stacks are deployed, it takes them in the order that costs visitors least.
	Rehearse bool

	// Assembly is the folder of an assembly that the CDK deploys as it is, as CDK_APP may
	// name one. Default: "", and the CDK synthesizes the site.
	Assembly string

	// Accept deploys also what costs visitors something.
	Accept bool

	// Between is asked before each stack is deployed, which is in a run of its own then,
	// with the ids of those that this call has deployed so far, and once more at the end,
	// with next empty. Its error ends the deployment. Default: nil, and the CDK takes
	// all stacks in one run.
	Between func(ctx context.Context, done []string, next string) error

	// Pause is the time between two questions about a stack that is worked on.
	// Default: two seconds.
	Pause time.Duration
}

// A Cloud is what a deployment asks of an account. [Of] makes one.
type Cloud interface {
	// Stack returns the stack of this name; its status is empty if there is none.
	Stack(ctx context.Context, region, name string) (Stack, error)

	// Template returns the template with which a stack was deployed, as JSON.
	Template(ctx context.Context, stack Stack) (string, error)

	// Stood says whether a stack's creation ever came to its end.
	Stood(ctx context.Context, stack Stack) (bool, error)

	// Remains are the resources of a stack that are there still.
	Remains(ctx context.Context, stack Stack) ([]Resource, error)

	// Unprotect switches a stack's termination protection off.
	Unprotect(ctx context.Context, stack Stack) error

	// UnprotectBalancer switches a load balancer's deletion protection off.
	UnprotectBalancer(ctx context.Context, region, arn string) error

	// Delete begins to delete a stack, without the resources of these logical ids.
	Delete(ctx context.Context, stack Stack, without ...string) error

	// Buckets are the buckets that stacks of the site have made.
	Buckets(ctx context.Context, s *site.Site) ([]Bucket, error)
}

// A Stack is a stack in CloudFormation.
type Stack struct {
	ID        string // of the site's description, as "Primary"
	Name      string // as "ticketing-Primary"
	Region    string
	ARN       string
	Status    string // as "CREATE_COMPLETE"; empty: there is no such stack
	Protected bool   // against termination

	Outputs map[string]string // by their keys
}

// A Resource is one of a stack's, as far as it matters to a deletion.
type Resource struct {
	LogicalID, PhysicalID, Type string

	Status string // as "DELETE_FAILED"
	Reason string // CloudFormation's

	Changed time.Time // when it got its status; zero: not known
}

// A Bucket was made by a stack of the site, or by an earlier stack of its name.
type Bucket struct {
	Name, Region string

	StackARN string // of the stack that made it
}

// ErrFailed is the error of a deployment that the CDK could not finish. Every other
// error of Run means that nothing was deployed.
var ErrFailed = errors.New("the deployment failed")

// Run deploys the stacks of these ids with those that they read from, or all
// stacks, and switches the site's protection on. Its error is one line; what the
// CDK says of a deployment that fails has been printed by it.
func (d *Deployment) Run(ctx context.Context, ids ...string) (err error) {
	if err := d.Site.CheckStacks(ids); err != nil {
		return err
	}
	missing, err := d.prepare(ctx)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		defer d.sayWhatIsLeft(ctx)
	}
	protect := len(missing) > 0 && d.Site.Retention.TerminationProtection
	if protect {
		d.say("new: %s; deployed without protection against deletion first, which is switched on once all stand", strings.Join(missing, ", "))
	}
	var extra []string
	if protect {
		extra = []string{"--context", "unprotected=" + strings.Join(missing, ",")}
	}
	runs := d.runs(order(ids))
	if d.Rehearse && len(missing) < len(d.Site.StackIDs()) {
		var release func() error
		if runs, release, err = d.rehearse(ctx, ids, missing, extra); err != nil {
			return err
		}
		defer func() {
			if failed := release(); err == nil {
				err = failed
			}
		}()
	}
	if err := d.deploy(ctx, runs, extra); err != nil {
		return err
	}
	if !protect {
		return nil
	}
	d.say("deployed; now the same once more, to switch protection against deletion on")
	for _, run := range order(ids) {
		if err := d.CDK(ctx, append([]string{"deploy"}, run...)...); err != nil {
			return d.failed(ctx, err)
		}
	}
	return nil
}

// deploy does these runs of "cdk deploy", with more arguments, and asks between them.
func (d *Deployment) deploy(ctx context.Context, runs []run, extra []string) error {
	if d.Between != nil {
		runs = d.oneByOne(runs)
	}
	var done []string
	for _, run := range runs {
		if d.Between != nil {
			if err := d.Between(ctx, done, run.stack); err != nil {
				return err
			}
			done = append(done, run.stack)
		}
		if err := run.cdk(ctx, slices.Concat([]string{"deploy"}, run.args, extra)...); err != nil {
			return d.failed(ctx, err)
		}
	}
	if d.Between == nil {
		return nil
	}
	return d.Between(ctx, done, "")
}

// oneByOne takes runs of all stacks apart. Runs of one stack each stay as they are. The
// CDK takes with each stack those that it reads from, which may be of an extension, and
// at last all: those of an extension that no stack of the site reads from.
func (d *Deployment) oneByOne(runs []run) []run {
	var apart []run
	for _, r := range runs {
		if !slices.Equal(r.args, order(nil)[0]) {
			apart = append(apart, run{r.cdk, r.args, r.args[1]})
			continue
		}
		ids := d.Site.StackIDs()
		for _, id := range ids[:len(ids)-1] {
			apart = append(apart, run{r.cdk, []string{id}, id})
		}
		apart = append(apart, run{r.cdk, r.args, ids[len(ids)-1]})
	}
	return apart
}

// A run is one of the CDK's command line.
type run struct {
	cdk  func(ctx context.Context, args ...string) error
	args []string // after "deploy"

	stack string // that is deployed, beside those that it reads from; empty: not one alone
}

// runs are runs for the site as it is.
func (d *Deployment) runs(args [][]string) []run {
	var all []run
	for _, a := range args {
		all = append(all, run{cdk: d.CDK, args: a})
	}
	return all
}

// order is the runs of "cdk deploy" that deploy the stacks of these ids, or all, as
// their arguments. The CDK takes the stacks in the order in which they read from
// each other.
func order(ids []string) [][]string {
	if len(ids) == 0 {
		return [][]string{{"--all"}}
	}
	return [][]string{ids}
}

func (d *Deployment) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: interrupted: CloudFormation goes on with what it has begun; the same command waits for that, and goes on", ErrFailed)
	}
	return fmt.Errorf("%w (%w): mend the cause, which stands above, and run the same command again; "+
		"docs/operations.md, \"The first deployment\", says what can go wrong", ErrFailed, err)
}

// prepare waits for stacks that are worked on, removes what failed first creations
// have left, and returns the ids of the stacks that do not stand.
func (d *Deployment) prepare(ctx context.Context) (missing []string, err error) {
	var failed []Stack
	for _, id := range d.Site.StackIDs() {
		stack, err := d.settled(ctx, id)
		if err != nil {
			return nil, err
		}
		state, err := d.judge(ctx, stack)
		switch {
		case err != nil:
			return nil, err
		case state == absent:
			missing = append(missing, id)
		case state == failedCreation:
			missing = append(missing, id)
			failed = append(failed, stack)
		}
	}
	slices.Reverse(failed) // what reads from others first
	for _, stack := range failed {
		if err := d.remove(ctx, stack); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// settled returns a stack when nothing is going on in it any more.
func (d *Deployment) settled(ctx context.Context, id string) (Stack, error) {
	name, region, told := d.Site.StackName(id), d.Site.StackRegion(id), ""
	for {
		stack, err := d.Cloud.Stack(ctx, region, name)
		if err != nil {
			return stack, err
		}
		stack.ID = id
		if !strings.HasSuffix(stack.Status, "_IN_PROGRESS") || stack.Status == reviewed {
			return stack, nil
		}
		if stack.Status != told {
			d.say("%s is in %s: waiting until that ends", name, stack.Status)
			told = stack.Status
		}
		if err := d.pause(ctx); err != nil {
			return stack, err
		}
	}
}

func (d *Deployment) pause(ctx context.Context) error {
	pause := d.Pause
	if pause == 0 {
		pause = 2 * time.Second
	}
	select {
	case <-ctx.Done():
		return errors.New("interrupted: nothing was deployed")
	case <-time.After(pause):
		return nil
	}
}

func (d *Deployment) say(format string, values ...any) { fmt.Fprintf(d.Out, format+"\n", values...) }
