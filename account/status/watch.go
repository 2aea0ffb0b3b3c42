// Package status says how a deployed site is: who serves, by DNS, how both regions
// answer by their own names, the health checks, the failover switch, and which alarms
// are on. It asks what the runbook asks in docs/operations.md, "At three in the
// morning", and changes nothing.
package status

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"twinsite/account/ask"
	"twinsite/account/deploy"
	"twinsite/account/report"
	"twinsite/site"
)

// The types and the beginnings of the ids by which the site's resources are found in
// their stacks. TestFound holds them to the templates.
const (
	balancerType     = "AWS::ElasticLoadBalancingV2::LoadBalancer"
	groupType        = "AWS::ElasticLoadBalancingV2::TargetGroup"
	distributionType = "AWS::CloudFront::Distribution"
	checkType        = "AWS::Route53::HealthCheck"
	alarmType        = "AWS::CloudWatch::Alarm"

	tierID         = "WebTier"
	distributionID = "SiteDistribution"
)

// A Watch asks a deployed site. What it has learned of a stack it does not ask again.
type Watch struct {
	site  *site.Site
	cloud Cloud
	names *ask.Names

	mu     sync.Mutex
	stacks map[string]*known // by their ids
	seen   seen
}

type known struct {
	once      sync.Once
	stack     deploy.Stack
	resources []deploy.Resource
	err       error
}

// New returns a watch of a site in an account, whose names it asks.
func New(s *site.Site, cloud Cloud, names *ask.Names) *Watch {
	return &Watch{site: s, cloud: cloud, names: names, stacks: map[string]*known{}}
}

// stack is a stack and its resources. Its error says that it is not deployed, or why
// that is not known.
func (w *Watch) stack(ctx context.Context, id string) (*known, error) {
	w.mu.Lock()
	k := w.stacks[id]
	if k == nil {
		k = &known{}
		w.stacks[id] = k
	}
	w.mu.Unlock()
	k.once.Do(func() {
		if k.stack, k.err = w.cloud.Stack(ctx, w.site.StackRegion(id), w.site.StackName(id)); k.err == nil && k.stack.Holds() {
			k.resources, k.err = w.cloud.Remains(ctx, k.stack)
		}
	})
	if k.err == nil && !k.stack.Holds() {
		return k, fmt.Errorf("%s is not deployed", w.site.StackName(id))
	}
	return k, k.err
}

// Stands says whether a stack holds anything, as far as can be asked.
func (w *Watch) Stands(ctx context.Context, stack string) bool {
	k, _ := w.stack(ctx, stack)
	return k.stack.Holds()
}

// Changed is when the last change of a stack's resources was done; now, if that is not
// known. The time that CloudFormation gives for the stack is when its update began.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResourceSummary.html
func (w *Watch) Changed(ctx context.Context, stack string) time.Time {
	k, err := w.stack(ctx, stack)
	var last time.Time
	for _, r := range k.resources {
		if r.Changed.After(last) {
			last = r.Changed
		}
	}
	if err != nil || last.IsZero() {
		return time.Now()
	}
	return last
}

// Outputs are those of a stack.
func (w *Watch) Outputs(ctx context.Context, stack string) (map[string]string, error) {
	k, err := w.stack(ctx, stack)
	return k.stack.Outputs, err
}

// find is the physical id of the first resource of a type in a stack whose id begins
// so.
func (w *Watch) find(ctx context.Context, stack, kind, prefix string) (string, error) {
	k, err := w.stack(ctx, stack)
	if err != nil {
		return "", err
	}
	for _, r := range k.resources {
		if r.Type == kind && strings.HasPrefix(r.LogicalID, prefix) && r.PhysicalID != "" {
			return r.PhysicalID, nil
		}
	}
	return "", fmt.Errorf("%s has no %s whose id begins with %s", w.site.StackName(stack), kind, prefix)
}

// Deployed returns an error, one line, if no stack of the site stands. What cannot be
// asked is not known to be missing.
func (w *Watch) Deployed(ctx context.Context) error {
	var missing []string
	for _, id := range w.site.StackIDs() {
		if k, err := w.stack(ctx, id); err != nil && k.err == nil {
			missing = append(missing, w.site.StackName(id))
		}
	}
	if len(missing) < len(w.site.StackIDs()) {
		return nil
	}
	return fmt.Errorf("the site is not deployed: the account has none of the stacks %s", strings.Join(missing, ", "))
}

