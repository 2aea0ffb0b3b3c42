package release

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/account/status"
	"twinsite/site"
)

// A gate is what has to be good before the next stack is deployed.
type gate struct {
	name      string
	questions func(*status.Watch) []report.Question
	stack     string // whose last change its bake counts from
	bake      time.Duration
	patience  time.Duration // how long it may be wrong without a break

	// allowed says that an item that is not green is good enough. Default: none is.
	allowed func(report.Item) bool

	// each says what is seen each time, and not only when that changes.
	each bool

	// back is what to do when it does not get good.
	back func(context.Context, *status.Watch) string
}

// most is how long a gate may take in all before it stops at what is wrong: long enough for
// one relapse. One that is good and wrong by turns ends, too.
func (g gate) most() time.Duration { return 2 * (g.bake + g.patience) }

// pass asks until a gate has been good for its bake, or wrong for its patience without a
// break. The bake counts from the last change of its stack, so that a second call need not
// wait again.
func (r *Release) pass(ctx context.Context, g gate) error {
	start, said := time.Now(), ""
	var good, bad time.Time // since when it has been; zero: it is not
	for first := true; ; first = false {
		watch := r.watch()
		wrong := r.wrong(ctx, watch, g)
		if ctx.Err() != nil {
			return r.pause(ctx)
		}
		now := time.Now()
		var line string
		if wrong == nil {
			bad = time.Time{}
			switch {
			case good.IsZero() && first && g.bake > 0:
				good = watch.Changed(ctx, g.stack)
			case good.IsZero():
				good = now
			}
			left := g.bake - now.Sub(good)
			if left <= 0 {
				r.items = append(r.items, report.Item{Name: g.name, Finding: report.Good("%s", g.praise(now.Sub(good)))})
				r.say("%s: %s", g.name, g.praise(now.Sub(good)))
				return nil
			}
			line = fmt.Sprintf("good so far, asked for %s more", left.Round(time.Minute))
		} else {
			if good = (time.Time{}); bad.IsZero() {
				bad = now
			}
			switch {
			case now.Sub(bad) >= g.patience:
				return r.stop(ctx, watch, g, *wrong)
			case now.Sub(start) >= g.most():
				wrong.Said += fmt.Sprintf("; it was good and wrong by turns for %s", now.Sub(start).Round(time.Second))
				return r.stop(ctx, watch, g, *wrong)
			}
			line = wrong.Name + ": " + wrong.Said
		}
		if line != said || g.each {
			r.say("%s: %s", g.name, line)
			said = line
		}
		if err := r.pause(ctx); err != nil {
			return err
		}
	}
}

func (g gate) praise(since time.Duration) string {
	if g.bake == 0 {
		return "good"
	}
	return fmt.Sprintf("good for %s", min(since, g.bake).Round(time.Second))
}

// wrong is the first item of a gate that is not good, nil if all are. One that cannot
// be asked is not good.
func (r *Release) wrong(ctx context.Context, watch *status.Watch, g gate) *report.Item {
	for _, item := range r.asking().Ask(ctx, g.questions(watch)) {
		if item.Colour != report.Green && (g.allowed == nil || !g.allowed(item)) {
			return &item
		}
	}
	return nil
}

func (r *Release) stop(ctx context.Context, watch *status.Watch, g gate, wrong report.Item) error {
	wrong.Colour, wrong.Remedy = report.Red, strings.TrimPrefix(wrong.Remedy+"; "+g.back(ctx, watch), "; ")
	r.items = append(r.items, wrong)
	return fmt.Errorf("%w: %s: %s: %s", ErrStopped, wrong.Name, wrong.Said, wrong.Remedy)
}

