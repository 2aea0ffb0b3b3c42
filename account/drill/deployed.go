package drill

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/miekg/dns"

	"twinsite/account"
	"twinsite/account/deploy"
	"twinsite/account/resolver"
	"twinsite/rehearsal"
	"twinsite/rehearsal/visit"
	"twinsite/site"
)

// Model reads the model of a deployed site from the templates with which it was deployed.
// It only reads.
func Model(ctx context.Context, a *account.Account, s *site.Site) (*rehearsal.Model, error) {
	cloud := deploy.Of(a)
	var stacks []deploy.Stack
	for _, id := range s.StackIDs() {
		stack, err := cloud.Stack(ctx, s.StackRegion(id), s.StackName(id))
		if err != nil {
			return nil, err
		}
		if !stack.Holds() {
			return nil, fmt.Errorf("the site is not deployed: the account %s has no stack %s in %s", a.ID, stack.Name, stack.Region)
		}
		if strings.HasSuffix(stack.Status, "_IN_PROGRESS") || strings.HasSuffix(stack.Status, "_FAILED") {
			return nil, fmt.Errorf("the stack %s is in %s: deploy the site first, or wait", stack.Name, stack.Status)
		}
		stack.ID = id
		stacks = append(stacks, stack)
	}
	dir, err := os.MkdirTemp("", "twinsite-drill-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	assembled, err := deploy.Deployed(ctx, cloud, stacks, a.ID, dir)
	if err != nil {
		return nil, err
	}
	return rehearsal.NewModel(assembled)
}

// Checkers asks Route 53 what its health checkers saw last. Times are on the clock.
func Checkers(a *account.Account, s *site.Site, clock visit.Clock) func(ctx context.Context, check *rehearsal.HealthCheck) ([]rehearsal.Observation, error) {
	ids := map[string]string{} // by stack and logical id
	client := route53.NewFromConfig(a.In(site.GlobalRegion))
	// What a checker saw last, and when that was on the clock: the same answer, asked for
	// twice, was at the same time.
	type seenAt struct{ real, clock time.Duration }
	last, began := map[string]seenAt{}, time.Now()
	return func(ctx context.Context, check *rehearsal.HealthCheck) ([]rehearsal.Observation, error) {
		if ids[check.Resource] == "" {
			stack, logical, _ := strings.Cut(check.Resource, ".")
			name := s.StackName(stack)
			answer, err := cloudformation.NewFromConfig(a.In(s.StackRegion(stack))).DescribeStackResource(ctx,
				&cloudformation.DescribeStackResourceInput{StackName: &name, LogicalResourceId: &logical})
			if err != nil {
				return nil, account.Refused("cloudformation:DescribeStackResource", err)
			}
			ids[check.Resource] = aws.ToString(answer.StackResourceDetail.PhysicalResourceId)
		}
		answer, err := client.GetHealthCheckStatus(ctx, &route53.GetHealthCheckStatusInput{HealthCheckId: aws.String(ids[check.Resource])})
		if err != nil {
			return nil, account.Refused("route53:GetHealthCheckStatus", err)
		}
		now := time.Now()
		var seen []rehearsal.Observation
		for _, o := range answer.HealthCheckObservations {
			if o.StatusReport == nil || o.StatusReport.CheckedTime == nil {
				continue
			}
			checker, real := aws.ToString(o.IPAddress), o.StatusReport.CheckedTime.Sub(began)
			if was, ok := last[checker]; !ok || was.real != real {
				last[checker] = seenAt{real, clock.Now() - now.Sub(*o.StatusReport.CheckedTime)}
			}
			seen = append(seen, rehearsal.Observation{
				Checker: checker, At: last[checker].clock,
				Good: strings.HasPrefix(aws.ToString(o.StatusReport.Status), "Success"),
			})
		}
		return seen, nil
	}
}

// World is a deployed site as this machine reaches it. The resolver finds the zone's name
// servers, which are asked from then on; one that is to be asked everything is asked
// instead of them.
func World(ctx context.Context, s *site.Site, from *resolver.Resolver) (*visit.World, error) {
	servers := []string{from.Server}
	if !from.Only {
		var err error
		if servers, err = nameServers(ctx, from, s.Domain); err != nil {
			return nil, err
		}
	}
	w := &visit.World{
		Clock: newWall(), Exchange: exchange(servers, from.Dial),
		Dial: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", to.String())
		},
		TLS: &tls.Config{MinVersion: tls.VersionTLS12}, By: regionOf(s), //nolint:bodyclose // it reads the header; visitors close the body
		Hosts: s.HostNames(), Types: []string{"A", "AAAA"}, Read: "/",
	}
	if !reaches(ctx, w) {
		w.Types = []string{"A"}
	}
	return w, nil
}

