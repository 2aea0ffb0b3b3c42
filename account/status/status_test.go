package status_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"twinsite/account/report"
	"twinsite/account/status"
	"twinsite/account/status/deployed"
	"twinsite/site"
)

const top = "../.."

// look returns the items by their names.
func look(t *testing.T, n *deployed.Site) map[string]report.Item {
	t.Helper()
	items, err := status.New(n.Description, n, n.Names()).Look(t.Context(), report.Asking{})
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]report.Item{}
	for _, item := range items {
		by[item.Name] = item
	}
	if len(by) != len(items) || items[0].Name != "in short" {
		t.Errorf("two items have one name, or the first is not the verdict: %+v", items)
	}
	return by
}

// TestGood holds what a site that is well is asked, each item by name.
func TestGood(t *testing.T) {
	items := look(t, deployed.New(t, top))
	want := []string{
		"alarms of ap-northeast-2", "alarms of us-east-1", "health check HomeEndpoint", "health check HomeServes", "health check StandbyEndpoint",
		"health check SwitchOff", "home, through CloudFront", "in short", "servers of ap-northeast-2", "servers of us-east-1", "the failover switch",
		"the standby, by its own name", "who serves CloudFront, origin.ticketing.pw", "who serves ticketing.pw", "who serves www.ticketing.pw",
	}
	if got := slices.Sorted(maps.Keys(items)); !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
	for _, item := range items {
		if item.Colour != report.Green || item.Said == "" {
			t.Errorf("%+v", item)
		}
	}
	if got := items["servers of ap-northeast-2"].Said; got != "2 of 2 healthy" {
		t.Errorf("a server on its way out is counted: %s", got)
	}
}

func TestVerdict(t *testing.T) {
	moved := func(n *deployed.Site) {
		for _, name := range []string{"ticketing.pw", "www.ticketing.pw", "origin.ticketing.pw"} {
			n.Lead(name, deployed.StandbyAddress)
		}
	}
	put := func(n *deployed.Site) { n.Put = time.Now() }
	homeDown := func(n *deployed.Site) { n.Serve(deployed.EdgeAddress, http.StatusBadGateway) }
	standbyDown := func(n *deployed.Site) { n.HTTPS(deployed.StandbyAddress, nil) }
	all := func(of ...func(*deployed.Site)) func(*deployed.Site) {
		return func(n *deployed.Site) {
			for _, change := range of {
				change(n)
			}
		}
	}
	for name, test := range map[string]struct {
		change func(*deployed.Site)
		colour report.Colour
		said   string
		remedy string
	}{
		"both down":               {all(homeDown, standbyDown), report.Red, "nobody is served", "undo that"},
		"failed over":             {all(homeDown, moved), report.Red, "the standby has taken over", "deploy nothing"},
		"not moved yet":           {homeDown, report.Red, "they move within 108 s", "ask again"},
		"standby down":            {standbyDown, report.Red, "if home fails too", "do not turn the switch on"},
		"switch to a dead region": {all(standbyDown, moved, put), report.Red, "that does not answer", "make failover-off"},
		"moved to a dead region":  {all(standbyDown, moved), report.Red, "though the switch is off", "repair the standby"},
		"switch":                  {all(moved, put), report.Warning, "the failover switch is on", "nothing tonight"},
		"new checks":              {moved, report.Warning, "or the health checks are new", "ask again"},
		"edge alone has moved":    {all(put, func(n *deployed.Site) { n.Lead("origin.ticketing.pw", deployed.StandbyAddress) }), report.Warning, "the failover switch is on", ""},
		"visitors affected": {func(n *deployed.Site) {
			n.On["us-east-1"] = []status.Alarm{{Name: "ticketing: Visitors are affected", Since: time.Now(), Actions: []string{"arn:pages"}}}
		}, report.Red, "not the visitors: Visitors are affected", "make failover-on"},
		"elsewhere":  {func(n *deployed.Site) { n.Lead("www.ticketing.pw", "192.0.2.9") }, report.Warning, "not known", ""},
		"no address": {func(n *deployed.Site) { n.Lead("www.ticketing.pw", "") }, report.Warning, "not known", ""},
		"no answer":  {func(n *deployed.Site) { n.Refused = "cloudfront:" }, report.Warning, "not known", ""},
	} {
		n := deployed.New(t, top)
		test.change(n)
		got := look(t, n)["in short"]
		if got.Colour != test.colour || !strings.Contains(got.Said, test.said) || !strings.Contains(got.Remedy, test.remedy) {
			t.Errorf("%s: got %+v, want %+v", name, got, test)
		}
	}
}