// delegation is waited for before the certificates are, which ACM validates by DNS.
func (r *Release) delegation() gate {
	var servers []string
	return gate{
		name: "delegation of " + r.Site.Domain, patience: r.DelegationPatience, each: true,
		questions: func(watch *status.Watch) []report.Question {
			return []report.Question{{Name: "delegation", Ask: func(ctx context.Context) (report.Finding, error) {
				var err error
				if servers, err = r.zoneServers(ctx, watch); err != nil {
					return report.Finding{}, err
				}
				seen, err := r.Resolver.Delegation(ctx, r.Site.Domain)
				if err != nil {
					return report.Finding{}, err
				}
				delegated, err := seen.NameServers()
				if err != nil {
					return report.Finding{}, err
				}
				if !slices.Equal(delegated, servers) {
					return report.Finding{Colour: report.Red, Said: fmt.Sprintf("the name servers of %s lead %s to %s, and the zone's are %s",
						seen.Parent, r.Site.Domain, resolver.Names(delegated), resolver.Names(servers))}, nil
				}
				return report.Good("the name servers of %s lead to %s", seen.Parent, resolver.Names(servers)), nil
			}}}
		},
		back: func(context.Context, *status.Watch) string {
			return fmt.Sprintf("give the registrar of %s the zone's name servers, %s; then run %q again, which goes on", r.Site.Domain, resolver.Names(servers), r.command("release"))
		},
	}
}

// zoneServers are the name servers of the site's zone, its own or one that was there.
func (r *Release) zoneServers(ctx context.Context, watch *status.Watch) ([]string, error) {
	if r.Site.Zone.ID != "" {
		servers, err := r.Cloud.NameServers(ctx, r.Site.Zone.ID)
		return resolver.Canonical(servers), err
	}
	outputs, err := watch.Outputs(ctx, site.DomainStack)
	if err != nil {
		return nil, err
	}
	var servers []string
	for n := 1; ; n++ {
		server, ok := outputs[fmt.Sprint(site.NameServerOutput, n)]
		if !ok {
			return resolver.Canonical(servers), nil
		}
		servers = append(servers, server)
	}
}

// standby must be good before the home region is changed.
func (r *Release) standby(done []string) gate {
	return gate{
		name: "the standby, " + r.Site.Standby.Region.Name, stack: site.SecondaryStack, bake: r.Bake, patience: r.Patience,
		questions: func(watch *status.Watch) []report.Question {
			return []report.Question{
				{Name: "servers of " + r.Site.Standby.Region.Name, Ask: func(ctx context.Context) (report.Finding, error) {
					least := watch.Minimum(site.SecondaryStack)
					if !slices.Contains(done, site.SecondaryStack) {
						least = 0 // what stands may have another one
					}
					return watch.Servers(ctx, site.SecondaryStack, least)
				}},
				{Name: "the standby, by its own name", Ask: watch.Standby},
				{Name: "alarms of the standby's web servers", Ask: func(ctx context.Context) (report.Finding, error) {
					return watch.TierAlarms(ctx, site.SecondaryStack)
				}},
			}
		},
		back: func(ctx context.Context, watch *status.Watch) string {
			switch {
			case slices.Contains(done, site.PrimaryStack):
				return r.back(site.SecondaryStack)
			case watch.Stands(ctx, site.PrimaryStack):
				return "the home region was not changed; " + r.back(site.SecondaryStack)
			}
			return "the home region was not deployed yet; " + r.goOn()
		},
	}
}

// home must answer before the records lead there.
func (r *Release) home() gate {
	return gate{
		name: "home, " + r.Site.Home.Region.Name, stack: site.PrimaryStack, patience: r.Patience,
		questions: func(watch *status.Watch) []report.Question {
			return []report.Question{
				{Name: "home, through CloudFront", Ask: watch.Home},
				{Name: "servers of " + r.Site.Home.Region.Name, Ask: func(ctx context.Context) (report.Finding, error) {
					return watch.Servers(ctx, site.PrimaryStack, watch.Minimum(site.PrimaryStack))
				}},
			}
		},
		back: func(ctx context.Context, watch *status.Watch) string {
			if !watch.Stands(ctx, site.FailoverStack) {
				return "no visitor is led there yet; " + r.goOn()
			}
			move := "if visitors get errors, they are moved when the health check fails"
			if r.Site.Failover.Switch {
				move = fmt.Sprintf("if visitors get errors, move them with %q: the standby is good", r.command("failover-on"))
			}
			return move + "; " + r.back(site.PrimaryStack)
		},
	}
}

// records must lead home, or to the standby where they did before and that was accepted.
func (r *Release) records() gate {
	return gate{
		name: "records, by DNS", stack: site.FailoverStack, patience: r.Patience,
		questions: (*status.Watch).Places,
		allowed: func(item report.Item) bool {
			return r.moved && status.LeadsToStandby(item)
		},
		back: func(context.Context, *status.Watch) string {
			return "resolvers keep that a name is missing for up to 15 minutes; " + r.back(site.FailoverStack)
		},
	}
}
