// Package library is a program of somebody else's that uses Twinsite as a library: it
// puts one construct into a stack of its own, and holds what it has synthesized, or
// what it has found, to Twinsite's promises. The module's path has no public home
// yet, so that go.mod leads to it by replace.
package library

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"twinsite/assembly"
	"twinsite/constructs"
	"twinsite/promises"
	"twinsite/site"
	"twinsite/topology"
)

// AddNetwork puts a network of Twinsite's into a stack. The app needs the CDK's
// feature flag "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup".
func AddNetwork(stack awscdk.Stack) {
	constructs.NewNetwork(stack, "Network", &constructs.NetworkProps{
		AddressRange:      "10.8.0.0/16",
		AvailabilityZones: []string{"eu-west-1a", "eu-west-1b"},
		NATGateways:       1,
	})
}

// Review returns what the assembly in a folder does not keep of what Twinsite promises
// of a site, and the load balancers that visitors reach there.
func Review(folder, siteFile string) (broken []promises.Broken, balancers []string, err error) {
	s, err := site.Load(siteFile)
	if err != nil {
		return nil, nil, err
	}
	a, err := assembly.Load(folder)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", folder, err)
	}
	for _, balancer := range a.Resources(topology.BalancerType) {
		balancers = append(balancers, balancer.String())
	}
	return promises.Check(a, s), balancers, nil
}