// TestItems holds that each item turns by its own cause, and says what to do.
func TestItems(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*deployed.Site)
		item   string
		colour report.Colour
		said   string
	}{
		"moved":          {func(n *deployed.Site) { n.Lead("www.ticketing.pw", deployed.StandbyAddress) }, "who serves www.ticketing.pw", report.Warning, "the standby: www.ticketing.pw has an address of origin-us-east-1"},
		"edge moved":     {func(n *deployed.Site) { n.Lead("origin.ticketing.pw", deployed.StandbyAddress) }, "who serves CloudFront, origin.ticketing.pw", report.Warning, "the standby"},
		"elsewhere":      {func(n *deployed.Site) { n.Lead("www.ticketing.pw", "192.0.2.9") }, "who serves www.ticketing.pw", report.Red, "neither"},
		"CloudFront's":   {func(n *deployed.Site) { n.Lead("www.ticketing.pw", "203.0.113.7"); n.Serve("203.0.113.7", 200) }, "who serves www.ticketing.pw", report.Green, "leads to CloudFront"},
		"nowhere":        {func(n *deployed.Site) { n.Lead("www.ticketing.pw", "") }, "who serves www.ticketing.pw", report.Red, "DNS has no address"},
		"home fails":     {func(n *deployed.Site) { n.Serve(deployed.EdgeAddress, 503) }, "home, through CloudFront", report.Red, "answers 503 for /healthz"},
		"home redirects": {func(n *deployed.Site) { n.Serve(deployed.EdgeAddress, 301) }, "home, through CloudFront", report.Warning, "a redirect"},
		"standby silent": {func(n *deployed.Site) { n.HTTPS(deployed.StandbyAddress, nil) }, "the standby, by its own name", report.Red, "connection refused"},
		"no server":      {func(n *deployed.Site) { n.Servers["us-east-1"] = nil }, "servers of us-east-1", report.Red, "0 of 0 healthy"},
		"one ill": {func(n *deployed.Site) {
			n.Servers["us-east-1"][0] = status.Target{ID: "i-4", State: "unhealthy", Reason: "Target.Timeout"}
		}, "servers of us-east-1", report.Warning, "1 of 2 healthy; i-4 is unhealthy Target.Timeout"},
		"one missing": {func(n *deployed.Site) { n.Servers["us-east-1"] = n.Servers["us-east-1"][:1] }, "servers of us-east-1", report.Warning, "1 of 1 healthy, and the group has to have 2"},
		"both ill":    {func(n *deployed.Site) { n.Servers["us-east-1"] = []status.Target{{ID: "i-4", State: "initial"}} }, "servers of us-east-1", report.Red, "0 of 1 healthy"},
		"checkers fail": {func(n *deployed.Site) {
			n.Checks["FailoverHomeEndpoint"] = status.Check{Checkers: 16, Good: 2, Failure: "Failure: 403"}
		}, "health check HomeEndpoint", report.Red, "unhealthy: 2 of 16 checkers get a good answer; one of the others: Failure: 403"},
		"some fail": {func(n *deployed.Site) { n.Checks["FailoverHomeEndpoint"] = status.Check{Checkers: 16, Good: 3} }, "health check HomeEndpoint", report.Green, "healthy: 3 of 16"},
		"none yet":  {func(n *deployed.Site) { n.Checks["StandbyEndpoint"] = status.Check{} }, "health check StandbyEndpoint", report.Warning, "no checker"},
		"switch seen": {func(n *deployed.Site) {
			n.Checks["FailoverSwitchOff"] = status.Check{Checkers: 16, Good: 16, Inverted: true}
		}, "health check SwitchOff", report.Warning, "inverted"},
		"serves no more": {func(n *deployed.Site) {
			n.Checks["FailoverHomeServes"] = status.Check{Calculated: true, Published: time.Now()}
		}, "health check HomeServes", report.Warning, "unhealthy at"},
		"no state":   {func(n *deployed.Site) { n.Checks["FailoverHomeServes"] = status.Check{Calculated: true} }, "health check HomeServes", report.Warning, "no state"},
		"switch put": {func(n *deployed.Site) { n.Put = time.Unix(1e9, 0) }, "the failover switch", report.Warning, "on since 2001-09-09 01:46 UTC: s3://bucket/failover-switch is there"},
		"no switch":  {func(n *deployed.Site) { n.Stacks["ticketing-Secondary"].Outputs[site.SwitchOutput] = "" }, "the failover switch", report.Warning, "without the failover switch"},
		"an alarm": {func(n *deployed.Site) {
			n.On["ap-northeast-2"] = []status.Alarm{{Name: "ticketing: Servers are unhealthy", Since: time.Unix(1e9, 0)}}
		}, "alarms of ap-northeast-2", report.Warning, "on: Servers are unhealthy, since 2001-09-09 01:46 UTC"},
		"a page": {func(n *deployed.Site) {
			n.On["us-east-1"] = []status.Alarm{{Name: "ticketing: Nobody is served", Since: time.Now(), Actions: []string{"arn:pages"}}}
		}, "alarms of us-east-1", report.Red, "on: Nobody is served"},
		"not allowed":     {func(n *deployed.Site) { n.Refused = "cloudwatch:" }, "alarms of us-east-1", report.Warning, "not allowed to ask: needs cloudwatch:DescribeAlarms"},
		"no Failover":     {func(n *deployed.Site) { delete(n.Stacks, "ticketing-Failover") }, "health check of each kind", report.Warning, "ticketing-Failover is not deployed"},
		"no distribution": {func(n *deployed.Site) { n.Resources["ticketing-Primary"] = nil }, "home, through CloudFront", report.Warning, "has no AWS::CloudFront::Distribution"},
	} {
		n := deployed.New(t, top)
		test.change(n)
		items := look(t, n)
		if got := items[test.item]; got.Colour != test.colour || !strings.Contains(got.Said, test.said) || got.Colour == report.Red && got.Remedy == "" {
			t.Errorf("%s: got %+v, want %s and %q", name, got, test.colour, test.said)
		}
		if test.colour != report.Green && look(t, deployed.New(t, top))[test.item].Colour != report.Green && !strings.HasSuffix(test.item, "kind") {
			t.Errorf("%s: the item is never green", name)
		}
	}
}

