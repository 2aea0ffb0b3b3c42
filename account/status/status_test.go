package status

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/ask/loopback"
	"twinsite/account/deploy"
	"twinsite/account/report"
	"twinsite/assembly"
	"twinsite/site"
)

// A night is a deployed site: the stacks of the golden templates, and what its account
// and its names answer.
type night struct {
	t    *testing.T
	site *site.Site
	*loopback.Internet

	mu        sync.Mutex
	stacks    map[string]deploy.Stack
	resources map[string][]deploy.Resource
	addresses map[string]string // by name
	targets   map[string][]Target
	checks    map[string]Check // by the beginning of the id
	switched  time.Time
	on        map[string][]Alarm // by region
	refused   string             // the call that AWS refuses
}

const (
	edgeAddress    = "203.0.113.1"
	homeAddress    = "198.51.100.1"
	standbyAddress = "198.51.100.2"
)

func newNight(t *testing.T) *night {
	t.Helper()
	s, err := site.Load("../../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Load("../../testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	n := &night{
		t: t, site: s, Internet: loopback.New(t, s.Domain, "*."+s.Domain),
		stacks: map[string]deploy.Stack{}, resources: map[string][]deploy.Resource{}, on: map[string][]Alarm{},
		addresses: map[string]string{
			"d1.cloudfront.net": edgeAddress, "ticketing.pw": edgeAddress, "www.ticketing.pw": edgeAddress, "balancer.amazonaws.com": standbyAddress,
			"origin.ticketing.pw": homeAddress, "origin-ap-northeast-2.ticketing.pw": homeAddress, "origin-us-east-1.ticketing.pw": standbyAddress,
		},
		targets: map[string][]Target{
			"ap-northeast-2": {{"i-1", "healthy", ""}, {"i-2", "healthy", ""}, {"i-3", "draining", ""}},
			"us-east-1":      {{"i-4", "healthy", ""}, {"i-5", "healthy", ""}},
		},
		checks: map[string]Check{
			"FailoverHomeEndpoint": {Checkers: 16, Good: 16}, "StandbyEndpoint": {Checkers: 16, Good: 16},
			"FailoverSwitchOff":  {Checkers: 16, Inverted: true, Failure: "Failure: HTTP Status Code 403, Forbidden"},
			"FailoverHomeServes": {Calculated: true, Healthy: true, Published: time.Now()},
		},
	}
	for _, stack := range a.Stacks() {
		n.stacks[stack.Name] = deploy.Stack{ID: stack.ID, Name: stack.Name, Region: stack.Region, Status: "UPDATE_COMPLETE",
			Outputs: map[string]string{site.SwitchOutput: "s3://bucket/failover-switch", site.PagesTopicOutput: "arn:pages"}}
		for _, r := range stack.Resources() {
			physical := r.LogicalID
			if name, err := r.Value("AlarmName"); err == nil && name != nil {
				physical = fmt.Sprint(name)
			}
			n.resources[stack.Name] = append(n.resources[stack.Name], deploy.Resource{LogicalID: r.LogicalID, PhysicalID: physical, Type: r.Type})
		}
	}
	n.DNS(loopback.Resolver, n.answer)
	n.serve(edgeAddress, http.StatusOK)
	n.serve(standbyAddress, http.StatusOK)
	return n
}

func (n *night) answer(reply *dns.Msg, question dns.Question) {
	address := n.addresses[strings.TrimSuffix(question.Name, ".")]
	if record, err := dns.NewRR(question.Name + " 60 A " + address); err == nil && address != "" && question.Qtype == dns.TypeA {
		reply.Answer = append(reply.Answer, record)
	}
}

// serve starts a server that answers with a status; CloudFront's marks what it sends.
func (n *night) serve(address string, status int) {
	n.HTTPS(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if strings.HasPrefix(address, "203.0.113.") {
			w.Header().Set("Via", "1.1 d1.cloudfront.net (CloudFront)")
		}
		w.WriteHeader(status)
	}))
}

// fails is the error of a call that the night refuses.
func (n *night) fails(call string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.refused != "" && strings.HasPrefix(call, n.refused) {
		return errors.New("not allowed to ask: needs " + call)
	}
	return nil
}

