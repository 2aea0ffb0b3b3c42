// Package release deploys a site region by region, and asks it between: the delegation
// before the certificates wait for it, the standby before the home region is changed,
// home before the records lead there, and the records.
//
// It stops where an answer is wrong and says how to go back. It has no state of its own:
// a second call goes on, because the CDK passes over stacks that are up to date and
// what was good is asked once more.
package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"twinsite/account/ask"
	"twinsite/account/deploy"
	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/account/status"
	"twinsite/site"
)

// A Release deploys a site, and asks it.
type Release struct {
	// Site is the site. Required.
	Site *site.Site

	// Deployment deploys it; the release sets its Between. Required.
	Deployment *deploy.Deployment

	// Cloud is the account, as [status.Of] makes it. Required.
	Cloud status.Cloud

	// Names asks the site's names. Required.
	Names *ask.Names

	// Resolver asks for the delegation. Required.
	Resolver *resolver.Resolver

	// Out is told what is asked and answered, a line each. Required.
	Out io.Writer

	// Make is what the messages say of "make deploy" and "make release": the
	// variables that choose the site, as "SITE=examples/low-cost.yaml". Default: none.
	Make string

	// Bake is how long the standby must have been good since it was changed or last was
	// not. Zero: it is asked once.
	Bake time.Duration

	// Patience is how long a region or a record may be wrong without a break. One that is
	// good and wrong by turns has twice its Bake and Patience together. Zero: it is asked
	// once.
	Patience time.Duration

	// DelegationPatience is how long the delegation may be missing. Zero: it is asked
	// once.
	DelegationPatience time.Duration

	// Accept releases also while the standby serves.
	Accept bool

	// Pause is the time between two questions. Default: 15 seconds.
	Pause time.Duration

	items []report.Item
	moved bool // the standby served as the release began, and that was accepted
}

// ErrStopped is the error of a release that an answer has stopped. The site is as the
// message says.
var ErrStopped = errors.New("stopped")

// Run releases the site, and returns what was asked and answered. Its error is
// [ErrStopped], or the deployment's, one line.
func (r *Release) Run(ctx context.Context) ([]report.Item, error) {
	r.items = nil
	r.Deployment.Between = r.between
	err := r.Deployment.Run(ctx)
	switch {
	case errors.Is(err, deploy.ErrCosts):
		r.items = append(r.items, report.Item{Name: "rehearsal", Finding: report.Finding{Colour: report.Red, Said: err.Error(),
			Remedy: "read the verdict; change less at once, or accept it"}})
	case errors.Is(err, deploy.ErrFailed):
		r.items = append(r.items, report.Item{Name: "deployment", Finding: report.Finding{Colour: report.Red, Said: err.Error(),
			Remedy: fmt.Sprintf("CloudFormation takes a failed update back by itself; %q says who serves", r.command("status"))}})
	}
	return r.items, err
}

// between is asked between two stacks.
func (r *Release) between(ctx context.Context, done []string, next string) error {
	var gates []gate
	if len(done) == 0 {
		if err := r.begin(ctx); err != nil {
			return err
		}
	} else {
		switch done[len(done)-1] {
		case site.SecondaryStack:
			gates = append(gates, r.standby(done))
		case site.PrimaryStack:
			gates = append(gates, r.home())
		case site.FailoverStack:
			gates = append(gates, r.records())
		}
	}
	switch {
	case next == site.GlobalStack:
		gates = append(gates, r.delegation())
	case next == site.PrimaryStack && !slices.Contains(done, site.SecondaryStack):
		gates = append(gates, r.standby(done)) // it comes later: what lets go of something goes first
	}
	for _, g := range gates {
		if err := r.pass(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// begin refuses a release while the standby serves: it would meet visitors there first.
// What cannot be asked, as a site's that does not stand yet, does not matter to that.
func (r *Release) begin(ctx context.Context) error {
	watch := r.watch()
	if !watch.Stands(ctx, site.FailoverStack) {
		return nil
	}
	for _, item := range r.asking().Ask(ctx, watch.Places()) {
		if !status.LeadsToStandby(item) {
			continue
		}
		if r.Accept {
			r.say("%s: %s; accepted", item.Name, item.Said)
			r.moved = true
			continue
		}
		item.Colour = report.Red
		item.Remedy = "bring the site home first, \"make failover-off\" if the switch is on; to release nevertheless, say ACCEPT=1"
		r.items = append(r.items, item)
		return fmt.Errorf("%w: the standby serves visitors, and would be changed first; nothing was deployed: %s", ErrStopped, item.Remedy)
	}
	return nil
}

// watch knows nothing yet: what was deployed has changed what there is.
func (r *Release) watch() *status.Watch { return status.New(r.Site, r.Cloud, r.Names) }

func (r *Release) asking() report.Asking { return report.Asking{Progress: r.Out} }

func (r *Release) say(format string, values ...any) { fmt.Fprintf(r.Out, format+"\n", values...) }

// command is a make command for this site.
func (r *Release) command(words string) string {
	return strings.TrimSpace("make " + words + " " + r.Make)
}

// goOn is how every way back ends.
func (r *Release) goOn() string {
	return fmt.Sprintf("to go on, mend the cause and run %q again", r.command("release"))
}

// back is the way back of a stack that was changed.
func (r *Release) back(stack string) string {
	return fmt.Sprintf("to go back, check out what was deployed before and run %q; %s", r.command("deploy STACK="+stack), r.goOn())
}

func (r *Release) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("%w: interrupted between two stacks; the same command goes on", ErrStopped)
	case <-time.After(cmp.Or(r.Pause, 15*time.Second)):
		return nil
	}
}
