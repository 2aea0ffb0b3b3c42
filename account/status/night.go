package status

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twinsite/account/report"
	"twinsite/site"
)

// seen is what the questions have found out that the table of "At three in the
// morning" asks for. What is nil, or empty, is not known.
type seen struct {
	home, standby *bool   // whether it answers
	switched      *bool   // whether the failover switch is on
	serves        []Place // where the names that move lead
	paging        []string
}

func (w *Watch) remember(note func(*seen)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	note(&w.seen)
}

// Look asks everything and returns the items of the report: what it means and what to
// do first, then what was asked. Its error, one line, is that the site is not deployed.
func (w *Watch) Look(ctx context.Context, asking report.Asking) ([]report.Item, error) {
	if err := w.Deployed(ctx); err != nil {
		return nil, err
	}
	w.remember(func(s *seen) { *s = seen{} })
	items := asking.Ask(ctx, w.questions(ctx))
	verdict := w.seen.verdict(w.site)
	return slices.Insert(items, 0, report.Item{Name: "in short", Finding: verdict}), nil
}

func (w *Watch) questions(ctx context.Context) []report.Question {
	questions := w.Places()
	add := func(name string, ask func(context.Context) (report.Finding, error)) {
		questions = append(questions, report.Question{Name: name, Ask: ask})
	}
	add("home, through CloudFront", w.Home)
	add("the standby, by its own name", w.Standby)
	for _, stack := range []string{site.PrimaryStack, site.SecondaryStack} {
		add("servers of "+w.site.StackRegion(stack), func(ctx context.Context) (report.Finding, error) { return w.Servers(ctx, stack, w.Minimum(stack)) })
	}
	for _, check := range w.checks(ctx) {
		add("health check "+check.Name, check.Ask)
	}
	if w.site.Failover.Switch {
		add("the failover switch", w.Switch)
	}
	if w.site.Notifications {
		for _, region := range w.regions() {
			add("alarms of "+region, func(ctx context.Context) (report.Finding, error) { return w.Alarms(ctx, region) })
		}
	}
	return questions
}

// hash is what the CDK puts at the end of an id.
var hash = regexp.MustCompile(`[0-9A-F]{8}$`)

// checks are a question for each health check of the site.
func (w *Watch) checks(ctx context.Context) []report.Question {
	k, err := w.stack(ctx, site.FailoverStack)
	if err != nil {
		return []report.Question{{Name: "of each kind", Ask: func(context.Context) (report.Finding, error) { return report.Finding{}, err }}}
	}
	var checks []report.Question
	for _, r := range k.resources {
		if r.Type == checkType {
			checks = append(checks, report.Question{Name: strings.TrimPrefix(hash.ReplaceAllString(r.LogicalID, ""), "Failover"),
				Ask: func(ctx context.Context) (report.Finding, error) { return w.HealthCheck(ctx, r.PhysicalID) }})
		}
	}
	slices.SortFunc(checks, func(a, b report.Question) int { return strings.Compare(a.Name, b.Name) })
	return checks
}

// regions are those that the site uses, each once.
func (w *Watch) regions() []string {
	regions := []string{w.site.Home.Region.Name, w.site.Standby.Region.Name}
	if !slices.Contains(regions, site.GlobalRegion) {
		regions = append(regions, site.GlobalRegion)
	}
	return regions
}

// verdict is the row of the table in docs/operations.md, "At three in the morning".
func (s *seen) verdict(of *site.Site) report.Finding {
	if s.home == nil || s.standby == nil || len(s.serves) == 0 || slices.Contains(s.serves, Nowhere) {
		return report.Finding{Colour: report.Warning, Said: "not known: see below what could not be asked", Remedy: `docs/operations.md, "At three in the morning"`}
	}
	atStandby := slices.Contains(s.serves, AtStandby)
	switch home, standby := *s.home, *s.standby; {
	case !home && !standby:
		return report.Finding{Colour: report.Red, Said: "both regions fail: nobody is served",
			Remedy: "repair the region that needs less; if something was just deployed to it, undo that"}
	case !home && atStandby:
		return report.Finding{Colour: report.Red, Said: "home fails and the standby has taken over: visitors are served, but if the standby fails too, nobody is",
			Remedy: "deploy nothing; find out why home fails"}
	case !home:
		return report.Finding{Colour: report.Red, Said: fmt.Sprintf("home fails, and names lead there still: they move within %.0f s", movesWithin(of)),
			Remedy: "ask again in a minute"}
	case atStandby && !standby && s.switched != nil && !*s.switched:
		return report.Finding{Colour: report.Red, Said: "names send visitors to a standby that does not answer, though the switch is off and home answers: they come home",
			Remedy: "ask again in two minutes, and repair the standby"}
	case atStandby && !standby:
		return report.Finding{Colour: report.Red, Said: "names send visitors to a standby that does not answer", Remedy: "turn the switch off now: make failover-off"}
	case !standby:
		return report.Finding{Colour: report.Red, Said: "home serves, and the standby does not answer: visitors notice nothing, but if home fails too, nobody is served",
			Remedy: "do not turn the switch on; repair the standby today"}
	case atStandby:
		return s.movedVerdict()
	case len(s.paging) > 0:
		return report.Finding{Colour: report.Red, Said: "home answers the health checkers, but not the visitors: " + strings.Join(s.paging, ", "),
			Remedy: "see the alarms below; to move visitors to the standby, which answers: make failover-on"}
	}
	return report.Good("home serves, and the standby answers")
}

// movedVerdict is of a site whose regions both answer and whose names lead to the
// standby.
func (s *seen) movedVerdict() report.Finding {
	if s.switched != nil && *s.switched {
		return report.Finding{Colour: report.Warning, Said: "the failover switch is on: the standby serves, and both regions answer",
			Remedy: "nothing tonight; in the morning, bring the site home: make failover-off"}
	}
	return report.Finding{Colour: report.Warning, Said: "names lead to the standby, though home answers and the switch is not known to be on: the site comes home, or the health checks are new",
		Remedy: "ask again in two minutes"}
}

// movesWithin is the bound of a failover by DNS, in seconds.
func movesWithin(s *site.Site) float64 {
	return (float64(s.Failover.Threshold)*(s.Failover.Interval+site.SlowestAnswer).Seconds() + site.AliasTTL.Seconds())
}
