package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/site"
	"twinsite/site/aws"
)

// Global holds what CloudFront demands in us-east-1, wherever the site lives.
type Global struct {
	awscdk.Stack

	// Zone is the hosted zone of the site, created by Domain or imported.
	Zone awsroute53.IHostedZone

	// Certificate covers the domain and all names one level below it, for
	// CloudFront and for load balancers in us-east-1.
	Certificate awscertificatemanager.ICertificate

	// WebACL is the ARN of the web ACL for the site's distribution; empty without
	// one.
	WebACL string
}

// NewGlobal makes the stack. Without a domain, the zone is the existing one
// that the site names.
func NewGlobal(scope awsconstructs.Construct, s *site.Site, domain *Domain) *Global {
	g := &Global{Stack: newStack(scope, site.GlobalStack, site.GlobalRegion, "what CloudFront demands in us-east-1", s)}
	if domain != nil {
		g.Zone = domain.Zone
	} else {
		g.Zone = awsroute53.PublicHostedZone_FromPublicHostedZoneAttributes(g.Stack, jsii.String("Zone"),
			&awsroute53.PublicHostedZoneAttributes{HostedZoneId: &s.Zone.ID, ZoneName: &s.Domain})
	}
	g.Certificate = constructs.NewCertificate(g.Stack, "Certificate", &constructs.CertificateProps{Domain: s.Domain, Zone: g.Zone})
	if s.WAF {
		g.WebACL = constructs.NewWebACL(g.Stack, "WebAcl", webACLProps(s))
	}
	if s.Budget.Monthly > 0 {
		constructs.NewBudget(g.Stack, "Budget", &constructs.BudgetProps{MonthlyDollars: s.Budget.Monthly, Email: s.Budget.Email})
	}
	return g
}

// webACLProps describes the web ACL of the site's distribution. That of the standby
// load balancer adds to it.
func webACLProps(s *site.Site) *constructs.WebACLProps {
	props := &constructs.WebACLProps{
		UnlimitedPaths:     []string{s.Failover.Path},
		RequestsPerAddress: s.WAFRules.RequestsPerAddress,
		UnlimitedRanges:    texts(s.WAFRules.Unlimited),
		BlockCommon:        s.WAFRules.CommonRules == site.CommonBlock,
		Counted:            aws.Counted(s.WAFRules.Count),
		LogsRemoval:        removalPolicy(s.Retention.Logs),
	}
	if s.Failover.Front == site.FrontEdge {
		props.UnlimitedPaths = append(props.UnlimitedPaths, site.StandbyCheckPath)
	}
	return props
}
