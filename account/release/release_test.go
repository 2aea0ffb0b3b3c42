package release_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/account/deploy"
	"twinsite/account/release"
	"twinsite/account/report"
	"twinsite/account/status"
	"twinsite/account/status/deployed"
	"twinsite/site"
)

const top = "../.."

// A play is a release of a site, and what it has deployed and said.
type play struct {
	*release.Release

	site     *deployed.Site
	said     strings.Builder
	deployed []string                // stacks, in the order of their deployment
	after    map[string]func()       // what happens when a stack has been deployed
	heard    func(line string)       // hears each line
	refuses  string                  // the stack that the CDK cannot deploy
	there    map[string]deploy.Stack // what the stacks will be
}

// cloud is the account as a deployment asks it, too.
type cloud struct{ *deployed.Site }

func (cloud) Template(context.Context, deploy.Stack) (string, error)       { return "{}", nil }
func (cloud) Stood(context.Context, deploy.Stack) (bool, error)            { return true, nil }
func (cloud) Unprotect(context.Context, deploy.Stack) error                { return nil }
func (cloud) UnprotectBalancer(context.Context, string, string) error      { return nil }
func (cloud) Delete(context.Context, deploy.Stack, ...string) error        { return nil }
func (cloud) Buckets(context.Context, *site.Site) ([]deploy.Bucket, error) { return nil, nil }

// newPlay is a release of the default site where these stacks stand, without patience.
func newPlay(t *testing.T, standing ...string) *play {
	t.Helper()
	p := &play{site: deployed.New(t, top), after: map[string]func(){}, there: map[string]deploy.Stack{}}
	for name, stack := range p.site.Stacks {
		p.there[stack.ID] = stack
		if !slices.Contains(standing, stack.ID) {
			delete(p.site.Stacks, name)
		}
	}
	names := p.site.Names()
	p.Release = &release.Release{
		Site: p.site.Description, Cloud: p.site, Names: names, Resolver: p.site.Resolver(), Out: p, Pause: time.Millisecond,
		Deployment: &deploy.Deployment{Site: p.site.Description, Cloud: cloud{p.site}, Out: p, CDK: p.cdk},
	}
	return p
}

func (p *play) Write(line []byte) (int, error) {
	p.said.Write(line)
	if p.heard != nil {
		p.heard(string(line))
	}
	return len(line), nil
}

// cdk deploys a stack, all with the last one, or all once more.
func (p *play) cdk(_ context.Context, args ...string) error {
	id := args[1]
	switch last := "Failover"; {
	case id == "--exclusively":
		id = args[2]
	case id == "--all" && slices.Contains(p.deployed, last):
		p.deployed = append(p.deployed, "all")
		return nil
	case id == "--all":
		id = last
	}
	if id == p.refuses {
		return errors.New("exit status 1")
	}
	p.deployed = append(p.deployed, id)
	stack := p.there[id]
	p.site.Stacks[stack.Name] = stack
	p.site.Resources[stack.Name][0].Changed = time.Now()
	if after := p.after[id]; after != nil {
		after()
	}
	return nil
}

var all = []string{"Domain", "Global", "Secondary", "Primary", "Failover"}

// run runs the release and returns the stacks that it deployed.
func (p *play) run(t *testing.T) (string, []report.Item, error) {
	t.Helper()
	p.deployed = nil
	items, err := p.Run(t.Context())
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("not one line: %v", err)
	}
	return strings.Join(p.deployed, " "), items, err
}

func TestRelease(t *testing.T) {
	for name, test := range map[string]struct {
		standing []string
		want     string
	}{
		"an empty account":   {nil, "Domain Global Secondary Primary Failover all"}, // the second pass protects
		"a site that stands": {all, "Domain Global Secondary Primary Failover"},
		"half a site":        {all[:3], "Domain Global Secondary Primary Failover all"},
	} {
		p := newPlay(t, test.standing...)
		got, items, err := p.run(t)
		if err != nil || got != test.want {
			t.Errorf("%s: deployed %s, %v", name, got, err)
		}
		var asked []string
		for _, item := range items {
			asked = append(asked, item.Name)
			if item.Colour != report.Green {
				t.Errorf("%s: %+v", name, item)
			}
		}
		want := []string{"delegation of ticketing.pw", "the standby, us-east-1", "home, ap-northeast-2", "records, by DNS"}
		if !slices.Equal(asked, want) {
			t.Errorf("%s: asked %q, want %q", name, asked, want)
		}
	}
}

