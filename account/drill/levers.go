package drill

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/fis"
	"github.com/aws/aws-sdk-go-v2/service/fis/types"

	"twinsite/account"
	"twinsite/account/switching"
	"twinsite/site"
)

// oneCall is how long a call that puts something may take. It is not ended by Ctrl-C:
// what it did would not be known.
const oneCall = 20 * time.Second

// BySwitch is the lever of a site's failover switch.
func BySwitch(w *switching.Switch) Lever { return switchLever{w} }

type switchLever struct{ *switching.Switch }

// Put puts the switch.
func (l switchLever) Put(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), oneCall)
	defer cancel()
	return l.Switch.Put(ctx, "a drill")
}

// Remove removes the switch.
func (l switchLever) Remove(ctx context.Context) error {
	return final(l.Switch.Remove(ctx))
}

// State says whether the switch is there.
func (l switchLever) State(ctx context.Context) (put bool, version string, err error) {
	return l.Switch.State(ctx)
}

// A Practice is the lever that cuts home's web servers off, by an experiment of AWS Fault
// Injection Service, which ends by itself after ten minutes.
type Practice struct {
	// Template is the experiment template's id. Region is home's.
	Template, Region string

	client *fis.Client
	pause  time.Duration // between two questions about an experiment
	tried  time.Time     // to start one; zero: not yet

	mu sync.Mutex
	id string // of the experiment; "" before it has started
}

// experiment is the id of the experiment, "" before it has started.
func (p *Practice) experiment() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.id
}

func (p *Practice) started(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.id = id
}

// FindPractice asks CloudFormation for a site's experiment template.
func FindPractice(ctx context.Context, a *account.Account, s *site.Site) (*Practice, error) {
	if !s.Practice {
		return nil, errors.New("practice is false: the site has no experiment; set it to true and deploy")
	}
	template, err := switching.Output(ctx, a.In, s, site.PrimaryStack, site.PracticeOutput)
	if err != nil {
		return nil, err
	}
	if template == "" {
		return nil, fmt.Errorf("the stack %s was deployed without the experiment: deploy the site", s.StackName(site.PrimaryStack))
	}
	region := s.Home.Region.Name
	return &Practice{Template: template, Region: region, client: fis.NewFromConfig(a.In(region)), pause: 2 * time.Second}, nil
}

// What names the experiment.
func (p *Practice) What() string { return "the practice experiment of the template " + p.Template }

// Undo is the command line that stops the experiment by hand.
func (p *Practice) Undo() string {
	if p.experiment() == "" {
		return fmt.Sprintf("aws fis list-experiments --region %s --experiment-template-id %s, then: aws fis stop-experiment --region %s --id EXPERIMENT", p.Region, p.Template, p.Region)
	}
	return fmt.Sprintf("aws fis stop-experiment --region %s --id %s", p.Region, p.experiment())
}

// Put starts the experiment and waits until it runs.
func (p *Practice) Put(ctx context.Context) error {
	if err := p.start(ctx); err != nil {
		return err
	}
	for {
		state, err := p.state(ctx)
		switch {
		case err != nil:
			return err
		case state.Status == types.ExperimentStatusRunning:
			return nil
		case over(state.Status):
			return fmt.Errorf("the experiment %s is %s: %s", p.experiment(), state.Status, aws.ToString(state.Reason))
		}
		if err := p.wait(ctx); err != nil {
			return err
		}
	}
}

func (p *Practice) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), oneCall)
	defer cancel()
	p.tried = time.Now()
	answer, err := p.client.StartExperiment(ctx, &fis.StartExperimentInput{
		ExperimentTemplateId: &p.Template, ClientToken: aws.String(fmt.Sprintf("drill-%d", p.tried.UnixNano())),
	})
	if err != nil {
		return account.Refused("fis:StartExperiment", err)
	}
	p.started(aws.ToString(answer.Experiment.Id))
	return nil
}

// Remove stops the experiment, and waits until the network is as it was.
func (p *Practice) Remove(ctx context.Context) error {
	if p.experiment() == "" {
		if p.tried.IsZero() {
			return nil
		}
		if err := p.find(ctx); err != nil || p.experiment() == "" {
			return err
		}
	}
	state, err := p.state(ctx)
	if err == nil && over(state.Status) {
		return nil
	}
	if _, err := p.client.StopExperiment(ctx, &fis.StopExperimentInput{Id: aws.String(p.experiment())}); err != nil {
		return final(account.Refused("fis:StopExperiment", err))
	}
	for {
		state, err := p.state(ctx)
		switch {
		case err != nil:
			return err
		case over(state.Status):
			return nil
		}
		if err := p.wait(ctx); err != nil {
			return fmt.Errorf("the experiment is still %s", state.Status)
		}
	}
}

// find looks for an experiment whose start was not answered.
func (p *Practice) find(ctx context.Context) error {
	pages := fis.NewListExperimentsPaginator(p.client, &fis.ListExperimentsInput{ExperimentTemplateId: &p.Template})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return account.Refused("fis:ListExperiments", err)
		}
		for _, e := range page.Experiments {
			if e.State != nil && !over(e.State.Status) && aws.ToTime(e.CreationTime).After(p.tried.Add(-time.Minute)) {
				p.started(aws.ToString(e.Id))
				return nil
			}
		}
	}
	return nil
}

// State says whether the experiment runs.
func (p *Practice) State(ctx context.Context) (put bool, version string, err error) {
	if p.experiment() == "" {
		return false, "", nil
	}
	state, err := p.state(ctx)
	if err != nil {
		return false, "", err
	}
	if over(state.Status) {
		return false, p.experiment() + ": " + aws.ToString(state.Reason), nil
	}
	return true, p.experiment(), nil
}

func (p *Practice) state(ctx context.Context) (types.ExperimentState, error) {
	answer, err := p.client.GetExperiment(ctx, &fis.GetExperimentInput{Id: aws.String(p.experiment())})
	if err != nil {
		return types.ExperimentState{}, account.Refused("fis:GetExperiment", err)
	}
	if answer.Experiment == nil || answer.Experiment.State == nil {
		return types.ExperimentState{}, fmt.Errorf("fis:GetExperiment says nothing of %s", p.experiment())
	}
	return *answer.Experiment.State, nil
}

func (p *Practice) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(p.pause):
		return nil
	}
}

// over reports whether an experiment has ended, so that the network is as it was.
func over(status types.ExperimentStatus) bool {
	switch status {
	case types.ExperimentStatusCompleted, types.ExperimentStatusStopped, types.ExperimentStatusFailed, types.ExperimentStatusCancelled:
		return true
	}
	return false
}

// final marks an error that a further attempt would not mend.
func final(err error) error {
	if account.NotAllowed(err) {
		return fmt.Errorf("%w: %w", err, ErrFinal)
	}
	return err
}
