package status

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"twinsite/account/report"
	"twinsite/site"
)

// A Place is where a name leads.
type Place string

// What a Place can be.
const (
	Nowhere   Place = "" // no address, or none that is known
	AtHome    Place = "home"
	AtStandby Place = "the standby"
)

// LeadsToStandby says whether an item of [Watch.Places] found a name that leads to the
// standby.
func LeadsToStandby(item report.Item) bool { return item.Fact == AtStandby }

// Places are a question for each name that a failover moves: where it leads. The fact of
// an answer is the [Place].
func (w *Watch) Places() []report.Question {
	var questions []report.Question
	for _, host := range w.site.HostNames() {
		questions = append(questions, report.Question{Name: "who serves " + host,
			Ask: func(ctx context.Context) (report.Finding, error) { return w.Host(ctx, host) }})
	}
	if w.site.Edge.OriginTLS {
		questions = append(questions, report.Question{Name: "who serves CloudFront, " + w.site.ServingHost(), Ask: w.Serving})
	}
	return questions
}

// Host asks DNS where a name of visitors' leads, as the machine's resolver has it:
// answers may be a minute old.
func (w *Watch) Host(ctx context.Context, host string) (report.Finding, error) {
	home, err := w.home(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	found, err := w.leads(ctx, host, home, "CloudFront")
	if err == nil && w.site.Failover.Front == site.FrontHome {
		w.remember(func(s *seen) { s.serves = append(s.serves, found.Fact.(Place)) })
	}
	return found, err
}

// Serving asks DNS where the name leads that CloudFront follows. A site without
// edge.originTls has none.
func (w *Watch) Serving(ctx context.Context) (report.Finding, error) {
	found, err := w.leads(ctx, w.site.ServingHost(), w.site.OriginHost(w.site.Home.Region.Name), "the home region's load balancer")
	if err == nil && w.site.Edge.WriteFailover {
		w.remember(func(s *seen) { s.serves = append(s.serves, found.Fact.(Place)) })
	}
	return found, err
}

// leads compares the addresses of a name with those of both regions' own names. The
// words say what home is. The fact of a finding is the [Place].
func (w *Watch) leads(ctx context.Context, name, home, words string) (report.Finding, error) {
	standby, err := w.standby(ctx)
	if err != nil {
		return report.Finding{}, err
	}
	var answers [3][]netip.Addr
	for i, asked := range []string{name, home, standby} {
		if answers[i], err = w.names.Addresses(ctx, asked); err != nil {
			return report.Finding{}, err
		}
	}
	own := answers[0]
	if len(own) == 0 {
		return report.Finding{Fact: Nowhere, Colour: report.Red, Said: "DNS has no address for " + name,
			Remedy: "see whether the registrar has the zone's name servers, and whether " + w.site.StackName(site.FailoverStack) + " is deployed"}, nil
	}
	if shares(own, answers[2]) {
		return report.Finding{Fact: AtStandby, Colour: report.Warning,
			Said: fmt.Sprintf("%s: %s has an address of %s, %s", AtStandby, name, standby, list(own))}, nil
	}
	if shares(own, answers[1]) || w.isCloudFront(ctx, name, own) {
		found := report.Good("%s: %s leads to %s, %s", AtHome, name, words, list(own))
		found.Fact = AtHome
		return found, nil
	}
	return report.Finding{Fact: Nowhere, Colour: report.Red, Said: fmt.Sprintf("%s has the addresses %s, which are neither those of %s nor of %s", name, list(own), home, standby),
		Remedy: "ask again in a minute; then compare the zone's records with the stack " + w.site.StackName(site.FailoverStack)}, nil
}

// isCloudFront asks a host at its own address: CloudFront answers one resolver with
// other addresses than the next, and marks what it sends.
func (w *Watch) isCloudFront(ctx context.Context, name string, addresses []netip.Addr) bool {
	if !slices.Contains(w.site.HostNames(), name) {
		return false
	}
	answer, err := w.names.Get(ctx, name, w.site.Failover.Path, addresses[0].String())
	return err == nil && answer.FromCloudFront()
}

func shares(some, others []netip.Addr) bool {
	return slices.ContainsFunc(some, func(a netip.Addr) bool { return slices.Contains(others, a) })
}

// list names the first addresses.
func list(addresses []netip.Addr) string {
	const most = 2
	var names []string
	for _, address := range addresses[:min(most, len(addresses))] {
		names = append(names, address.String())
	}
	if more := len(addresses) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