// nameServers are the addresses of the zone's name servers.
func nameServers(ctx context.Context, from *resolver.Resolver, zone string) ([]string, error) {
	records, err := from.Ask(ctx, zone, dns.TypeNS)
	if err != nil {
		return nil, err
	}
	var servers []string
	for _, record := range records {
		server, ok := record.(*dns.NS)
		if !ok {
			continue
		}
		found, err := from.Ask(ctx, server.Ns, dns.TypeA)
		if err != nil {
			return nil, err
		}
		for _, record := range found {
			if address, ok := record.(*dns.A); ok {
				servers = append(servers, net.JoinHostPort(address.A.String(), "53"))
			}
		}
	}
	if len(servers) == 0 {
		return nil, fmt.Errorf("DNS knows no name servers of %s: is the domain delegated?", zone)
	}
	return servers, nil
}

// exchange asks the servers in turn, and the next one when one does not answer. The
// function opens the connections; nil is a net.Dialer's.
func exchange(servers []string, dial func(ctx context.Context, network, address string) (net.Conn, error)) visit.Exchange {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	var turn atomic.Int64
	return func(ctx context.Context, query *dns.Msg) (*dns.Msg, error) {
		var failed error
		for range min(len(servers), 3) {
			server := servers[int(turn.Add(1))%len(servers)]
			for _, network := range []string{"udp", "tcp"} {
				reply, err := once(ctx, dial, network, server, query)
				if err == nil && !reply.Truncated {
					return reply, nil
				}
				if failed = err; err != nil {
					break
				}
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
		}
		return nil, fmt.Errorf("no answer: %w", failed)
	}
}

// once asks one server.
func once(ctx context.Context, dial func(ctx context.Context, network, address string) (net.Conn, error), network, server string, query *dns.Msg) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := dial(ctx, network, server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	client := dns.Client{Net: network, Timeout: 2 * time.Second}
	reply, _, err := client.ExchangeWithConnContext(ctx, query, &dns.Conn{Conn: conn})
	return reply, err
}

// reaches reports whether this machine has a way to the site's IPv6 addresses. Nothing is
// sent for it.
func reaches(ctx context.Context, w *visit.World) bool {
	query := new(dns.Msg).SetQuestion(dns.Fqdn(w.Hosts[0]), dns.TypeAAAA)
	reply, err := w.Exchange(ctx, query)
	if err != nil {
		return false
	}
	found := addresses(reply)
	if len(found) == 0 {
		return false
	}
	conn, err := new(net.Dialer).DialContext(ctx, "udp6", netip.AddrPortFrom(found[0], 443).String())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// regionOf finds the region that gave an answer: it has the region's name in a header or
// in the page, as the sample page does, and not the other's.
func regionOf(s *site.Site) func(*http.Response, []byte, string) string {
	home, standby := s.Home.Region.Name, s.Standby.Region.Name
	return func(response *http.Response, body []byte, _ string) string {
		has := func(region string) bool {
			if strings.Contains(string(body), region) {
				return true
			}
			for _, values := range response.Header {
				if slices.ContainsFunc(values, func(value string) bool { return strings.Contains(value, region) }) {
					return true
				}
			}
			return false
		}
		switch atHome, away := has(home), has(standby); {
		case atHome && !away:
			return "home"
		case away && !atHome:
			return "standby"
		}
		return ""
	}
}

// leastPeriod and mostPeriod bound the time between two reads of a visitor: beyond, a
// drill sees too little.
const (
	leastPeriod = time.Second
	mostPeriod  = 5 * time.Second
)

// Period is how often visitors come, so that the web ACL, which counts requests in five
// minutes by address, lets them through: all come from this machine. Its error is that
// they could come too seldom to measure anything.
func Period(s *site.Site, visitors int, write bool) (time.Duration, error) {
	if !s.WAF {
		return leastPeriod, nil
	}
	perPeriod := visitors
	if write {
		perPeriod *= 2
	}
	const share = 0.8 // others may come from this address too
	period := time.Duration(float64(perPeriod) / (share * float64(s.WAFRules.RequestsPerAddress)) * float64(5*time.Minute))
	period = max(leastPeriod, period.Round(100*time.Millisecond))
	if period > mostPeriod {
		return 0, fmt.Errorf("wafRules.requestsPerAddress is %d: %d visitors could come every %s only, too seldom to measure anything", s.WAFRules.RequestsPerAddress, visitors, period)
	}
	return period, nil
}

// CheckWrite says by its error why writes to a path would measure nothing: another
// behaviour than the default one takes it, or none of the edge's takes a POST. "" is no
// path.
func CheckWrite(m *rehearsal.Model, path string) error {
	if path == "" {
		return nil
	}
	behavior := m.Edge.Behavior(path)
	switch {
	case !slices.Contains(behavior.Methods, http.MethodPost):
		return fmt.Errorf("the edge takes no POST there (behaviour %s)", behavior.Pattern)
	case behavior != m.Edge.Default():
		return fmt.Errorf("the behaviour %s takes it, which does not move as the site does: give a path of the default one", behavior.Pattern)
	}
	return nil
}
