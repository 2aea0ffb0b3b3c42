// Package deployed is the default site in a fake account, for tests: what its account,
// its name servers and its servers answer.
package deployed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"twinsite/account/ask/loopback"
	"twinsite/account/deploy"
	"twinsite/account/status"
	"twinsite/assembly"
	"twinsite/site"
)

// A Site is a deployed site: the stacks of the golden templates, and what its account
// and its names answer.
type Site struct {
	*loopback.Internet

	Description *site.Site
	Stacks      map[string]deploy.Stack      // by name
	Resources   map[string][]deploy.Resource // by the stack's name
	Servers     map[string][]status.Target   // by region
	Checks      map[string]status.Check      // by the beginning of the id
	Put         time.Time                    // when the switch was put; zero: it is off
	On          map[string][]status.Alarm    // by region
	Refused     string                       // how the call begins that AWS refuses

	mu        sync.Mutex // of what the name servers read
	addresses map[string]string
	delegated []string
}

// Where the default site's names lead.
const (
	EdgeAddress    = "203.0.113.1"
	HomeAddress    = "198.51.100.1"
	StandbyAddress = "198.51.100.2"

	parentAddress = "192.0.2.54"
)

// New returns the default site, deployed and well: the stacks of the golden templates.
// The path leads to the top of the project.
func New(t testing.TB, top string) *Site {
	t.Helper()
	s, err := site.Load(filepath.Join(top, "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Load(filepath.Join(top, "testdata", "site"))
	if err != nil {
		t.Fatal(err)
	}
	d := &Site{
		Description: s, Internet: loopback.New(t, s.Domain, "*."+s.Domain),
		Stacks: map[string]deploy.Stack{}, Resources: map[string][]deploy.Resource{}, On: map[string][]status.Alarm{},
		addresses: map[string]string{
			"d1.cloudfront.net": EdgeAddress, "ns.nic.pw": parentAddress, "ticketing.pw": EdgeAddress, "www.ticketing.pw": EdgeAddress, "balancer.amazonaws.com": StandbyAddress,
			"origin.ticketing.pw": HomeAddress, "origin-ap-northeast-2.ticketing.pw": HomeAddress, "origin-us-east-1.ticketing.pw": StandbyAddress,
		},
		delegated: []string{"ns-1.awsdns.org.", "ns-2.awsdns.net."},
		Servers: map[string][]status.Target{
			"ap-northeast-2": {{ID: "i-1", State: "healthy"}, {ID: "i-2", State: "healthy"}, {ID: "i-3", State: "draining"}},
			"us-east-1":      {{ID: "i-4", State: "healthy"}, {ID: "i-5", State: "healthy"}},
		},
		Checks: map[string]status.Check{
			"FailoverHomeEndpoint": {Checkers: 16, Good: 16}, "StandbyEndpoint": {Checkers: 16, Good: 16},
			"FailoverSwitchOff":  {Checkers: 16, Inverted: true, Failure: "Failure: HTTP Status Code 403, Forbidden"},
			"FailoverHomeServes": {Calculated: true, Healthy: true, Published: time.Now()},
		},
	}
	for _, stack := range a.Stacks() {
		d.Stacks[stack.Name] = deploy.Stack{ID: stack.ID, Name: stack.Name, Region: stack.Region, Status: "UPDATE_COMPLETE",
			Outputs: map[string]string{site.SwitchOutput: "s3://bucket/failover-switch", site.PagesTopicOutput: "arn:pages",
				site.NameServerOutput + "1": "ns-1.awsdns.org", site.NameServerOutput + "2": "ns-2.awsdns.net"}}
		for _, r := range stack.Resources() {
			physical := r.LogicalID
			if name, err := r.Value("AlarmName"); err == nil && name != nil {
				physical = fmt.Sprint(name)
			}
			d.Resources[stack.Name] = append(d.Resources[stack.Name], deploy.Resource{LogicalID: r.LogicalID, PhysicalID: physical, Type: r.Type})
		}
	}
	d.DNS(loopback.Resolver, d.answer)
	d.DNS(parentAddress, d.delegate)
	d.Serve(EdgeAddress, http.StatusOK)
	d.Serve(StandbyAddress, http.StatusOK)
	return d
}

// Lead lets DNS lead a name to an address; "": to none.
func (d *Site) Lead(name, address string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addresses[name] = address
}

// Delegate lets the parent zone know these name servers of the site's zone.
func (d *Site) Delegate(servers ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delegated = servers
}

// answer answers as the machine's resolver does.
func (d *Site) answer(reply *dns.Msg, question dns.Question) {
	d.mu.Lock()
	defer d.mu.Unlock()
	address := d.addresses[strings.TrimSuffix(question.Name, ".")]
	switch {
	case question.Qtype == dns.TypeA && address != "":
		add(&reply.Answer, question.Name+" 60 A "+address)
	case question.Qtype == dns.TypeNS && question.Name == "pw.":
		add(&reply.Answer, "pw. NS ns.nic.pw.")
	}
}

// delegate answers as the parent zone's name server does.
func (d *Site) delegate(reply *dns.Msg, question dns.Question) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, server := range d.delegated {
		add(&reply.Ns, question.Name+" NS "+server)
	}
}

func add(to *[]dns.RR, text string) {
	record, err := dns.NewRR(text)
	if err != nil {
		panic(err) // the text is this package's
	}
	*to = append(*to, record)
}

// Serve starts a server that answers with a status; CloudFront's marks what it sends.
func (d *Site) Serve(address string, code int) {
	d.HTTPS(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if strings.HasPrefix(address, "203.0.113.") {
			w.Header().Set("Via", "1.1 d1.cloudfront.net (CloudFront)")
		}
		w.WriteHeader(code)
	}))
}