// TestWithoutOriginTLS holds that the standby is asked by its load balancer's name,
// where it has none of its own.
func TestWithoutOriginTLS(t *testing.T) {
	n := deployed.New(t, top)
	n.Description.Edge.OriginTLS, n.Description.Edge.WriteFailover, n.Description.Edge.ReadFailover = false, false, false
	items := look(t, n)
	if got := items["the standby, by its own name"]; got.Colour != report.Green || !strings.HasPrefix(got.Said, "balancer.amazonaws.com answers 200") {
		t.Errorf("got %+v", got)
	}
	if _, asked := items["who serves CloudFront, origin.ticketing.pw"]; asked || items["in short"].Colour != report.Green {
		t.Errorf("got %+v", items)
	}
}

// TestEdgeFront holds that a front at CloudFront says nothing about who serves.
func TestEdgeFront(t *testing.T) {
	n := deployed.New(t, top)
	n.Description.Failover.Front = site.FrontEdge
	n.Lead("origin.ticketing.pw", deployed.StandbyAddress)
	if got := look(t, n)["in short"]; !strings.Contains(got.Said, "names lead to the standby") {
		t.Errorf("got %+v", got)
	}
}

func TestNotDeployed(t *testing.T) {
	n := deployed.New(t, top)
	clear(n.Stacks)
	_, err := status.New(n.Description, n, n.Names()).Look(t.Context(), report.Asking{})
	if err == nil || !strings.HasPrefix(err.Error(), "the site is not deployed: the account has none of the stacks ticketing-Domain, ticketing-Global,") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	n.Refused = "cloudformation:"
	if items := look(t, n); items["home, through CloudFront"].Said != "not allowed to ask: needs cloudformation:DescribeStacks" || items["the standby, by its own name"].Colour != report.Green {
		t.Errorf("what needs no CloudFormation is not asked without it: %+v", items)
	}
}

// TestTierAlarms holds that the alarms of the web tier are told from the others of the
// region.
func TestTierAlarms(t *testing.T) {
	n := deployed.New(t, top)
	ask := func() report.Finding {
		found, err := status.New(n.Description, n, n.Names()).TierAlarms(t.Context(), site.SecondaryStack)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	n.On["us-east-1"] = []status.Alarm{{Name: "ticketing: CloudFront answers with errors (the site)"}, {Name: "ticketing: Files replicate late"}}
	if got := ask(); got.Colour != report.Green || got.Said != "none of 5 is on" {
		t.Errorf("got %+v", got)
	}
	n.On["us-east-1"] = append(n.On["us-east-1"], status.Alarm{Name: "ticketing: Servers are unhealthy"})
	if got := ask(); got.Colour != report.Red || got.Said != "on: ticketing: Servers are unhealthy" {
		t.Errorf("got %+v", got)
	}
}

// TestLeadsToStandby holds that it is decided by what was found, whatever the words are.
func TestLeadsToStandby(t *testing.T) {
	for _, test := range []struct {
		item report.Item
		want bool
	}{
		{report.Item{Finding: report.Finding{Colour: report.Warning, Said: "moved", Fact: status.AtStandby}}, true},
		{report.Item{Finding: report.Finding{Colour: report.Warning, Said: "the standby: cannot be asked"}}, false},
		{report.Item{Finding: report.Finding{Colour: report.Green, Said: "home: it leads to CloudFront", Fact: status.AtHome}}, false},
	} {
		if got := status.LeadsToStandby(test.item); got != test.want {
			t.Errorf("%+v: got %t", test.item, got)
		}
	}
	n := deployed.New(t, top)
	n.Lead("www.ticketing.pw", deployed.StandbyAddress)
	places := report.Asking{}.Ask(t.Context(), status.New(n.Description, n, n.Names()).Places())
	for i, want := range []status.Place{status.AtHome, status.AtStandby, status.AtHome} {
		if places[i].Fact != want {
			t.Errorf("got %+v, want %s", places[i], want)
		}
	}
}