func (n *night) Stack(_ context.Context, _, name string) (deploy.Stack, error) {
	return n.stacks[name], n.fails("cloudformation:DescribeStacks")
}

func (n *night) Remains(_ context.Context, stack deploy.Stack) ([]deploy.Resource, error) {
	return n.resources[stack.Name], n.fails("cloudformation:ListStackResources")
}

func (n *night) Distribution(_ context.Context, id string) (string, error) {
	if !strings.HasPrefix(id, "SiteDistribution") {
		return "", errors.New("not the site's distribution: " + id)
	}
	return "d1.cloudfront.net", n.fails("cloudfront:GetDistribution")
}

func (n *night) Balancer(context.Context, string, string) (string, error) {
	return "balancer.amazonaws.com", n.fails("elasticloadbalancing:DescribeLoadBalancers")
}

func (n *night) Targets(_ context.Context, region, _ string) ([]Target, error) {
	return n.targets[region], n.fails("elasticloadbalancing:DescribeTargetHealth in " + region)
}

func (n *night) Check(_ context.Context, id string) (Check, error) {
	for prefix, check := range n.checks {
		if strings.HasPrefix(id, prefix) {
			return check, n.fails("route53:GetHealthCheckStatus")
		}
	}
	return Check{}, errors.New("no such check: " + id)
}

func (n *night) Switched(_ context.Context, region, bucket, key string) (time.Time, error) {
	if region+bucket+key != "us-east-1bucketfailover-switch" {
		return time.Time{}, errors.New("another switch")
	}
	return n.switched, n.fails("s3:ListBucket")
}

func (n *night) AlarmsOn(_ context.Context, region, prefix string) ([]Alarm, error) {
	if prefix != "ticketing: " {
		return nil, errors.New("another prefix: " + prefix)
	}
	return n.on[region], n.fails("cloudwatch:DescribeAlarms")
}

// look returns the items by their names.
func (n *night) look() map[string]report.Item {
	n.t.Helper()
	items, err := New(n.site, n, n.Names()).Look(n.t.Context(), report.Asking{})
	if err != nil {
		n.t.Fatal(err)
	}
	by := map[string]report.Item{}
	for _, item := range items {
		by[item.Name] = item
	}
	if len(by) != len(items) || items[0].Name != "in short" {
		n.t.Errorf("two items have one name, or the first is not the verdict: %+v", items)
	}
	return by
}

// TestGood holds what a site that is well is asked, each item by name.
func TestGood(t *testing.T) {
	items := newNight(t).look()
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
	moved := func(n *night) {
		n.addresses["ticketing.pw"], n.addresses["www.ticketing.pw"], n.addresses["origin.ticketing.pw"] = standbyAddress, standbyAddress, standbyAddress
	}
	put := func(n *night) { n.switched = time.Now() }
	homeDown := func(n *night) { n.serve(edgeAddress, http.StatusBadGateway) }
	standbyDown := func(n *night) { n.HTTPS(standbyAddress, nil) }
	all := func(of ...func(*night)) func(*night) {
		return func(n *night) {
			for _, change := range of {
				change(n)
			}
		}
	}
	for name, test := range map[string]struct {
		change func(*night)
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
		"edge alone has moved":    {all(put, func(n *night) { n.addresses["origin.ticketing.pw"] = standbyAddress }), report.Warning, "the failover switch is on", ""},
		"visitors affected": {func(n *night) {
			n.on["us-east-1"] = []Alarm{{"ticketing: Visitors are affected", time.Now(), []string{"arn:pages"}}}
		}, report.Red, "not the visitors: Visitors are affected", "make failover-on"},
		"elsewhere":  {func(n *night) { n.addresses["www.ticketing.pw"] = "192.0.2.9" }, report.Warning, "not known", ""},
		"no address": {func(n *night) { delete(n.addresses, "www.ticketing.pw") }, report.Warning, "not known", ""},
		"no answer":  {func(n *night) { n.refused = "cloudfront:" }, report.Warning, "not known", ""},
	} {
		n := newNight(t)
		test.change(n)
		got := n.look()["in short"]
		if got.Colour != test.colour || !strings.Contains(got.Said, test.said) || !strings.Contains(got.Remedy, test.remedy) {
			t.Errorf("%s: got %+v, want %+v", name, got, test)
		}
	}
}