// TestStops holds that each wrong answer stops the release before the next stack, with
// the way back.
func TestStops(t *testing.T) {
	standbyIll := func(p *play) {
		p.site.Servers["us-east-1"] = []status.Target{{ID: "i-4", State: "unhealthy", Reason: "Target.Timeout"}}
	}
	for name, test := range map[string]struct {
		standing []string
		after    string // the stack whose deployment changes something
		change   func(*play)
		deployed string
		want     []string // in the error
	}{
		"no delegation": {nil, "Domain", func(p *play) { p.site.Delegate() }, "Domain",
			[]string{"the name servers of pw lead ticketing.pw to nobody, and the zone's are ns-1.awsdns.org, ns-2.awsdns.net", "give the registrar", `"make release SITE=other.yaml"`}},
		"another delegation": {nil, "Domain", func(p *play) { p.site.Delegate("ns.old.example.") }, "Domain", []string{"lead ticketing.pw to ns.old.example"}},
		"unhealthy standby": {all, "Secondary", standbyIll, "Domain Global Secondary",
			[]string{"servers of us-east-1: 0 of 1 healthy; i-4 is unhealthy Target.Timeout", "the home region was not changed", `"make deploy STACK=Secondary SITE=other.yaml"`}},
		"unhealthy standby, first": {nil, "Secondary", standbyIll, "Domain Global Secondary", []string{"the home region was not deployed yet; to go on"}},
		"one unhealthy standby":    {all, "Secondary", func(p *play) { p.site.Servers["us-east-1"][0].State = "unhealthy" }, "Domain Global Secondary", []string{"1 of 2 healthy"}},
		"standby answers 503":      {all, "Secondary", func(p *play) { p.site.Serve(deployed.StandbyAddress, 503) }, "Domain Global Secondary", []string{"the standby, by its own name: origin-us-east-1.ticketing.pw answers 503"}},
		"standby's alarm":          {all, "Secondary", func(p *play) { p.site.On["us-east-1"] = []status.Alarm{{Name: "ticketing: Servers are unhealthy"}} }, "Domain Global Secondary", []string{"alarms of the standby's web servers: on: ticketing: Servers are unhealthy"}},
		"not allowed to ask":       {all, "Secondary", func(p *play) { p.site.Refused = "cloudwatch:" }, "Domain Global Secondary", []string{"needs cloudwatch:DescribeAlarms"}},
		"home answers 502":         {all, "Primary", func(p *play) { p.site.Serve(deployed.EdgeAddress, 502) }, "Domain Global Secondary Primary", []string{"home, through CloudFront: d1.cloudfront.net answers 502", `"make failover-on SITE=other.yaml"`, "STACK=Primary"}},
		"home answers 502, first":  {all[:4], "Primary", func(p *play) { p.site.Serve(deployed.EdgeAddress, 502) }, "Domain Global Secondary Primary", []string{"no visitor is led there yet"}},
		"no record":                {nil, "Failover", func(p *play) { p.site.Lead("www.ticketing.pw", "") }, "Domain Global Secondary Primary Failover", []string{"DNS has no address for www.ticketing.pw", "STACK=Failover"}},
		"records to the standby":   {all, "Failover", func(p *play) { p.site.Lead("www.ticketing.pw", deployed.StandbyAddress) }, "Domain Global Secondary Primary Failover", []string{"the standby: www.ticketing.pw"}},
	} {
		p := newPlay(t, test.standing...)
		p.Make = "SITE=other.yaml"
		p.after[test.after] = func() { test.change(p) }
		got, items, err := p.run(t)
		if !errors.Is(err, release.ErrStopped) || got != test.deployed {
			t.Errorf("%s: deployed %q, %v", name, got, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", name, err, want)
			}
		}
		if last := items[len(items)-1]; last.Colour != report.Red || last.Remedy == "" || !strings.Contains(err.Error(), last.Said) {
			t.Errorf("%s: the report ends with %+v", name, last)
		}
	}
}

// TestGoesOn holds that a release that stopped goes on by the same call.
func TestGoesOn(t *testing.T) {
	p := newPlay(t)
	p.after["Secondary"] = func() { p.site.Serve(deployed.StandbyAddress, http.StatusServiceUnavailable) }
	if got, _, err := p.run(t); !errors.Is(err, release.ErrStopped) || got != "Domain Global Secondary" {
		t.Fatalf("deployed %s, %v", got, err)
	}
	p.after["Secondary"] = nil
	p.site.Serve(deployed.StandbyAddress, http.StatusOK)
	if got, items, err := p.run(t); err != nil || got != "Domain Global Secondary Primary Failover all" || len(items) != 4 {
		t.Errorf("deployed %s, %v: %+v", got, err, items)
	}
}

