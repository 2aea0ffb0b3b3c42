package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	awsconstructs "github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/constructs"
	"twinsite/site"
)

// Global holds what CloudFront demands in us-east-1, wherever the site lives.
type Global struct {
	awscdk.Stack

	// Zone is the hosted zone of the site, whoever made it.
	Zone awsroute53.IHostedZone

	// Certificate covers the domain and all names one level below it, for
	// CloudFront and for load balancers in us-east-1.
	Certificate awscertificatemanager.ICertificate
}

// NewGlobal makes the stack. Without a domain, the zone is the existing one
// that the site names.
func NewGlobal(scope awsconstructs.Construct, s *site.Site, domain *Domain) *Global {
	g := &Global{Stack: newStack(scope, "Global", globalRegion, "what CloudFront demands in us-east-1", s)}
	if domain != nil {
		g.Zone = domain.Zone
	} else {
		g.Zone = awsroute53.PublicHostedZone_FromPublicHostedZoneAttributes(g.Stack, jsii.String("Zone"),
			&awsroute53.PublicHostedZoneAttributes{HostedZoneId: &s.Zone.ID, ZoneName: &s.Domain})
	}
	g.Certificate = constructs.NewCertificate(g.Stack, "Certificate", s.Domain, g.Zone)
	return g
}

// regionalCertificate is the certificate that a load balancer of the stack's
// region takes: a certificate serves its own region only.
func (g *Global) regionalCertificate(stack awscdk.Stack, s *site.Site) awscertificatemanager.ICertificate {
	if *stack.Region() == globalRegion {
		return g.Certificate
	}
	return constructs.NewCertificate(stack, "Certificate", s.Domain, g.Zone)
}