// fails is the error of a call that AWS refuses.
func (d *Site) fails(call string) error {
	if d.Refused != "" && strings.HasPrefix(call, d.Refused) {
		return errors.New("not allowed to ask: needs " + call)
	}
	return nil
}

// Stack is of [status.Cloud].
func (d *Site) Stack(_ context.Context, _, name string) (deploy.Stack, error) {
	return d.Stacks[name], d.fails("cloudformation:DescribeStacks")
}

// Remains is of [status.Cloud].
func (d *Site) Remains(_ context.Context, stack deploy.Stack) ([]deploy.Resource, error) {
	return d.Resources[stack.Name], d.fails("cloudformation:ListStackResources")
}

// Distribution is of [status.Cloud].
func (d *Site) Distribution(_ context.Context, id string) (string, error) {
	if !strings.HasPrefix(id, "SiteDistribution") {
		return "", errors.New("not the site's distribution: " + id)
	}
	return "d1.cloudfront.net", d.fails("cloudfront:GetDistribution")
}

// NameServers is of [status.Cloud].
func (d *Site) NameServers(context.Context, string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delegated, d.fails("route53:GetHostedZone")
}

// Balancer is of [status.Cloud].
func (d *Site) Balancer(context.Context, string, string) (string, error) {
	return "balancer.amazonaws.com", d.fails("elasticloadbalancing:DescribeLoadBalancers")
}

// Targets is of [status.Cloud].
func (d *Site) Targets(_ context.Context, region, _ string) ([]status.Target, error) {
	return d.Servers[region], d.fails("elasticloadbalancing:DescribeTargetHealth in " + region)
}

// Check is of [status.Cloud].
func (d *Site) Check(_ context.Context, id string) (status.Check, error) {
	for prefix, check := range d.Checks {
		if strings.HasPrefix(id, prefix) {
			return check, d.fails("route53:GetHealthCheckStatus")
		}
	}
	return status.Check{}, errors.New("no such check: " + id)
}

// Switched is of [status.Cloud].
func (d *Site) Switched(_ context.Context, region, bucket, key string) (time.Time, error) {
	if region+bucket+key != "us-east-1bucketfailover-switch" {
		return time.Time{}, errors.New("another switch")
	}
	return d.Put, d.fails("s3:ListBucket")
}

// AlarmsOn is of [status.Cloud].
func (d *Site) AlarmsOn(_ context.Context, region, prefix string) ([]status.Alarm, error) {
	if prefix != "ticketing: " {
		return nil, errors.New("another prefix: " + prefix)
	}
	return d.On[region], d.fails("cloudwatch:DescribeAlarms")
}