// home is the name that leads to the home region through the site's distribution, and
// to nothing else.
func (w *Watch) home(ctx context.Context) (string, error) {
	id, err := w.find(ctx, site.PrimaryStack, distributionType, distributionID)
	if err != nil {
		return "", err
	}
	return w.cloud.Distribution(ctx, id)
}

// standby is the name that leads to the standby's load balancer, and to nothing else.
func (w *Watch) standby(ctx context.Context) (string, error) {
	if w.site.Edge.OriginTLS {
		return w.site.OriginHost(w.site.Standby.Region.Name), nil
	}
	arn, err := w.find(ctx, site.SecondaryStack, balancerType, tierID)
	if err != nil {
		return "", err
	}
	return w.cloud.Balancer(ctx, w.site.Standby.Region.Name, arn)
}

// Home asks for the health path through the site's distribution, which leads it to the
// home region whatever DNS says.
func (w *Watch) Home(ctx context.Context) (report.Finding, error) {
	name, err := w.home(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	found := w.answers(ctx, w.site.HostNames()[0], name, `docs/operations.md, "The home region does not answer"`)
	w.remember(func(s *seen) { s.home = answered(found) })
	return found, nil
}

// Standby asks for the health path at the standby's load balancer by its own name.
func (w *Watch) Standby(ctx context.Context) (report.Finding, error) {
	name, err := w.standby(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	host := w.site.HostNames()[0]
	if w.site.Edge.OriginTLS {
		host = name
	}
	found := w.answers(ctx, host, name, `docs/operations.md, "The standby does not answer"`)
	w.remember(func(s *seen) { s.standby = answered(found) })
	return found, nil
}

func answered(found report.Finding) *bool {
	good := found.Colour != report.Red
	return &good
}

// answers asks a host for the health path at a name, and judges the status as Route 53
// does, but for redirects.
func (w *Watch) answers(ctx context.Context, host, at, remedy string) report.Finding {
	path := w.site.Failover.Path
	answer, err := w.names.Get(ctx, host, path, at)
	switch {
	case err != nil:
		return report.Finding{Colour: report.Red, Said: err.Error(), Remedy: remedy}
	case answer.Status >= 200 && answer.Status < 300:
		return report.Good("%s answers %d for %s, after %.1f s", at, answer.Status, path, answer.Took.Seconds())
	case answer.Status >= 300 && answer.Status < 400:
		return report.Finding{Colour: report.Warning, Said: fmt.Sprintf("%s answers %d for %s: a redirect, which Route 53 takes for health", at, answer.Status, path),
			Remedy: "let the servers answer the health path with 200"}
	}
	return report.Finding{Colour: report.Red, Said: fmt.Sprintf("%s answers %d for %s", at, answer.Status, path), Remedy: remedy}
}

// Servers asks the load balancer of a stack, Primary or Secondary, how its targets are,
// and whether as many are healthy as the least, which [Watch.Minimum] is of a stack that
// was deployed as the site says.
func (w *Watch) Servers(ctx context.Context, stack string, least int) (report.Finding, error) {
	group, err := w.find(ctx, stack, groupType, tierID)
	if err != nil {
		return report.Finding{}, err
	}
	targets, err := w.cloud.Targets(ctx, w.site.StackRegion(stack), group)
	if err != nil {
		return report.Finding{}, err
	}
	good := 0
	var ill []string
	for _, t := range targets {
		switch t.State {
		case "draining": // on its way out
		case "healthy":
			good++
		default:
			ill = append(ill, strings.TrimSpace(t.ID+" is "+t.State+" "+t.Reason))
		}
	}
	said := fmt.Sprintf("%d of %d healthy", good, good+len(ill))
	switch {
	case good == 0:
		return report.Finding{Colour: report.Red, Said: strings.Join(append([]string{said}, ill...), "; "), Remedy: `docs/operations.md, "No healthy server"`}, nil
	case len(ill) > 0:
		return report.Finding{Colour: report.Warning, Said: strings.Join(append([]string{said}, ill...), "; "), Remedy: `docs/operations.md, "Servers are unhealthy"`}, nil
	case good < least: // those that could not be started are no targets
		return report.Finding{Colour: report.Warning, Said: fmt.Sprintf("%s, and the group has to have %d", said, least),
			Remedy: "see in the history of the group's activities why it starts none"}, nil
	}
	return report.Good("%s", said), nil
}

// Minimum is the least size of the group of a stack, Primary or Secondary.
func (w *Watch) Minimum(stack string) int {
	if stack == site.SecondaryStack {
		return w.site.StandbyWeb().Minimum
	}
	return w.site.Web.Minimum
}
