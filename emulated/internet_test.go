package emulated

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/miekg/dns"

	asking "twinsite/account"
	"twinsite/account/ask/loopback"
	"twinsite/site"
)

// An internet answers for a site's names from the records that the account has: DNS by
// Route 53's rules for failover records, and HTTPS by a server for each load balancer and
// distribution. Health is what the test says.
type internet struct {
	*loopback.Internet

	t      *testing.T
	site   *site.Site
	client *route53.Client
	zone   func() string // its id; empty: there is none yet

	mu        sync.Mutex
	delegated bool
	moved     bool              // the records lead to the standby
	addresses map[string]string // of load balancers and distributions, by their DNS names
	down      map[string]bool   // load balancers and distributions that answer 503
}

const parentServer = "192.0.2.54"

// newInternet returns one of a site, which leads its domain nowhere at first.
func newInternet(t *testing.T, s *site.Site, a *asking.Account, zone func() string) *internet {
	t.Helper()
	i := &internet{
		Internet: loopback.New(t, s.Domain, "*."+s.Domain), t: t, site: s, client: route53.NewFromConfig(a.In(site.GlobalRegion)), zone: zone,
		addresses: map[string]string{"ns.parent": parentServer}, down: map[string]bool{},
	}
	i.DNS(loopback.Resolver, i.resolve)
	i.DNS(parentServer, i.delegate)
	return i
}

// delegate answers as a name server of the zone above.
func (i *internet) delegate(reply *dns.Msg, question dns.Question) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.delegated {
		return
	}
	for _, server := range []string{"ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk", "ns-3.awsdns-03.com", "ns-4.awsdns-04.net"} {
		add(&reply.Ns, question.Name+" NS "+server+".")
	}
}

// resolve answers as a resolver that keeps nothing.
func (i *internet) resolve(reply *dns.Msg, question dns.Question) {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, above, _ := strings.Cut(i.site.Domain, ".")
	switch name := strings.TrimSuffix(question.Name, "."); {
	case question.Qtype == dns.TypeNS && name == above:
		add(&reply.Answer, question.Name+" NS ns.parent.")
	case question.Qtype == dns.TypeA:
		if address := i.follow(name); address != "" {
			add(&reply.Answer, question.Name+" 10 A "+address)
		}
	}
}

func add(to *[]dns.RR, text string) {
	if record, err := dns.NewRR(text); err == nil {
		*to = append(*to, record)
	}
}

// follow is the address to which a name leads, "" if there is no record of it.
func (i *internet) follow(name string) string {
	for range 8 { // records that lead to each other end here
		if name != i.site.Domain && !strings.HasSuffix(name, "."+i.site.Domain) {
			return i.address(strings.TrimPrefix(name, "dualstack."))
		}
		if name = i.target(name); name == "" {
			break
		}
	}
	return ""
}

// target is where the record of a name leads.
func (i *internet) target(name string) string {
	zone := i.zone()
	if zone == "" {
		return ""
	}
	pages := route53.NewListResourceRecordSetsPaginator(i.client, &route53.ListResourceRecordSetsInput{HostedZoneId: &zone})
	for pages.HasMorePages() {
		page, err := pages.NextPage(interrupted)
		if err != nil {
			i.t.Errorf("the zone's records: %v", err)
			return ""
		}
		for _, record := range page.ResourceRecordSets {
			if plainName(aws.ToString(record.Name)) == name && (record.Type == types.RRTypeA || record.Type == types.RRTypeCname) && i.answers(record) {
				if record.AliasTarget != nil {
					return plainName(aws.ToString(record.AliasTarget.DNSName))
				}
				return plainName(aws.ToString(record.ResourceRecords[0].Value))
			}
		}
	}
	return ""
}

// answers says whether Route 53 would answer with a record.
func (i *internet) answers(record types.ResourceRecordSet) bool {
	return record.Failover == "" || (record.Failover == types.ResourceRecordSetFailoverSecondary) == i.moved
}

// address is that of a load balancer or distribution, which gets a server with it.
func (i *internet) address(name string) string {
	if known := i.addresses[name]; known != "" {
		return known
	}
	address := fmt.Sprintf("198.51.100.%d", len(i.addresses))
	i.addresses[name] = address
	i.HTTPS(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if strings.Contains(name, "cloudfront") {
			w.Header().Set("Via", "1.1 "+name+" (CloudFront)")
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.down[name] {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	return address
}

// set changes what answers.
func (i *internet) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}