// TestWaits holds that what is not good yet is waited for, each answer said, and that
// the delegation is said each time.
func TestWaits(t *testing.T) {
	p := newPlay(t)
	p.Patience, p.DelegationPatience = time.Minute, time.Minute
	p.site.Delegate()
	p.after["Secondary"] = func() { p.site.Serve(deployed.StandbyAddress, http.StatusServiceUnavailable) }
	p.heard = func(string) {
		said := p.said.String()
		if strings.Count(said, "lead ticketing.pw to nobody") == 3 {
			p.site.Delegate("ns-1.awsdns.org.", "ns-2.awsdns.net.")
		}
		if strings.Contains(said, "origin-us-east-1.ticketing.pw answers 503") {
			p.site.Serve(deployed.StandbyAddress, http.StatusOK)
		}
	}
	if got, _, err := p.run(t); err != nil || got != "Domain Global Secondary Primary Failover all" {
		t.Errorf("deployed %s, %v", got, err)
	}
	if n := strings.Count(p.said.String(), "lead ticketing.pw to nobody"); n != 3 {
		t.Errorf("the delegation was said %d times:\n%s", n, p.said.String())
	}
}

// TestBake holds that the standby has to be good for a time since it was changed, and
// that a relapse begins it anew.
func TestBake(t *testing.T) {
	const bake = 300 * time.Millisecond
	p := newPlay(t, all...)
	p.Bake, p.Patience = bake, time.Minute
	var changed, relapsed, primary time.Time
	p.after["Secondary"] = func() { changed = time.Now() }
	p.after["Primary"] = func() { primary = time.Now() }
	if _, _, err := p.run(t); err != nil || primary.Sub(changed) < bake {
		t.Errorf("Primary came %s after Secondary, %v", primary.Sub(changed), err)
	}

	p.after["Secondary"] = func() {
		p.site.On["us-east-1"] = []status.Alarm{{Name: "ticketing: Servers are unhealthy"}}
	}
	p.heard = func(line string) {
		if strings.Contains(line, "on: ticketing: Servers are unhealthy") {
			p.site.On["us-east-1"], relapsed = nil, time.Now()
		}
	}
	if _, _, err := p.run(t); err != nil || relapsed.IsZero() || primary.Sub(relapsed) < bake {
		t.Errorf("Primary came %s after an alarm, %v", primary.Sub(relapsed), err)
	}

	p.after["Secondary"] = func() { // it was up to date
		p.site.Resources["ticketing-Secondary"][0].Changed = time.Now().Add(-time.Hour)
		changed = time.Now()
	}
	p.heard = nil
	p.Bake = time.Minute
	if _, _, err := p.run(t); err != nil || primary.Sub(changed) > 10*time.Second {
		t.Errorf("what was good for an hour was waited for, %s, %v", primary.Sub(changed), err)
	}
}

// TestBegin holds that nothing is deployed while the standby serves, unless that is
// accepted.
func TestBegin(t *testing.T) {
	for _, name := range []string{"www.ticketing.pw", "origin.ticketing.pw"} {
		p := newPlay(t, all...)
		p.site.Lead(name, deployed.StandbyAddress)
		got, _, err := p.run(t)
		if !errors.Is(err, release.ErrStopped) || got != "" || !strings.Contains(fmt.Sprint(err), "nothing was deployed") || !strings.Contains(fmt.Sprint(err), "ACCEPT=1") {
			t.Errorf("%s: deployed %q, %v", name, got, err)
		}
		p.Accept = true
		if got, _, err := p.run(t); err != nil || got != strings.Join(all, " ") {
			t.Errorf("%s, accepted: deployed %q, %v", name, got, err)
		}
	}
	p := newPlay(t, all...)
	p.site.Lead("www.ticketing.pw", "") // a release may be what mends that
	if got, _, err := p.run(t); !errors.Is(err, release.ErrStopped) || got != strings.Join(all, " ") {
		t.Errorf("deployed %q, %v", got, err)
	}
}

// TestErrors holds that the deployment's own errors stay what they are, and stand in the
// report.
func TestErrors(t *testing.T) {
	p := newPlay(t, all...)
	p.refuses = "Global"
	got, items, err := p.run(t)
	if !errors.Is(err, deploy.ErrFailed) || got != "Domain" {
		t.Errorf("deployed %q, %v", got, err)
	}
	if last := items[len(items)-1]; last.Name != "deployment" || last.Colour != report.Red || !strings.Contains(last.Remedy, "make status") {
		t.Errorf("the report ends with %+v", last)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p = newPlay(t)
	p.DelegationPatience, p.Pause = time.Hour, time.Hour
	p.site.Delegate()
	p.heard = func(line string) {
		if strings.Contains(line, "to nobody") {
			cancel()
		}
	}
	if _, err := p.Run(ctx); !errors.Is(err, release.ErrStopped) || !strings.Contains(err.Error(), "interrupted between two stacks") {
		t.Errorf("got %v", err)
	}
}

// TestImportedZone holds that the name servers of a zone that was there are Route 53's.
func TestImportedZone(t *testing.T) {
	p := newPlay(t, all...)
	p.site.Description.Zone.ID = "Z0123456789ABCDEFGHIJ"
	got, items, err := p.run(t)
	if err != nil || got != "Global Secondary Primary Failover" || items[0].Name != "delegation of ticketing.pw" {
		t.Errorf("deployed %q, %v: %+v", got, err, items)
	}
}