// TestItems holds that each item turns by its own cause, and says what to do.
func TestItems(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*night)
		item   string
		colour report.Colour
		said   string
	}{
		"moved":          {func(n *night) { n.addresses["www.ticketing.pw"] = standbyAddress }, "who serves www.ticketing.pw", report.Warning, "the standby: www.ticketing.pw has an address of origin-us-east-1"},
		"edge moved":     {func(n *night) { n.addresses["origin.ticketing.pw"] = standbyAddress }, "who serves CloudFront, origin.ticketing.pw", report.Warning, "the standby"},
		"elsewhere":      {func(n *night) { n.addresses["www.ticketing.pw"] = "192.0.2.9" }, "who serves www.ticketing.pw", report.Red, "neither"},
		"CloudFront's":   {func(n *night) { n.addresses["www.ticketing.pw"] = "203.0.113.7"; n.serve("203.0.113.7", 200) }, "who serves www.ticketing.pw", report.Green, "leads to CloudFront"},
		"nowhere":        {func(n *night) { delete(n.addresses, "www.ticketing.pw") }, "who serves www.ticketing.pw", report.Red, "DNS has no address"},
		"home fails":     {func(n *night) { n.serve(edgeAddress, 503) }, "home, through CloudFront", report.Red, "answers 503 for /healthz"},
		"home redirects": {func(n *night) { n.serve(edgeAddress, 301) }, "home, through CloudFront", report.Warning, "a redirect"},
		"standby silent": {func(n *night) { n.HTTPS(standbyAddress, nil) }, "the standby, by its own name", report.Red, "connection refused"},
		"no server":      {func(n *night) { n.targets["us-east-1"] = nil }, "servers of us-east-1", report.Red, "0 of 0 healthy"},
		"one ill":        {func(n *night) { n.targets["us-east-1"][0] = Target{"i-4", "unhealthy", "Target.Timeout"} }, "servers of us-east-1", report.Warning, "1 of 2 healthy; i-4 is unhealthy Target.Timeout"},
		"both ill":       {func(n *night) { n.targets["us-east-1"] = []Target{{"i-4", "initial", ""}} }, "servers of us-east-1", report.Red, "0 of 1 healthy"},
		"checkers fail": {func(n *night) {
			n.checks["FailoverHomeEndpoint"] = Check{Checkers: 16, Good: 2, Failure: "Failure: 403"}
		}, "health check HomeEndpoint", report.Red, "unhealthy: 2 of 16 checkers get a good answer; one of the others: Failure: 403"},
		"some fail":      {func(n *night) { n.checks["FailoverHomeEndpoint"] = Check{Checkers: 16, Good: 3} }, "health check HomeEndpoint", report.Green, "healthy: 3 of 16"},
		"none yet":       {func(n *night) { n.checks["StandbyEndpoint"] = Check{} }, "health check StandbyEndpoint", report.Warning, "no checker"},
		"switch seen":    {func(n *night) { n.checks["FailoverSwitchOff"] = Check{Checkers: 16, Good: 16, Inverted: true} }, "health check SwitchOff", report.Warning, "inverted"},
		"serves no more": {func(n *night) { n.checks["FailoverHomeServes"] = Check{Calculated: true, Published: time.Now()} }, "health check HomeServes", report.Warning, "unhealthy at"},
		"no state":       {func(n *night) { n.checks["FailoverHomeServes"] = Check{Calculated: true} }, "health check HomeServes", report.Warning, "no state"},
		"switch put":     {func(n *night) { n.switched = time.Unix(1e9, 0) }, "the failover switch", report.Warning, "on since 2001-09-09 01:46 UTC: s3://bucket/failover-switch is there"},
		"no switch":      {func(n *night) { n.stacks["ticketing-Secondary"].Outputs[site.SwitchOutput] = "" }, "the failover switch", report.Warning, "without the failover switch"},
		"an alarm": {func(n *night) {
			n.on["ap-northeast-2"] = []Alarm{{"ticketing: Servers are unhealthy", time.Unix(1e9, 0), nil}}
		}, "alarms of ap-northeast-2", report.Warning, "on: Servers are unhealthy, since 2001-09-09 01:46 UTC"},
		"a page": {func(n *night) {
			n.on["us-east-1"] = []Alarm{{"ticketing: Nobody is served", time.Now(), []string{"arn:pages"}}}
		}, "alarms of us-east-1", report.Red, "on: Nobody is served"},
		"not allowed":     {func(n *night) { n.refused = "cloudwatch:" }, "alarms of us-east-1", report.Warning, "not allowed to ask: needs cloudwatch:DescribeAlarms"},
		"no Failover":     {func(n *night) { delete(n.stacks, "ticketing-Failover") }, "health check of each kind", report.Warning, "ticketing-Failover is not deployed"},
		"no distribution": {func(n *night) { n.resources["ticketing-Primary"] = nil }, "home, through CloudFront", report.Warning, "has no AWS::CloudFront::Distribution"},
	} {
		n := newNight(t)
		test.change(n)
		items := n.look()
		if got := items[test.item]; got.Colour != test.colour || !strings.Contains(got.Said, test.said) || got.Colour == report.Red && got.Remedy == "" {
			t.Errorf("%s: got %+v, want %s and %q", name, got, test.colour, test.said)
		}
		if test.colour != report.Green && newNight(t).look()[test.item].Colour != report.Green && !strings.HasSuffix(test.item, "kind") {
			t.Errorf("%s: the item is never green", name)
		}
	}
}

