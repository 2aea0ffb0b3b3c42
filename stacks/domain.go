package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"twinsite/site"
)

// nameServers is how many name servers Route 53 gives a public hosted zone.
const nameServers = 4

// Domain holds the public hosted zone. It stands alone so that a deployment
// prints the name servers before a certificate waits for the delegation.
type Domain struct {
	awscdk.Stack

	// Zone is the hosted zone.
	Zone awsroute53.IHostedZone
}

// NewDomain makes the stack of a site that creates its zone.
func NewDomain(scope constructs.Construct, s *site.Site) *Domain {
	d := &Domain{Stack: newStack(scope, site.DomainStack, site.GlobalRegion, "the hosted zone", s)}
	zone := awsroute53.NewPublicHostedZone(d.Stack, jsii.String("Zone"), &awsroute53.PublicHostedZoneProps{
		ZoneName: &s.Domain,
		// Records can be changed within an hour even when us-east-1 is down.
		AcceleratedRecoveryEnabled: jsii.Bool(true),
	})
	zone.ApplyRemovalPolicy(removalPolicy(s.Retention.Zone))
	d.Zone = zone
	for i := range nameServers {
		server := awscdk.Fn_Select(jsii.Number(i), zone.HostedZoneNameServers())
		output(d.Stack, fmt.Sprintf("%s%d", site.NameServerOutput, i+1), *server, "For the registrar, before the other stacks are deployed")
	}
	return d
}
