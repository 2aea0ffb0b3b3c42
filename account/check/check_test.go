package check

import (
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"twinsite/account/ask/loopback"
	"twinsite/account/report"
	"twinsite/account/resolver"
	"twinsite/site"
)

// A world is an account, the DNS around it, and the site that is asked for.
type world struct {
	amazon
	records map[string][]string // by "NAME TYPE"
	change  func(*site.Site)
}

const (
	parentServer = "192.0.2.11"
	ownPolicy    = "arn:aws:iam::123456789012:policy/tickets"
)

// names is the DNS in which everything is right.
func names() map[string][]string {
	return map[string][]string{
		"pw. NS":           {"pw. 60 IN NS a.nic.pw."},
		"a.nic.pw. A":      {"a.nic.pw. 60 IN A " + parentServer},
		"ticketing.pw. NS": {"ticketing.pw. 60 IN NS ns-2048.awsdns-64.com.", "ticketing.pw. 60 IN NS ns-2049.awsdns-65.net."},
		"_a79865eb4cd1a6ab990a45779b4e0b96.ticketing.pw. CNAME": {
			"_a79865eb4cd1a6ab990a45779b4e0b96.ticketing.pw. 60 IN CNAME _424c7224e9b0146f9a8808af955727d0.acm-validations.aws."},
	}
}

// resolver serves the world's names, by the recursive resolver and by the parent's
// name server alike.
func (w *world) resolver(t *testing.T) *resolver.Resolver {
	t.Helper()
	if w.records == nil {
		w.records = names()
	}
	internet := loopback.New(t)
	for _, address := range []string{loopback.Resolver, parentServer} {
		internet.DNS(address, func(reply *dns.Msg, q dns.Question) {
			records, known := w.records[q.Name+" "+dns.TypeToString[q.Qtype]]
			if !known {
				reply.Rcode = dns.RcodeNameError
			}
			for _, text := range records {
				record, err := dns.NewRR(text)
				if err != nil {
					t.Error(err)
				}
				reply.Answer = append(reply.Answer, record)
			}
		})
	}
	return internet.Resolver()
}

// check asks the world.
func (w *world) check(t *testing.T) *report.Report {
	t.Helper()
	s, err := site.Load("../../site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.Notify, s.Page, s.Web.Policies = []string{"ops@example.com"}, []string{"pager@example.com"}, []string{ownPolicy}
	if w.change != nil {
		w.change(s)
	}
	c := &Check{Site: s, Account: w.open(t), Resolver: w.resolver(t)}
	r, err := c.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// importZone makes the site use a zone that was there before.
func importZone(s *site.Site) { s.Zone.ID = "Z0123456789ABCDEFGHIJ" }

// TestHealthy holds that every item of a healthy account is green, deployed or new.
func TestHealthy(t *testing.T) {
	for name, w := range map[string]*world{
		"deployed":     {amazon: amazon{deployed: true}},
		"new":          {},
		"its own zone": {change: importZone},
		"a name that it does not use": in("", "route53-ListResourceRecordSets", "mail.ticketing.pw.", "static.ticketing.pw.").with(func(s *site.Site) {
			importZone(s)
			s.StaticFiles.HostNames = false
		}),
		"a name that it does not use without TLS": in("", "route53-ListResourceRecordSets", "mail.ticketing.pw.", "origin.ticketing.pw.").with(func(s *site.Site) {
			importZone(s)
			s.Edge.OriginTLS = false
		}),
	} {
		t.Run(name, func(t *testing.T) {
			r := w.check(t)
			for _, item := range r.Items {
				if item.Colour != report.Green || item.Said == "" || item.Remedy != "" {
					t.Errorf("%+v", item)
				}
			}
			if r.Account != "123456789012" || r.Site != "ticketing" || len(r.Items) < 40 {
				t.Errorf("%s, %s, %d items", r.Account, r.Site, len(r.Items))
			}
		})
	}
}

// TestRefused holds that an item that may not be asked names the permission, is a
// warning, and ends no other. Each question of AWS is refused once.
func TestRefused(t *testing.T) {
	for name, permission := range map[string]string{
		"ec2-DescribeRegions": "ec2:DescribeRegions", "ec2-DescribeAvailabilityZones": "ec2:DescribeAvailabilityZones",
		"ec2-DescribeInstanceTypeOfferings": "ec2:DescribeInstanceTypeOfferings", "ec2-DescribeInstanceTypes": "ec2:DescribeInstanceTypes",
		"ec2-DescribeImages": "ec2:DescribeImages", "ec2-DescribeManagedPrefixLists": "ec2:DescribeManagedPrefixLists",
		"ec2-DescribeInstances": "ec2:DescribeInstances", "ec2-DescribeAddresses": "ec2:DescribeAddresses", "ec2-DescribeVpcs": "ec2:DescribeVpcs",
		"elasticloadbalancing-DescribeLoadBalancers":         "elasticloadbalancing:DescribeLoadBalancers",
		"servicequotas-GetServiceQuota-L-1216C47A":           "servicequotas:GetServiceQuota",
		"servicequotas-GetAWSDefaultServiceQuota-L-53DA6B97": "servicequotas:GetAWSDefaultServiceQuota",
		"ssm-GetParameter":                             "ssm:GetParameter",
		"cloudformation-DescribeStacks":                "cloudformation:DescribeStacks",
		"cloudformation-ListStackResources-CDKToolkit": "cloudformation:ListStackResources",
		"iam-GetPolicy":                                "iam:GetPolicy",
		"iam-SimulatePrincipalPolicy":                  "iam:SimulatePrincipalPolicy",
		"route53-GetHostedZone":                        "route53:GetHostedZone",
		"cloudfront-ListDistributions":                 "cloudfront:ListDistributions",
		"cloudfront-ListFunctions":                     "cloudfront:ListFunctions",
		"acm-ListCertificates":                         "acm:ListCertificates",
		"monitoring-DescribeAlarms":                    "cloudwatch:DescribeAlarms",
		"monitoring-ListDashboards":                    "cloudwatch:ListDashboards",
		"sns-ListSubscriptionsByTopic":                 "sns:ListSubscriptionsByTopic",
		"events-ListEventBuses":                        "events:ListEventBuses",
		"s3-ListBuckets":                               "s3:ListAllMyBuckets",
	} {
		t.Run(name, func(t *testing.T) {
			code := "AccessDenied"
			if strings.HasPrefix(name, "ec2-") {
				code = "UnauthorizedOperation"
			}
			w := &world{amazon: amazon{deployed: true, refused: map[string]string{name: code + " you are not authorized"}},
				change: func(s *site.Site) { s.Practice = true }}
			r := w.check(t)
			for _, item := range r.Items {
				if item.Colour == report.Red || item.Colour == report.Warning && !strings.Contains(item.Said, permission) {
					t.Errorf("%+v", item)
				}
			}
			if n := r.Count(report.Warning); n == 0 || n == len(r.Items) {
				t.Errorf("%d of %d items are warnings", n, len(r.Items))
			}
		})
	}
}

// itemOf is an item of a report.
func itemOf(t *testing.T, r *report.Report, name string) report.Item {
	t.Helper()
	i := slices.IndexFunc(r.Items, func(item report.Item) bool { return item.Name == name })
	if i < 0 {
		t.Fatalf("there is no item %q", name)
	}
	return r.Items[i]
}