// TestWithoutOriginTLS holds that the standby is asked by its load balancer's name,
// where it has none of its own.
func TestWithoutOriginTLS(t *testing.T) {
	n := newNight(t)
	n.site.Edge.OriginTLS, n.site.Edge.WriteFailover, n.site.Edge.ReadFailover = false, false, false
	items := n.look()
	if got := items["the standby, by its own name"]; got.Colour != report.Green || !strings.HasPrefix(got.Said, "balancer.amazonaws.com answers 200") {
		t.Errorf("got %+v", got)
	}
	if _, asked := items["who serves CloudFront, origin.ticketing.pw"]; asked || items["in short"].Colour != report.Green {
		t.Errorf("got %+v", items)
	}
}

// TestEdgeFront holds that a front at CloudFront says nothing about who serves.
func TestEdgeFront(t *testing.T) {
	n := newNight(t)
	n.site.Failover.Front = site.FrontEdge
	n.addresses["origin.ticketing.pw"] = standbyAddress
	if got := n.look()["in short"]; !strings.Contains(got.Said, "names lead to the standby") {
		t.Errorf("got %+v", got)
	}
}

func TestNotDeployed(t *testing.T) {
	n := newNight(t)
	clear(n.stacks)
	_, err := New(n.site, n, n.Names()).Look(t.Context(), report.Asking{})
	if err == nil || !strings.HasPrefix(err.Error(), "the site is not deployed: the account has none of the stacks ticketing-Domain, ticketing-Global,") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
	n.refused = "cloudformation:"
	if items := n.look(); items["home, through CloudFront"].Said != "not allowed to ask: needs cloudformation:DescribeStacks" || items["the standby, by its own name"].Colour != report.Green {
		t.Errorf("what needs no CloudFormation is not asked without it: %+v", items)
	}
}

// TestTierAlarms holds that the alarms of the web tier are told from the others of the
// region.
func TestTierAlarms(t *testing.T) {
	n := newNight(t)
	ask := func() report.Finding {
		found, err := New(n.site, n, n.Names()).TierAlarms(t.Context(), site.SecondaryStack)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	n.on["us-east-1"] = []Alarm{{Name: "ticketing: CloudFront answers with errors (the site)"}, {Name: "ticketing: Files replicate late"}}
	if got := ask(); got.Colour != report.Green || got.Said != "none of 5 is on" {
		t.Errorf("got %+v", got)
	}
	n.on["us-east-1"] = append(n.on["us-east-1"], Alarm{Name: "ticketing: Servers are unhealthy"})
	if got := ask(); got.Colour != report.Red || got.Said != "on: ticketing: Servers are unhealthy" {
		t.Errorf("got %+v", got)
	}
}
